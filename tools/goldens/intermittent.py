"""Goldens of models of intermittent demand: statsforecast 2.1.1.

    python tools/goldens/intermittent.py
"""

import json
from pathlib import Path

import numpy as np
from statsforecast.models import ADIDA, IMAPA, TSB, CrostonClassic, CrostonOptimized, CrostonSBA

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/intermittent.json"
rng = np.random.default_rng(5)
SERIES = {
    "rare": np.where(rng.random(90) < 0.15, rng.poisson(4, 90) + 1, 0).astype(float),
    "often": np.where(rng.random(60) < 0.6, rng.gamma(2, 3, 60).round(2), 0),
    "halves": np.array([0, 2, 0, 0, 5, 0, 3, 0, 0, 1.0]),
    "always": rng.poisson(9, 30) + 1.0,
    "once": np.array([0, 0, 7, 0, 0, 0.0]),
    "never": np.zeros(12),
    "single": np.array([4.0]),
}
MODELS = {
    "crostonClassic": CrostonClassic(), "crostonOptimized": CrostonOptimized(), "crostonSba": CrostonSBA(),
    "adida": ADIDA(), "imapa": IMAPA(), "tsb": TSB(alpha_d=0.2, alpha_p=0.1),
}


def case(series, kind):
    fitted = kind in ("crostonClassic", "crostonSba", "tsb") and len(SERIES[series]) > 1
    out = MODELS[kind].forecast(SERIES[series], h=2, fitted=fitted)
    values = [None if np.isnan(each) else float(each) for each in out["fitted"]] if fitted else None
    return {"series": series, "kind": kind, "forecast": float(out["mean"][0]), "fitted": values}


TARGET.write_text(json.dumps({
    "series": {name: values.tolist() for name, values in SERIES.items()},
    "cases": [case(series, kind) for series in SERIES for kind in MODELS],
}) + "\n")
