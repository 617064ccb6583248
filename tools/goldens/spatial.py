"""Convolutions, pooling, resize."""

import torch
from torch.nn import functional as F

from golden import Goldens

goldens = Goldens("spatial")
case = goldens.case

CONV = (None, F.conv1d, F.conv2d, F.conv3d)
CONV_TRANSPOSE = (None, F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
MAX_POOL = (None, F.max_pool1d, F.max_pool2d, F.max_pool3d)
AVERAGE_POOL = (None, F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)


def conv(x, w, bias=None, strides=1, padding=0, pads=None, dilations=1, groups=1):
    if pads is not None:
        rank = x.ndim - 2
        # F.pad lists the last axis first; ours are all begins, then all ends.
        x = F.pad(x, [pads[axis + side * rank] for axis in reversed(range(rank)) for side in (0, 1)])
    return CONV[x.ndim - 2](x, w, bias, strides, padding, dilations, groups)


def conv_case(name, x, w, bias=False, second=False, **options):
    case(
        "conv",
        lambda d: ([d.normal(*x), d.normal(*w)], {**({"bias": d.normal(w[0])} if bias else {}), **options}),
        conv,
        name,
        second=second,
    )


conv_case("1-D", (2, 3, 6), (4, 3, 3), bias=True, second=True)
conv_case("1-D stride, padding", (2, 2, 7), (3, 2, 3), bias=True, strides=2, padding=1)
conv_case("1-D dilation", (1, 2, 9), (2, 2, 3), dilations=3, padding=2)
conv_case("1-D causal pads", (1, 2, 5), (2, 2, 3), pads=[2, 0])
conv_case("2-D", (2, 3, 5, 4), (4, 3, 3, 2), bias=True, second=True)
conv_case("2-D padding 1", (2, 2, 4, 4), (3, 2, 3, 3), bias=True, padding=1)
conv_case("2-D padding same", (1, 2, 5, 4), (3, 2, 3, 3), padding="same")
conv_case("2-D padding same, even kernel", (1, 2, 5, 6), (2, 2, 2, 4), padding="same")
conv_case("2-D stride 2", (2, 2, 6, 6), (3, 2, 3, 3), bias=True, strides=2, padding=1, second=True)
conv_case("2-D stride leaves a rest", (1, 2, 7, 8), (2, 2, 3, 2), strides=[2, 3])
conv_case("2-D stride above kernel", (1, 2, 7, 7), (3, 2, 2, 1), strides=3)
conv_case("2-D padding by axis", (1, 2, 4, 5), (2, 2, 3, 2), padding=[2, 1], strides=[1, 2])
conv_case("2-D explicit pads", (1, 2, 4, 5), (2, 2, 3, 3), pads=[1, 0, 2, 1], strides=2)
conv_case("2-D dilation", (1, 2, 7, 8), (2, 2, 3, 2), dilations=[2, 3], bias=True, second=True)
conv_case("2-D dilation and stride", (1, 2, 9, 9), (2, 2, 3, 3), dilations=2, strides=2, padding=2)
conv_case("2-D groups", (2, 4, 5, 5), (6, 2, 3, 3), groups=2, bias=True, padding=1, second=True)
conv_case("2-D groups and stride", (1, 4, 6, 6), (4, 2, 3, 3), groups=2, strides=2, padding=1)
conv_case("2-D depthwise", (2, 3, 5, 5), (3, 1, 3, 3), groups=3, padding=1, bias=True)
conv_case("2-D depthwise, two a channel", (1, 3, 5, 4), (6, 1, 3, 3), groups=3)
conv_case("2-D 1x1", (2, 3, 4, 3), (5, 3, 1, 1), bias=True)
conv_case("2-D 1x1 stride 2", (2, 3, 5, 4), (2, 3, 1, 1), strides=2)
conv_case("2-D kernel of the whole image", (2, 2, 3, 4), (3, 2, 3, 4), bias=True)
conv_case("2-D padding beyond kernel", (1, 1, 3, 3), (1, 1, 2, 2), padding=3)
conv_case("2-D one of everything", (1, 1, 1, 1), (1, 1, 1, 1), bias=True)
conv_case("3-D", (1, 2, 4, 3, 4), (3, 2, 2, 2, 3), bias=True)
conv_case("3-D stride, padding, groups", (1, 2, 4, 4, 3), (2, 1, 3, 3, 3), strides=[2, 1, 2], padding=1, groups=2, bias=True)


def conv_transpose(x, w, bias=None, strides=1, padding=0, outputPadding=0, dilations=1, groups=1):
    return CONV_TRANSPOSE[x.ndim - 2](x, w, bias, strides, padding, outputPadding, groups, dilations)


def conv_transpose_case(name, x, w, bias=False, second=False, **options):
    outputs = w[1] * options.get("groups", 1)
    case(
        "convTranspose",
        lambda d: ([d.normal(*x), d.normal(*w)], {**({"bias": d.normal(outputs)} if bias else {}), **options}),
        conv_transpose,
        name,
        second=second,
    )


conv_transpose_case("1-D", (2, 3, 4), (3, 2, 3), bias=True, second=True)
conv_transpose_case("1-D stride 2, output padding", (1, 2, 4), (2, 3, 3), strides=2, padding=1, outputPadding=1)
conv_transpose_case("2-D", (2, 2, 3, 4), (2, 3, 3, 2), bias=True)
conv_transpose_case("2-D stride 2", (1, 3, 3, 3), (3, 2, 2, 2), strides=2, bias=True, second=True)
conv_transpose_case("2-D stride, padding", (1, 2, 3, 4), (2, 2, 3, 3), strides=[2, 3], padding=1)
conv_transpose_case("2-D output padding", (1, 2, 3, 3), (2, 2, 3, 3), strides=2, padding=1, outputPadding=[1, 0], bias=True)
conv_transpose_case("2-D dilation", (1, 2, 3, 3), (2, 2, 3, 2), dilations=2, padding=1)
conv_transpose_case("2-D groups", (1, 4, 3, 3), (4, 2, 3, 3), groups=2, strides=2, padding=1, bias=True)
conv_transpose_case("2-D stride above kernel", (1, 2, 3, 2), (2, 1, 2, 2), strides=3)
conv_transpose_case("3-D", (1, 2, 2, 3, 2), (2, 2, 2, 2, 2), strides=[1, 2, 1], bias=True)


def max_pool(x, kernel, strides=None, padding=0, dilations=1, ceilMode=False):
    return MAX_POOL[x.ndim - 2](x, kernel, strides, padding, dilations, ceilMode)


def pool_case(function, reference, name, x, **options):
    case(function, lambda d: ([d.distinct(*x)], options), reference, name)


for name, x, options in (
    ("2-D side by side", (2, 2, 4, 6), {"kernel": 2}),
    ("2-D leaves a rest", (1, 2, 5, 7), {"kernel": 2}),
    ("2-D overlapping", (2, 2, 5, 5), {"kernel": 3, "strides": 1}),
    ("2-D stride 2, padding", (1, 2, 6, 5), {"kernel": 3, "strides": 2, "padding": 1}),
    ("2-D by axis", (1, 2, 5, 6), {"kernel": [2, 3], "strides": [1, 2], "padding": [0, 1]}),
    ("2-D strides above kernel", (1, 2, 7, 8), {"kernel": 2, "strides": 3}),
    ("2-D kernel of one", (1, 2, 3, 3), {"kernel": 1, "strides": 2}),
    ("2-D ceil", (1, 2, 5, 6), {"kernel": 2, "strides": 2, "ceilMode": True}),
    ("2-D ceil, padding", (1, 1, 6, 7), {"kernel": 3, "strides": 2, "padding": 1, "ceilMode": True}),
    ("1-D", (2, 3, 8), {"kernel": 2}),
    ("1-D overlapping", (2, 3, 8), {"kernel": 4, "strides": 3, "padding": 2}),
    ("3-D", (1, 2, 4, 4, 2), {"kernel": 2}),
    ("3-D overlapping", (1, 1, 4, 3, 4), {"kernel": [2, 2, 3], "strides": 1}),
):
    pool_case("maxPool", max_pool, name, x, **options)
pool_case("maxPool", max_pool, "2-D dilation", (1, 2, 7, 7), kernel=3, strides=1, dilations=2)
pool_case("maxPool", max_pool, "2-D dilation by axis", (1, 1, 8, 7), kernel=2, strides=[2, 1], dilations=[3, 2])


def average_pool(x, kernel, strides=None, padding=0, ceilMode=False, countIncludePad=True):
    return AVERAGE_POOL[x.ndim - 2](x, kernel, strides, padding, ceilMode, countIncludePad)


for name, x, options in (
    ("2-D side by side", (2, 2, 4, 6), {"kernel": 2}),
    ("2-D leaves a rest", (1, 2, 5, 7), {"kernel": 2}),
    ("2-D overlapping", (1, 2, 5, 5), {"kernel": 3, "strides": 1}),
    ("2-D padding counted", (1, 2, 5, 6), {"kernel": 3, "strides": 2, "padding": 1}),
    ("2-D padding not counted", (1, 2, 5, 6), {"kernel": 3, "strides": 2, "padding": 1, "countIncludePad": False}),
    ("2-D by axis", (1, 2, 5, 6), {"kernel": [2, 3], "strides": [1, 2], "padding": [0, 1]}),
    ("2-D ceil", (1, 2, 5, 6), {"kernel": 2, "strides": 2, "ceilMode": True}),
    ("2-D ceil, padding not counted", (1, 2, 6, 7), {"kernel": 3, "strides": 2, "padding": 1, "ceilMode": True, "countIncludePad": False}),
    ("1-D", (2, 3, 8), {"kernel": 2}),
    ("1-D overlapping", (2, 3, 7), {"kernel": 3, "strides": 2, "padding": 1}),
    ("3-D", (1, 2, 4, 4, 2), {"kernel": 2}),
    ("3-D overlapping", (1, 1, 4, 3, 4), {"kernel": [2, 2, 3], "strides": 1}),
):
    case("averagePool", lambda d: ([d.normal(*x)], options), average_pool, name, second="padding counted" in name)

for name, x in (("1-D", (2, 3, 5)), ("2-D", (2, 3, 4, 2)), ("3-D", (1, 2, 2, 3, 2)), ("2-D one pixel", (2, 3, 1, 1))):
    axes = list(range(2, len(x)))
    case("globalAveragePool", lambda d: [d.normal(*x)], lambda x: x.mean(axes, True), name, second=name == "2-D")
    case("globalMaxPool", lambda d: [d.distinct(*x)], lambda x: x.amax(axes, True), name)

ADAPTIVE = {
    "adaptiveAveragePool": (None, F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d),
    "adaptiveMaxPool": (None, F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d),
}
for function, by_rank in ADAPTIVE.items():
    for name, x, size in (
        ("1-D divides", (2, 3, 6), 3),
        ("1-D uneven windows", (2, 3, 7), 3),
        ("1-D more than there are", (1, 2, 3), 5),
        ("2-D to one", (2, 3, 4, 5), 1),
        ("2-D by axis", (2, 2, 5, 6), [3, 2]),
        ("2-D uneven both ways", (1, 2, 7, 5), [4, 3]),
        ("3-D", (1, 2, 4, 3, 5), [2, 2, 3]),
    ):
        make = lambda d: ([d.distinct(*x)], {"outputSize": size})
        reference = lambda x, outputSize: by_rank[x.ndim - 2](x, outputSize)
        case(function, make, reference, name)


def resize(x, mode, coordinates, sizes=None, scales=None):
    rank = x.ndim - 2
    # PyTorch's names: `nearest` is asymmetric and rounds down, `nearest-exact` is half_pixel.
    if mode == "nearest":
        name, aligned = {"asymmetric": "nearest", "half_pixel": "nearest-exact"}[coordinates], None
    else:
        name = {"linear": (None, "linear", "bilinear", "trilinear")[rank], "cubic": "bicubic"}[mode]
        aligned = coordinates == "align_corners"
    size = sizes if sizes is not None else [round(s * n) for s, n in zip(scales, x.shape[2:])]
    return F.interpolate(x, size=list(size), mode=name, align_corners=aligned)


for name, x, mode, coordinates, target in (
    ("nearest twice, asymmetric", (1, 2, 3, 4), "nearest", "asymmetric", {"scales": [2, 2]}),
    ("nearest twice", (1, 2, 3, 4), "nearest", "half_pixel", {"scales": [2, 2]}),
    ("nearest three times", (1, 1, 2, 3), "nearest", "half_pixel", {"scales": [3, 3]}),
    ("nearest thirds", (1, 1, 6, 9), "nearest", "half_pixel", {"sizes": [2, 3]}),
    ("linear twice", (1, 2, 3, 4), "linear", "half_pixel", {"scales": [2, 2]}),
    ("linear to sizes", (1, 2, 3, 4), "linear", "half_pixel", {"sizes": [5, 7]}),
    ("linear down", (1, 2, 6, 5), "linear", "half_pixel", {"sizes": [3, 4]}),
    ("linear aligned", (1, 2, 3, 4), "linear", "align_corners", {"sizes": [5, 7]}),
    ("linear aligned down", (1, 2, 5, 6), "linear", "align_corners", {"sizes": [3, 4]}),
    ("linear 1-D", (2, 3, 4), "linear", "half_pixel", {"sizes": [7]}),
    ("linear 3-D", (1, 1, 2, 3, 2), "linear", "half_pixel", {"sizes": [3, 4, 5]}),
    ("cubic twice", (1, 2, 4, 5), "cubic", "half_pixel", {"scales": [2, 2]}),
    ("cubic to sizes", (1, 1, 5, 4), "cubic", "half_pixel", {"sizes": [7, 6]}),
    ("cubic aligned", (1, 1, 4, 5), "cubic", "align_corners", {"sizes": [6, 7]}),
    ("nearest 1-D", (2, 2, 3), "nearest", "half_pixel", {"sizes": [6]}),
):
    case(
        "resize",
        lambda d: ([d.normal(*x)], {"mode": mode, "coordinates": coordinates, **target}),
        resize,
        name,
        second=name == "linear to sizes",
    )

goldens.write()
