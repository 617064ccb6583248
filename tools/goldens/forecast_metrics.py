"""Goldens of forecast metrics: utilsforecast's losses on frames of three series; CRPS of normals by SciPy quadrature.

    python tools/goldens/forecast_metrics.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.special import erf
from scipy.stats import norm
from utilsforecast import losses

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/metrics.json"
SEASON, TRAINING, HORIZON = 4, 30, 8


def crps_normal(y, mean, deviation):
    below = quad(lambda x: norm.cdf(x, mean, deviation) ** 2, -np.inf, y, epsabs=1e-13)[0]
    above = quad(lambda x: norm.sf(x, mean, deviation) ** 2, y, np.inf, epsabs=1e-13)[0]
    return below + above


def main():
    draw = np.random.default_rng(7)
    series = []
    frames, trainings = [], []
    for name in ["a", "b", "c"]:
        values = np.round(50 + 10 * np.sin(np.arange(TRAINING + HORIZON) * np.pi / 2) + draw.normal(0, 4, TRAINING + HORIZON), 3)
        forecast = np.round(values[TRAINING:] + draw.normal(0, 5, HORIZON), 3)
        width = np.round(draw.uniform(2, 8, HORIZON), 3)
        steps = np.arange(TRAINING, TRAINING + HORIZON)
        frame = pd.DataFrame({"unique_id": name, "ds": steps, "y": values[TRAINING:], "m": forecast})
        frame["m-lo-80"], frame["m-hi-80"] = forecast - width, forecast + 1.5 * width
        frames.append(frame)
        trainings.append(pd.DataFrame({"unique_id": name, "ds": np.arange(TRAINING), "y": values[:TRAINING]}))
        series.append(
            {
                "training": values[:TRAINING].tolist(),
                "actual": values[TRAINING:].tolist(),
                "forecast": forecast.tolist(),
                "lower": (forecast - width).tolist(),
                "upper": (forecast + 1.5 * width).tolist(),
            }
        )
    frame, training = pd.concat(frames), pd.concat(trainings)
    quantiles = {"m": ["m-lo-80", "m", "m-hi-80"]}

    def of(function, **options):
        return function(df=frame, **options)["m"].tolist()

    goldens = {
        "season": SEASON,
        "series": series,
        "metrics": {
            "mae": of(losses.mae, models=["m"]),
            "rmse": of(losses.rmse, models=["m"]),
            "mape": [100 * value for value in of(losses.mape, models=["m"])],
            "smape100": [100 * value for value in of(losses.smape, models=["m"])],
            "mase": of(losses.mase, models=["m"], seasonality=SEASON, train_df=training),
            "rmsse": of(losses.rmsse, models=["m"], seasonality=SEASON, train_df=training),
            "pinball": of(losses.quantile_loss, models={"m": "m-lo-80"}, q=0.1),
            "multiQuantile": of(losses.mqloss, models=quantiles, quantiles=np.array([0.1, 0.5, 0.9])),
            "coverage": [100 * value for value in of(losses.coverage, models=["m"], level=80)],
            "winkler": of(losses.winkler_score, models=["m"], level=80),
        },
        "crpsOfNormal": [
            {"y": y, "mean": mean, "deviation": deviation, "value": crps_normal(y, mean, deviation)}
            for y, mean, deviation in [(0, 0, 1), (2.5, 1, 0.5), (-7, 3, 4), (100, 98, 0.7)]
        ],
        "errorFunction": [{"x": x, "value": float(erf(x))} for x in [-7, -3, -2.5, -1, -0.1, 0, 1e-9, 0.5, 2.49, 2.51, 4, 5.9]],
    }
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
