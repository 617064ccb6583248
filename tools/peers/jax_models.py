"""The benchmark models in JAX: functions from weights by PyTorch's names, a batch and a context to the batch's loss."""

import jax
import jax.numpy as jnp
from jax import lax


class Context:
    """What a model gets besides its weights: a key for dropout, and the buffers, which it changes as it goes."""

    def __init__(self, key, buffers):
        self.key = key
        self.buffers = dict(buffers)


def linear(x, p, name):
    return x @ p[name + ".weight"].T + p[name + ".bias"]


def convolution(x, p, name, padding, stride=1):
    y = lax.conv_general_dilated(
        x,
        p[name + ".weight"],
        (stride, stride),
        [(padding, padding)] * 2,
        dimension_numbers=("NCHW", "OIHW", "NCHW"),
    )
    return y + p[name + ".bias"][:, None, None] if name + ".bias" in p else y


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def squared_error(prediction, y):
    return jnp.mean((prediction - y) ** 2)


def cross_entropy(logits, labels):
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[..., None], -1)
    return -jnp.mean(picked)


def mlp(p, x, y, _context):
    return squared_error(linear(jax.nn.relu(linear(x, p, "fc1")), p, "fc2"), y)


def small_cnn(p, x, y, _context):
    x = jax.nn.relu(max_pool(convolution(x, p, "conv1", 0)))
    x = jax.nn.relu(max_pool(convolution(x, p, "conv2", 0)))
    return cross_entropy(linear(jax.nn.relu(linear(x.reshape(x.shape[0], -1), p, "fc1")), p, "fc2"), y)


def cnn(p, x, y, _context):
    for name in ("conv1", "conv2", "conv3"):
        x = max_pool(jax.nn.relu(convolution(x, p, name, 1)))
    return cross_entropy(linear(jax.nn.relu(linear(x.reshape(x.shape[0], -1), p, "fc1")), p, "fc2"), y)


def batch_norm(x, p, name, context):
    """By the batch's own statistics, which enter the running ones as in PyTorch: a tenth, the variance unbiased."""
    mean = jnp.mean(x, (0, 2, 3))
    variance = jnp.var(x, (0, 2, 3))
    count = x.size // x.shape[1]
    buffers = context.buffers
    for buffer, found in (("running_mean", mean), ("running_var", variance * count / (count - 1))):
        buffers[f"{name}.{buffer}"] = 0.9 * buffers[f"{name}.{buffer}"] + 0.1 * found
    buffers[f"{name}.num_batches_tracked"] = buffers[f"{name}.num_batches_tracked"] + 1
    scale = p[name + ".weight"] * lax.rsqrt(variance + 1e-5)
    return (x - mean[:, None, None]) * scale[:, None, None] + p[name + ".bias"][:, None, None]


def resnet20(p, x, y, context):
    def normed(x, name, norm, padding, stride=1):
        return batch_norm(convolution(x, p, name, padding, stride), p, norm, context)

    x = jax.nn.relu(normed(x, "conv1", "bn1", 1))
    for block in [f"layer{stage}.{index}" for stage in (1, 2, 3) for index in range(3)]:
        shrinks = f"{block}.downsample.0.weight" in p
        stride = 2 if shrinks else 1
        z = jax.nn.relu(normed(x, f"{block}.conv1", f"{block}.bn1", 1, stride))
        z = normed(z, f"{block}.conv2", f"{block}.bn2", 1)
        if shrinks:
            x = normed(x, f"{block}.downsample.0", f"{block}.downsample.1", 0, stride)
        x = jax.nn.relu(x + z)
    return cross_entropy(linear(jnp.mean(x, (2, 3)), p, "fc"), y)


def unet(p, x, y, _context):
    def double(x, name):
        x = jax.nn.relu(convolution(x, p, f"{name}.conv1", 1))
        return jax.nn.relu(convolution(x, p, f"{name}.conv2", 1))

    def upward(x, name):
        # The kernel that takes [outputs, H, W] to [inputs, H / 2, W / 2], turned round: PyTorch's order is OIHW of that one.
        y = lax.conv_transpose(
            x,
            p[name + ".weight"],
            (2, 2),
            "VALID",
            dimension_numbers=("NCHW", "OIHW", "NCHW"),
            transpose_kernel=True,
        )
        return y + p[name + ".bias"][:, None, None]

    first = double(x, "down1")
    second = double(max_pool(first), "down2")
    bottom = double(max_pool(second), "bottom")
    third = double(jnp.concatenate([second, upward(bottom, "up2")], 1), "merge2")
    fourth = double(jnp.concatenate([first, upward(third, "up1")], 1), "merge1")
    logits = convolution(fourth, p, "head", 0)
    return cross_entropy(logits.transpose(0, 2, 3, 1), y)


def lstm(p, x, y, _context):
    inputs = x @ p["lstm.weight_ih_l0"].T + p["lstm.bias_ih_l0"] + p["lstm.bias_hh_l0"]

    def body(state, gates):
        hidden, cell = state
        i, f, g, o = jnp.split(gates + hidden @ p["lstm.weight_hh_l0"].T, 4, -1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        return (hidden, cell), None

    start = jnp.zeros((x.shape[1], 64))
    (hidden, _), _ = lax.scan(body, (start, start), inputs)
    return squared_error(linear(hidden, p, "head"), y)


def gru(p, x, y, _context):
    inputs = x @ p["gru.weight_ih_l0"].T + p["gru.bias_ih_l0"]

    def body(hidden, gates):
        input_r, input_z, input_n = jnp.split(gates, 3, -1)
        r, z, n = jnp.split(hidden @ p["gru.weight_hh_l0"].T + p["gru.bias_hh_l0"], 3, -1)
        r, z = jax.nn.sigmoid(input_r + r), jax.nn.sigmoid(input_z + z)
        return (1 - z) * jnp.tanh(input_n + r * n) + z * hidden, None

    hidden, _ = lax.scan(body, jnp.zeros((x.shape[1], 64)), inputs)
    return squared_error(linear(hidden, p, "head"), y)


def dlinear(p, x, y, _context):
    padded = jnp.pad(x, ((0, 0), (12, 12)), mode="edge")
    trend = lax.reduce_window(padded, 0.0, lax.add, (1, 25), (1, 1), "VALID") / 25
    return squared_error(linear(x - trend, p, "seasonal") + linear(trend, p, "trend"), y)


def layer_norm(x, p, name):
    mean = jnp.mean(x, -1, keepdims=True)
    variance = jnp.var(x, -1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p[name + ".weight"] + p[name + ".bias"]


def attention(x, p, name, heads, mask=None, drop=lambda weights: weights):
    batch, length, width = x.shape
    size = width // heads
    projected = x @ p[name + ".in_proj_weight"].T + p[name + ".in_proj_bias"]
    q, k, v = projected.reshape(batch, length, 3, heads, size).transpose(2, 0, 3, 1, 4)
    scores = q @ k.swapaxes(-1, -2) / size**0.5
    if mask is not None:
        scores = jnp.where(mask, scores, -jnp.inf)
    attended = (drop(jax.nn.softmax(scores)) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
    return linear(attended, p, name + ".out_proj")


def encoder(layers, heads, rate=0.0):
    def dropped(x, key):
        if rate == 0:
            return x
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    def loss(p, x, y, context):
        x = p["token.weight"][x] + p["position.weight"]
        for index in range(layers):
            name = f"encoder.layers.{index}."
            keys = jax.random.split(jax.random.fold_in(context.key, index), 4)
            attended = attention(x, p, name + "self_attn", heads, drop=lambda weights: dropped(weights, keys[0]))
            x = layer_norm(x + dropped(attended, keys[1]), p, name + "norm1")
            wide = dropped(jax.nn.gelu(linear(x, p, name + "linear1"), approximate=False), keys[2])
            x = layer_norm(x + dropped(linear(wide, p, name + "linear2"), keys[3]), p, name + "norm2")
        return cross_entropy(linear(x, p, "head"), y)

    return loss


def gpt(p, x, y, _context):
    mask = jnp.tril(jnp.ones((x.shape[1], x.shape[1]), bool))
    x = p["token.weight"][x] + p["position.weight"]
    for index in range(4):
        name = f"decoder.layers.{index}."
        x = x + attention(layer_norm(x, p, name + "norm1"), p, name + "self_attn", 8, mask)
        wide = jax.nn.gelu(linear(layer_norm(x, p, name + "norm2"), p, name + "linear1"), approximate=False)
        x = x + linear(wide, p, name + "linear2")
    return cross_entropy(layer_norm(x, p, "decoder.norm") @ p["head.weight"].T, y)


LOSSES = {
    "mlp": mlp,
    "small-cnn": small_cnn,
    "cnn": cnn,
    "resnet20": resnet20,
    "unet": unet,
    "lstm": lstm,
    "gru": gru,
    "dlinear": dlinear,
    "encoder": encoder(6, 12),
    "encoder-dropout": encoder(6, 12, 0.1),
    "encoder-medium": encoder(8, 8),
    "gpt": gpt,
}
