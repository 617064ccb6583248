"""Walk-forward results from exported prices and weights alone: argv is the folder `allocation` and the cost of a trade."""

import csv
import json
import sys
from pathlib import Path

folder, cost = Path(sys.argv[1]), float(sys.argv[2])


def read(name):
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file))


prices = read("prices.csv")
assets = [name for name in prices[0] if name != "date"]
days = [row["date"] for row in prices]
table = [[float(row[name]) for name in assets] for row in prices]
decisions = {}
for row in read("weights.csv"):
    decisions.setdefault(row["strategy"], {})[row["date"]] = [float(row[name]) for name in assets]
told = {row["date"]: row for row in read("returns.csv")}

worst, count, place = 0.0, 0, None
for strategy, by_day in decisions.items():
    held = [0.0] * len(assets)
    begun = False
    for day in range(len(days) - 1):
        paid = 0.0
        if days[day] in by_day:
            wanted = by_day[days[day]]
            paid = sum(cost * abs(new - old) for new, old in zip(wanted, held))
            held, begun = list(wanted), True
        if not begun:
            continue
        grown = [w * after / before for w, before, after in zip(held, table[day], table[day + 1])]
        value = 1 - sum(held) + sum(grown)
        mine = (1 - paid) * value - 1
        held = [each / value for each in grown]
        difference = abs(mine - float(told[days[day + 1]][strategy]))
        count += 1
        if difference > worst:
            worst, place = difference, f"{strategy} on {days[day + 1]}"
print(json.dumps({"worst": worst, "count": count, "place": place, "strategies": len(decisions)}))
