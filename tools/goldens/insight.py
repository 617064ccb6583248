"""Goldens of change points (ruptures 1.1.10) and of tests (statsmodels 0.15, SciPy 1.17), on series from a seed.

    pip install ruptures==1.1.10 statsmodels==0.15.0 && python tools/goldens/insight.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import ruptures
import statsmodels.api as sm
from scipy import special, stats
from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch
from statsmodels.stats.stattools import jarque_bera
from statsmodels.tsa.stattools import acf

warnings.filterwarnings("ignore")
TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/insight.json"
rng = np.random.default_rng(3)
noise = rng.standard_normal
steps = np.concatenate([noise(60), 3 + noise(40), 1 + noise(50), 1.5 + noise(30)])
spread = np.concatenate([noise(70), 3 * noise(60), 0.5 * noise(50)])
errors = noise(150)
for row in range(1, 150):
    errors[row] += 0.4 * errors[row - 1]
SERIES = {name: np.round(values, 6) for name, values in {
    "steps": steps, "spread": spread, "noise": noise(120), "correlated": errors, "heavy": rng.standard_t(3, 90) + 0.3,
    "rising": 0.05 * np.arange(120) + np.convolve(noise(125), np.ones(6) / 3, "valid"),
}.items()}


def changes(name, cost, penalty, minimum):
    y = SERIES[name]
    model = ruptures.costs.CostL2() if cost == "mean" else ruptures.costs.CostNormal(add_small_diag=False)
    ends = ruptures.Pelt(custom_cost=model, min_size=minimum, jump=1).fit(y).predict(pen=penalty)
    return {"series": name, "cost": cost, "penalty": penalty, "minimumLength": minimum, "places": ends[:-1],
            "total": float(model.fit(y).sum_of_costs(ends))}


def diagnostics(name, lags, parameters):
    y = SERIES[name]
    box = acorr_ljungbox(y, lags=[lags], model_df=parameters)
    bera, p_bera, skewness, kurtosis = jarque_bera(y)
    arch = het_arch(y, nlags=lags)
    t = stats.ttest_1samp(y, 0)
    return {"series": name, "lags": lags, "parameters": parameters, "autocorrelation": acf(y, nlags=lags)[1:].tolist(),
            "ljungBox": [float(box.lb_stat.iloc[0]), float(box.lb_pvalue.iloc[0])], "jarqueBera": [bera, p_bera, skewness, kurtosis],
            "archLm": [arch[0], arch[1]], "bias": [t.statistic, t.pvalue]}


def trend(name):
    y = SERIES[name]
    lags = int(np.floor(4 * (len(y) / 100) ** (2 / 9)))
    fit = sm.OLS(y, sm.add_constant(np.arange(len(y)))).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    low, high = fit.conf_int(0.05)[1]
    return {"series": name, "slope": fit.params[1], "lower": low, "upper": high, "pValue": fit.pvalues[1]}


def kolmogorov(a, b):
    x, y = SERIES[a], SERIES[b]
    statistic = stats.ks_2samp(x, y).statistic
    size = np.sqrt(len(x) * len(y) / (len(x) + len(y)))
    return {"training": a, "fresh": b, "statistic": statistic, "pValue": special.kolmogorov(size * statistic)}


TARGET.write_text(json.dumps({
    "series": {name: values.tolist() for name, values in SERIES.items()},
    "changes": [
        changes("steps", "mean", 10.0, 2), changes("steps", "mean", 2.0, 5), changes("steps", "mean", 1.0, 1),
        changes("steps", "normal", 15.0, 5), changes("spread", "normal", 12.0, 5), changes("spread", "normal", 5.0, 8),
        changes("noise", "mean", 15.0, 2), changes("heavy", "mean", 4.0, 3), changes("heavy", "normal", 6.0, 2),
    ],
    "diagnostics": [diagnostics("noise", 10, 0), diagnostics("correlated", 12, 2), diagnostics("heavy", 5, 0),
                    diagnostics("spread", 10, 1)],
    "trends": [trend("rising"), trend("noise"), trend("correlated")],
    "kolmogorov": [kolmogorov("noise", "correlated"), kolmogorov("noise", "steps"), kolmogorov("noise", "noise")],
}, default=float) + "\n")
