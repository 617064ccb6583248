"""Normalisations, dropout, recurrent layers and attention."""

import numpy as np
import torch
from torch.nn import functional as F

from golden import Goldens

goldens = Goldens("normalization")
case = goldens.case


def column(vector, x):
    """A vector of one value a channel, shaped to broadcast over x [N, C, ...]."""
    return vector.reshape([1, -1] + [1] * (x.ndim - 2))


def batch_norm(x, scale, bias, mean, variance, epsilon=1e-5):
    normal = (x - column(mean, x)) / (column(variance, x) + epsilon).sqrt()
    return normal * column(scale, x) + column(bias, x)


def inference_options(d, channels):
    return {
        "scale": d.uniform(0.5, 1.5, channels),
        "bias": d.normal(channels),
        "mean": d.normal(channels),
        "variance": d.uniform(0.5, 2, channels),
    }


for name, shape in (("table", (4, 3)), ("sequence", (2, 3, 4)), ("image", (2, 3, 2, 3)), ("one image", (1, 2, 2, 2))):
    case("batchNorm", lambda d: ([d.normal(*shape)], inference_options(d, shape[1])), batch_norm, name, second=name == "image")
case(
    "batchNorm",
    lambda d: ([d.normal(2, 3)], {**inference_options(d, 3), "epsilon": 0.1}),
    batch_norm,
    "epsilon",
)


def batch_norm_training(x, scale, bias, runningMean, runningVariance, momentum=0.1, epsilon=1e-5):
    """PyTorch's momentum: running = (1 - momentum) running + momentum batch, the batch variance unbiased."""
    axes = [0, *range(2, x.ndim)]
    mean, variance = x.mean(axes), x.var(axes, correction=0)
    output = batch_norm(x, scale, bias, mean, variance, epsilon)
    unbiased = x.var(axes, correction=1)
    return (
        output,
        ((1 - momentum) * runningMean + momentum * mean).detach(),
        ((1 - momentum) * runningVariance + momentum * unbiased).detach(),
    )


def training_options(d, channels, **others):
    return {
        "scale": d.uniform(0.5, 1.5, channels),
        "bias": d.normal(channels),
        "runningMean": d.normal(channels),
        "runningVariance": d.uniform(0.5, 2, channels),
        **others,
    }


for name, shape, others in (
    ("table", (5, 3), {}),
    ("sequence", (2, 3, 4), {"momentum": 0.3}),
    ("image", (2, 3, 2, 3), {"epsilon": 0.01}),
    ("one channel", (3, 1, 2), {}),
):
    case(
        "batchNormTraining",
        lambda d: ([d.normal(*shape)], training_options(d, shape[1], **others)),
        batch_norm_training,
        name,
        second=name in ("table", "image"),
        output_names=["output", "runningMean", "runningVariance"],
        fixed=("runningMean", "runningVariance"),
    )


def layer_norm(x, scale=None, bias=None, axis=-1, epsilon=1e-5):
    return F.layer_norm(x, x.shape[axis:], scale, bias, epsilon)


def affine(d, *shape):
    return {"scale": d.uniform(0.5, 1.5, *shape), "bias": d.normal(*shape)}


case("layerNorm", lambda d: ([d.normal(2, 3, 4)], affine(d, 4)), layer_norm, "last axis", second=True)
case("layerNorm", lambda d: ([d.normal(2, 3, 4)], {**affine(d, 3, 4), "axis": -2}), layer_norm, "two axes", second=True)
case("layerNorm", lambda d: ([d.normal(2, 3, 4)], {**affine(d, 3, 4), "axis": 1}), layer_norm, "from axis 1")
case("layerNorm", lambda d: [d.normal(3, 5)], layer_norm, "plain")
case("layerNorm", lambda d: ([d.normal(3, 5)], {"scale": d.normal(5)}), layer_norm, "scale only")
case("layerNorm", lambda d: ([d.normal(3, 5)], {**affine(d, 5), "epsilon": 0.1}), layer_norm, "epsilon")
case("layerNorm", lambda d: ([d.normal(5)], affine(d, 5)), layer_norm, "vector")
case("layerNorm", lambda d: ([d.normal(3, 5, shift=100.0)], affine(d, 5)), layer_norm, "far mean")


def group_norm(x, groups, scale=None, bias=None, epsilon=1e-5):
    return F.group_norm(x, groups, scale, bias, epsilon)


for name, shape, groups in (
    ("two groups", (2, 4, 3), 2),
    ("image", (2, 6, 2, 2), 3),
    ("one group", (2, 3, 2), 1),
    ("a group a channel", (2, 3, 4), 3),
):
    case(
        "groupNorm",
        lambda d: ([d.normal(*shape)], {"groups": groups, **affine(d, shape[1])}),
        group_norm,
        name,
        second=name == "two groups",
    )
case("groupNorm", lambda d: ([d.normal(2, 4, 3)], {"groups": 2, "epsilon": 0.01}), group_norm, "plain")


def instance_norm(x, scale=None, bias=None, epsilon=1e-5):
    return F.instance_norm(x, weight=scale, bias=bias, eps=epsilon)


case("instanceNorm", lambda d: ([d.normal(2, 3, 4)], affine(d, 3)), instance_norm, "sequence", second=True)
case("instanceNorm", lambda d: ([d.normal(2, 3, 2, 3)], affine(d, 3)), instance_norm, "image")
case("instanceNorm", lambda d: ([d.normal(2, 3, 4)], {"epsilon": 0.01}), instance_norm, "plain")


def rms_norm(x, scale=None, axis=-1, epsilon=1e-5):
    return F.rms_norm(x, x.shape[axis:], scale, epsilon)


for name, shape, others in (
    ("last axis", (2, 3, 4), {}),
    ("two axes", (2, 3, 4), {"axis": -2}),
    ("epsilon", (2, 4), {"epsilon": 0.1}),
):
    width = (3, 4) if name == "two axes" else (4,)
    case(
        "rmsNorm",
        lambda d: ([d.normal(*shape)], {"scale": d.uniform(0.5, 1.5, *width), "epsilon": 1e-5, **others}),
        rms_norm,
        name,
        second=name == "last axis",
    )


def dropout(x, rate, mask):
    return x * mask / (1 - rate)


case("dropout", lambda d: ([d.normal(3, 4)], {"rate": 0.25, "mask": d.bools(3, 4).astype(np.uint8)}), dropout, "mask", second=True)
case("dropout", lambda d: ([d.normal(3, 4)], {"rate": 0.9, "mask": np.zeros((3, 4), np.uint8)}), dropout, "nothing kept")


def run_lstm(x, weightInput, weightHidden, biasInput=None, biasHidden=None, initialHidden=None, initialCell=None, direction="forward"):
    """PyTorch's cell written out, so that second derivatives exist: gates in the order i, f, g, o."""
    width = weightHidden.shape[1]
    hidden = x.new_zeros(x.shape[1], width) if initialHidden is None else initialHidden
    cell = x.new_zeros(x.shape[1], width) if initialCell is None else initialCell
    outputs = []
    for slice_ in x.flip(0) if direction == "reverse" else x:
        gates = F.linear(slice_, weightInput, biasInput) + F.linear(hidden, weightHidden, biasHidden)
        i, f, g, o = gates.chunk(4, -1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        hidden = torch.sigmoid(o) * torch.tanh(cell)
        outputs.append(hidden)
    output = torch.stack(outputs[::-1] if direction == "reverse" else outputs)
    return output, hidden, cell


def run_gru(x, weightInput, weightHidden, biasInput=None, biasHidden=None, initialHidden=None, direction="forward"):
    """PyTorch's cell: gates r, z, n, the hidden bias inside r * (...)."""
    width = weightHidden.shape[1]
    hidden = x.new_zeros(x.shape[1], width) if initialHidden is None else initialHidden
    outputs = []
    for slice_ in x.flip(0) if direction == "reverse" else x:
        from_input = F.linear(slice_, weightInput, biasInput).chunk(3, -1)
        from_hidden = F.linear(hidden, weightHidden, biasHidden).chunk(3, -1)
        r = torch.sigmoid(from_input[0] + from_hidden[0])
        z = torch.sigmoid(from_input[1] + from_hidden[1])
        n = torch.tanh(from_input[2] + r * from_hidden[2])
        hidden = (1 - z) * n + z * hidden
        outputs.append(hidden)
    output = torch.stack(outputs[::-1] if direction == "reverse" else outputs)
    return output, hidden


def check_against_modules():
    """The cells above are PyTorch's own: the same weights give the same outputs."""
    for module, run in ((torch.nn.LSTM(3, 4), run_lstm), (torch.nn.GRU(3, 4), run_gru)):
        module.double()
        x = torch.randn(5, 2, 3, dtype=torch.float64)
        expected, _ = module(x)
        weights = [module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0, module.bias_hh_l0]
        torch.testing.assert_close(run(x, *weights)[0], expected)


def recurrent(d, gates, steps, batch, inputs, width, biases=True, initial=(), direction=None):
    options = {
        "weightInput": d.normal(gates * width, inputs, scale=0.5),
        "weightHidden": d.normal(gates * width, width, scale=0.5),
    }
    if biases:
        options |= {"biasInput": d.normal(gates * width), "biasHidden": d.normal(gates * width)}
    options |= {name: d.normal(batch, width) for name in initial}
    if direction:
        options["direction"] = direction
    return [d.normal(steps, batch, inputs)], options


check_against_modules()
for function, reference, gates, initial, names in (
    ("lstm", run_lstm, 4, ("initialHidden", "initialCell"), ["output", "hidden", "cell"]),
    ("gru", run_gru, 3, ("initialHidden",), ["output", "hidden"]),
):
    add = lambda name, make, second=False: case(function, make, reference, name, second=second, output_names=names)
    add("biases", lambda d: recurrent(d, gates, 3, 2, 3, 4))
    add("initial state", lambda d: recurrent(d, gates, 3, 2, 3, 4, initial=initial))
    add("without biases", lambda d: recurrent(d, gates, 4, 2, 3, 2, biases=False))
    add("one step", lambda d: recurrent(d, gates, 1, 2, 3, 2))
    add("one of everything", lambda d: recurrent(d, gates, 1, 1, 1, 1))
    add("reverse", lambda d: recurrent(d, gates, 3, 2, 3, 2, initial=initial, direction="reverse"))
    add("second order", lambda d: recurrent(d, gates, 3, 2, 2, 2, initial=initial), second=True)


def attention(q, k, v, mask=None, causal=False, scale=None):
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
    return torch.softmax(scores, -1) @ v


def queries(d, batch, heads, length, width, keys=None):
    keys = keys or length
    return [d.normal(batch, heads, length, width), d.normal(batch, heads, keys, width), d.normal(batch, heads, keys, width)]


keep = np.array([[[[True, True, False, True]]], [[[True, False, True, True]]]])
case("attention", lambda d: queries(d, 2, 2, 3, 4), attention, "plain", second=True)
case("attention", lambda d: queries(d, 1, 2, 3, 4, 5), attention, "more keys than queries")
case("attention", lambda d: (queries(d, 1, 2, 4, 2), {"causal": True}), attention, "causal", second=True)
case("attention", lambda d: (queries(d, 1, 1, 3, 2), {"scale": 0.3}), attention, "scale")
case("attention", lambda d: (queries(d, 2, 2, 4, 2), {"mask": keep}), attention, "bool mask, true attends")
case("attention", lambda d: (queries(d, 2, 2, 3, 2), {"mask": d.normal(3, 3)}), attention, "added mask")
case("attention", lambda d: (queries(d, 2, 1, 4, 2), {"mask": keep, "causal": True}), attention, "mask and causal")
case("attention", lambda d: queries(d, 1, 1, 1, 1), attention, "one of everything")

def scan(body, state, sequences, reverse=False, **captured):
    step = BODIES[body["body"]]
    captured = {key[1:]: value for key, value in captured.items()}
    slices = list(zip(*sequences))
    collected = []
    for slice_ in reversed(slices) if reverse else slices:
        state, outputs = step(state, slice_, **captured)
        collected.append(outputs)
    columns = [torch.stack(column[::-1] if reverse else column) for column in map(list, zip(*collected))]
    return (*state, *columns)


def rnn_step(state, slices, w, u):
    hidden = torch.tanh(slices[0] @ w + state[0] @ u)
    return [hidden], [hidden]


def smoothing_step(state, slices, a):
    """Level and trend of exponential smoothing: two states, two sequences, one output a step."""
    level, trend = state
    value, weight = slices
    ahead = level + trend
    new_level = a * weight * value + (1 - a * weight) * ahead
    return [new_level, a * (new_level - level) + (1 - a) * trend], [ahead - value]


BODIES = {"rnn": rnn_step, "smoothing": smoothing_step}


def smoothing(d, steps):
    return [{"body": "smoothing"}], {
        "state": [d.normal(3), d.normal(3)],
        "sequences": [d.normal(steps, 3), d.uniform(0.5, 1, steps, 3)],
        "$a": d.uniform(0.2, 0.8, 3),
    }


def rnn(d, steps, **others):
    return [{"body": "rnn"}], {
        "state": [d.normal(2, 3)],
        "sequences": [d.normal(steps, 2, 2)],
        "$w": d.normal(2, 3),
        "$u": d.normal(3, 3, scale=0.5),
        **others,
    }


case("scan", lambda d: rnn(d, 4), scan, "recurrence", second=True, output_names=["state.0", "outputs.0"])
case("scan", lambda d: rnn(d, 3, reverse=True), scan, "backwards", second=True, output_names=["state.0", "outputs.0"])
case("scan", lambda d: rnn(d, 1), scan, "one step", output_names=["state.0", "outputs.0"])
case("scan", lambda d: smoothing(d, 5), scan, "two states", second=True, output_names=["state.0", "state.1", "outputs.0"])

goldens.write()
