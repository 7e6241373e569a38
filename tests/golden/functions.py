"""Values and gradients of functions of n numbers by JAX, PyTorch and SciPy.

By hand, with an interpreter that has jax, torch and scipy; ravine is not needed:

    JAX_ENABLE_X64=1 python tests/golden/functions.py

It writes plugins/ravine_plugins/references/function/NAME.json: a few "points", with their "values" and "gradients",
and the value at the "minimum". Functions that draw data have tests of their own, with numbers of NumPy's solvers.
"""

import jax
import jax.numpy as jnp
import numpy as np
import scipy
import torch
from _write import write
from scipy import optimize

jax.config.update("jax_enable_x64", True)
PI = np.pi


def points(side, n, seed):
    return np.random.default_rng(seed).uniform(-side, side, (4, n)).round(3)


def row(call, module, fields, x, values, gradients, minimum):
    return {
        "call": call, "version": f"{module.__name__} {module.__version__.partition('+')[0]}", "fields": fields,
        "differs": "", "points": [{"x": p.tolist()} for p in x], "values": [float(v) for v in values],
        "gradients": [{"x": np.asarray(g).tolist()} for g in gradients], "minimum": minimum,
    }  # fmt: skip


def by_jax(f, fields, side, minimum=0.0):
    x = points(side, fields["n"], 1)
    return row(
        "jax.grad of the formula", jax, fields, x, map(f, x), [jax.grad(f)(jnp.array(p)) for p in x], minimum
    )


def by_torch(f, fields, side, minimum=0.0):
    x, gradients, values = points(side, fields["n"], 2), [], []
    for p in x:
        t = torch.tensor(p, requires_grad=True)
        values.append(f(t))
        gradients.append(torch.autograd.grad(values[-1], t)[0])
    return row("torch.autograd.grad of the formula", torch, fields, x, values, gradients, minimum)


def ackley(x):
    mean, waves = jnp.mean(x**2), jnp.mean(jnp.cos(2 * PI * x))
    return -20 * jnp.exp(-0.2 * jnp.sqrt(mean)) - jnp.exp(waves) + 20 + np.e


def ackley_of_torch(x):
    n, total = len(x), 0
    for i in range(n):
        total = total + x[i] ** 2
    waves = sum(torch.cos(2 * PI * x[i]) for i in range(n))
    return 20 - 20 * torch.exp(-0.2 * (total / n) ** 0.5) + np.e - torch.exp(waves / n)


def levy(x):
    w = 1 + (x - 1) / 4
    middle = (w[:-1] - 1) ** 2 * (1 + 10 * jnp.sin(PI * w[:-1] + 1) ** 2)
    return jnp.sin(PI * w[0]) ** 2 + middle.sum() + (w[-1] - 1) ** 2 * (1 + jnp.sin(2 * PI * w[-1]) ** 2)


def levy_of_torch(x):
    w = [1 + (each - 1) / 4 for each in x]
    total = torch.sin(PI * w[0]) ** 2 + (w[-1] - 1) ** 2 * (1 + torch.sin(2 * PI * w[-1]) ** 2)
    for each in w[:-1]:
        total = total + (each - 1) ** 2 * (1 + 10 * torch.sin(PI * each + 1) ** 2)
    return total


# Of one coordinate, by Newton's method with 50 digits.
DEEPEST = -39.16616570377142

SOURCES = {
    "ackley_n": [
        by_jax(ackley, {"n": 7}, 5), by_torch(ackley_of_torch, {"n": 4}, 5), by_torch(ackley_of_torch, {"n": 1}, 5),
    ],
    "rastrigin_n": [
        by_jax(lambda x: 10 * len(x) + jnp.sum(x**2 - 10 * jnp.cos(2 * PI * x)), {"n": 7}, 5),
        by_torch(lambda x: sum(10 + xi**2 - 10 * torch.cos(2 * PI * xi) for xi in x), {"n": 4}, 5),
    ],
    "styblinski_tang_n": [
        by_jax(lambda x: jnp.sum(x**4 - 16 * x**2 + 5 * x) / 2, {"n": 7}, 5, 7 * DEEPEST),
        by_torch(lambda x: sum(0.5 * (xi**4 - 16 * xi**2 + 5 * xi) for xi in x), {"n": 4}, 5, 4 * DEEPEST),
    ],
    "levy_n": [
        by_jax(levy, {"n": 7}, 10), by_torch(levy_of_torch, {"n": 4}, 10), by_torch(levy_of_torch, {"n": 1}, 10),
    ],
    "chained_rosenbrock": [
        by_jax(lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), {"n": 7}, 2),
        row("scipy.optimize.rosen and rosen_der", scipy, {"n": 5}, (x := points(2, 5, 3)),
            map(optimize.rosen, x), map(optimize.rosen_der, x), 0.0),
    ],
    "noisy_ravine": [
        by_jax(lambda x: x[0] ** 2 / 20 + x[1] ** 2, {"n": 2}, 8),
        by_torch(lambda x: x[0] ** 2 / 50 + x[1] ** 2, {"n": 2}, 8),
    ],
}  # fmt: skip
for source, condition in zip(SOURCES["noisy_ravine"], (20.0, 50.0), strict=True):
    source["fields"] = {"condition": condition, "noise": 0.0}


if __name__ == "__main__":
    write("functions.py", "function", SOURCES)
