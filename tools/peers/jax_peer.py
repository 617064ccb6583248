"""JAX as a benchmark side: the whole train step (forward, backward, Adam) is one jitted function, state donated.

  python jax_peer.py --model cnn --data DIR [--steps-per-call 1]
"""

import argparse
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
from jax import lax

from protocol import resident_mb, serve

IMPORT_MB = resident_mb("VmRSS")


def linear(x, p, name):
    return x @ p[name + ".weight"].T + p[name + ".bias"]


def convolution(x, p, name, padding):
    y = lax.conv_general_dilated(
        x, p[name + ".weight"], (1, 1), [(padding, padding)] * 2, dimension_numbers=("NCHW", "OIHW", "NCHW")
    )
    return y + p[name + ".bias"][:, None, None]


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def squared_error(prediction, y):
    return jnp.mean((prediction - y) ** 2)


def cross_entropy(logits, labels):
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[..., None], -1)
    return -jnp.mean(picked)


def mlp(p, x, y, _key):
    return squared_error(linear(jax.nn.relu(linear(x, p, "fc1")), p, "fc2"), y)


def small_cnn(p, x, y, _key):
    x = jax.nn.relu(max_pool(convolution(x, p, "conv1", 0)))
    x = jax.nn.relu(max_pool(convolution(x, p, "conv2", 0)))
    return cross_entropy(linear(jax.nn.relu(linear(x.reshape(x.shape[0], -1), p, "fc1")), p, "fc2"), y)


def cnn(p, x, y, _key):
    for name in ("conv1", "conv2", "conv3"):
        x = max_pool(jax.nn.relu(convolution(x, p, name, 1)))
    return cross_entropy(linear(jax.nn.relu(linear(x.reshape(x.shape[0], -1), p, "fc1")), p, "fc2"), y)


def lstm(p, x, y, _key):
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


def layer_norm(x, p, name):
    mean = jnp.mean(x, -1, keepdims=True)
    variance = jnp.var(x, -1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p[name + ".weight"] + p[name + ".bias"]


def encoder(rate):
    def dropped(x, key):
        if rate == 0:
            return x
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    def loss(p, x, y, key):
        batch, length = x.shape
        x = p["token.weight"][x] + p["position.weight"]
        for index in range(6):
            name = f"encoder.layers.{index}."
            keys = jax.random.split(jax.random.fold_in(key, index), 4)
            projected = x @ p[name + "self_attn.in_proj_weight"].T + p[name + "self_attn.in_proj_bias"]
            q, k, v = projected.reshape(batch, length, 3, 12, 32).transpose(2, 0, 3, 1, 4)
            scores = dropped(jax.nn.softmax(q @ k.swapaxes(-1, -2) / 32**0.5), keys[0])
            attended = (scores @ v).transpose(0, 2, 1, 3).reshape(batch, length, 384)
            attended = dropped(linear(attended, p, name + "self_attn.out_proj"), keys[1])
            x = layer_norm(x + attended, p, name + "norm1")
            wide = dropped(jax.nn.gelu(linear(x, p, name + "linear1"), approximate=False), keys[2])
            x = layer_norm(x + dropped(linear(wide, p, name + "linear2"), keys[3]), p, name + "norm2")
        return cross_entropy(linear(x, p, "head"), y)

    return loss


LOSSES = {
    "mlp": mlp,
    "small-cnn": small_cnn,
    "cnn": cnn,
    "lstm": lstm,
    "encoder": encoder(0),
    "encoder-dropout": encoder(0.1),
}


def make_step(loss):
    """One Adam step with PyTorch's defaults: lr 1e-3, betas 0.9 and 0.999, epsilon 1e-8."""

    def step(state, batch):
        p, m, v, t = state
        value, g = jax.value_and_grad(loss)(p, *batch, jax.random.fold_in(jax.random.key(0), t))
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        size, scale = 1e-3 / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        p = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) / scale + 1e-8), p, m, v)
        return (p, m, v, t), value

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--steps-per-call", type=int, default=1)
    arguments = parser.parse_args()
    from safetensors.numpy import load_file

    weights = load_file(f"{arguments.data}/weights.safetensors")
    data = load_file(f"{arguments.data}/batches.safetensors")
    batches = [(data[f"x{i}"], data[f"y{i}"]) for i in range(sum(key.startswith("x") for key in data))]
    p = {key: jnp.asarray(value) for key, value in weights.items()}
    zeros = lambda: jax.tree.map(jnp.zeros_like, p)
    state = (p, zeros(), zeros(), jnp.int32(0))
    step = make_step(LOSSES[arguments.model.removesuffix("-k32")])
    k = arguments.steps_per_call

    if k == 1:
        jitted = jax.jit(step, donate_argnums=0)

        def call(first_step):
            nonlocal state
            state, loss = jitted(state, batches[first_step % len(batches)])
            return [loss.item()]

    else:
        jitted = jax.jit(lambda state, stacked: lax.scan(step, state, stacked), donate_argnums=0)

        def call(first_step):
            nonlocal state
            chosen = [batches[(first_step + i) % len(batches)] for i in range(k)]
            stacked = tuple(jnp.stack([pair[part] for pair in chosen]) for part in (0, 1))
            state, losses = jitted(state, stacked)
            return losses.tolist()

    serve(call, k, IMPORT_MB)


main()
