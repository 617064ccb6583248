"""Allocations with a known optimum, for packages/decide/src/allocation and the acceptance run `allocation-exact`.

    pip install scipy==1.17.1 numpy
    cd tools/goldens && python allocation.py

`fifty`: 50 projects under a budget and a limit of staff, whole ones only. Its optimum is found twice: by dynamic programming
over every pair of whole (budget, staff), which needs no solver, and by scipy's milp. `ruled`: the same with groups,
dependencies and exclusions. `divisible`: amounts of any size with minimum amounts, three periods and a concave curve.
`risky`: scenarios, mean and mean of the worst. The last three by scipy's milp, each program written out by hand here.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

TARGET = Path(__file__).parents[2] / "packages/decide/src/goldens/allocation.json"
rng = np.random.default_rng(50)


def solve(gain, rows, lower, upper, bounds, whole):
    """max gain x, lower <= rows x <= upper."""
    result = milp(
        -np.asarray(gain, float), constraints=LinearConstraint(np.asarray(rows, float), lower, upper),
        bounds=Bounds(*bounds), integrality=np.asarray(whole, int), options={"mip_rel_gap": 0},
    )
    assert result.status == 0, result.message
    return -result.fun, result.x


def knapsack(benefit, budget, staff, most_budget, most_staff):
    """Best benefit for each (budget, staff): one project after the other; all whole numbers."""
    best = np.zeros((most_budget + 1, most_staff + 1), dtype=np.int64)
    for gain, money, people in zip(benefit, budget, staff):
        taken = best[: most_budget + 1 - money, : most_staff + 1 - people] + gain
        best[money:, people:] = np.maximum(best[money:, people:], taken)
    return int(best[-1, -1])


COUNT = 50
budget = rng.integers(20, 200, COUNT)
staff = rng.integers(1, 25, COUNT)
# Benefits follow costs, so that few projects are plainly better.
benefit = np.maximum(5, np.round(0.6 * budget + 5 * staff + rng.normal(0, 60, COUNT))).astype(int)
limits = {"budget": 3000, "staff": 330}
names = [f"project {place + 1}" for place in range(COUNT)]

optimum = knapsack(benefit, budget, staff, limits["budget"], limits["staff"])
value, x = solve(benefit, [budget, staff], -np.inf, list(limits.values()), (0, 1), np.ones(COUNT))
assert abs(value - optimum) < 1e-6, (value, optimum)
plain = {"optimum": optimum, "chosen": [name for name, amount in zip(names, x) if amount > 0.5]}

groups = [
    {"name": "north", "options": names[:12], "atLeast": 3, "atMost": 5},
    {"name": "south", "options": names[12:30], "atMost": 6},
]
needs = [{"option": names[a], "needs": names[b]} for a, b in ((3, 40), (7, 41), (41, 44), (20, 33))]
exclusions = [[names[a] for a in places] for places in ((0, 1, 2), (31, 35), (46, 47, 48, 49))]
rows, lower, upper = [budget, staff], [-np.inf, -np.inf], list(limits.values())


def add(entries, low, high):
    row = np.zeros(COUNT)
    for name, weight in entries:
        row[names.index(name)] += weight
    rows.append(row)
    lower.append(low)
    upper.append(high)


for group in groups:
    add([(name, 1) for name in group["options"]], group.get("atLeast", 0), group["atMost"])
for need in needs:
    add([(need["option"], 1), (need["needs"], -1)], -np.inf, 0)
for exclusion in exclusions:
    add([(name, 1) for name in exclusion], 0, 1)
value, _ = solve(benefit, rows, lower, upper, (0, 1), np.ones(COUNT))
ruled = {"groups": groups, "needs": needs, "exclusions": exclusions, "optimum": round(value)}

# Six divisible options, three periods; amounts in [0, maximum], at least `minimum` if any; option 0 has a curve.
gain = [0.0, 7.0, 5.5, 9.0, 4.0, 6.5]
use = np.round(rng.uniform(0.5, 3, (6, 3)), 2)
minimum, maximum = [0.0, 1.0, 0.0, 2.0, 0.5, 3.0], [4.0, 2.0, 3.0, 4.0, 1.5, 5.0]
money = [9.0, 8.5, 9.5]
curve = [[0, 0], [1, 9], [2.5, 16], [4, 19]]
# Columns: 6 amounts, 6 choices, 3 pieces.
columns, rows, lower, upper = 15, [], [], []
for period in range(3):
    rows.append(np.concatenate([use[:, period], np.zeros(9)]))
    lower.append(-np.inf)
    upper.append(money[period])
for place in range(6):
    for bound, low, high in ((maximum[place], -np.inf, 0), (minimum[place], 0, np.inf)):
        row = np.zeros(columns)
        row[place], row[6 + place] = 1, -bound
        rows.append(row)
        lower.append(low)
        upper.append(high)
row = np.zeros(columns)
row[0], row[12:] = -1, 1
rows.append(row)
lower.append(0)
upper.append(0)
slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(curve, curve[1:])]
widths = [b[0] - a[0] for a, b in zip(curve, curve[1:])]
top = maximum + [1] * 6 + widths
value, x = solve(gain + [0] * 6 + slopes, rows, lower, upper, (np.zeros(columns), top), [0] * 6 + [1] * 6 + [0] * 3)
divisible = {
    "options": [
        {
            "name": f"option {place}", "divisible": True, "minimum": minimum[place], "maximum": maximum[place],
            "benefit": {"curve": curve} if place == 0 else gain[place], "use": {"money": use[place].tolist()},
        }
        for place in range(6)
    ],
    "limits": {"money": money}, "optimum": value, "amounts": x[:6].tolist(),
}

# Twelve whole projects, 40 scenarios; (1 - a) mean + a (mean of the worst 20 %), the latter by Rockafellar and Uryasev.
scenarios, share, aversion = 40, 0.2, 0.7
mean, cost = rng.uniform(5, 20, 12), np.round(rng.uniform(2, 9, 12), 1)
draws = np.round(mean[:, None] * (1 + rng.uniform(0.1, 0.9, 12)[:, None] * rng.standard_normal((12, scenarios))), 2)
columns = 12 + 1 + scenarios
gain = np.concatenate([(1 - aversion) * draws.mean(axis=1), [aversion], np.full(scenarios, -aversion / scenarios / share)])
rows, lower, upper = [np.concatenate([cost, np.zeros(1 + scenarios)])], [-np.inf], [30.0]
for scenario in range(scenarios):
    row = np.zeros(columns)
    row[:12], row[12], row[13 + scenario] = draws[:, scenario], -1, 1
    rows.append(row)
    lower.append(0)
    upper.append(np.inf)
low = np.zeros(columns)
low[12] = -np.inf
value, x = solve(gain, rows, lower, upper, (low, np.concatenate([np.ones(12), np.full(1 + scenarios, np.inf)])), [1] * 12 + [0] * (1 + scenarios))
totals = np.sort(x[:12].round() @ draws)
risky = {
    "benefits": draws.tolist(), "cost": cost.tolist(), "limit": 30.0, "riskAversion": aversion, "confidence": 1 - share,
    "optimum": value, "mean": totals.mean(), "worst": totals[: round(share * scenarios)].mean(),
}

projects = [
    {"name": name, "benefit": int(b), "budget": int(m), "staff": int(s)}
    for name, b, m, s in zip(names, benefit, budget, staff)
]
lines = ",\n  ".join(json.dumps(project) for project in projects)
parts = {"fifty": plain, "ruled": ruled, "divisible": divisible, "risky": risky}
rest = ",\n ".join(f'"{name}": {json.dumps(part)}' for name, part in parts.items())
TARGET.parent.mkdir(exist_ok=True)
TARGET.write_text(f'{{\n "limits": {json.dumps(limits)},\n "projects": [\n  {lines}\n ],\n {rest}\n}}\n')
print({name: part["optimum"] for name, part in parts.items()})
