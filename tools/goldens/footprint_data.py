"""Writes the tables of packages/footprint/data from those of the Python package codecarbon.

    pip install codecarbon==3.3.2
    cd tools/goldens && python footprint_data.py
"""

import csv
import json
import os
import shutil

import codecarbon

SOURCE = os.path.join(os.path.dirname(codecarbon.__file__), "data")
TARGET = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "footprint", "data")
POUNDS_PER_MEGAWATT_HOUR = 0.45359237  # in g/kWh


def load(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return json.load(file)


def places():
    """(place, name, year, g/kWh, source), countries first."""
    for code, record in sorted(load("private_infra", "global_energy_mix.json").items()):
        yield code, record["country_name"], record["year"], record["carbon_intensity"], "OWID"
    states = load("private_infra", "2023", "usa_emissions.json")
    year = states["_source"]["year"]
    for name, record in sorted(states.items()):
        if not name.startswith("_") and len(record["regionCode"]) == 2:
            grams = round(record["emissions"] * POUNDS_PER_MEGAWATT_HOUR, 3)
            yield f"US-{record['regionCode']}", name.title(), year, grams, "EPA eGRID"
    for code, record in sorted(load("private_infra", "2023", "china_provincial_emissions.json")["data"].items()):
        yield code, record["description"], record["year"], record["emission_factor"], "MEE/NBS"
    for code, record in sorted(load("private_infra", "nordic_emissions.json")["data"].items()):
        yield code, record["description"], record["year"], record["emission_factor"], "ENTSO-E mix"


with open(os.path.join(TARGET, "carbon-intensity.csv"), "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["place", "name", "year", "grams_per_kilowatt_hour", "source"])
    writer.writerows(places())
with open(os.path.join(SOURCE, "hardware", "cpu_power.csv"), encoding="utf-8", newline="") as file:
    rows = list(csv.reader(file))
with open(os.path.join(TARGET, "cpu-power.csv"), "w", encoding="utf-8", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows(rows)
