"""Golden cases of @noosphere/train: calls whose arguments are trees of tensors, and what PyTorch makes of them in float64.

A case is a call of a function, or of a layer that is constructed and given a state dict first:

    function | layer, construct   the public name; a layer's constructor arguments ("$random" stands for a Random)
    state                         a layer's parameters and buffers by name
    arguments                     JSON trees in which a tensor is {dtype, shape, data}
    outputs                       float64 results by name ("" where there is one)
    cotangents, gradients         w of L = sum output * w by output, and dL by path: "0.variance" or "state.weight"

Numbers have seven digits: the tolerance is 1e-4.
"""

import json
from pathlib import Path

import numpy as np
import torch

from golden import Draw, encode, is_array

TRAIN = Path(__file__).parents[2] / "packages/train/src"


def rounded(array):
    """Seven significant digits."""
    return np.array([float(f"{value:.7g}") for value in np.ravel(array)]).reshape(np.shape(array))


def encode_float(tensor):
    return encode(rounded(tensor.numpy(force=True)))


def map_tree(tree, change, path=""):
    """The tree with its arrays replaced."""
    if is_array(tree):
        return change(tree, path)
    at = lambda key: f"{path}.{key}" if path else str(key)
    if isinstance(tree, dict):
        return {key: map_tree(value, change, at(key)) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [map_tree(value, change, at(index)) for index, value in enumerate(tree)]
    return tree


class Leaves:
    """Torch tensors of a case by path; floats get gradients unless they are fixed."""

    def __init__(self, fixed):
        self.fixed = set(fixed)
        self.tensors = {}

    def torch(self, array, path):
        if array.dtype.kind != "f":
            return torch.from_numpy(array.copy())
        tensor = torch.from_numpy(array.astype(np.float32).astype(np.float64))
        if path not in self.fixed:
            self.tensors[path] = tensor.requires_grad_()
        return tensor


def add_gradients(case, draw, outputs, leaves):
    weighted = {key: value for key, value in outputs.items() if value.requires_grad}
    if not weighted:
        return
    weights = {key: draw.cotangent(value.shape) for key, value in weighted.items()}
    loss = sum((value * torch.as_tensor(weights[key])).sum() for key, value in weighted.items())
    wanted = list(leaves.tensors.items())
    found = torch.autograd.grad(loss, [leaf for _, leaf in wanted], allow_unused=True)
    case["cotangents"] = {key: encode(np.asarray(weight)) for key, weight in weights.items()}
    case["gradients"] = {
        path: encode_float(torch.zeros_like(leaf) if gradient is None else gradient)
        for (path, leaf), gradient in zip(wanted, found)
    }


class Cases:
    """The cases of one file."""

    def __init__(self, file):
        self.path = TRAIN / file
        self.cases = []

    def function(self, function, make, reference, name="", fixed=()):
        """A call: `make(draw)` gives the arguments, `reference(*arguments)` the result from torch tensors."""
        full_name = f"{function} {name}".strip()
        assert all(case["name"] != full_name for case in self.cases), f"two cases named {full_name}"
        draw = Draw(full_name)
        arguments = make(draw)
        leaves = Leaves(fixed)
        outputs = {"": reference(*map_tree(arguments, leaves.torch))}
        case = {
            "name": full_name,
            "function": function,
            "arguments": map_tree(arguments, lambda array, _: encode(array)),
            "outputs": {key: encode_float(value) for key, value in outputs.items()},
        }
        add_gradients(case, draw, outputs, leaves)
        self.cases.append(case)

    def layer(self, layer, construct, module, make, call, name="", training=False, fixed=(), rename=None):
        """
        A layer: `module` is PyTorch's, its state drawn anew; `make(draw)` gives the arguments of forward and
        `call(module, *arguments)` a dict of outputs, or one. `rename` maps PyTorch's names to ours.
        """
        full_name = f"{layer} {name}".strip()
        assert all(case["name"] != full_name for case in self.cases), f"two cases named {full_name}"
        draw = Draw(full_name)
        module = module.double()
        module.train(training)
        leaves = Leaves(fixed)
        ours = lambda key: rename(key) if rename else key
        state = {}
        for key, value in module.state_dict().items():
            if not value.dtype.is_floating_point:
                state[ours(key)] = value.numpy().copy()
                continue
            array = draw.uniform(0.5, 1.5, *value.shape) if "var" in key else draw.normal(*value.shape, scale=0.5)
            state[ours(key)] = array
            value.copy_(torch.from_numpy(np.asarray(array, np.float32).astype(np.float64)))
        for key, parameter in module.named_parameters():
            leaves.tensors[f"state.{ours(key)}"] = parameter
        arguments = make(draw)
        found = call(module, *map_tree(arguments, leaves.torch))
        outputs = found if isinstance(found, dict) else {"": found}
        case = {
            "name": full_name,
            "layer": layer,
            "construct": construct,
            "training": training,
            "state": {key: encode(np.asarray(value), "int64" if np.asarray(value).dtype.kind == "i" else None) for key, value in state.items()},
            "arguments": map_tree(arguments, lambda array, _: encode(array)),
            "outputs": {key: encode_float(value) for key, value in outputs.items()},
        }
        add_gradients(case, draw, outputs, leaves)
        if training:
            case["buffers"] = {
                ours(key): encode_float(value.double()) for key, value in module.named_buffers()
            }
        self.cases.append(case)

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        self.path.write_text(f"[\n{lines}\n]\n")
        print(f"{self.path.name}: {len(self.cases)} cases, {self.path.stat().st_size / 1e3:.0f} kB")
