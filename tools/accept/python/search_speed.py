"""Milliseconds that pymoo's and pycma's algorithms take for an evaluation of the sphere, for the acceptance run `bbob`.

    python search_speed.py ALGORITHM DIMENSION EVALUATIONS REPEATS
    python search_speed.py loop     # a loop of small operations of NumPy: how fast this machine is at such work

The function is one expression of NumPy for a whole generation, so that next to nothing but the algorithm is measured; pycma is
asked and told. The first repeat is a warm-up. Needs pymoo 0.6.2 and cma 4.5.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np


def pymoo_run(name, dimension, evaluations, seed):
    from pymoo.algorithms.soo.nonconvex.de import DE
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.algorithms.soo.nonconvex.pso import PSO
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    class Sphere(Problem):
        def __init__(self):
            super().__init__(n_var=dimension, n_obj=1, xl=np.full(dimension, -5.0), xu=np.full(dimension, 5.0))

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = ((x - 1) ** 2).sum(axis=1)[:, None]

    algorithm = {"GA": GA, "PSO": PSO, "DE": DE}[name]()
    begun = time.perf_counter()
    result = minimize(Sphere(), algorithm, ("n_eval", evaluations), seed=seed, verbose=False)
    return (time.perf_counter() - begun) * 1000 / result.algorithm.evaluator.n_eval


def cma_run(dimension, evaluations, seed):
    import cma

    begun = time.perf_counter()
    spent = 0
    while spent < evaluations:
        strategy = cma.CMAEvolutionStrategy(np.zeros(dimension), 2.0, {"seed": seed + spent + 1, "verbose": -9})
        while not strategy.stop() and spent < evaluations:
            points = strategy.ask()
            strategy.tell(points, ((np.array(points) - 1) ** 2).sum(axis=1).tolist())
            spent += len(points)
    return (time.perf_counter() - begun) * 1000 / spent


def loop_ms():
    x, times = np.arange(10.0), []
    for _ in range(7):
        begun = time.perf_counter()
        for _ in range(20_000):
            x = np.minimum(x * 1.0001, 10.0) + 0.0
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)[3]


def main(name, dimension, evaluations, repeats):
    times = []
    for repeat in range(repeats + 1):
        if name == "CMA-ES":
            times.append(cma_run(dimension, evaluations, repeat + 1))
        else:
            times.append(pymoo_run(name, dimension, evaluations, repeat + 1))
    library = "cma" if name == "CMA-ES" else "pymoo"
    print(json.dumps({"version": f"{library} {version(library)}", "msPerEvaluation": times[1:]}))


if sys.argv[1:] == ["loop"]:
    print(json.dumps({"loopMs": loop_ms()}))
else:
    main(sys.argv[1], *map(int, sys.argv[2:5]))
