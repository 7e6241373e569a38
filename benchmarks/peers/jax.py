"""JAX: the whole step compiled by XLA, update included, on one thread.

XLA sizes its thread pool by NPROC, which it reads once: it is set before JAX is imported, and the process is
not pinned to a core. The state is donated, so XLA may write in place.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from benchmarks.task import LAYERS, LR, SCALE, Digits


def steps(x: np.ndarray, target: np.ndarray, digits: Digits) -> dict[str, Callable[[], object]]:
    """Return JAX's steps: with the batch given, and with one of the digits, which is drawn and scaled."""
    os.environ |= {"JAX_PLATFORMS": "cpu", "NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", x.dtype == np.float64)
    rng = np.random.default_rng(0)
    inputs, classes = jnp.asarray(x), jnp.asarray(target.astype(np.int32))

    def start():
        he = [rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in LAYERS]
        return [(jnp.asarray(w, x.dtype), jnp.zeros(w.shape[1], x.dtype)) for w in he]

    def zeros():
        return jax.tree.map(jnp.zeros_like, start())

    def loss(parameters, x, target):
        *hidden, (w, b) = parameters
        for w_hidden, b_hidden in hidden:
            x = jax.nn.relu(x @ w_hidden + b_hidden)
        log_p = jax.nn.log_softmax(x @ w + b)
        return -jnp.take_along_axis(log_p, target[:, None], axis=1).mean()

    def sgd(state, x, target):
        value, g = jax.value_and_grad(loss)(state, x, target)
        return jax.tree.map(lambda p, g: p - LR * g, state, g), value

    def adam(state, x, target):
        parameters, m, v, t = state
        value, g = jax.value_and_grad(loss)(parameters, x, target)
        t += 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate, root = LR / (1 - 0.9**t), 1 / jnp.sqrt(1 - 0.999**t)
        moved = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) * root + 1e-8), parameters, m, v)
        return (moved, m, v, t), value

    def step(rule, state, arguments: Callable[[], tuple]) -> Callable[[], float]:
        compiled = jax.jit(rule, donate_argnums=0)

        def one() -> float:
            nonlocal state
            state, value = jax.block_until_ready(compiled(state, *arguments()))
            return float(value)

        return one

    def drawing(rule):
        def of_digits(state, images, labels, numbers):
            return rule(state, images[numbers].astype(x.dtype) * SCALE, labels[numbers])

        return of_digits

    images, labels = jnp.asarray(digits.images), jnp.asarray(digits.labels.astype(np.int32))
    numbers = digits.batches(len(x))
    made = {}
    for name, rule, state in (
        ("SGD", sgd, start),
        ("Adam", adam, lambda: (start(), zeros(), zeros(), jnp.zeros((), x.dtype))),
    ):
        made[f"{name} JAX {jax.__version__}, jit, batch given"] = step(rule, state(), lambda: (inputs, classes))
        made[f"{name} JAX {jax.__version__}, jit, batch from bytes"] = step(
            drawing(rule), state(), lambda: (images, labels, next(numbers))
        )
    return made
