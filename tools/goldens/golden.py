"""Writes golden cases: arguments, and what PyTorch makes of them in float64.

A case holds the function's arguments and options, its outputs, the gradients of sum(output * cotangent) and,
where asked for, of sum(gradient * second cotangent). Inputs are rounded to three decimals and to float32
first, so that both sides compute with the same numbers. Every case draws from a seed made of its own name:
adding one changes no other.
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch

GOLDENS = Path(__file__).parents[2] / "packages/core/src/ops/goldens"
DTYPES = {"f": "float32", "i": "int32", "b": "bool", "u": "uint8"}


class Draw:
    """Pseudo-random arrays of one case."""

    def __init__(self, seed_text):
        self.generator = np.random.default_rng(zlib.crc32(seed_text.encode()))

    def normal(self, *shape, scale=1.0, shift=0.0):
        return np.round(self.generator.standard_normal(shape) * scale + shift, 3)

    def uniform(self, low, high, *shape):
        return np.round(self.generator.uniform(low, high, shape), 3)

    def distinct(self, *shape, step=0.1, shift=0.037):
        """Shuffled multiples of `step`, moved by `shift` off zero: no ties, no kinks at whole numbers."""
        count = int(np.prod(shape))
        values = (self.generator.permutation(count) - count // 2) * step + shift
        return np.round(values.reshape(shape), 3)

    def whole(self, low, high, *shape):
        return self.generator.integers(low, high, shape)

    def bools(self, *shape):
        return self.generator.random(shape) < 0.5

    def permutation(self, count):
        return self.generator.permutation(count)

    def cotangent(self, shape):
        """Multiples of a quarter between -2 and 2: short to write, exact in every float type."""
        return self.generator.integers(-8, 9, tuple(shape)) / 4


def is_array(value):
    return isinstance(value, np.ndarray)


def number(value):
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value == int(value) else float(f"{value:.9g}")


def encode(array, dtype=None):
    """An array as {dtype, shape, data}."""
    array = np.asarray(array)
    return {
        "dtype": dtype or DTYPES[array.dtype.kind],
        "shape": list(array.shape),
        "data": [number(value) for value in array.ravel()],
    }


class Goldens:
    """The cases of one file."""

    def __init__(self, file_name):
        self.path = GOLDENS / f"{file_name}.json"
        self.cases = []

    def case(
        self,
        function,
        make,
        reference,
        name="",
        second=False,
        output_names=None,
        dtypes=None,
        fixed=(),
    ):
        """Adds a case.

        `make(draw)` gives (arguments, options) with NumPy arrays for tensors (a list for an argument that is
        a list of tensors). `reference(*arguments, **options)` gets torch tensors and gives the output, or a
        tuple of them. `fixed` names the paths ("1", "runningMean") without a gradient and, as "output 1",
        the outputs whose gradient does not exist. An option `$name` is a tensor that a scan's body, written
        as {"body": "rnn"}, reads from outside. `dtypes` are those of the outputs where they differ from
        PyTorch's.
        """
        full_name = f"{function} {name}".strip()
        assert all(case["name"] != full_name for case in self.cases), f"two cases named {full_name}"
        draw = Draw(full_name)
        made = make(draw)
        arguments, options = made if isinstance(made, tuple) else (made, {})
        # NumPy turns arrays without axes into its own scalars; here they are tensors of shape [].
        arguments = [np.asarray(value) if isinstance(value, np.generic) else value for value in arguments]
        leaves = {}
        torch_arguments = [to_torch(value, str(i), leaves, fixed) for i, value in enumerate(arguments)]
        torch_options = {key: to_torch(value, key, leaves, fixed) for key, value in options.items()}
        result = reference(*torch_arguments, **torch_options)
        outputs = list(result) if isinstance(result, (tuple, list)) else [result]
        case = {
            "name": full_name,
            "function": function,
            "arguments": [encode_argument(value) for value in arguments],
            "options": {key: encode_option(value) for key, value in options.items()},
            "outputs": [
                encode(output.numpy(force=True), dtypes[i] if dtypes else None) for i, output in enumerate(outputs)
            ],
        }
        if output_names:
            case["outputNames"] = output_names
        elif isinstance(result, list):
            case["outputNames"] = [str(i) for i in range(len(result))]
        self.add_gradients(case, draw, outputs, leaves, fixed, second)
        self.cases.append(case)

    @staticmethod
    def add_gradients(case, draw, outputs, leaves, fixed, second):
        differentiable = [
            output.requires_grad and f"output {i}" not in fixed for i, output in enumerate(outputs)
        ]
        if not any(differentiable):
            return
        weights = [draw.cotangent(o.shape) if is_on else None for o, is_on in zip(outputs, differentiable)]
        loss = weighted_sum(outputs, weights)
        gradients = gradients_of(loss, leaves, second)
        case["cotangents"] = [None if w is None else encode(w) for w in weights]
        case["gradients"] = {path: encode(g.numpy(force=True)) for path, g in gradients.items()}
        if not second:
            return
        second_weights = {path: draw.cotangent(g.shape) for path, g in gradients.items()}
        second_loss = weighted_sum(gradients.values(), second_weights.values())
        second_gradients = gradients_of(second_loss, leaves, False)
        case["secondOrder"] = {
            "cotangents": {path: encode(w) for path, w in second_weights.items()},
            "gradients": {path: encode(g.numpy(force=True)) for path, g in second_gradients.items()},
        }

    def write(self):
        GOLDENS.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        self.path.write_text(f"[\n{lines}\n]\n")
        print(f"{self.path.name}: {len(self.cases)} cases, {self.path.stat().st_size / 1e3:.0f} kB")


def to_torch(value, path, leaves, fixed):
    if isinstance(value, list) and value and is_array(value[0]):
        return [to_torch(item, f"{path}.{i}", leaves, fixed) for i, item in enumerate(value)]
    if not is_array(value):
        return value
    if value.dtype.kind != "f":
        return torch.from_numpy(value.copy())
    tensor = torch.from_numpy(value.astype(np.float32).astype(np.float64))
    if path not in fixed:
        leaves[path] = tensor.requires_grad_()
    return tensor


def encode_argument(value):
    if isinstance(value, list) and value and is_array(value[0]):
        return [encode(item) for item in value]
    return encode(value) if is_array(value) else value


def encode_option(value):
    if isinstance(value, list) and value and is_array(value[0]):
        return [{"tensor": encode(item)} for item in value]
    return {"tensor": encode(value)} if is_array(value) else value


def weighted_sum(tensors, weights):
    return sum((t * torch.as_tensor(w)).sum() for t, w in zip(tensors, weights) if w is not None)


def gradients_of(loss, leaves, create_graph):
    """The gradient for every leaf; zeros for one that the loss does not depend on."""
    if not loss.requires_grad:
        return {path: torch.zeros_like(leaf) for path, leaf in leaves.items()}
    found = torch.autograd.grad(loss, list(leaves.values()), create_graph=create_graph, allow_unused=True)
    return {
        path: torch.zeros_like(leaf) if gradient is None else gradient
        for (path, leaf), gradient in zip(leaves.items(), found)
    }
