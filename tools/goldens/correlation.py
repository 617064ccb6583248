"""Goldens of correlations and covariance (pandas 2.3), skewness and excess kurtosis (SciPy 1.17).

pandas takes small variances for zero, so that its skewness depends on the unit; SciPy's does not.

    python tools/goldens/correlation.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

TARGET = Path(__file__).parents[2] / "packages/statistics/src/goldens/correlation.json"
random = np.random.default_rng(17)
n = 25
base = random.normal(0, 1, n)
samples = {
    "related": (base, base + random.normal(0, 0.5, n)),
    "ties": (random.integers(0, 4, n).astype(float), random.integers(0, 4, n).astype(float)),
    "heavy tails": (random.standard_t(3, n), np.exp(random.normal(0, 1, n))),
    "small numbers": (1e-9 * base, 1e-9 * random.normal(0, 1, n) + 1e-6),
}
cases = []
for name, (x, y) in samples.items():
    a, b = pd.Series(x), pd.Series(y)
    cases.append(
        {
            "name": name,
            "x": x.tolist(),
            "y": y.tolist(),
            **{method: a.corr(b, method=method) for method in ("pearson", "spearman", "kendall")},
            "covariance": a.cov(b),
            "skewness": float(stats.skew(y, bias=False)),
            "kurtosis": float(stats.kurtosis(y, bias=False)),
        }
    )
TARGET.write_text(json.dumps({"cases": cases}) + "\n")
