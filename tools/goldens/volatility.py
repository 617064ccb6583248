"""Goldens of volatility: Python's arch 8.0 on simulated returns (its own data set is measured by `garch-agreement`).

    pip install arch==8.0.0 && python tools/goldens/volatility.py

arch ends where a step gains less than 1e-6; each fit here goes on from there, until 1e-12.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from arch import arch_model

warnings.filterwarnings("ignore")
TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/volatility.json"
rng = np.random.default_rng(11)
COUNT = 800


def simulate(omega, alpha, gamma, beta, draw):
    variance, values = omega / (1 - alpha - gamma / 2 - beta), []
    for z in draw:
        error = np.sqrt(variance) * z
        values.append(round(0.05 + error, 6))
        variance = omega + (alpha + gamma * (error < 0)) * error**2 + beta * variance
    return np.array(values)


SERIES = {
    "normal": simulate(0.05, 0.1, 0.0, 0.85, rng.standard_normal(COUNT)),
    "heavy": simulate(0.05, 0.08, 0.1, 0.8, rng.standard_t(6, COUNT) * np.sqrt(4 / 6)),
    "calm": simulate(0.5, 0.4, 0.0, 0.0, rng.standard_normal(COUNT)),
}


def fit(name, p, o, q, dist):
    y = SERIES[name]
    volatility = {"vol": "ARCH", "p": p} if q == 0 and o == 0 else {"vol": "GARCH", "p": p, "o": o, "q": q}
    model = arch_model(y, mean="Constant", dist=dist, rescale=False, **volatility)
    first = model.fit(disp="off")
    second = model.fit(disp="off", tol=1e-12, starting_values=first.params, options={"maxiter": 2000})
    best = max(first, second, key=lambda each: each.loglikelihood)
    ahead = best.forecast(horizon=6).variance.values[-1]
    return {
        "series": name, "p": p, "o": o, "q": q, "distribution": dist, "parameters": best.params.tolist(),
        "logLikelihood": best.loglikelihood, "deviations": best.conditional_volatility[[0, 1, 50, 799]].tolist(),
        "ahead": ahead.tolist(),
    }


goldens = {
    "series": {name: values.tolist() for name, values in SERIES.items()},
    "fits": [
        fit("normal", 1, 0, 1, "normal"), fit("heavy", 1, 1, 1, "normal"),
        fit("heavy", 1, 1, 1, "t"), fit("heavy", 1, 0, 1, "t"), fit("heavy", 2, 1, 1, "normal"),
        fit("calm", 1, 0, 0, "normal"), fit("heavy", 3, 0, 0, "t"), fit("normal", 1, 0, 2, "normal"),
    ],
}
TARGET.write_text(json.dumps(goldens) + "\n")
