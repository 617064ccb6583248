"""Layers of @noosphere/train against PyTorch in float64: values, gradients, buffers of a step, and 20 steps of training.

    cd tools/goldens && python layers.py
"""

import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from golden import Draw, encode
from trees import TRAIN, Cases, encode_float

torch.manual_seed(0)
RANDOM, CONTEXT = "$random", "$context"
forward = lambda module, x, *rest: module(x)

simple = Cases("layers/goldens/linear-and-convolution.json")
case = simple.layer
case("Linear", [4, 3, RANDOM], nn.Linear(4, 3), lambda d: [d.normal(2, 5, 4)], forward)
case("Linear", [4, 3, RANDOM, {"bias": False}], nn.Linear(4, 3, bias=False), lambda d: [d.normal(2, 4)], forward, "no bias")
indices = np.array([[1, 0, 3], [3, 2, 2]], np.int32)
embed = lambda module, i: module(i.long())
case("Embedding", [5, 3, RANDOM], nn.Embedding(5, 3), lambda d: [indices], embed)
case(
    "Embedding",
    [5, 3, RANDOM, {"paddingIndex": 2}],
    nn.Embedding(5, 3, padding_idx=2),
    lambda d: [indices],
    embed,
    "padding",
)

SPATIAL = {1: (7,), 2: (4, 5), 3: (3, 2, 4)}
CONV = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
NORM = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


def conv(rank, inputs, outputs, kernel, name, ours, theirs):
    case(
        f"Conv{rank}d",
        [inputs, outputs, kernel, RANDOM, ours],
        CONV[rank](inputs, outputs, kernel, **theirs),
        lambda d: [d.normal(1, inputs, *SPATIAL[rank])],
        forward,
        name,
    )


conv(1, 3, 4, 3, "plain", {}, {})
conv(1, 2, 3, 3, "same, dilated", {"padding": "same", "dilations": 2}, {"padding": "same", "dilation": 2})
conv(1, 2, 3, 3, "reflected", {"padding": 2, "paddingMode": "reflect"}, {"padding": 2, "padding_mode": "reflect"})
conv(2, 2, 3, 3, "strides and padding", {"strides": 2, "padding": 1}, {"stride": 2, "padding": 1})
conv(2, 4, 4, [3, 2], "depthwise", {"groups": 4, "bias": False}, {"groups": 4, "bias": False})
conv(2, 4, 6, 1, "groups", {"groups": 2}, {"groups": 2})
conv(2, 2, 2, 3, "circular", {"padding": 1, "paddingMode": "circular"}, {"padding": 1, "padding_mode": "circular"})
conv(2, 2, 2, 2, "replicated, same", {"padding": "same", "paddingMode": "replicate"}, {"padding": "same", "padding_mode": "replicate"})
conv(3, 2, 2, 2, "plain", {}, {})
for rank, ours, theirs in [
    (1, {"strides": 2, "padding": 1, "outputPadding": 1}, {"stride": 2, "padding": 1, "output_padding": 1}),
    (2, {"strides": 2, "groups": 2}, {"stride": 2, "groups": 2}),
    (3, {"strides": [1, 2, 1], "bias": False}, {"stride": (1, 2, 1), "bias": False}),
]:
    case(
        f"ConvTranspose{rank}d",
        [2, 4, 2, RANDOM, ours],
        TRANSPOSED[rank](2, 4, 2, **theirs),
        lambda d: [d.normal(1, 2, *[2, 3, 2][:rank])],
        forward,
    )

simple.write()

norms = Cases("layers/goldens/norms-and-pools.json")
case = norms.layer
for rank in (1, 2, 3):
    shape = (3, 2, *[2, 3, 2][:rank])
    for training in (False, True):
        case(
            f"BatchNorm{rank}d",
            [2],
            NORM[rank](2),
            lambda d: [d.normal(*shape, shift=0.5), CONTEXT],
            forward,
            "training" if training else "prediction",
            training=training,
        )
norm_input = lambda d: [d.normal(4, 3), CONTEXT]
case("BatchNorm1d", [3, {"momentum": "cumulative"}], nn.BatchNorm1d(3, momentum=None), norm_input, forward, "cumulative", training=True)
case("BatchNorm1d", [3, {"affine": False, "epsilon": 0.1}], nn.BatchNorm1d(3, affine=False, eps=0.1), norm_input, forward, "no affine", training=True)
case(
    "BatchNorm1d",
    [3, {"trackRunningStatistics": False}],
    nn.BatchNorm1d(3, track_running_stats=False),
    norm_input,
    forward,
    "no running statistics",
)
case("LayerNorm", [5], nn.LayerNorm(5), lambda d: [d.normal(2, 3, 5)], forward)
case("LayerNorm", [[3, 4], {"epsilon": 0.1}], nn.LayerNorm([3, 4], eps=0.1), lambda d: [d.normal(2, 3, 4)], forward, "two axes")
case("LayerNorm", [5, {"bias": False}], nn.LayerNorm(5, bias=False), lambda d: [d.normal(2, 5)], forward, "no bias")
case("LayerNorm", [5, {"affine": False}], nn.LayerNorm(5, elementwise_affine=False), lambda d: [d.normal(2, 5)], forward, "no affine")
case("GroupNorm", [2, 4], nn.GroupNorm(2, 4), lambda d: [d.normal(2, 4, 3)], forward)
case("GroupNorm", [4, 4, {"affine": False}], nn.GroupNorm(4, 4, affine=False), lambda d: [d.normal(2, 4, 3, 2)], forward, "no affine")
case("InstanceNorm", [3], nn.InstanceNorm2d(3), lambda d: [d.normal(2, 3, 4, 2)], forward)
case("InstanceNorm", [3, {"affine": True}], nn.InstanceNorm1d(3, affine=True), lambda d: [d.normal(2, 3, 4)], forward, "affine")
for training in (False, True):
    case(
        "InstanceNorm",
        [3, {"trackRunningStatistics": True}],
        nn.InstanceNorm1d(3, track_running_stats=True),
        lambda d: [d.normal(2, 3, 4), CONTEXT],
        forward,
        f"running statistics, {'training' if training else 'prediction'}",
        training=training,
    )
case("RMSNorm", [5, {"epsilon": 1e-3}], nn.RMSNorm(5, eps=1e-3), lambda d: [d.normal(2, 3, 5)], forward)
case("RMSNorm", [[2, 3], {"affine": False}], nn.RMSNorm([2, 3], eps=2**-23, elementwise_affine=False), lambda d: [d.normal(2, 2, 3)], forward, "two axes")

image = lambda d: [d.distinct(1, 2, 7, 5)]
case("MaxPool", [2], nn.MaxPool2d(2), image, forward)
case("MaxPool", [3, {"strides": 2, "padding": 1, "ceilMode": True}], nn.MaxPool2d(3, 2, 1, ceil_mode=True), image, forward, "overlapping")
case("MaxPool", [2], nn.MaxPool1d(2), lambda d: [d.distinct(1, 2, 6)], forward, "1-D")
case("AvgPool", [[2, 3]], nn.AvgPool2d((2, 3)), image, forward)
case("AvgPool", [3, {"strides": 2, "padding": 1, "countIncludePad": False}], nn.AvgPool2d(3, 2, 1, count_include_pad=False), image, forward, "padding not counted")
case("AdaptiveMaxPool", [[3, 2]], nn.AdaptiveMaxPool2d((3, 2)), image, forward)
case("AdaptiveAvgPool", [3], nn.AdaptiveAvgPool2d(3), image, forward)
case("GlobalAvgPool", [], nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), image, forward)
case("GlobalMaxPool", [], nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), image, forward)


class SqueezeExcitation(nn.Module):
    """torchvision.ops.SqueezeExcitation."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


case("SqueezeExcitation", [4, 2, RANDOM], SqueezeExcitation(4, 2), lambda d: [d.normal(1, 4, 3, 2)], forward)
norms.write()

recurrent = Cases("layers/goldens/recurrent.json")
MODULES = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


def side_by_side(states, directions):
    """The last layer's state, directions side by side."""
    return torch.cat(list(states[-directions:]), dim=1)


def run_recurrent(module, x, _context=None, call=None):
    call = call or {}
    state = None
    if "hidden" in call:
        state = (call["hidden"], call["cell"]) if "cell" in call else call["hidden"]
    if "lengths" in call:
        packed = nn.utils.rnn.pack_padded_sequence(
            x, call["lengths"].long(), batch_first=module.batch_first, enforce_sorted=False
        )
        output, state = module(packed, state)
        axis = 1 if module.batch_first else 0
        output, _ = nn.utils.rnn.pad_packed_sequence(output, module.batch_first, total_length=x.shape[axis])
    else:
        output, state = module(x, state)
    directions = 2 if module.bidirectional else 1
    hidden, cell = state if isinstance(state, tuple) else (state, None)
    found = {"output": output, "hidden": side_by_side(hidden, directions), "states.hidden": hidden}
    if cell is not None:
        found |= {"cell": side_by_side(cell, directions), "states.cell": cell}
    return found


def recurrent_case(layer, name, ours, theirs, make):
    recurrent.layer(layer, [2, 3, RANDOM, ours], MODULES[layer](2, 3, **theirs), make, run_recurrent, name)


steps = lambda d: [d.normal(4, 2, 2)]
lengths = np.array([4, 2], np.int32)
for layer in MODULES:
    recurrent_case(layer, "one layer", {}, {}, steps)
    recurrent_case(
        layer,
        "two layers, both ways, lengths",
        {"layers": 2, "bidirectional": True},
        {"num_layers": 2, "bidirectional": True},
        lambda d: [d.normal(4, 2, 2), CONTEXT, {"lengths": lengths}],
    )
    recurrent_case(
        layer,
        "batch first, no bias, given state",
        {"layers": 2, "bias": False, "batchFirst": True},
        {"num_layers": 2, "bias": False, "batch_first": True},
        lambda d: [
            d.normal(2, 4, 2),
            CONTEXT,
            {"hidden": d.normal(2, 2, 3), **({"cell": d.normal(2, 2, 3)} if layer == "LSTM" else {})},
        ],
    )
recurrent_case("RNN", "relu", {"activation": "relu"}, {"nonlinearity": "relu"}, steps)
recurrent.write()

attention = Cases("layers/goldens/attention.json")


def add_masks(call, length, keys):
    """Our masks as one added mask [N, 1, T, S]."""
    total = torch.zeros(1, 1, length, keys, dtype=torch.float64)
    if "mask" in call:
        mask = call["mask"]
        total = total + (torch.zeros(mask.shape).masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else mask)
    if "keyMask" in call:
        total = total + torch.zeros(call["keyMask"].shape).masked_fill(~call["keyMask"], -torch.inf)[:, None, None]
    if call.get("causal"):
        total = total + torch.triu(torch.full((length, keys), -torch.inf), 1)
    return total


def run_attention(module, x, _context=None, call=None):
    call = call or {}
    memory = call.get("memory", x)
    mask = add_masks(call, x.shape[1], memory.shape[1]).expand(len(x), module.num_heads, -1, -1)
    return module(x, memory, memory, attn_mask=mask.flatten(0, 1), need_weights=False)[0]


def attention_case(name, make, ours=None, **theirs):
    attention.layer(
        "MultiheadAttention",
        [4, 2, RANDOM, ours or {}],
        nn.MultiheadAttention(4, 2, batch_first=True, **theirs),
        make,
        run_attention,
        name,
    )


sequence = lambda d: d.normal(2, 3, 4)
key_mask = np.array([[True, True, False], [True, True, True]])
attention_case("plain", lambda d: [sequence(d)])
attention_case("no bias, causal", lambda d: [sequence(d), CONTEXT, {"causal": True}], {"bias": False}, bias=False)
attention_case("keys masked, scores added", lambda d: [sequence(d), CONTEXT, {"keyMask": key_mask, "mask": d.normal(2, 1, 3, 3)}])
seen = np.array([[True, False, True], [True, True, False], [False, False, True]])
attention_case("bool mask and key mask", lambda d: [sequence(d), CONTEXT, {"keyMask": np.array([[True, True, True], [True, False, True]]), "mask": seen}])
attention_case("memory", lambda d: [sequence(d), CONTEXT, {"memory": d.normal(2, 5, 4)}])
attention.layer(
    "MultiheadAttention",
    [4, 2, RANDOM, {"memorySize": 3}],
    nn.MultiheadAttention(4, 2, batch_first=True, kdim=3, vdim=3),
    lambda d: [sequence(d), CONTEXT, {"memory": d.normal(2, 5, 3), "keyMask": np.array([[True] * 3 + [False] * 2] * 2)}],
    run_attention,
    "memory of another width",
)


class GroupedAttention(nn.Module):
    """Grouped queries and rotary positions, as Llama has them."""

    def __init__(self, size, heads, groups, rotary):
        super().__init__()
        self.heads, self.groups, self.head_size, self.rotary = heads, groups, size // heads, rotary
        rows = size + 2 * groups * self.head_size
        self.in_proj_weight = nn.Parameter(torch.empty(rows, size))
        self.in_proj_bias = nn.Parameter(torch.empty(rows))
        self.out_proj = nn.Linear(size, size)

    def turned(self, x):
        half = self.rotary // 2
        frequency = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * frequency
        a, b, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
        cos, sin = angles.cos(), angles.sin()
        return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], dim=-1)

    def forward(self, x, _context=None, call=None):
        batch, length, size = x.shape
        shared = self.groups * self.head_size
        parts = F.linear(x, self.in_proj_weight, self.in_proj_bias).split([size, shared, shared], dim=2)
        query, key, value = (p.unflatten(2, (-1, self.head_size)).transpose(1, 2) for p in parts)
        if self.rotary:
            query, key = self.turned(query), self.turned(key)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, length, size))


for name, heads, groups, ours, rotary in [
    ("grouped queries", 4, 2, {}, 0),
    ("one head of keys, rotary", 2, 1, {"rotary": True}, 4),
    ("rotary on half of the features", 2, 2, {"rotary": {"features": 2}}, 2),
]:
    attention.layer(
        "MultiheadAttention",
        [8, heads, RANDOM, {"keyValueHeads": groups, **ours}],
        GroupedAttention(8, heads, groups, rotary),
        lambda d: [d.normal(1, 3, 8), CONTEXT, {"causal": True}],
        lambda module, *arguments: module(*arguments),
        name,
    )


attention.write()
transformer = Cases("layers/goldens/transformer.json")


def run_encoder(module, x, _context=None, call=None):
    call = call or {}
    mask = add_masks(call, x.shape[1], x.shape[1]).expand(len(x), 2, -1, -1).flatten(0, 1)
    return module(x, src_mask=mask)


def run_decoder(module, x, memory, _context=None, call=None):
    call = call or {}
    own = add_masks(call, x.shape[1], x.shape[1]).expand(len(x), 2, -1, -1).flatten(0, 1)
    others = add_masks(call.get("memory", {}), x.shape[1], memory.shape[1]).expand(len(x), 2, -1, -1).flatten(0, 1)
    return module(x, memory, tgt_mask=own, memory_mask=others)


for name, ours, theirs in [
    ("post norm, relu", {}, {}),
    ("pre norm, gelu, no bias", {"normFirst": True, "activation": "gelu", "bias": False}, {"norm_first": True, "activation": "gelu", "bias": False}),
]:
    transformer.layer(
        "TransformerEncoderLayer",
        [4, 2, RANDOM, {"inner": 6, **ours}],
        nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, **theirs),
        lambda d: [sequence(d), CONTEXT, {"keyMask": key_mask}],
        run_encoder,
        name,
    )
    transformer.layer(
        "TransformerDecoderLayer",
        [4, 2, RANDOM, {"inner": 6, **ours}],
        nn.TransformerDecoderLayer(4, 2, 6, batch_first=True, **theirs),
        lambda d: [sequence(d), d.normal(2, 3, 4), CONTEXT, {"causal": True, "memory": {"keyMask": key_mask}}],
        run_decoder,
        name,
    )
transformer.layer(
    "TransformerEncoder",
    [2, 4, 2, RANDOM, {"inner": 6, "normFirst": True}],
    nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, norm_first=True), 2, nn.LayerNorm(4), enable_nested_tensor=False
    ),
    lambda d: [d.normal(1, 3, 4), CONTEXT, {"causal": True}],
    lambda module, x, _context, call: module(x, mask=add_masks(call, 3, 3)[0, 0]),
)
transformer.layer(
    "TransformerDecoder",
    [2, 4, 2, RANDOM, {"inner": 6}],
    nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 6, batch_first=True), 2),
    lambda d: [d.normal(1, 3, 4), d.normal(1, 2, 4), CONTEXT, {"causal": True}],
    lambda module, x, memory, _context, call: module(x, memory, tgt_mask=add_masks(call, 3, 3)[0, 0]),
)
transformer.write()


class GruClassifier(nn.Module):
    """The last state of a GRU that reads both ways, through a linear head."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, 2, bidirectional=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.cat(list(self.gru(x)[1][-2:]), dim=1))


class EncoderClassifier(nn.Module):
    """Two causal layers of a transformer, their mean over time through a linear head."""

    def __init__(self):
        super().__init__()
        make = lambda: nn.TransformerEncoderLayer(8, 2, 12, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.ModuleList([make(), make()])
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        mask = torch.triu(torch.full((x.shape[1], x.shape[1]), -torch.inf, dtype=x.dtype), 1)
        for layer in self.layers:
            x = layer(x, src_mask=mask)
        return self.head(x.mean(1))


def training_case(name, module, shape):
    """20 steps of Adam over four batches: losses, and what the state became."""
    draw = Draw(name)
    module = module.double().train()
    state = {}
    for key, value in module.state_dict().items():
        if value.dtype.is_floating_point and "running" not in key:
            array = draw.normal(*value.shape, scale=0.4)
            value.copy_(torch.from_numpy(np.asarray(array, np.float32).astype(np.float64)))
            state[key] = encode(np.asarray(array))
    batches = [(draw.normal(*shape), draw.whole(0, 3, 5).astype(np.int32)) for _ in range(4)]
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    losses = []
    for step in range(20):
        x, y = batches[step % 4]
        optimizer.zero_grad()
        loss = F.cross_entropy(module(torch.from_numpy(x.astype(np.float32).astype(np.float64))), torch.from_numpy(y).long())
        loss.backward()
        optimizer.step()
        losses.append(float(f"{loss.item():.9g}"))
    buffers = {key: encode_float(value.double()) for key, value in module.named_buffers()}
    return {
        "name": name,
        "state": state,
        "batches": [{"x": encode(x), "y": encode(y)} for x, y in batches],
        "losses": losses,
        "buffers": buffers,
    }


# Without biases before the norms: their gradient is 0, of whose rounding Adam makes steps.
cnn = nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
    nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.BatchNorm2d(4),
    nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3),
)
trainings = [
    training_case("cnn", cnn, (5, 1, 6, 6)),
    training_case("gru", GruClassifier(), (4, 5, 3)),
    training_case("encoder", EncoderClassifier(), (5, 4, 8)),
]
path = TRAIN / "layers/goldens/training.json"
path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in trainings) + "\n]\n")
print(f"{path.name}: {len(trainings)} cases, {path.stat().st_size / 1e3:.0f} kB")
