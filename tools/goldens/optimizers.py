"""Goldens of packages/train's optimizers and schedules: what PyTorch does over 20 steps, in float64.

`quadratic`: parameters after 20 steps down f(w, b) = sum_i (w_i - t_i)^2 c_i / 2 + the like of b, for a matrix and a vector.
`lbfgs`: losses of torch.optim.LBFGS with the strong Wolfe search on Rosenbrock's function and a logistic regression.
`schedules`: rates of the first 60 steps.
"""

import json
from pathlib import Path

import numpy as np
import torch

TARGET = Path(__file__).parents[2] / "packages/train/src/optimizers/goldens"
STEPS = 20


def rounded(array):
    return [float(f"{value:.12g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def quadratic():
    random = np.random.default_rng(7)
    draw = lambda *shape: torch.tensor(np.round(random.standard_normal(shape), 3))
    start = {"w": draw(4, 3), "b": draw(5)}
    target = {"w": draw(4, 3), "b": draw(5)}
    curvature = {"w": draw(4, 3).abs() + 0.2, "b": draw(5).abs() + 0.2}
    optim = torch.optim
    cases = {
        "sgd": ({}, lambda p: optim.SGD(p, lr=1e-3)),
        "sgd-momentum": (
            {"momentum": 0.9, "learningRate": 0.05, "weightDecay": 0.1, "dampening": 0.3},
            lambda p: optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.1),
        ),
        "sgd-nesterov": (
            {"momentum": 0.8, "learningRate": 0.05, "nesterov": True},
            lambda p: optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
        ),
        "adam": ({"learningRate": 0.05}, lambda p: optim.Adam(p, lr=0.05)),
        "adamW": (
            {"learningRate": 0.05, "weightDecay": 0.2, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6},
            lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.2, betas=(0.8, 0.95), eps=1e-6),
        ),
        "rmsprop": ({}, lambda p: optim.RMSprop(p)),
        "rmsprop-centered": (
            {"learningRate": 0.02, "momentum": 0.9, "centered": True, "weightDecay": 0.1, "alpha": 0.9},
            lambda p: optim.RMSprop(p, lr=0.02, momentum=0.9, centered=True, weight_decay=0.1, alpha=0.9),
        ),
        "adagrad": (
            {"learningRate": 0.1, "learningRateDecay": 0.05, "initialSum": 0.1, "weightDecay": 0.01},
            lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.05, initial_accumulator_value=0.1, weight_decay=0.01),
        ),
        "adafactor": ({}, lambda p: optim.Adafactor(p, eps=(2**-23, 1e-3))),
        "adafactor-decay": (
            {"learningRate": 0.3, "weightDecay": 0.05, "clipThreshold": 1.5, "beta2Decay": -0.6},
            lambda p: optim.Adafactor(p, lr=0.3, weight_decay=0.05, d=1.5, beta2_decay=-0.6, eps=(2**-23, 1e-3)),
        ),
    }
    results = {}
    for name, (options, make) in cases.items():
        parameters = {key: value.clone().requires_grad_() for key, value in start.items()}
        results[name] = {"options": options, **run(parameters, target, curvature, make(list(parameters.values())))}
    parameters = {key: value.clone() for key, value in start.items()}
    lion = {"learningRate": 0.03, "beta1": 0.9, "beta2": 0.98, "weightDecay": 0.1}
    results["lion"] = {"options": lion, **run_lion(parameters, target, curvature, lion)}
    data = {
        key: {part: {"shape": list(value[part].shape), "data": rounded(value[part])} for part in value}
        for key, value in {"start": start, "target": target, "curvature": curvature}.items()
    }
    return {"steps": STEPS, **data, "cases": results}


def loss_of(parameters, target, curvature):
    return sum((curvature[key] * (parameters[key] - target[key]) ** 2).sum() / 2 for key in parameters)


def run(parameters, target, curvature, optimizer):
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(parameters, target, curvature)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return {"losses": rounded(losses), **{key: rounded(value.detach()) for key, value in parameters.items()}}


def run_lion(parameters, target, curvature, options):
    """The paper's algorithm 2 line by line: PyTorch has no Lion."""
    momentum = {key: torch.zeros_like(value) for key, value in parameters.items()}
    losses = []
    for _ in range(STEPS):
        losses.append(loss_of(parameters, target, curvature).item())
        for key, value in parameters.items():
            gradient = curvature[key] * (value - target[key])
            update = torch.sign(options["beta1"] * momentum[key] + (1 - options["beta1"]) * gradient)
            momentum[key] = options["beta2"] * momentum[key] + (1 - options["beta2"]) * gradient
            parameters[key] = value - options["learningRate"] * (update + options["weightDecay"] * value)
    return {"losses": rounded(losses), **{key: rounded(value) for key, value in parameters.items()}}


def lbfgs():
    random = np.random.default_rng(3)
    x = torch.tensor(np.round(random.standard_normal((40, 3)), 3))
    y = torch.tensor((random.random(40) < 0.5).astype(float))
    rosenbrock = lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    logistic = lambda p: torch.nn.functional.binary_cross_entropy_with_logits(x @ p, y) + 0.05 * (p**2).sum()
    results = {"x": rounded(x), "y": rounded(y)}
    for name, function, start in [("rosenbrock", rosenbrock, [-1.2, 1.0]), ("logistic", logistic, [0.0, 0.0, 0.0])]:
        losses = []
        # A fresh run for each count: its last loss is the loss after so many iterations.
        for iterations in range(STEPS + 1):
            p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.LBFGS([p], max_iter=iterations, max_eval=10**6, line_search_fn="strong_wolfe")

            def closure():
                optimizer.zero_grad()
                loss = function(p)
                loss.backward()
                return loss

            if iterations > 0:
                optimizer.step(closure)
            losses.append(function(p).item())
        results[name] = {"start": start, "losses": rounded(losses), "p": rounded(p.detach())}
    return results


def schedules():
    scheduler = torch.optim.lr_scheduler
    cases = {
        "stepDecay": ({"learningRate": 0.3, "every": 7, "factor": 0.5}, lambda o: scheduler.StepLR(o, 7, 0.5)),
        "multiStepDecay": (
            {"learningRate": 0.3, "milestones": [5, 6, 31], "factor": 0.3},
            lambda o: scheduler.MultiStepLR(o, [5, 6, 31], 0.3),
        ),
        "exponentialDecay": ({"learningRate": 0.3, "factor": 0.93}, lambda o: scheduler.ExponentialLR(o, 0.93)),
        "polynomialDecay": (
            {"learningRate": 0.3, "steps": 50, "power": 2},
            lambda o: scheduler.PolynomialLR(o, 50, 2.0),
        ),
        "cosineDecay": (
            {"learningRate": 0.3, "steps": 59, "end": 0.01},
            lambda o: scheduler.CosineAnnealingLR(o, 59, 0.01),
        ),
        "cosineRestarts": (
            {"learningRate": 0.3, "period": 8, "growth": 2, "end": 0.01},
            lambda o: scheduler.CosineAnnealingWarmRestarts(o, 8, 2, 0.01),
        ),
        "oneCycle": ({"peak": 0.3, "steps": 60}, lambda o: scheduler.OneCycleLR(o, 0.3, 60)),
        "oneCycle linear": (
            {"peak": 0.3, "steps": 60, "rise": 0.4, "shape": "linear", "startDivisor": 10, "endDivisor": 100},
            lambda o: scheduler.OneCycleLR(
                o, 0.3, 60, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100
            ),
        ),
    }
    results = {}
    for name, (options, make) in cases.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
        schedule = make(optimizer)
        rates = []
        for step in range(60):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < 59:
                schedule.step()
        results[name] = {"options": options, "rates": rounded(rates)}
    return results


def plateau():
    """Factors on the rate after each value of a validation curve, by ReduceLROnPlateau."""
    values = [5, 4, 4.1, 4.2, 3.9, 3.9, 3.95, 3.9, 4, 4, 4, 3, 3.1, 3.2, 3.3, 3.1, 3.2, 3.1, 3.4, 3.2, 3.1, 3.3]
    results = {"values": values}
    for name, options in {"default": {"patience": 1}, "cooldown": {"patience": 1, "cooldown": 2, "factor": 0.5, "min_lr": 0.1}}.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, eps=0, **options)
        scales = []
        for value in values:
            schedule.step(value)
            scales.append(optimizer.param_groups[0]["lr"])
        results[name] = rounded(scales)
    return results


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, make in {"quadratic": quadratic, "lbfgs": lbfgs, "schedules": schedules, "plateau": plateau}.items():
        (TARGET / f"{name}.json").write_text(json.dumps(make()) + "\n")


if __name__ == "__main__":
    main()
