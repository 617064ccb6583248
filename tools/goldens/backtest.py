"""Goldens of backtests: statsforecast's cross_validation, utilsforecast's losses of it, conformal quantiles by NumPy, NNLS by SciPy.

    python tools/goldens/backtest.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from statsforecast import StatsForecast
from statsforecast.models import Naive, RandomWalkWithDrift, SeasonalNaive
from utilsforecast import losses

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/backtest.json"
SEASON, HORIZON, STEP, WINDOWS = 4, 3, 2, 4


def backtest(frame):
    forecast = StatsForecast(models=[SeasonalNaive(SEASON), RandomWalkWithDrift(), Naive()], freq=1)
    table = forecast.cross_validation(df=frame, h=HORIZON, step_size=STEP, n_windows=WINDOWS, level=[80])
    table = table.sort_values(["unique_id", "cutoff", "ds"]).reset_index(drop=True)
    names = {"SeasonalNaive": "SeasonalNaive", "RWD": "RWD", "Naive": "Naive"}
    scores = {}
    for name in names:
        windows = []
        for (series, cutoff), part in table.groupby(["unique_id", "cutoff"]):
            training = frame[(frame.unique_id == series) & (frame.ds <= cutoff)]
            windows.append(
                {
                    "series": series,
                    "mae": losses.mae(part, [name])[name].iloc[0],
                    "mase": losses.mase(part, [name], SEASON, training)[name].iloc[0],
                    "winkler": losses.winkler_score(part, [name], 80)[name].iloc[0],
                }
            )
        means = pd.DataFrame(windows).groupby("series").mean().mean()
        scores[name] = {key: float(value) for key, value in means.items()}
    return {
        "cutoffs": table["cutoff"].tolist(),
        "ds": table["ds"].tolist(),
        "y": table["y"].tolist(),
        "columns": {column: table[column].tolist() for column in table if column[0] in "SRN"},
        "scores": scores,
    }


def split_conformal(values, horizon, windows, step, level):
    """Absolute errors of the last value at earlier origins; the ceil((n + 1) level)-th smallest at each step."""
    errors = []
    for window in range(windows):
        origin = len(values) - horizon - (windows - 1 - window) * step
        errors.append(np.abs(values[origin : origin + horizon] - values[origin - 1]))
    share = np.ceil((windows + 1) * level / 100) / windows
    return np.quantile(np.array(errors), share, axis=0, method="inverted_cdf").tolist()


def main():
    draw = np.random.default_rng(11)
    rows = []
    for name, length in [("a", 40), ("b", 31)]:
        t = np.arange(length)
        values = np.round(20 + 0.3 * t + 5 * np.sin(t * np.pi / 2) + draw.normal(0, 1.5, length), 3)
        rows.append(pd.DataFrame({"unique_id": name, "ds": t, "y": values}))
    frame = pd.concat(rows, ignore_index=True)
    walk = np.round(np.cumsum(draw.normal(0, 1, 120)), 3)
    columns = np.round(draw.normal(3, 2, (25, 5)), 3)
    targets = [columns @ [0.5, 0.3, 0, 0, 0.2] + draw.normal(0, 0.5, 25), columns @ [1, -1, 0.5, 0, 0] + draw.normal(0, 0.5, 25)]
    goldens = {
        "season": SEASON,
        "horizon": HORIZON,
        "step": STEP,
        "windows": WINDOWS,
        "frame": {"unique_id": frame.unique_id.tolist(), "ds": frame.ds.tolist(), "y": frame.y.tolist()},
        **backtest(frame),
        "conformal": {
            "y": walk.tolist(),
            "cases": [
                {"windows": windows, "step": step, "level": level, "widths": split_conformal(walk, 4, windows, step, level)}
                for windows, step, level in [(10, 4, 90), (19, 1, 95), (19, 1, 80), (25, 3, 50)]
            ],
        },
        "leastSquares": [
            {"columns": columns.T.tolist(), "target": target.tolist(), "weights": nnls(columns, target)[0].tolist()}
            for target in targets
        ],
    }
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
