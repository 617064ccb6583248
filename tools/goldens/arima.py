"""Goldens of ARIMA: statsmodels 0.15's state space models, maximised from several starts.

    python tools/goldens/arima.py

Series are those of `local-series.json` (`local_models.py` makes them). Likelihoods are those of the differences; forecasts and
their deviations come from the undifferenced model with exact diffuse states, in units of the errors' deviation. The AR and MA
part of the pure likelihoods (`likelihoods`) is given, so that nothing is searched there.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import kpss

warnings.filterwarnings("ignore")
TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens"
SERIES = json.loads((TARGET / "local-series.json").read_text())
HORIZON = 8


def regressors(length, order, seasonal, constant, covariate, start=0):
    time = np.arange(start, start + length)
    columns = []
    if constant:
        columns.append(np.ones(length) if order[1] + seasonal[1] == 0 else time + 1.0)
    if covariate:
        columns.append(np.cos(time * time / 7.0))
    return np.column_stack(columns) if columns else None


def fit(name, order, seasonal=(0, 0, 0), constant=False, covariate=False):
    y = np.array(SERIES[name]["y"])
    season = SERIES[name]["season"] if any(seasonal) else 0
    exog = regressors(len(y), order, seasonal, constant, covariate)
    options = dict(exog=exog, order=order, seasonal_order=(*seasonal, season), concentrate_scale=True)
    model = SARIMAX(y, simple_differencing=True, **options)
    starts = [model.start_params, model.start_params * 0.5]
    fits = [model.fit(start, method=method, disp=0, maxiter=1500, **extra)
            for start in starts for method, extra in (("lbfgs", {"pgtol": 1e-9, "factr": 10}), ("nm", {"xtol": 1e-9, "ftol": 1e-12}))]
    best = max(fits, key=lambda each: each.llf)
    whole = SARIMAX(y, use_exact_diffuse=True, **options).smooth(best.params)
    ahead = regressors(HORIZON, order, seasonal, constant, covariate, len(y))
    forecast = whole.get_forecast(HORIZON, exog=ahead)
    return {
        "series": name, "order": order, "seasonal": seasonal, "season": max(1, season), "constant": constant,
        "covariate": covariate, "names": model.param_names, "parameters": best.params.tolist(), "logLikelihood": best.llf,
        "mean": forecast.predicted_mean.tolist(), "deviations": (forecast.se_mean / math.sqrt(whole.scale)).tolist(),
    }


def likelihood(name, order, seasonal, parameters):
    y = np.array(SERIES[name]["y"])
    model = SARIMAX(y, order=order, seasonal_order=(*seasonal, SERIES[name]["season"] if any(seasonal) else 0),
                    simple_differencing=True, concentrate_scale=True, enforce_invertibility=False)
    return {"series": name, "order": order, "seasonal": seasonal, "season": SERIES[name]["season"],
            "lags": parameters, "logLikelihood": model.loglike(parameters)}


def statistic(name):
    y = np.array(SERIES[name]["y"])
    return {"series": name, "kpss": kpss(y, "c", nlags=math.floor(3 * math.sqrt(len(y)) / 13))[0]}


goldens = {
    "fits": [
        fit("air", (2, 1, 1), (0, 1, 0)),
        fit("air", (0, 1, 1), (0, 1, 1)),
        fit("air", (1, 1, 0), (1, 1, 0), covariate=True),
        fit("quarters", (1, 0, 0), (0, 1, 0), constant=True),
        fit("quarters", (0, 1, 1), (1, 0, 0), constant=True, covariate=True),
        fit("walk", (1, 1, 0), constant=True),
        fit("walk", (1, 0, 1), constant=True),
        fit("fading", (2, 0, 0), constant=True),
        fit("negative", (1, 0, 1), (0, 1, 0), constant=True),
        fit("zeros", (0, 0, 2), (1, 0, 0), constant=True, covariate=True),
        fit("huge", (0, 1, 1)),
        fit("small", (0, 1, 1)),
    ],
    "likelihoods": [
        likelihood("air", (1, 1, 1), (1, 1, 1), [0.4, -0.7, -0.3, -0.5]),
        likelihood("air", (3, 1, 2), (0, 1, 1), [0.5, -0.2, 0.1, -0.4, 0.3, -0.999]),
        likelihood("hours", (2, 0, 1), (1, 0, 1), [0.9, -0.3, 0.5, 0.9, -0.2]),
        likelihood("walk", (1, 0, 0), (0, 0, 0), [0.9999]),
        likelihood("walk", (0, 0, 3), (0, 0, 0), [0.5, 0.5, 0.5]),
        likelihood("negative", (0, 0, 1), (0, 0, 2), [-1.0, 0.3, 0.4]),
        likelihood("negative", (0, 1, 1), (0, 0, 0), [-1.8]),
    ],
    "statistics": [statistic(name) for name in ("air", "walk", "negative", "fading")],
}
(TARGET / "arima.json").write_text(json.dumps(goldens) + "\n")
