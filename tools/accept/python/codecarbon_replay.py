"""CodeCarbon over recorded machines: python codecarbon_replay.py replay RECORDINGS.json | live SECONDS

`replay` reads {"rapl": [{"files": {file: text}, "frames": [{file: text}], "seconds": s}],
"loads": [{"tdpWatts", "memoryBytes", "times": [[user, nice, system, idle, iowait, irq, softirq, steal, guest,
guest_nice]], "seconds": s}], "places": [iso3]} and prints what the package makes of each, by its own classes: joules of
processors and memory, kilograms a kilowatt-hour. `live` tracks this machine by its models and prints its numbers.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import namedtuple
from unittest import mock

import codecarbon
import psutil
from codecarbon.core.emissions import Emissions
from codecarbon.core.units import Energy
from codecarbon.external.geography import GeoMetadata
from codecarbon.external.hardware import CPU, MODE_CPU_LOAD
from codecarbon.external.ram import RAM
from codecarbon.input import DataSource

logging.getLogger("codecarbon").setLevel(logging.ERROR)
Times = namedtuple("Times", "user nice system idle iowait irq softirq steal guest guest_nice")
Memory = namedtuple("Memory", "total")


def write(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def joules(energy):
    return energy.kWh / Energy.JOULES_TO_KWH


def rapl(recording):
    with tempfile.TemporaryDirectory() as root:
        folder = os.path.join(root, "powercap")
        write(folder, recording["files"])
        cpu = CPU(root, "intel_rapl", "replayed", 100, rapl_dir=folder)
        cpu.start()
        total = 0.0
        for frame in recording["frames"]:
            write(folder, frame)
            _, energy = cpu.measure_power_and_energy(last_duration=recording["seconds"])
            total += joules(energy)
        return total


def load(recording):
    first, *rest = [Times(*times) for times in recording["times"]]
    now = [first]
    with mock.patch.object(psutil, "cpu_times", lambda: now[0]), mock.patch.object(
        psutil, "virtual_memory", lambda: Memory(recording["memoryBytes"])
    ):
        cpu = CPU(".", MODE_CPU_LOAD, "replayed", recording["tdpWatts"])
        ram = RAM()
        ram.is_arm_cpu = False
        cpu.start()
        cpu_joules = ram_joules = 0.0
        for times in rest:
            now[0] = times
            cpu_joules += joules(cpu.measure_power_and_energy(last_duration=recording["seconds"])[1])
            ram_joules += joules(ram.measure_power_and_energy(last_duration=recording["seconds"])[1])
        return {"cpuJoules": cpu_joules, "memoryJoules": ram_joules}


def replay(path):
    with open(path, encoding="utf-8") as file:
        recordings = json.load(file)
    emissions = Emissions(DataSource())
    one = Energy(1.0)
    return {
        "version": codecarbon.__version__,
        "rapl": [rapl(recording) for recording in recordings["rapl"]],
        "loads": [load(recording) for recording in recordings["loads"]],
        "kilogramsPerKilowattHour": {
            place: emissions.get_private_infra_emissions(one, GeoMetadata(country_iso_code=place))
            for place in recordings["places"]
        },
    }


def live(seconds):
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code="FRA", measure_power_secs=1, save_to_file=False, log_level="error", allow_multiple_runs=True
    )
    tracker.start()
    print("started", flush=True)
    busy = f"import time\nend = time.time() + {seconds}\nwhile time.time() < end: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    tracker.stop()
    print("stopped", flush=True)
    data = tracker.final_emissions_data
    cpu = next(hardware for hardware in tracker._hardware if isinstance(hardware, CPU))
    return {
        "cpuJoules": data.cpu_energy / Energy.JOULES_TO_KWH,
        "memoryJoules": data.ram_energy / Energy.JOULES_TO_KWH,
        "seconds": data.duration,
        "tdpWatts": cpu._tdp,
        "mode": cpu._mode,
    }


command, argument = sys.argv[1:]
print(json.dumps(replay(argument) if command == "replay" else live(float(argument))))
