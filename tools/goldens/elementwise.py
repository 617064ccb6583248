"""Arithmetic, comparison, logic, unary functions, activations, where and cast."""

import numpy as np
import torch
from torch.nn import functional as F

from golden import Goldens

goldens = Goldens("elementwise")
case = goldens.case

SHAPES = {
    "equal shapes": ((3, 4), (3, 4)),
    "broadcast both ways": ((3, 1, 4), (2, 1)),
    "scalar": ((), (2, 3)),
    "no elements": ((0, 3), (1, 3)),
}


def binary(function, reference, draw_a, draw_b, second=True):
    for name, (a, b) in SHAPES.items():
        case(
            function,
            lambda draw: [draw_a(draw, *a), draw_b(draw, *b)],
            reference,
            name,
            second=second and name == "broadcast both ways",
        )


normal = lambda draw, *shape: draw.normal(*shape)
positive = lambda draw, *shape: draw.uniform(0.5, 2, *shape)
nonzero = lambda draw, *shape: draw.uniform(0.5, 2, *shape) * np.where(draw.bools(*shape), 1, -1)

binary("add", torch.add, normal, normal)
binary("sub", torch.sub, normal, normal)
binary("mul", torch.mul, normal, normal)
binary("div", torch.div, normal, nonzero)
binary("pow", torch.pow, positive, normal)
# a and b are drawn from grids that never meet, so there are no ties
binary("minimum", torch.minimum, lambda d, *s: d.distinct(*s), lambda d, *s: d.distinct(*s, shift=0.081), False)
binary("maximum", torch.maximum, lambda d, *s: d.distinct(*s), lambda d, *s: d.distinct(*s, shift=0.081), False)
case("mod", lambda d: [d.distinct(3, 4, step=0.71), d.uniform(0.5, 2, 4)], torch.remainder, "floats")
case("mod", lambda d: [d.distinct(3, 4, step=0.71), -d.uniform(0.5, 2, 4)], torch.remainder, "negative divisors")
case("mod", lambda d: [d.whole(-9, 10, 3, 4), np.array([2, -3, 4, -5])], torch.remainder, "int32")
for exponent in (2, 3, -1, 0.5, 0):
    base = positive if exponent == 0.5 else nonzero
    case("pow", lambda d: [base(d, 2, 3), exponent], torch.pow, f"to the number {exponent}", second=True)
case("pow", lambda d: [2.5, d.normal(2, 3)], torch.pow, "of a number", second=True)
for function, reference in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div)):
    case(function, lambda d: [d.normal(2, 3), 1.5], reference, "tensor and number")
    case(function, lambda d: [1.5, nonzero(d, 2, 3)], lambda a, b: reference(torch.tensor(a), b), "number and tensor")
for function, reference in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul)):
    case(function, lambda d: [d.whole(-9, 10, 2, 1, 3), d.whole(-9, 10, 4, 1)], reference, "int32")
case("minimum", lambda d: [d.whole(-9, 10, 6), 2], lambda a, b: a.clamp(max=b), "int32 and number")
case("maximum", lambda d: [d.whole(-9, 10, 6), 2], lambda a, b: a.clamp(min=b), "int32 and number")

for function, reference in {
    "equal": torch.eq,
    "notEqual": torch.ne,
    "less": torch.lt,
    "lessEqual": torch.le,
    "greater": torch.gt,
    "greaterEqual": torch.ge,
}.items():
    whole = lambda d, *shape: d.whole(-2, 3, *shape)
    case(function, lambda d: [whole(d, 3, 1, 4) / 2, whole(d, 2, 1) / 2], reference, "floats")
    case(function, lambda d: [whole(d, 3, 4), whole(d, 4)], reference, "int32")
    case(function, lambda d: [whole(d, 3, 4) / 2, 0.5], reference, "tensor and number")
    case(function, lambda d: [whole(d, 0, 4) / 2, whole(d, 4) / 2], reference, "no elements")

for function, reference in {
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
}.items():
    case(function, lambda d: [d.bools(4, 1), d.bools(2, 1, 5)], reference)
case("logicalNot", lambda d: [d.bools(3, 4)], torch.logical_not)

for function, reference in {
    "bitwiseAnd": torch.bitwise_and,
    "bitwiseOr": torch.bitwise_or,
    "bitwiseXor": torch.bitwise_xor,
}.items():
    case(function, lambda d: [d.whole(-99, 99, 4, 1), d.whole(-99, 99, 2, 1, 5)], reference)
case("bitwiseNot", lambda d: [d.whole(-99, 99, 3, 4)], torch.bitwise_not)
for direction, reference in (("left", torch.bitwise_left_shift), ("right", torch.bitwise_right_shift)):
    case(
        "bitShift",
        lambda d: (
            [d.whole(0, 256, 3, 4).astype(np.uint8), d.whole(0, 8, 4).astype(np.uint8)],
            {"direction": direction},
        ),
        lambda x, y, direction: reference(x, y),
        direction,
    )

UNARY = {
    "neg": (torch.neg, normal),
    "abs": (torch.abs, nonzero),
    "exp": (torch.exp, normal),
    "log": (torch.log, positive),
    "log1p": (torch.log1p, positive),
    "expm1": (torch.expm1, normal),
    "sqrt": (torch.sqrt, positive),
    "rsqrt": (torch.rsqrt, positive),
    "square": (torch.square, normal),
    "reciprocal": (torch.reciprocal, nonzero),
    "sin": (torch.sin, normal),
    "cos": (torch.cos, normal),
    "tan": (torch.tan, lambda d, *s: d.uniform(-1, 1, *s)),
    "asin": (torch.asin, lambda d, *s: d.uniform(-0.9, 0.9, *s)),
    "acos": (torch.acos, lambda d, *s: d.uniform(-0.9, 0.9, *s)),
    "atan": (torch.atan, normal),
    "sinh": (torch.sinh, normal),
    "cosh": (torch.cosh, normal),
    "tanh": (torch.tanh, normal),
    "asinh": (torch.asinh, normal),
    "acosh": (torch.acosh, lambda d, *s: d.uniform(1.2, 3, *s)),
    "atanh": (torch.atanh, lambda d, *s: d.uniform(-0.9, 0.9, *s)),
    "erf": (torch.erf, normal),
    "identity": (lambda x: x * 1, normal),
    "sigmoid": (torch.sigmoid, normal),
    "silu": (F.silu, normal),
    "mish": (F.mish, normal),
    "softplus": (F.softplus, normal),
    "gelu": (F.gelu, normal),
    "selu": (F.selu, nonzero),
    "relu": (F.relu, nonzero),
    "leakyRelu": (F.leaky_relu, nonzero),
    "elu": (F.elu, nonzero),
    "softsign": (F.softsign, nonzero),
    "hardSigmoid": (F.hardsigmoid, lambda d, *s: d.normal(*s, scale=3)),
    "hardSwish": (F.hardswish, lambda d, *s: d.normal(*s, scale=3)),
}
# Piecewise linear or quadratic: PyTorch lacks their second derivatives.
first_order_only = ("hardSigmoid", "hardSwish", "leakyRelu", "relu")
for function, (reference, make) in UNARY.items():
    case(function, lambda d: [make(d, 2, 3, 2)], reference, second=function not in first_order_only)
    case(function, lambda d: [make(d)], reference, "scalar")
    case(function, lambda d: [make(d, 2, 0)], reference, "no elements")

# PyTorch has no derivative of these but zero, and no second one.
for function, reference in {"sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round}.items():
    case(function, lambda d: [d.distinct(3, 4, step=0.3)], reference)
case("round", lambda d: [np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])], torch.round, "halves to even", fixed=("0",))

specials = np.array([[1.0, np.nan, np.inf], [-np.inf, 0.0, -1.0]])
case("isNaN", lambda d: [specials], torch.isnan, fixed=("0",))
case("isInf", lambda d: [specials], torch.isinf, fixed=("0",))

# Far arguments: no overflow on the way
far = lambda draw: [np.array([-80.0, -30.0, -5.0, 0.5, 5.0, 30.0, 80.0])]
for function in ("sigmoid", "tanh", "softplus", "silu", "mish", "gelu", "erf"):
    case(function, far, UNARY[function][0], "far from zero")
case("log1p", lambda d: [np.array([1e-5, 1e-3, 0.5])], torch.log1p, "near zero")
case("expm1", lambda d: [np.array([1e-5, -1e-3, 0.5])], torch.expm1, "near zero")

case("gelu", lambda d: ([d.normal(3, 4)], {"approximate": "tanh"}), F.gelu, "tanh", second=True)
case("leakyRelu", lambda d: ([nonzero(d, 3, 4)], {"slope": 0.2}), lambda x, slope: F.leaky_relu(x, slope), "slope")
case("elu", lambda d: ([nonzero(d, 3, 4)], {"alpha": 0.7}), lambda x, alpha: F.elu(x, alpha), "alpha", second=True)
case("celu", lambda d: ([nonzero(d, 3, 4)], {"alpha": 0.7}), lambda x, alpha: F.celu(x, alpha), second=True)
case("prelu", lambda d: [nonzero(d, 2, 3, 4), d.normal(3, 1)], lambda x, s: torch.where(x > 0, x, s * x), second=True)
case(
    "hardSigmoid",
    lambda d: ([d.normal(3, 4, scale=3)], {"alpha": 0.3, "beta": 0.4}),
    lambda x, alpha, beta: (alpha * x + beta).clamp(0, 1),
    "alpha and beta",
)
case(
    "thresholdedRelu",
    lambda d: ([d.distinct(3, 4, step=0.3)], {"alpha": 0.6}),
    lambda x, alpha: torch.where(x > alpha, x, 0.0),
)
case("clamp", lambda d: ([d.distinct(3, 4)], {"min": -0.3, "max": 0.25}), torch.clamp)
case("clamp", lambda d: ([d.distinct(3, 4)], {"min": -0.3}), torch.clamp, "below only")
case("clamp", lambda d: ([d.distinct(3, 4)], {"max": 0.25}), torch.clamp, "above only")

case("where", lambda d: [d.bools(3, 1), d.normal(3, 4), d.normal(2, 1, 4)], torch.where, second=True)
case("where", lambda d: [d.bools(3, 4), d.normal(4), 0.5], lambda c, a, b: torch.where(c, a, torch.tensor(b)), "number")
case("where", lambda d: [d.bools(3, 4), d.whole(-9, 9, 4), d.whole(-9, 9, 3, 1)], torch.where, "int32")

case("cast", lambda d: [d.distinct(3, 4, step=0.7), "int32"], lambda x, _: x.int(), "float32 to int32")
case("cast", lambda d: [d.whole(-2, 2, 3, 4), "float32"], lambda x, _: x.double(), "int32 to float32")
case("cast", lambda d: [d.bools(3, 4), "float32"], lambda x, _: x.double(), "bool to float32")
case("cast", lambda d: [d.bools(3, 4), "int32"], lambda x, _: x.int(), "bool to int32")
case("cast", lambda d: [d.whole(-2, 2, 3, 4) / 2, "bool"], lambda x, _: x.bool(), "float32 to bool")
case("cast", lambda d: [d.normal(3, 4), "float64"], lambda x, _: x * 1, "float32 to float64", dtypes=["float64"])
case("cast", lambda d: [d.normal(3, 4), "float16"], lambda x, _: x.half(), "float32 to float16", dtypes=["float16"])
case("cast", lambda d: [d.whole(0, 9, 3), "int64"], lambda x, _: x, "int32 to int64", dtypes=["int64"])

goldens.write()
