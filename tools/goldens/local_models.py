"""Goldens of the models of one series: statsforecast 2.1.1, with statsmodels as a second opinion on likelihoods and STL.

    python tools/goldens/local_models.py

Series are made here from a seed, but for AirPassengers (Box & Jenkins, series G). Where statsforecast 2.1.1 is known to be
wrong, what is written is put right, and the place says so.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
from scipy.stats import norm
from statsforecast.ets import etsmodel, ets_f, pegelsresid_C
from statsforecast.models import (
    MFLES,
    MSTL,
    AutoETS,
    AutoTheta,
    DynamicOptimizedTheta,
    DynamicTheta,
    HistoricAverage,
    Naive,
    OptimizedTheta,
    RandomWalkWithDrift,
    SeasonalNaive,
    SeasonalWindowAverage,
    Theta,
    WindowAverage,
)
from statsforecast.mstl import mstl
from statsforecast.utils import AirPassengers
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import STL

warnings.filterwarnings("ignore")
TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens"
HORIZON = 8
rng = np.random.default_rng(20)


def wave(count, season, size=1.0):
    return size * np.sin(2 * np.pi * np.arange(count) / season)


noise = rng.standard_normal
SERIES = {
    "air": (AirPassengers.astype(float), 12),
    "quarters": (50 + 0.4 * np.arange(40) + wave(40, 4, 6) + noise(40), 4),
    "hours": (100 * np.exp(wave(240, 24, 0.4)) * np.exp(0.05 * noise(240)), 24),
    "walk": (200 + np.cumsum(noise(90)), 1),
    "fading": (30 - 20 * 0.9 ** np.arange(60) + 0.4 * noise(60), 1),
    "trending": (5 + 2.5 * np.arange(30) + 2 * noise(30), 1),
    "zeros": (np.maximum(0, 3 + wave(60, 6, 4) + noise(60)), 6),
    "negative": (wave(72, 12, 5) + 0.05 * np.arange(72) + noise(72) - 3, 12),
    "short": (np.array([12.0, 15.0, 14.0, 17.0, 16.0, 19.0, 21.0]), 1),
    "huge": (1e9 * (5 + wave(50, 5) + 0.2 * noise(50)), 5),
    "small": (1e-7 * (5 + 0.1 * np.cumsum(noise(50))), 1),
    "few seasons": (20 + wave(30, 12, 5) + 0.5 * noise(30), 12),
}
SERIES = {name: (np.round(y, 12 if name == "small" else 4), season) for name, (y, season) in SERIES.items()}


def numbers(values):
    return [None if not math.isfinite(v) else float(v) for v in values]


def damped_forecast(model, horizon):
    """The mean with phi + phi^2 + …: 2.1.1 adds phi twice (corrected upstream later)."""
    states, m = model["states"][-1], model["m"]
    _, trend, season, damped = model["components"]
    level, growth = states[0], states[1] if trend != "N" else 0.0
    seasons = states[1 + (trend != "N") :]
    phi = model["par"][3] if damped == "D" else 1.0
    out = []
    for h in range(1, horizon + 1):
        fade = sum(phi**k for k in range(1, h + 1))
        value = level + fade * growth
        place = seasons[m - 1 - (h - 1) % m] if season != "N" else 0.0
        out.append(value * place if season == "M" else value + place)
    return out


def own_likelihood(y, model):
    """-2 log L + n log n of statsmodels' recursion at the same parameters and states, which is what R calls the likelihood."""
    error, trend, season, damped = model["components"]
    names = {"N": None, "A": "add", "M": "mul"}
    alpha, beta, gamma, phi = model["par"][:4]
    states = model["par"][4:]
    m = model["m"]
    peer = ETSModel(
        y,
        error=names[error],
        trend=names[trend],
        damped_trend=damped == "D",
        seasonal=names[season],
        seasonal_periods=m if season != "N" else None,
        initialization_method="known",
        initial_level=states[0],
        initial_trend=states[1] if trend != "N" else None,
        initial_seasonal=list(states[1 + (trend != "N") :][::-1]) if season != "N" else None,
    )
    parameters = [alpha]
    if trend != "N":
        parameters.append(beta)
    if season != "N":
        parameters.append(gamma)
    if damped == "D":
        parameters.append(phi)
    fit = peer.smooth(np.array(parameters))
    n = len(y)
    # statsmodels: log L = -n/2 (log(2 pi sigma^2) + 1) - sum log |forecast|
    return float(-2 * fit.llf - n * (math.log(2 * math.pi / n) + 1))


def ets_cases():
    cases = []
    for name, (y, season) in SERIES.items():
        positive = y.min() > 0
        for error in "AM":
            for trend in "NA":
                for s in "NAM":
                    for damped in (True, False):
                        if damped and trend == "N":
                            continue
                        if (error == "A" and s == "M") or (not positive and "M" in error + s) or (s != "N" and season == 1):
                            continue
                        lower, upper = np.array([1e-4, 1e-4, 1e-4, 0.8]), np.array([0.9999, 0.9999, 0.9999, 0.98])
                        nan = float("nan")
                        fit = etsmodel(y, season, error, trend, s, damped, nan, nan, nan, nan, lower, upper, "lik", 3, "both")
                        if fit["fit"] is None or not math.isfinite(fit["aicc"]):
                            continue
                        cases.append(
                            {
                                "series": name,
                                "model": f"{error}{trend}{s}",
                                "damped": damped,
                                "aicc": float(fit["aicc"]),
                                "iterations": int(fit["fit"].nit),
                                "parameters": numbers(fit["par"][:4]),
                                "states": numbers(fit["par"][4:]),
                                "variance": float(fit["sigma2"]),
                                "likelihood": float(-2 * fit["loglik"]),
                                "statsmodels": own_likelihood(y, fit),
                                "fitted": numbers(fit["fitted"][-5:]),
                                "forecast": damped_forecast(fit, HORIZON),
                            }
                        )
    return cases


def auto_cases():
    cases = []
    for name, (y, season) in SERIES.items():
        fit = ets_f(y, m=season)
        cases.append({"series": name, "model": fit["method"], "aicc": float(fit["aicc"])})
    return cases


def interval_cases():
    """Fits whose variance 2.1.1 has in closed form and right: not MAA (a product for a sum), and not the damped mean."""
    cases = []
    for name, model in [("walk", "ANN"), ("trending", "AAN"), ("quarters", "ANA"), ("quarters", "AAA"), ("walk", "MNN"), ("quarters", "MNA"), ("trending", "MAN")]:
        y, season = SERIES[name]
        peer = AutoETS(season_length=season, model=model, damped=False).fit(y)
        out = peer.predict(12, level=[80, 95])
        cases.append({"series": name, "model": model, **{key: numbers(out[key]) for key in ("mean", "lo-80", "hi-80", "lo-95", "hi-95")}})
    return cases


def theta_cases():
    cases = []
    for name, (y, season) in SERIES.items():
        for kind, make in {
            "theta": Theta,
            "optimizedTheta": OptimizedTheta,
            "dynamicTheta": DynamicTheta,
            "dynamicOptimizedTheta": DynamicOptimizedTheta,
            "autoTheta": AutoTheta,
        }.items():
            peer = make(season_length=season).fit(y)
            model = peer.model_
            cases.append(
                {
                    "series": name,
                    "kind": kind,
                    "model": model["modeltype"],
                    "parameters": [float(model["par"][k]) for k in ("initial_smoothed", "alpha", "theta")],
                    "error": float(model["mse"]),
                    "decomposition": model.get("decomposition_type") if model.get("decompose") else None,
                    "forecast": numbers(peer.predict(HORIZON)["mean"]),
                }
            )
    return cases


def naive_cases():
    y, season = SERIES["quarters"]
    made = {
        "naive": Naive(),
        "seasonalNaive": SeasonalNaive(season),
        "drift": RandomWalkWithDrift(),
        "historicAverage": HistoricAverage(),
    }
    cases = []
    for kind, peer in made.items():
        out = peer.fit(y).predict(HORIZON, level=[90])
        cases.append(
            {
                "kind": kind,
                "options": {"season": season} if kind == "seasonalNaive" else {},
                "fitted": numbers(peer.predict_in_sample()["fitted"]),
                **{key: numbers(out[key]) for key in ("mean", "lo-90", "hi-90")},
            }
        )
    for kind, options, peer in [
        ("windowAverage", {"window": 7}, WindowAverage(7)),
        ("seasonalWindowAverage", {"season": season, "window": 3}, SeasonalWindowAverage(season, 3)),
    ]:
        cases.append({"kind": kind, "options": options, "mean": numbers(peer.fit(y).predict(HORIZON)["mean"])})
    return cases


def stl_cases():
    cases = []
    for name, season, options, ours in [
        ("air", 12, {}, {}),
        ("air", 12, {"robust": True}, {"robust": True}),
        ("air", 12, {"seasonal": 13, "seasonal_deg": 0, "trend_deg": 0}, {"seasonalWindow": 13, "seasonalDegree": 0, "trendDegree": 0}),
        ("hours", 24, {"trend_jump": 4, "low_pass_jump": 3, "seasonal": 11}, {"trendJump": 4, "lowPassJump": 3, "seasonalWindow": 11}),
        ("few seasons", 12, {"seasonal": 7}, {"seasonalWindow": 7}),
    ]:
        fit = STL(SERIES[name][0], period=season, **options).fit()
        cases.append(
            {"series": name, "season": season, "options": ours, "trend": numbers(fit.trend), "seasonal": numbers(fit.seasonal), "weights": numbers(fit.weights)}
        )
    return cases


def mstl_case():
    y = np.round(60 + 0.05 * np.arange(300) + wave(300, 12, 8) + wave(300, 42, 5) + noise(300), 4)
    parts = mstl(y, [12, 42])
    peer = MSTL([12, 42], trend_forecaster=AutoETS(model="AAN", damped=False)).fit(y)
    out = peer.predict(50, level=[90])
    return {
        "y": numbers(y),
        "seasons": [12, 42],
        "trend": numbers(parts["trend"][::7]),
        "seasonal": [numbers(parts[f"seasonal{s}"][::7]) for s in (12, 42)],
        **{key: numbers(out[key]) for key in ("mean", "lo-90", "hi-90")},
    }


def mfles_cases():
    cases = []
    outliers = SERIES["trending"][0].copy()
    outliers[[5, 11, 20]] += 300
    for name, y, seasons, options, ours in [
        ("air", SERIES["air"][0], [12], {}, {}),
        ("hours", SERIES["hours"][0], [24], {"smoother": True}, {"smoother": True}),
        ("negative", SERIES["negative"][0], [12], {}, {}),
        ("walk", SERIES["walk"][0], None, {}, {}),
        ("walk, light lasso", SERIES["walk"][0], None, {"alpha": 0.01, "robust": False}, {"penalty": 0.01, "robust": False}),
        ("trending, robust", outliers, None, {"robust": True}, {"robust": True}),
        ("quarters", SERIES["quarters"][0], [4, 10], {"multiplicative": False}, {"multiplicative": False}),
    ]:
        peer = MFLES(season_length=seasons, **options).fit(y)
        cases.append(
            {
                "name": name,
                "y": numbers(y),
                "seasons": seasons or [],
                "options": ours,
                "fitted": numbers(peer.predict_in_sample()["fitted"]),
                "forecast": numbers(peer.predict(10)["mean"]),
            }
        )
    return cases


def write(name, content):
    (TARGET / f"{name}.json").write_text(json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n")


series = {name: {"season": season, "y": numbers(y)} for name, (y, season) in SERIES.items()}
write("local-series", series)
write("ets", {"fits": ets_cases(), "choices": auto_cases(), "intervals": interval_cases()})
write("theta", theta_cases())
probabilities = [1e-12, 1e-4, 0.025, 0.1, 0.5, 0.77, 0.9995, 1 - 1e-9]
write("naive", {"models": naive_cases(), "quantiles": [[p, float(norm.ppf(p))] for p in probabilities]})
write("decomposition", {"stl": stl_cases(), "mstl": mstl_case()})
write("mfles", mfles_cases())
