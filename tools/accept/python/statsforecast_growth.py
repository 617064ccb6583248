"""Times models of statsforecast on series of several lengths and seasons, on one core.

    python statsforecast_growth.py SERIES.json

SERIES.json lists {"model", "season", "y"}. Prints a JSON list of seconds of a fit and a forecast of 12, each the least of three
(of one, where that takes over a second), after a warm-up of the model.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time
import warnings

import numpy as np
from statsforecast.models import MFLES, MSTL, AutoETS, AutoTheta, DynamicOptimizedTheta

warnings.filterwarnings("ignore")
MODELS = {
    "AutoTheta": lambda season: AutoTheta(season_length=season),
    "DynamicOptimizedTheta": lambda season: DynamicOptimizedTheta(season_length=season),
    "AutoETS": lambda season: AutoETS(season_length=season),
    "MSTL": lambda season: MSTL(season_length=[season], trend_forecaster=AutoETS(model="ZZN")),
    "MFLES": lambda season: MFLES(season_length=season if season > 1 else None),
}


def once(name, season, y):
    begun = time.perf_counter()
    MODELS[name](season).fit(y).predict(h=12)
    return time.perf_counter() - begun


cases = json.load(open(sys.argv[1]))
warm = set()
seconds = []
for case in cases:
    name, season, y = case["model"], case["season"], np.array(case["y"])
    if name not in warm:
        once(name, season, y)
        warm.add(name)
    times = [once(name, season, y)]
    while times[0] < 1 and len(times) < 3:
        times.append(once(name, season, y))
    seconds.append(min(times))
print(json.dumps(seconds))
