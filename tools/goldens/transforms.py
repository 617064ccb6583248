"""Goldens of transforms: scikit-learn's scalers, SciPy's boxcox, coreforecast's Guerrero, pandas' features.

    python tools/goldens/transforms.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from coreforecast.scalers import boxcox_lambda
from scipy.stats import boxcox, boxcox_normmax
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/transforms.json"


def main():
    draw = np.random.default_rng(5)
    t = np.arange(96)
    y = np.round(np.exp(3 + t / 60 + 0.3 * np.sin(t * np.pi / 6) + draw.normal(0, 0.1, 96)), 4)
    column = y.reshape(-1, 1)
    times = pd.date_range("2023-12-30 22:00", periods=30, freq="7h")
    rolling = pd.Series(y).shift(1).rolling(5)
    goldens = {
        "y": y.tolist(),
        "standard": StandardScaler().fit_transform(column)[:, 0].tolist(),
        "minMax": MinMaxScaler().fit_transform(column)[:, 0].tolist(),
        "robust": RobustScaler().fit_transform(column)[:, 0].tolist(),
        "boxCox": [{"lambda": power, "values": boxcox(y, power).tolist()} for power in (-0.7, 0.0, 0.3, 2.0)],
        "likelihood": float(boxcox_normmax(y, method="mle")),
        "guerrero": float(boxcox_lambda(y, method="guerrero", season_length=12, lower=-1, upper=2)),
        "seasonalDifference": np.diff(y[12:] - y[:-12]).tolist(),
        "calendar": {
            "times": [int(stamp.timestamp() * 1000) for stamp in times],
            "hour": times.hour.tolist(),
            "weekday": times.dayofweek.tolist(),
            "dayOfMonth": times.day.tolist(),
            "dayOfYear": times.dayofyear.tolist(),
            "month": times.month.tolist(),
            "quarter": times.quarter.tolist(),
            "year": times.year.tolist(),
        },
        "rolling": {
            "mean": rolling.mean().tolist()[5:],
            "deviation": rolling.std().tolist()[5:],
            "least": rolling.min().tolist()[5:],
            "largest": rolling.max().tolist()[5:],
        },
    }
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
