"""JAX as a benchmark side: the whole train step (forward, backward, Adam) is one jitted function, state donated.

  python jax_peer.py --model cnn --data DIR [--steps-per-call 1]
"""

import argparse
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
from jax import lax

from jax_models import LOSSES, Context
from protocol import resident_mb, serve

IMPORT_MB = resident_mb("VmRSS")

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def make_step(loss):
    """One Adam step with PyTorch's defaults: lr 1e-3, betas 0.9 and 0.999, epsilon 1e-8. Buffers are not trained."""

    def step(state, batch):
        p, buffers, m, v, t = state

        def run(p):
            context = Context(jax.random.fold_in(jax.random.key(0), t), buffers)
            return loss(p, *batch, context), context.buffers

        (value, buffers), g = jax.value_and_grad(run, has_aux=True)(p)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        size, scale = 1e-3 / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        p = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) / scale + 1e-8), p, m, v)
        return (p, buffers, m, v, t), value

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
    named = {key: jnp.asarray(value) for key, value in weights.items()}
    buffers = {key: value for key, value in named.items() if key.endswith(BUFFERS)}
    p = {key: value for key, value in named.items() if key not in buffers}
    zeros = lambda: jax.tree.map(jnp.zeros_like, p)
    state = (p, buffers, zeros(), zeros(), jnp.int32(0))
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
