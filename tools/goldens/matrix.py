"""Products, reductions, the softmax family and cross entropy."""

import numpy as np
import torch
from torch.nn import functional as F

from golden import Goldens

goldens = Goldens("matrix")
case = goldens.case

for name, a, b in (
    ("matrices", (3, 4), (4, 2)),
    ("batch by batch", (2, 3, 4), (2, 4, 5)),
    ("batch by matrix", (2, 3, 4), (4, 5)),
    ("broadcast batches", (2, 1, 3, 4), (3, 4, 2)),
    ("matrix by batch", (3, 4), (2, 4, 2)),
    ("vector by matrix", (4,), (4, 3)),
    ("matrix by vector", (3, 4), (4,)),
    ("batch by vector", (2, 3, 4), (4,)),
    ("vectors", (4,), (4,)),
    ("single elements", (1, 1), (1, 1)),
    ("no rows", (0, 3), (3, 2)),
    ("no inner elements", (2, 0), (0, 3)),
):
    case("matmul", lambda d: [d.normal(*a), d.normal(*b)], torch.matmul, name, second=name.startswith("batch"))

case("linear", lambda d: [d.normal(3, 4), d.normal(2, 4), d.normal(2)], F.linear, "bias", second=True)
case("linear", lambda d: [d.normal(2, 3, 4), d.normal(5, 4), d.normal(5)], F.linear, "rank 3")
case("linear", lambda d: [d.normal(4), d.normal(5, 4), d.normal(5)], F.linear, "vector")
case("linear", lambda d: [d.normal(3, 4), d.normal(2, 4)], F.linear, "without bias")


def gemm(a, b, alpha=1.0, beta=1.0, transposeA=False, transposeB=False, c=None):
    product = alpha * (a.T if transposeA else a) @ (b.T if transposeB else b)
    return product if c is None else product + beta * c


case("gemm", lambda d: [d.normal(3, 4), d.normal(4, 2)], gemm, "plain")
case("gemm", lambda d: ([d.normal(3, 4), d.normal(4, 2)], {"c": d.normal(2)}), gemm, "row added", second=True)
case(
    "gemm",
    lambda d: (
        [d.normal(4, 3), d.normal(2, 4)],
        {"c": d.normal(3, 1), "alpha": 0.5, "beta": -1.5, "transposeA": True, "transposeB": True},
    ),
    gemm,
    "transposed and scaled",
    second=True,
)
case("gemm", lambda d: ([d.normal(4, 3), d.normal(4, 2)], {"transposeA": True}), gemm, "first transposed")
case("gemm", lambda d: ([d.normal(4, 3), d.normal(2, 3)], {"transposeB": True}), gemm, "second transposed")

for equation, *shapes in (
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij->ji", (2, 3)),
    ("ij->i", (2, 3)),
    ("ij->", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("i,j->ij", (2,), (3,)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    ("bhqd,bhkd->bhqk", (1, 2, 3, 4), (1, 2, 5, 4)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (3, 4, 2)),
    ("ik,jkl,il->ij", (2, 3), (4, 3, 5), (2, 5)),
    ("ij,kl->ijkl", (2, 2), (1, 3)),
    ("bi,bj", (3, 2), (3, 4)),
):
    case("einsum", lambda d: [equation, *(d.normal(*shape) for shape in shapes)], torch.einsum, equation, second=len(shapes) == 2)


def reduced(function):
    """`function(x, dims, keep)` over the given axes, all of them when none is named."""

    def reference(x, axes=None, keepDims=False, **others):
        dims = list(range(x.ndim)) if axes is None else [axes] if isinstance(axes, int) else axes
        return function(x, dims, keepDims, **others)

    return reference


def product(x, dims, keep):
    for dim in sorted(dim % x.ndim for dim in dims)[::-1]:
        x = x.prod(dim, keepdim=keep)
    return x


REDUCTIONS = {
    "sum": lambda x, dims, keep: x.sum(dims, keepdim=keep),
    "mean": lambda x, dims, keep: x.mean(dims, keepdim=keep),
    "max": lambda x, dims, keep: x.amax(dims, keepdim=keep),
    "min": lambda x, dims, keep: x.amin(dims, keepdim=keep),
    "prod": product,
    "logSumExp": lambda x, dims, keep: x.logsumexp(dims, keepdim=keep),
    "l1Norm": lambda x, dims, keep: x.abs().sum(dims, keepdim=keep),
    "l2Norm": lambda x, dims, keep: x.square().sum(dims, keepdim=keep).sqrt(),
    "sumSquare": lambda x, dims, keep: x.square().sum(dims, keepdim=keep),
    "variance": lambda x, dims, keep, correction=1: x.var(dims, correction=correction, keepdim=keep),
    "std": lambda x, dims, keep, correction=1: x.std(dims, correction=correction, keepdim=keep),
}
for function, reference in REDUCTIONS.items():
    linear = function in ("sum", "mean", "max", "min", "l1Norm")
    make = lambda d, *shape: d.distinct(*shape, step=0.17)
    case(function, lambda d: [make(d, 2, 3, 4)], reduced(reference), "all axes", second=not linear)
    case(function, lambda d: ([make(d, 2, 3, 4)], {"axes": 1}), reduced(reference), "one axis", second=not linear)
    case(function, lambda d: ([make(d, 2, 3, 4)], {"axes": [0, -1]}), reduced(reference), "two axes")
    case(function, lambda d: ([make(d, 2, 3, 4)], {"axes": [-2], "keepDims": True}), reduced(reference), "kept axis")
    case(function, lambda d: ([make(d, 3, 2)], {"keepDims": True}), reduced(reference), "all axes kept")
    if function not in ("variance", "std"):
        case(function, lambda d: ([make(d, 3, 1)], {"axes": 1}), reduced(reference), "axis of one")
    case(function, lambda d: ([make(d, 0, 3)], {"axes": 1}), reduced(reference), "no rows")
    if function in ("sum", "prod", "l1Norm", "sumSquare"):
        case(function, lambda d: ([make(d, 0, 3)], {"axes": 0}), reduced(reference), "over no elements")
for function in ("variance", "std"):
    case(
        function,
        lambda d: ([d.normal(3, 4)], {"axes": 1, "correction": 0}),
        reduced(REDUCTIONS[function]),
        "of a population",
        second=True,
    )
case("prod", lambda d: ([np.array([[1.5, 0.0, 2.0], [0.5, -1.0, 3.0]])], {"axes": 1}), reduced(product), "with a zero")
case("sum", lambda d: ([d.whole(-9, 10, 3, 4)], {"axes": 0}), reduced(REDUCTIONS["sum"]), "int32")
case("max", lambda d: ([d.whole(-9, 10, 3, 4)], {"axes": 0}), reduced(REDUCTIONS["max"]), "int32")
case("logSumExp", lambda d: [np.array([200.0, 201.0, -300.0])], reduced(REDUCTIONS["logSumExp"]), "far from zero")

for function, reference in (("any", torch.any), ("all", torch.all)):
    case(function, lambda d: [d.bools(3, 4)], lambda x: reference(x), "all axes")
    case(function, lambda d: ([d.bools(5, 2)], {"axes": 1}), lambda x, axes: reference(x, axes), "one axis")
    case(
        function,
        lambda d: ([d.bools(2, 3, 2)], {"axes": [0, 2], "keepDims": True}),
        lambda x, axes, keepDims: reference(reference(x, 0, True), 2, True),
        "kept axes",
    )

for function, reference in (("argMax", torch.argmax), ("argMin", torch.argmin)):
    case(function, lambda d: [d.distinct(3, 5)], lambda x: reference(x, -1), "last axis", fixed=("0",))
    case(function, lambda d: ([d.distinct(3, 5, 2)], {"axis": 1}), lambda x, axis: reference(x, axis), "axis", fixed=("0",))
    case(
        function,
        lambda d: ([d.distinct(3, 5)], {"axis": 0, "keepDims": True}),
        lambda x, axis, keepDims: reference(x, axis, keepDims),
        "kept axis",
        fixed=("0",),
    )
    case(function, lambda d: ([d.whole(0, 9, 1, 1)]), lambda x: reference(x, -1), "one int32")
ties = np.array([[1.0, 2.0, 2.0], [0.0, 0.0, -1.0]])
case("argMax", lambda d: [ties], lambda x: torch.tensor([1, 0]), "first among equals", fixed=("0",))

for function, reference in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
    case(function, lambda d: [d.normal(2, 3, 4)], lambda x: reference(x, -1), "last axis", second=True)
    case(function, lambda d: ([d.normal(2, 3, 4)], {"axis": 1}), lambda x, axis: reference(x, axis), "axis 1", second=True)
    case(function, lambda d: ([d.normal(2, 3)], {"axis": 0}), lambda x, axis: reference(x, axis), "axis 0")
    case(function, lambda d: [d.normal(3, 1)], lambda x: reference(x, -1), "axis of one")
    case(function, lambda d: [d.normal(0, 3)], lambda x: reference(x, -1), "no rows")
    case(function, lambda d: [np.array([[300.0, 301.0, -200.0]])], lambda x: reference(x, -1), "far from zero")


def cross_entropy(logits, labels, reduction="mean", ignoreIndex=-100, weights=None, labelSmoothing=0.0):
    return F.cross_entropy(logits, labels, weights, None, ignoreIndex, None, reduction, labelSmoothing)


def labels(d, classes, *shape):
    return d.whole(0, classes, *shape)


case("crossEntropy", lambda d: [d.normal(4, 5), labels(d, 5, 4)], cross_entropy, "mean", second=True)
case("crossEntropy", lambda d: [d.normal(2, 3, 4), labels(d, 3, 2, 4)], cross_entropy, "sequence", second=True)
case("crossEntropy", lambda d: [d.normal(2, 3, 2, 2), labels(d, 3, 2, 2, 2)], cross_entropy, "image")
for reduction in ("sum", "none"):
    case("crossEntropy", lambda d: ([d.normal(2, 3, 4), labels(d, 3, 2, 4)], {"reduction": reduction}), cross_entropy, reduction)
ignoring = np.array([0, 2, -100, 1])
case("crossEntropy", lambda d: ([d.normal(4, 3), ignoring], {"ignoreIndex": -100}), cross_entropy, "ignored label", second=True)
case("crossEntropy", lambda d: ([d.normal(4, 3), labels(d, 3, 4)], {"ignoreIndex": 1}), cross_entropy, "ignored class")
case(
    "crossEntropy",
    lambda d: ([d.normal(4, 3), ignoring], {"ignoreIndex": -100, "reduction": "none"}),
    cross_entropy,
    "ignored label none",
)
weights = np.array([0.5, 1.0, 2.5])
for reduction in ("mean", "sum", "none"):
    case(
        "crossEntropy",
        lambda d: ([d.normal(4, 3), labels(d, 3, 4)], {"weights": weights, "reduction": reduction}),
        cross_entropy,
        f"weights {reduction}",
        fixed=("weights",),
    )
    case(
        "crossEntropy",
        lambda d: ([d.normal(4, 3), labels(d, 3, 4)], {"labelSmoothing": 0.1, "reduction": reduction}),
        cross_entropy,
        f"label smoothing {reduction}",
    )
case(
    "crossEntropy",
    lambda d: ([d.normal(4, 3), ignoring], {"weights": weights, "ignoreIndex": -100, "labelSmoothing": 0.2}),
    cross_entropy,
    "weights, smoothing and an ignored label",
    fixed=("weights",),
)

goldens.write()
