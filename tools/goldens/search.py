"""What pymoo and pycma reach on six functions of BBOB, and values of these functions: for the acceptance run `bbob`.

Writes into tools/accept/src/bbob: peers.json (evaluations until each target, by algorithm, function, dimension and
instance), values.json (values above the optimum, at seeded points) and peer-times.json (milliseconds an evaluation).

    pip install pymoo==0.6.2 cma==4.5.0 ioh==0.3.22 numpy
    cd tools/goldens && python search.py                      # all, about 15 minutes on one core
    cd tools/goldens && python search.py values peers times   # or some of them; times on an idle machine

Every peer runs with its own default settings, in the box [-5, 5], seeded by the instance, 1000 x D evaluations. pymoo's
algorithms are told to end by evaluations alone. CMA-ES starts as COCO's own example does: uniformly in [-4, 4], sigma 2. It
runs three times: as it is by default (no restarts), with IPOP and with BIPOP restarts; by its default it knows of no box.
"""

import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "accept/src/bbob"
FUNCTIONS = [1, 3, 8, 10, 15, 21]
DIMENSIONS = [2, 5, 10]
INSTANCES = range(1, 16)
TARGETS = [1e-1, 1e-5]


def problem_of(function, dimension, instance):
    import ioh

    problem = ioh.get_problem(function, instance=instance, dimension=dimension)
    optimum = problem.optimum.y
    return lambda x: problem(x) - optimum


class Done(Exception):
    """The hardest target is hit, or the budget is spent."""


class Counter:
    """An objective that remembers when each target was hit."""

    def __init__(self, function, dimension, instance):
        self.objective = problem_of(function, dimension, instance)
        self.budget = 1000 * dimension
        self.evaluations = 0
        self.hits = [None for _ in TARGETS]

    def __call__(self, x):
        if self.evaluations == self.budget:
            raise Done
        self.evaluations += 1
        value = self.objective(list(x))
        for place, target in enumerate(TARGETS):
            if value <= target and self.hits[place] is None:
                self.hits[place] = self.evaluations
        if self.hits[-1] is not None:
            raise Done
        return value


def run_pymoo(name, counter, dimension, seed):
    from pymoo.algorithms.soo.nonconvex.de import DE
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.algorithms.soo.nonconvex.pso import PSO
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    class Boxed(Problem):
        def __init__(self):
            super().__init__(n_var=dimension, n_obj=1, xl=np.full(dimension, -5.0), xu=np.full(dimension, 5.0))

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = np.array([counter(row) for row in x])[:, None]

    algorithm = {"GA": GA, "PSO": PSO, "DE": DE}[name]()
    minimize(Boxed(), algorithm, ("n_eval", 2 * counter.budget), seed=seed, verbose=False)


def run_cma(restarts, counter, dimension, seed):
    import cma

    generator = np.random.default_rng(seed)
    # pycma takes the seed 0 for none.
    options = {"maxfevals": counter.budget, "seed": seed, "verbose": -9, "verb_log": 0, "ftarget": -np.inf}
    more = {"none": {}, "IPOP": {"restarts": 9}, "BIPOP": {"restarts": 9, "bipop": True}}[restarts]
    cma.fmin(counter, lambda: generator.uniform(-4, 4, dimension), 2.0, options, **more)


PEERS = {
    **{f"pymoo {name}": lambda *rest, name=name: run_pymoo(name, *rest) for name in ("GA", "PSO", "DE")},
    "pycma": lambda *rest: run_cma("none", *rest),
    "pycma IPOP": lambda *rest: run_cma("IPOP", *rest),
    "pycma BIPOP": lambda *rest: run_cma("BIPOP", *rest),
}


def run_peers():
    results = {}
    for name, run in PEERS.items():
        rows = []
        begun = time.perf_counter()
        for function in FUNCTIONS:
            for dimension in DIMENSIONS:
                counters = []
                for instance in INSTANCES:
                    counter = Counter(function, dimension, instance)
                    try:
                        run(counter, dimension, instance)
                    except Done:
                        pass
                    counters.append(counter)
                hits = [[counter.hits[place] for counter in counters] for place in range(len(TARGETS))]
                used = sum(counter.evaluations for counter in counters)
                rows.append({"function": function, "dimension": dimension, "evaluations": used, "hits": hits})
        rate = np.mean([hit is not None for row in rows for hits in row["hits"] for hit in hits])
        print(f"{name}: success rate {rate:.4f}, {time.perf_counter() - begun:.0f} s", flush=True)
        results[name] = rows
    versions = {name: version(name) for name in ("pymoo", "cma", "ioh", "numpy")}
    about = {"versions": versions, "targets": TARGETS, "instances": list(INSTANCES), "evaluationsPerDimension": 1000}
    lines = ",\n".join(
        f'  {json.dumps(name)}: [\n' + ",\n".join(f"   {json.dumps(row)}" for row in rows) + "\n  ]"
        for name, rows in results.items()
    )
    (FOLDER / "peers.json").write_text(f'{{\n "about": {json.dumps(about)},\n "peers": {{\n{lines}\n }}\n}}\n')


def write_values():
    rows = []
    for function in FUNCTIONS:
        for dimension in DIMENSIONS:
            for instance in INSTANCES:
                generator = np.random.default_rng(1000 * function + 10 * dimension + 100000 * instance)
                objective = problem_of(function, dimension, instance)
                # The last point lies outside of the box, where some functions have a penalty.
                points = np.round(generator.uniform(-5, 5, (2, dimension)), 2)
                points[1] *= 1.2
                points = np.round(points, 2).tolist()
                values = [objective(point) for point in points]
                rows.append({"function": function, "dimension": dimension, "instance": instance, "points": points, "values": values})
    lines = ",\n".join(f" {json.dumps(row)}" for row in rows)
    (FOLDER / "values.json").write_text(f"[\n{lines}\n]\n")


def write_times():
    script = FOLDER.parents[1] / "python/search_speed.py"

    def measure(*arguments):
        printed = subprocess.run([sys.executable, script, *map(str, arguments)], check=True, capture_output=True)
        return json.loads(printed.stdout)

    rows = []
    loop = measure("loop")
    for name in ("GA", "PSO", "DE", "CMA-ES"):
        for dimension in DIMENSIONS:
            rows.append({"name": name, "dimension": dimension, **measure(name, dimension, 1000 * dimension, 7)})
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    about = f'"cpu": {json.dumps(cpu)}, "loopMs": {json.dumps(loop["loopMs"])}'
    (FOLDER / "peer-times.json").write_text(f'{{\n {about},\n "rows": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    jobs = {"values": write_values, "peers": run_peers, "times": write_times}
    for job in sys.argv[1:] or jobs:
        jobs[job]()
