"""Goldens of @noosphere/forecast: windows by pandas, metrics and least squares by scikit-learn, Wilson by SciPy.

    python tools/goldens/returns.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/returns.json"
DAYS, LOOKBACK, SEASON = 400, 10, 5


def windows_case(prices, horizon):
    """Origins and forecasts of every part of one series, by shifting pandas columns."""
    days = len(prices)
    log_price = np.log(pd.Series(prices))
    returns = log_price.diff()
    lags = pd.concat({lag: returns.shift(LOOKBACK - 1 - lag) for lag in range(LOOKBACK)}, axis=1)
    target = log_price.shift(-horizon) - log_price
    first_test_day = int(np.floor(0.8 * days))
    usable = lags.notna().all(axis=1) & target.notna()
    origin = np.arange(days)
    training = usable & (origin + horizon < first_test_day)
    test = usable & (origin + 1 >= first_test_day)
    # The value a season before each of the next days, added up.
    seasonal = sum(returns.shift(SEASON - ahead) for ahead in range(1, horizon + 1))
    linear = LinearRegression().fit(lags[training], target[training])
    forecasts = {
        "zero": np.zeros(test.sum()),
        "mean": np.full(test.sum(), target[training].mean()),
        "seasonal": seasonal[test].to_numpy(),
        "linear": linear.predict(lags[test]),
    }
    actual = target[test].to_numpy()
    scale = mean_absolute_error(target[training], np.zeros(training.sum()))
    return {
        "horizon": horizon,
        "trainingOrigins": [int(origin[training][0]), int(origin[training][-1])],
        "testOrigins": [int(origin[test][0]), int(origin[test][-1])],
        "firstWindow": lags[training].iloc[0].tolist(),
        "actual": actual.tolist(),
        "scale": scale,
        "weights": linear.coef_.tolist(),
        "intercept": float(linear.intercept_),
        "rows": {name: row(actual, forecast, scale, horizon) for name, forecast in forecasts.items()},
        "seasonalAgainstZero": diebold_mariano(actual, forecasts["seasonal"], forecasts["zero"], horizon),
    }


def diebold_mariano(actual, first, second, horizon):
    """Long-run variance as the quadratic form of a Bartlett-weighted Toeplitz matrix."""
    difference = np.abs(actual - first) - np.abs(actual - second)
    centred = difference - difference.mean()
    count = len(difference)
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    weights = np.clip(1 - distance / horizon, 0, None)
    statistic = difference.mean() / np.sqrt(centred @ weights @ centred / count**2)
    return {"statistic": float(statistic), "pValue": float(2 * norm.sf(abs(statistic)))}


def row(actual, forecast, scale, horizon):
    mae = mean_absolute_error(actual, forecast)
    signed = (np.sign(actual) != 0) & (np.sign(forecast) != 0)
    hits = int((np.sign(actual) == np.sign(forecast))[signed].sum())
    return {
        "forecast": forecast.tolist(),
        "mae": mae,
        "rmse": root_mean_squared_error(actual, forecast),
        "mase": mae / scale,
        "hits": hits,
        "signed": int(signed.sum()),
    }


def wilson_case(hits, count):
    interval = binomtest(hits, count).proportion_ci(confidence_level=0.95, method="wilson")
    return {"hits": hits, "count": count, "low": interval.low, "high": interval.high}


def main():
    generator = np.random.default_rng(20240229)
    prices = np.round(100 * np.exp(np.cumsum(generator.standard_t(4, DAYS) * 0.01)), 2)
    goldens = {
        "prices": prices.tolist(),
        "windows": [windows_case(prices, horizon) for horizon in (1, 5)],
        "wilson": [wilson_case(*case) for case in [(0, 10), (10, 10), (1, 3), (260, 500), (500, 1021), (1, 1)]],
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
