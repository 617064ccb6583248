"""What moves, joins, cuts and picks elements: layout, padding, gather and scatter, order."""

import numpy as np
import torch

from golden import Goldens

goldens = Goldens("layout")
case = goldens.case


def padded(x, pads, mode="constant", value=0.0):
    """NumPy's padding of positions, picked from x: a differentiable np.pad."""
    for axis, (before, after) in enumerate(pads):
        if mode == "constant":
            ends = [x.new_full([n if a == axis else s for a, s in enumerate(x.shape)], value) for n in (before, after)]
            x = torch.cat([ends[0], x, ends[1]], axis)
        else:
            positions = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode)
            x = x.index_select(axis, torch.from_numpy(positions))
    return x


case("pad", lambda d: ([d.normal(2, 3)], {"pads": [[1, 2], [0, 1]]}), padded, "zeros", second=True)
case("pad", lambda d: ([d.normal(2, 3)], {"pads": [[1, 0], [2, 1]], "mode": "constant", "value": 1.5}), padded, "value")
for mode in ("reflect", "edge", "wrap"):
    case("pad", lambda d: ([d.normal(2, 3, 4)], {"pads": [[0, 0], [1, 2], [3, 1]], "mode": mode}), padded, mode, second=True)
case("pad", lambda d: ([d.normal(0, 2)], {"pads": [[1, 1], [0, 0]]}), padded, "no elements")
case("pad", lambda d: ([d.whole(0, 9, 3)], {"pads": [[1, 1]], "value": 7}), padded, "int32")


def sliced(x, starts, ends, axes=None, steps=None):
    axes = axes or list(range(len(starts)))
    for axis, start, end, step in zip(axes, starts, ends, steps or [1] * len(axes)):
        positions = np.arange(x.shape[axis])[start:end:step]
        x = x.index_select(axis, torch.from_numpy(positions.copy()))
    return x


for name, shape, options in (
    ("first axes", (4, 5), {"starts": [1, 0], "ends": [3, 4]}),
    ("one axis", (3, 6, 2), {"starts": [2], "ends": [5], "axes": [1]}),
    ("negative", (3, 6), {"starts": [-4], "ends": [-1], "axes": [-1]}),
    ("steps", (7, 5), {"starts": [0, 1], "ends": [7, 5], "axes": [0, 1], "steps": [3, 2]}),
    ("backwards", (5, 3), {"starts": [4], "ends": [0], "axes": [0], "steps": [-2]}),
    ("beyond the end", (4, 3), {"starts": [2], "ends": [99], "axes": [0]}),
    ("nothing", (4, 3), {"starts": [2], "ends": [2], "axes": [0]}),
    ("one element", (1, 1), {"starts": [0, 0], "ends": [1, 1]}),
):
    case("slice", lambda d: ([d.normal(*shape)], options), sliced, name, second=name == "steps")

concat = lambda tensors, axis=0: torch.cat(tensors, axis)
case("concat", lambda d: ([[d.normal(2, 3), d.normal(1, 3), d.normal(4, 3)]], {"axis": 0}), concat, "rows", second=True)
case("concat", lambda d: ([[d.normal(2, 1, 3), d.normal(2, 2, 3)]], {"axis": -2}), concat, "middle")
case("concat", lambda d: ([[d.normal(2, 3), d.normal(2, 0)]], {"axis": 1}), concat, "with nothing")
case("concat", lambda d: ([[d.normal(2, 3)]], {"axis": 1}), concat, "one")
case("concat", lambda d: ([[d.whole(0, 9, 2), d.whole(0, 9, 3)]], {"axis": 0}), concat, "int32")


def split(x, axis=0, sizes=None, parts=None):
    return list(torch.split(x, sizes, axis) if sizes else torch.tensor_split(x, parts, axis))


case("split", lambda d: ([d.normal(6, 2)], {"axis": 0, "parts": 3}), split, "equal parts", second=True)
case("split", lambda d: ([d.normal(2, 6)], {"axis": -1, "sizes": [1, 3, 2]}), split, "sizes")
case("split", lambda d: ([d.normal(2, 3)], {"axis": 1, "sizes": [0, 3]}), split, "an empty piece")
case("stack", lambda d: ([[d.normal(2, 3), d.normal(2, 3)]], {"axis": 0}), lambda t, axis: torch.stack(t, axis), "first")
case("stack", lambda d: ([[d.normal(2, 3), d.normal(2, 3)]], {"axis": -1}), lambda t, axis: torch.stack(t, axis), "last")
case("unstack", lambda d: ([d.normal(3, 2)], {"axis": 0}), lambda x, axis: list(x.unbind(axis)), "first")
case("unstack", lambda d: ([d.normal(2, 2, 3)], {"axis": -1}), lambda x, axis: list(x.unbind(axis)), "last")

case("reshape", lambda d: [d.normal(2, 6), [3, 4]], torch.reshape, second=True)
case("reshape", lambda d: [d.normal(2, 3, 4), [2, -1]], torch.reshape, "inferred")
case("reshape", lambda d: [d.normal(1, 1), []], torch.reshape, "to a scalar")
case("reshape", lambda d: [d.normal(0, 3), [3, 0]], torch.reshape, "no elements")
case("transpose", lambda d: [d.normal(2, 3, 4)], lambda x: x.permute(2, 1, 0), "reversed", second=True)
case("transpose", lambda d: [d.normal(2, 3, 4), [1, 0, 2]], torch.permute, "permutation")
case("transpose", lambda d: [d.normal(2, 1, 3, 2), [0, 3, 1, 2]], torch.permute, "four axes")
case("squeeze", lambda d: [d.normal(1, 3, 1)], torch.squeeze, "all")
case("squeeze", lambda d: [d.normal(1, 3, 1), [0]], lambda x, axes: x.squeeze(axes), "one of two")
case("squeeze", lambda d: [d.normal(1, 3, 1), -1], torch.squeeze, "a number")
case("unsqueeze", lambda d: [d.normal(2, 3), 1], torch.unsqueeze, "a number")
case("unsqueeze", lambda d: [d.normal(2, 3), [0, 3]], lambda x, axes: x[None, :, :, None], "two axes")
case("flatten", lambda d: [d.normal(2, 3, 4)], torch.flatten, "all")
case("flatten", lambda d: [d.normal(2, 3, 2, 2), 1], torch.flatten, "from axis 1")
case("flatten", lambda d: [d.normal(2, 3, 2, 2), 1, 2], torch.flatten, "middle")
case("flip", lambda d: [d.normal(2, 3)], lambda x: x.flip(0, 1), "all axes")
case("flip", lambda d: [d.normal(2, 3), [1]], torch.flip, "one axis", second=True)
case("expand", lambda d: [d.normal(3, 1), [2, 3, 4]], lambda x, shape: x.expand(shape), second=True)
case("expand", lambda d: [d.normal(1), [0, 2]], lambda x, shape: x.expand(shape), "to nothing")
case("tile", lambda d: [d.normal(2, 3), [2, 1]], lambda x, repeats: x.repeat(repeats), second=True)
case("tile", lambda d: [d.normal(2, 1, 2), [1, 3, 2]], lambda x, repeats: x.repeat(repeats), "two axes")

take = lambda x, indices, axis=0: torch.stack(
    [x.select(axis, int(index)) for index in indices.flatten()], axis % x.ndim
).unflatten(axis % x.ndim, indices.shape if indices.ndim else (1,))
case("gather", lambda d: [d.normal(5, 3), np.array([3, 0, 3])], take, "rows, one twice", second=True)
case("gather", lambda d: ([d.normal(2, 5, 3), d.whole(0, 5, 2, 2)], {"axis": 1}), take, "axis 1, two axes of indices")
case("gather", lambda d: ([d.normal(2, 4), np.array([-1, 0, -4])], {"axis": -1}), take, "negative indices")
case("gather", lambda d: [d.normal(4, 3), np.array(2)], lambda x, i: x[int(i)], "one index drops the axis")
case("gather", lambda d: [d.normal(4, 3), np.zeros(0, int)], lambda x, i: x[i], "no indices")
case("gather", lambda d: [d.whole(0, 99, 4), np.array([3, 1])], lambda x, i: x[i], "int32")

pick = lambda x, indices, axis=0: torch.gather(x, axis, indices % x.shape[axis])
case("gatherElements", lambda d: ([d.normal(3, 4), d.whole(0, 3, 2, 4)], {"axis": 0}), pick, "axis 0", second=True)
case("gatherElements", lambda d: ([d.normal(3, 4), d.whole(-4, 4, 3, 2)], {"axis": 1}), pick, "negative indices")
case("gatherElements", lambda d: ([d.normal(2, 3, 2), d.whole(0, 3, 2, 5, 2)], {"axis": -2}), pick, "more than there are")


def gather_nd(x, indices, batchDims=0):
    if batchDims:
        return torch.stack([gather_nd(row, index, batchDims - 1) for row, index in zip(x, indices)])
    return x[tuple(indices.movedim(-1, 0))]


case("gatherND", lambda d: [d.normal(3, 4), np.array([[0, 1], [2, 3], [0, 1]])], gather_nd, "elements", second=True)
case("gatherND", lambda d: [d.normal(3, 4, 2), np.array([[2], [0]])], gather_nd, "rows")
case("gatherND", lambda d: [d.normal(3, 4, 2), d.whole(0, 3, 2, 2, 2)], gather_nd, "two axes of indices")
case("gatherND", lambda d: ([d.normal(2, 4, 3), d.whole(0, 4, 2, 1)], {"batchDims": 1}), gather_nd, "a batch axis")
case("gatherND", lambda d: [d.normal(3, 4), np.array([[-1, -2]])], gather_nd, "negative indices")

REDUCE = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def scatter_elements(x, indices, updates, axis=0, reduction="none"):
    indices = indices % x.shape[axis]
    if reduction == "none":
        return x.scatter(axis, indices, updates)
    return x.scatter_reduce(axis, indices, updates, REDUCE[reduction])


different = lambda d, size, count: d.permutation(size)[:count]
case(
    "scatterElements",
    lambda d: ([d.normal(5, 3), np.stack([different(d, 5, 2) for _ in range(3)], 1), d.normal(2, 3)], {"axis": 0}),
    scatter_elements,
    "axis 0",
    second=True,
)
case(
    "scatterElements",
    lambda d: ([d.normal(2, 5), np.stack([different(d, 5, 3) - 5 for _ in range(2)]), d.normal(2, 3)], {"axis": 1}),
    scatter_elements,
    "negative indices",
)
case(
    "scatterElements",
    lambda d: ([d.normal(2, 4), d.whole(0, 4, 2, 6), d.normal(2, 6)], {"axis": 1, "reduction": "add"}),
    scatter_elements,
    "add, indices more than once",
    second=True,
)
for reduction in ("mul", "max", "min"):
    case(
        "scatterElements",
        # One grid for both, so that no two of them are equal
        lambda d: (
            lambda values: (
                [values[:10].reshape(2, 5), np.stack([different(d, 5, 3) for _ in range(2)]), values[10:].reshape(2, 3)],
                {"axis": 1, "reduction": reduction},
            )
        )(d.distinct(16)),
        scatter_elements,
        reduction,
    )


def scatter_nd(x, indices, updates, reduction="none"):
    width = indices.shape[-1]
    sizes = torch.tensor(x.shape[:width])
    strides = torch.tensor([int(sizes[axis + 1 :].prod()) for axis in range(width)])
    rows = ((indices % sizes) * strides).sum(-1).flatten()
    flat = x.reshape(int(sizes.prod()), -1)
    return scatter_elements(
        flat, rows[:, None].expand(-1, flat.shape[1]), updates.reshape(len(rows), -1), 0, reduction
    ).reshape(x.shape)


elements = np.array([[0, 1], [2, 3], [1, 0]])
case("scatterND", lambda d: [d.normal(3, 4), elements, d.normal(3)], scatter_nd, "elements", second=True)
case("scatterND", lambda d: [d.normal(4, 2, 2), np.array([[2], [0]]), d.normal(2, 2, 2)], scatter_nd, "rows")
case("scatterND", lambda d: [d.normal(4, 2), np.array([[-1], [-3]]), d.normal(2, 2)], scatter_nd, "negative indices")
case(
    "scatterND",
    lambda d: ([d.normal(3, 4), np.array([[0], [2], [0]]), d.normal(3, 4)], {"reduction": "add"}),
    scatter_nd,
    "add, one row twice",
    second=True,
)
for reduction in ("mul", "max", "min"):
    case(
        "scatterND",
        lambda d: (lambda v: ([v[:12].reshape(3, 4), elements, v[12:]], {"reduction": reduction}))(d.distinct(15)),
        scatter_nd,
        reduction,
    )


def one_hot(indices, depth, axis=-1, values=(0, 1)):
    rows = torch.nn.functional.one_hot(indices, depth)
    return (rows * (values[1] - values[0]) + values[0]).double().movedim(-1, axis)


case("oneHot", lambda d: ([d.whole(0, 4, 5)], {"depth": 4}), one_hot)
case("oneHot", lambda d: ([d.whole(0, 3, 2, 3)], {"depth": 3, "axis": 1}), one_hot, "axis 1")
case("oneHot", lambda d: ([d.whole(0, 3, 4)], {"depth": 3, "values": [-0.5, 2]}), one_hot, "values")


def top_k(x, k, axis=-1, largest=True, sorted=True):
    return tuple(torch.topk(x, k, axis, largest, sorted))


for name, shape, options in (
    ("largest", (3, 6), {"k": 2}),
    ("smallest", (3, 6), {"k": 3, "largest": False}),
    ("axis 0", (5, 2), {"k": 2, "axis": 0}),
    ("all", (2, 4), {"k": 4}),
    ("one of one", (3, 1), {"k": 1}),
):
    case("topK", lambda d: ([d.distinct(*shape)], options), top_k, name, output_names=["values", "indices"], second=name == "largest")


def cumulative(x, axis, exclusive=False, reverse=False):
    x = x.flip(axis) if reverse else x
    total = x.cumsum(axis) - x if exclusive else x.cumsum(axis)
    return total.flip(axis) if reverse else total


for exclusive in (False, True):
    for reverse in (False, True):
        name = f"{'exclusive' if exclusive else 'inclusive'}{' reverse' if reverse else ''}"
        make = lambda d: ([d.normal(3, 4)], {"axis": 1, "exclusive": exclusive, "reverse": reverse})
        case("cumsum", make, cumulative, name, second=name == "exclusive reverse")
case("cumsum", lambda d: ([d.normal(2, 3, 2)], {"axis": -3}), cumulative, "negative axis")
case("cumsum", lambda d: ([d.whole(-5, 5, 6)], {"axis": 0}), cumulative, "int32")

trilu = lambda x, upper, k=0: x.triu(k) if upper else x.tril(k)
for name, shape, options in (
    ("upper", (3, 4), {"upper": True}),
    ("lower", (4, 3), {"upper": False}),
    ("upper above the diagonal", (2, 3, 3), {"upper": True, "k": 1}),
    ("upper below the diagonal", (3, 3), {"upper": True, "k": -1}),
    ("lower below the diagonal", (3, 4), {"upper": False, "k": -2}),
    ("lower above the diagonal", (3, 4), {"upper": False, "k": 1}),
):
    case("trilu", lambda d: ([d.normal(*shape)], options), trilu, name, second=name == "upper")
case("tril", lambda d: [d.normal(3, 4)], torch.tril)
case("triu", lambda d: [d.normal(3, 4)], torch.triu)

case("range", lambda d: ([2, 11, 3], {"dtype": "int32"}), lambda a, b, s, dtype: torch.arange(a, b, s), "int32")
case("range", lambda d: ([1, 0, -0.25], {"dtype": "float32"}), lambda a, b, s, dtype: torch.arange(a, b, s).double(), "down")
case("range", lambda d: ([3, 3, 1], {"dtype": "int32"}), lambda a, b, s, dtype: torch.arange(a, b, s), "nothing")
case("arange", lambda d: [0, 5, 2], lambda a, b, s: torch.arange(a, b, s).double())
case("linspace", lambda d: [-1, 1, 6], lambda a, b, n: torch.linspace(a, b, n, dtype=torch.float64))
case("eye", lambda d: [3], lambda n: torch.eye(n, dtype=torch.float64))
case("nonZero", lambda d: [d.whole(-1, 2, 3, 4)], lambda x: x.nonzero().T, "int32")
case("nonZero", lambda d: [d.whole(-1, 2, 5) / 2], lambda x: x.nonzero().T, "float32", fixed=("0",))

goldens.write()
