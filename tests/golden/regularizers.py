"""Penalties and derivatives of regularizers by PyTorch's automatic differentiation, by JAX's, and by Keras.

By hand, with an interpreter that has torch, jax and keras; ravine is not needed:

    JAX_ENABLE_X64=1 KERAS_BACKEND=jax python tests/golden/regularizers.py

It writes plugins/ravine_plugins/references/regularizer/NAME.json: weights "w" with their "axes", the "penalty" and the
"gradient"; of a decoupled one the weights after it has "shrunk" them at the rate "lr".
"""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch
from _write import write

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
MATRICES = [(5, 3), (3, 5)]
WINDOW = (2, 3, 2, 4)


def weights(shape):
    return np.random.default_rng(sum(shape)).normal(0, 0.6, shape).round(3)


def row(call, module, fields, w, axes, differs="", **numbers):
    return {
        "call": call, "version": f"{module.__name__} {module.__version__.partition('+')[0]}", "fields": fields,
        "differs": differs, "w": w.tolist(), "axes": axes, **numbers,
    }  # fmt: skip


def axes_of(shape):
    return ["kernel"] * (len(shape) - 2) + ["in", "out"]


def by_torch(text, f, fields, shapes, differs=""):
    rows = []
    for shape in shapes:
        w = weights(shape)
        t = torch.tensor(w, requires_grad=True)
        penalty = f(t)
        (g,) = torch.autograd.grad(penalty, t)
        rows.append(
            row(
                text,
                torch,
                fields,
                w,
                axes_of(shape),
                differs,
                penalty=float(penalty.detach()),
                gradient=g.tolist(),
            )
        )
    return rows


def by_jax(text, f, fields, shapes, differs="", module=jax):
    rows = []
    for shape in shapes:
        w = weights(shape)
        penalty, g = jax.value_and_grad(f)(jnp.array(w))
        rows.append(
            row(text, module, fields, w, axes_of(shape), differs, penalty=float(penalty), gradient=g.tolist())
        )
    return rows


def by_keras(text, fields, shapes, differs=""):
    f = eval(text, vars(keras.regularizers))
    return by_jax(f"keras.regularizers.{text}", lambda w: f(w), fields, shapes, differs, module=keras)


def shrunk_by_torch(text, make, fields, shape, differs=""):
    """Make a step without a gradient: what is left of the weights is what decay leaves."""
    w = weights(shape)
    parameter = torch.nn.Parameter(torch.tensor(w))
    optimizer = make([parameter])
    parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return row(text, torch, fields, w, axes_of(shape), differs, lr=0.1, shrunk=parameter.detach().tolist())


def flat(w):
    return w.reshape(-1, w.shape[-1])


def lengths_of(m, dim):
    return sum(torch.linalg.vector_norm(each) for each in m.unbind(1 - dim)) * m.shape[dim] ** 0.5


def excess(m):
    p = m.T @ m if m.shape[0] >= m.shape[1] else m @ m.T
    return jnp.sum((p - jnp.eye(len(p))) ** 2)


EVERY = [*MATRICES, WINDOW]
SOURCES = {
    "none": [
        by_torch("0 * w.sum()", lambda w: 0 * w.sum(), {}, EVERY)[0],
        by_jax("0 * w.sum()", lambda w: 0 * w.sum(), {}, EVERY)[0],
    ],
    "l1": [
        *by_torch("0.2 * w.abs().sum()", lambda w: 0.2 * w.abs().sum(), {"strength": 0.2}, EVERY[:1]),
        *by_keras("L1(0.2)", {"strength": 0.2}, EVERY[:1]),
    ],
    "l2": [
        *by_torch("0.1 * (w * w).sum()", lambda w: 0.1 * (w * w).sum(), {"strength": 0.2}, EVERY[:1]),
        *by_keras("L2(0.1)", {"strength": 0.2}, EVERY[:1]),
        *by_keras("L2(0.2)", {"strength": 0.2}, EVERY[:1], "it has no half: its λ is half of ours"),
    ],
    "elastic_net": [
        *by_torch("0.06 * w.abs().sum() + 0.07 * (w * w).sum()",
                  lambda w: 0.06 * w.abs().sum() + 0.07 * (w * w).sum(), {"strength": 0.2, "l1_ratio": 0.3}, EVERY[:1]),
        *by_keras("L1L2(0.06, 0.07)", {"strength": 0.2, "l1_ratio": 0.3}, EVERY[:1]),
    ],
    "decoupled_l2": [
        shrunk_by_torch("torch.optim.AdamW(lr=0.1, weight_decay=0.3), without a gradient",
                        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.3), {"strength": 0.3}, (5, 3)),
        shrunk_by_torch("torch.optim.SGD(lr=0.1, weight_decay=0.3), without a gradient",
                        lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.3), {"strength": 0.3}, (5, 3)),
        row("Loshchilov and Hutter 2019, Algorithm 2, with a schedule's factor of 1", np, {"strength": 0.3},
            weights((5, 3)), axes_of((5, 3)), "λ is not multiplied by the rate", lr=0.1,
            shrunk=(weights((5, 3)) * (1 - 0.3)).tolist()),
    ],
    "independent_l2": [
        row("Loshchilov and Hutter 2019, Algorithm 2, with a schedule's factor of 0.5", np,
            {"strength": 0.3, "rate": 0.2}, weights((5, 3)), axes_of((5, 3)), lr=0.1,
            shrunk=(weights((5, 3)) - 0.5 * 0.3 * weights((5, 3))).tolist()),
        shrunk_by_torch("torch.optim.AdamW(lr=0.1, weight_decay=0.3 / 0.2), without a gradient",
                        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.3 / 0.2),
                        {"strength": 0.3, "rate": 0.2}, (5, 3)),
        shrunk_by_torch("torch.optim.AdamW(lr=0.1, weight_decay=0.3), without a gradient",
                        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.3),
                        {"strength": 0.3, "rate": 0.2}, (5, 3), "λ is multiplied by the rate"),
    ],
    "group_lasso": [
        *by_torch("torch.linalg.vector_norm of the weights of each input",
                  lambda w: 0.2 * lengths_of(flat(w), 1), {"strength": 0.2}, EVERY),
        *by_torch("torch.linalg.vector_norm of the weights of each unit",
                  lambda w: 0.2 * lengths_of(flat(w), 0), {"strength": 0.2, "groups": "out"}, EVERY),
        *by_jax("jnp.linalg.norm of columns", lambda w: 0.2 * flat(w).shape[0] ** 0.5
                * jnp.sqrt((flat(w) ** 2).sum(axis=0)).sum(), {"strength": 0.2, "groups": "out"}, EVERY),
        *by_torch("torch.linalg.vector_norm of each input, without the root of p",
                  lambda w: 0.2 * lengths_of(w, 1) / w.shape[1] ** 0.5, {"strength": 0.2}, MATRICES,
                  "groups are not weighted by the root of their size"),
    ],
    "orthogonality": [
        *by_torch("torch.linalg.matrix_norm(w.T @ w - I) ** 2", lambda w: 0.2 * torch.linalg.matrix_norm(
                  flat(w).T @ flat(w) - torch.eye(w.shape[-1], dtype=w.dtype)) ** 2, {"strength": 0.2},
                  [EVERY[0], EVERY[2]]),
        *by_jax("the squares of all numbers of the smaller product, less 1", lambda w: 0.2 * excess(flat(w)),
                {"strength": 0.2}, EVERY),
        *by_keras("OrthogonalRegularizer(0.2, mode='columns')", {"strength": 0.2}, MATRICES[:1],
                  "it divides each column by its length, and sums absolute products of different ones"),
    ],
    "spectral_norm": [
        *by_torch("torch.linalg.matrix_norm(w, 2) ** 2 / 2",
                  lambda w: 0.1 * torch.linalg.matrix_norm(flat(w), 2) ** 2, {"strength": 0.2}, EVERY),
        *by_jax("jnp.linalg.svd of w", lambda w: 0.1 * jnp.linalg.svd(flat(w), compute_uv=False)[0] ** 2,
                {"strength": 0.2}, EVERY),
    ],
}  # fmt: skip


if __name__ == "__main__":
    write("regularizers.py", "regularizer", SOURCES)
