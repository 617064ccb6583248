"""Times one model of statsforecast on hourly series of M4, on one core.

    python statsforecast_speed.py MODEL TRAIN.csv SERIES.json REPEATS

Prints JSON: seconds of each repeat after a warm-up, forecasts, and the model chosen for each series with its AICc.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import csv
import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import statsforecast
from statsforecast import StatsForecast
from statsforecast.models import MFLES, MSTL, AutoETS, AutoTheta, DynamicOptimizedTheta

warnings.filterwarnings("ignore")
MODELS = {
    "AutoTheta": lambda: AutoTheta(season_length=24),
    "DynamicOptimizedTheta": lambda: DynamicOptimizedTheta(season_length=24),
    "AutoETS": lambda: AutoETS(season_length=24),
    "MSTL": lambda: MSTL(season_length=[24, 168], trend_forecaster=AutoETS(model="ZZN")),
    "MFLES": lambda: MFLES(season_length=[24, 168]),
}

name, train, chosen, repeats = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])), int(sys.argv[4])
rows = {row[0]: np.array([float(v) for v in row[1:] if v != ""]) for row in list(csv.reader(open(train)))[1:]}
frame = pd.concat(
    [pd.DataFrame({"unique_id": f"{at:04d}", "ds": np.arange(len(rows[id])), "y": rows[id]}) for at, id in enumerate(chosen)]
)


def once(data):
    engine = StatsForecast(models=[MODELS[name]()], freq=1, n_jobs=1)
    begun = time.perf_counter()
    engine.fit(data)
    forecasts = engine.predict(h=48)
    return time.perf_counter() - begun, engine, forecasts


once(frame[frame.unique_id == "0000"])
seconds = []
for _ in range(repeats):
    elapsed, engine, forecasts = once(frame)
    seconds.append(elapsed)
column = [c for c in forecasts.columns if c not in ("unique_id", "ds")][0]
fitted = [engine.fitted_[at, 0].model_ for at in range(len(chosen))]
choices = None
if name == "AutoETS":
    choices = [{"model": fit.get("method", "ETS(A,N,N)"), "aicc": float(fit["aicc"])} for fit in fitted]
if name == "AutoTheta":
    choices = [{"model": fit["modeltype"], "aicc": float(fit["mse"])} for fit in fitted]
print(
    json.dumps(
        {
            "version": statsforecast.__version__,
            "seconds": seconds,
            "forecasts": forecasts[column].to_numpy().reshape(len(chosen), 48).tolist(),
            "choices": choices,
        }
    )
)
