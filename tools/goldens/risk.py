"""Goldens of risk: arch's GARCH and GJR on the S&P 500, and SciPy on a simulated series.

    pip install arch==8.0.0 scipy==1.17.1
    NOOSPHERE_DATA=/path/to/data python tools/goldens/risk.py

Without NOOSPHERE_DATA only the simulated part is written. The index itself stays out of the repository; the fits are stored.
arch ends where a step gains less than 1e-6; each fit here goes on from there, until 1e-12.
"""

import json
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from arch import arch_model
from scipy import stats
from scipy.integrate import quad
from scipy.special import xlogy

warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parents[2] / "packages/decide/src/goldens"


def fit(returns, o, distribution):
    model = arch_model(returns, mean="Constant", vol="GARCH", p=1, o=o, q=1, dist=distribution, rescale=False)
    first = model.fit(disp="off")
    second = model.fit(disp="off", tol=1e-12, starting_values=first.params, options={"maxiter": 2000})
    best = max(first, second, key=lambda each: each.loglikelihood)
    return {"o": o, "distribution": distribution, "parameters": best.params.tolist(), "logLikelihood": best.loglikelihood}


def garch(data):
    prices = pd.read_csv(data / "finance/arch/sp500.csv.gz", index_col=0, parse_dates=True)["Adj Close"]
    returns = 100 * prices.pct_change().dropna()
    fits = [fit(returns, o, distribution) for o in (0, 1) for distribution in ("normal", "t")]
    return {"count": len(returns), "fits": fits}


def likelihood_ratio(null, alternative):
    return float(-2 * (null - alternative))


def coverage(exceeded, probability):
    """Kupiec 1995 and Christoffersen 1998, written down from the papers."""
    hits = np.asarray(exceeded, dtype=int)
    n, x = len(hits), int(hits.sum())
    bernoulli = lambda p, ones, zeros: xlogy(ones, p) + xlogy(zeros, 1 - p)
    unconditional = likelihood_ratio(bernoulli(probability, x, n - x), bernoulli(x / n, x, n - x))
    pairs = np.zeros((2, 2))
    for before, after in zip(hits[:-1], hits[1:]):
        pairs[before, after] += 1
    share = pairs[:, 1].sum() / pairs.sum()
    rates = [pairs[s, 1] / pairs[s].sum() if pairs[s].sum() else 0.0 for s in (0, 1)]
    together = bernoulli(share, pairs[:, 1].sum(), pairs[:, 0].sum())
    apart = sum(bernoulli(rates[s], pairs[s, 1], pairs[s, 0]) for s in (0, 1))
    independence = likelihood_ratio(together, apart)
    test = lambda statistic, freedom: {"statistic": statistic, "probability": float(stats.chi2.sf(statistic, freedom))}
    return {
        "exceeded": hits.tolist(), "probability": probability, "kupiec": test(unconditional, 1),
        "independence": test(independence, 1), "conditional": test(unconditional + independence, 2),
    }


def parametric(returns, level):
    """Quantiles and conditional means by SciPy: integrals where there is a closed form."""
    tail = 1 - level
    mean, deviation = returns.mean(), returns.std(ddof=1)
    freedom, location, scale = stats.t.fit(returns)
    quantile = stats.t.ppf(tail, freedom)
    shortfall = quad(lambda x: x * stats.t.pdf(x, freedom), -np.inf, quantile)[0] / tail
    z = stats.norm.ppf(tail)
    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns)
    expanded = lambda z: (
        z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skew**2 / 36
    )
    inner = quad(lambda p: expanded(stats.norm.ppf(p)), 0, tail)[0] / tail
    return {
        "level": level,
        "normal": [-(mean + deviation * z), -(mean + deviation * quad(lambda x: x * stats.norm.pdf(x), -np.inf, z)[0] / tail)],
        "t": [-(location + scale * quantile), -(location + scale * shortfall)],
        "cornishFisher": [-(mean + deviation * expanded(z)), -(mean + deviation * inner)],
        "freedom": freedom,
    }


def simulated():
    rng = np.random.default_rng(3)
    variance, values = 1.0, []
    for z in stats.t.rvs(5, size=600, random_state=rng) * np.sqrt(3 / 5):
        values.append(round(0.0003 + 0.01 * np.sqrt(variance) * z, 6))
        variance = 0.05 + 0.1 * variance * z**2 + 0.85 * variance
    returns = np.array(values)
    hedged = np.round(rng.standard_t(5, (300, 3)) * 0.01, 6)
    asset = np.round(hedged @ [0.8, -0.3, 0.1] + rng.standard_normal(300) * 0.004 + 0.0002, 6)
    design = np.column_stack([np.ones(300), hedged])
    coefficients, residual, _, _ = np.linalg.lstsq(design, asset, rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * residual[0] / (300 - 4))
    hits = lambda share: (rng.random(500) < share).astype(int)
    clustered = np.repeat(hits(0.05)[:250], 2)
    return {
        "returns": values, "parametric": [parametric(returns, level) for level in (0.95, 0.99)],
        "coverage": [coverage(hits(0.05), 0.05), coverage(hits(0.1), 0.05), coverage(clustered, 0.05), coverage(np.zeros(250), 0.01),
                     coverage(hits(0.01), 0.01)],
        "hedge": {"asset": asset.tolist(), "hedges": hedged.T.tolist(), "ratios": coefficients[1:].tolist(), "intercept": coefficients[0],
                  "errors": errors[1:].tolist(), "determination": 1 - residual[0] / ((asset - asset.mean()) ** 2).sum()},
        "single": float(np.cov(asset, hedged[:, 0])[0, 1] / hedged[:, 0].var(ddof=1)),
    }


if __name__ == "__main__":
    (FOLDER / "risk.json").write_text(json.dumps(simulated()) + "\n")
    if "NOOSPHERE_DATA" in os.environ:
        (FOLDER / "risk-garch.json").write_text(json.dumps(garch(Path(os.environ["NOOSPHERE_DATA"]))) + "\n")
