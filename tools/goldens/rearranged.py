"""Columns of windows, grid sampling, blocks of pixels, and the rarer norms, pools and recurrences."""

import numpy as np
import torch
from torch.nn import functional as F

from golden import Goldens

goldens = Goldens("rearranged")
case = goldens.case


def unfold(x, kernel, strides=1, padding=0, dilations=1):
    return F.unfold(x, kernel, dilations, padding, strides)


def fold(x, imageShape, kernel, strides=1, padding=0, dilations=1):
    return F.fold(x, imageShape, kernel, dilations, padding, strides)


for name, image, options in (
    ("plain", (2, 3, 4, 5), {"kernel": 2}),
    ("padding and stride", (1, 2, 5, 6), {"kernel": [3, 2], "strides": [2, 1], "padding": [1, 0]}),
    ("dilation", (1, 2, 6, 5), {"kernel": 2, "dilations": [3, 2]}),
    ("whole image", (2, 2, 2, 3), {"kernel": [2, 3]}),
):
    columns = unfold(torch.zeros(image), **options).shape
    case("unfold", lambda d: ([d.normal(*image)], options), unfold, name, second=name == "plain")
    case("fold", lambda d: ([d.normal(*columns)], {"imageShape": list(image[2:]), **options}), fold, name, second=name == "plain")


def grid_sample(x, grid, mode="linear", padding="zeros", alignCorners=False):
    name = {"linear": "bilinear", "nearest": "nearest", "cubic": "bicubic"}[mode]
    return F.grid_sample(x, grid, name, padding, alignCorners)


for mode in ("linear", "nearest", "cubic"):
    for padding in ("zeros", "border", "reflection"):
        for aligned in (False, True):
            case(
                "gridSample",
                lambda d: (
                    [d.normal(2, 2, 4, 5), d.uniform(-1.3, 1.3, 2, 3, 2, 2)],
                    {"mode": mode, "padding": padding, "alignCorners": aligned},
                ),
                grid_sample,
                f"{mode} {padding}{' aligned' if aligned else ''}",
            )

case("depthToSpace", lambda d: ([d.normal(2, 8, 2, 3)], {"blockSize": 2}), lambda x, blockSize: F.pixel_shuffle(x, blockSize))
case(
    "depthToSpace",
    lambda d: ([d.normal(1, 8, 2, 3)], {"blockSize": 2, "mode": "DCR"}),
    lambda x, blockSize, mode: x.reshape(1, 2, 2, 2, 2, 3).permute(0, 3, 4, 1, 5, 2).reshape(1, 2, 4, 6),
    "DCR",
)
case(
    "spaceToDepth",
    lambda d: ([d.normal(1, 2, 4, 6)], {"blockSize": 2}),
    lambda x, blockSize: x.reshape(1, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3),
)

for p in (1, 2, 3):
    case(
        "lpPool",
        lambda d: ([d.uniform(0.2, 2, 2, 2, 5, 6)], {"p": p, "kernel": [2, 3], "strides": [2, 1]}),
        lambda x, p, kernel, strides: F.lp_pool2d(x, p, kernel, strides),
        f"p = {p}",
        second=p == 3,
    )
case("lpPool", lambda d: ([d.uniform(0.2, 2, 1, 2, 6)], {"kernel": 2}), lambda x, kernel: F.lp_pool1d(x, 2, kernel), "1-D")
for p in (1, 2):
    case("lpNormalize", lambda d: ([d.distinct(2, 3, 4)], {"p": p}), lambda x, p: F.normalize(x, p, -1), f"p = {p}", second=p == 2)
case("lpNormalize", lambda d: ([d.distinct(2, 3, 4)], {"axis": 1}), lambda x, axis: F.normalize(x, 2, axis), "axis 1")


def local_response_norm(x, size, alpha=1e-4, beta=0.75, bias=1.0):
    return F.local_response_norm(x, size, alpha, beta, bias)


case("localResponseNorm", lambda d: ([d.normal(2, 5, 3, 2)], {"size": 3, "alpha": 0.4}), local_response_norm, "odd size", second=True)
case("localResponseNorm", lambda d: ([d.normal(1, 4, 6)], {"size": 5, "alpha": 0.5, "beta": 0.5, "bias": 2}), local_response_norm, "wide")


def reverse_sequence(x, lengths):
    rows = [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x.transpose(0, 1), lengths.tolist())]
    return torch.stack(rows, 1)


case("reverseSequence", lambda d: [d.normal(4, 3, 2), np.array([4, 1, 3])], reverse_sequence, second=True)


def run_rnn(x, weightInput, weightHidden, biasInput=None, biasHidden=None, initialHidden=None, activation="tanh", direction="forward"):
    hidden = x.new_zeros(x.shape[1], weightHidden.shape[1]) if initialHidden is None else initialHidden
    outputs = []
    for slice_ in x.flip(0) if direction == "reverse" else x:
        hidden = F.linear(slice_, weightInput, biasInput) + F.linear(hidden, weightHidden, biasHidden)
        hidden = torch.relu(hidden) if activation == "relu" else torch.tanh(hidden)
        outputs.append(hidden)
    return torch.stack(outputs[::-1] if direction == "reverse" else outputs), hidden


for name, others in (("tanh", {}), ("relu", {"activation": "relu"}), ("reverse", {"direction": "reverse"})):
    case(
        "rnn",
        lambda d: (
            [d.normal(3, 2, 3)],
            {
                "weightInput": d.normal(4, 3, scale=0.5),
                "weightHidden": d.normal(4, 4, scale=0.5),
                "biasInput": d.normal(4),
                "biasHidden": d.normal(4),
                "initialHidden": d.normal(2, 4),
                **others,
            },
        ),
        run_rnn,
        name,
        second=name == "tanh",
        output_names=["output", "hidden"],
    )

goldens.write()
