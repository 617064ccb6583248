"""Goldens of reconciliation: hierarchicalforecast's methods on a hierarchy of three levels, and on crossed groups.

    python tools/goldens/hierarchy.py
"""

import json
from pathlib import Path

import numpy as np
from hierarchicalforecast.methods import BottomUp, MiddleOut, MinTrace, TopDown

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/hierarchy.json"
TRAINING, HORIZON = 40, 3
BOTTOM = [("a", "X", "p"), ("b", "X", "q"), ("c", "X", "r"), ("d", "Y", "p"), ("e", "Y", "q"), ("f", "Z", "r")]
NAMES = {
    "bottomUp": "bottomUp",
    "averageProportions": "average_proportions",
    "proportionsOfAverages": "proportion_averages",
    "forecastProportions": "forecast_proportions",
    "ols": "ols",
    "wlsStruct": "wls_struct",
    "wlsVar": "wls_var",
    "mintCov": "mint_cov",
    "mintShrink": "mint_shrink",
}


def summing(levels):
    rows = []
    for keys in levels:
        groups = list(dict.fromkeys(tuple(series[key] for key in keys) for series in BOTTOM))
        rows += [[float(tuple(series[key] for key in keys) == group) for series in BOTTOM] for group in groups]
    return np.array(rows + np.eye(len(BOTTOM)).tolist())


def case(draw, levels, low):
    S = summing(levels)
    count = len(S)
    t = np.arange(TRAINING)
    bottom = np.round([low + k + np.sin(t / (2 + k)) + draw.normal(0, 0.5, TRAINING) for k in range(len(BOTTOM))], 3)
    y = np.round(S @ bottom, 3)
    mixing = draw.normal(0, 0.4, (count, count)) + np.eye(count)
    fitted = np.round(y + mixing @ draw.normal(0, 0.6, (count, TRAINING)), 3)
    base = np.round(S @ (bottom[:, -HORIZON:] + draw.normal(0, 0.8, (len(BOTTOM), HORIZON))) + draw.normal(0, 1.5, (count, HORIZON)), 3)
    sizes, start, tags = [], 0, {}
    for index, keys in enumerate(levels + [[0]]):
        size = len(dict.fromkeys(tuple(series[key] for key in keys) for series in BOTTOM)) if index < len(levels) else len(BOTTOM)
        tags[f"level{index}"] = np.arange(start, start + size)
        start += size
    results = {}
    is_strict = levels == [[], [1]]
    for ours, theirs in NAMES.items():
        if ours == "bottomUp":
            results[ours] = BottomUp().fit_predict(S=S, y_hat=base)["mean"]
        elif "roportion" in ours:
            if is_strict:
                results[ours] = TopDown(theirs).fit_predict(S=S, y_hat=base, y_insample=y, tags=tags)["mean"]
                results[f"middle {ours}"] = MiddleOut("level1", theirs).fit_predict(S=S, y_hat=base, y_insample=y, tags=tags)["mean"]
        else:
            results[ours] = MinTrace(theirs).fit_predict(S=S, y_hat=base, y_insample=y, y_hat_insample=fitted)["mean"]
            results[f"nonNegative {ours}"] = MinTrace(theirs, nonnegative=True).fit_predict(
                S=S, y_hat=base, y_insample=y, y_hat_insample=fitted
            )["mean"]
    return {
        "levels": [["", "land", "kind"][key] if key else "" for keys in levels for key in (keys or [0])],
        "summing": S.tolist(),
        "history": y.tolist(),
        "residuals": (y - fitted).round(3).tolist(),
        "base": base.tolist(),
        "results": {name: np.asarray(value, dtype=float).tolist() for name, value in results.items()},
    }


def main():
    draw = np.random.default_rng(3)
    goldens = {
        "bottom": [{"id": name, "groups": {"land": land, "kind": kind}} for name, land, kind in BOTTOM],
        "cases": [case(draw, [[], [1]], 4), case(draw, [[], [1], [2]], 4), case(draw, [[], [1]], -1.5)],
    }
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
