"""Goldens of distributions and Cholesky factors (SciPy 1.17, NumPy 2.4).

Not named after its package: `statistics` would stand before the standard library's for every script beside it.

    python tools/goldens/distributions.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

TARGET = Path(__file__).parents[2] / "packages/statistics/src/goldens/statistics.json"
rng = np.random.default_rng(11)
half = rng.standard_normal((4, 6))
matrix = half @ half.T
right = rng.standard_normal(4)
values = np.round(rng.standard_normal(31), 4)

golden = {
    "chiSquaredTail": [[x, k, stats.chi2.sf(x, k)] for x, k in [(0.5, 1), (3.841, 1), (12, 5), (0.01, 2)]],
    "normalTails": [[z, 2 * stats.norm.sf(z)] for z in [0.1, 1, 1.96, 3]],
    "normalCdf": [[z, stats.norm.cdf(z)] for z in [-3, -1.645, 0, 0.3, 2]],
    "studentTails": [[t, k, 2 * stats.t.sf(t, k)] for t, k in [(0.2, 3), (2.1, 17), (4, 200)]],
    "studentQuantile": [[p, k, stats.t.ppf(p, k)] for p, k in [(0.05, 4.7), (0.01, 30), (0.975, 3)]],
    "normalQuantile": [[p, stats.norm.ppf(p)] for p in [1e-10, 0.01, 0.3, 0.9, 0.999]],
    "kolmogorovTail": [[x, stats.kstwobign.sf(x)] for x in [0.4, 0.8, 1.36, 2]],
    "matrix": matrix.tolist(),
    "factor": np.linalg.cholesky(matrix).tolist(),
    "right": right.tolist(),
    "solution": np.linalg.solve(matrix, right).tolist(),
    "values": values.tolist(),
    "median": float(np.median(values)),
    "quantiles": [[p, float(np.quantile(values, p))] for p in [0, 0.05, 0.37, 0.9, 1]],
}
TARGET.write_text(json.dumps(golden) + "\n")
