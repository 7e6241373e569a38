"""Values and gradients of surfaces by automatic differentiation in JAX, and by differences with 50 digits in mpmath.

By hand, with an interpreter that has jax and mpmath; ravine is not needed:

    JAX_ENABLE_X64=1 python tests/golden/surfaces.py

It writes plugins/ravine_plugins/references/surface/NAME.json: a few dozen points, "x" and "y", with the value "f" and
the gradient, "dx" and "dy". The formulas here are those of the papers, with a sum over coordinates where these have
one. mpmath also has the minima, found by Newton's method with 50 digits. Kinks are left out: ackley at the origin,
bukin along its crease and at x = -10.
"""

import sys

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
from _write import write

jax.config.update("jax_enable_x64", True)
mpmath.mp.dps = 50
mpf = mpmath.mpf
POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 24


def both(f):
    """Return a sum over coordinates of a function of one of them and its number, from 1."""
    return lambda m, x, y: f(m, x, 1) + f(m, y, 2)


def ackley(m, x, y):
    mean = (x * x + y * y) / 2
    waves = (m.cos(2 * m.pi * x) + m.cos(2 * m.pi * y)) / 2
    return -20 * m.exp(-m.sqrt(mean) / 5) - m.exp(waves) + 20 + m.exp(1 + 0 * x)


def levy(m, x, y):
    a, b = 1 + (x - 1) / 4, 1 + (y - 1) / 4
    first = m.sin(m.pi * a) ** 2
    return (
        first
        + (a - 1) ** 2 * (1 + 10 * m.sin(m.pi * a + 1) ** 2)
        + (b - 1) ** 2 * (1 + m.sin(2 * m.pi * b) ** 2)
    )


def goldstein_price(m, x, y):
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    two = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return one * two


def branin(m, x, y):
    b, c, t = 51 / (40 * m.pi**2), 5 / m.pi, 1 / (8 * m.pi)
    return (y - b * x**2 + c * x - 6) ** 2 + 10 * (1 - t) * m.cos(x) + 10


def rotated(m, x, y):
    a = m.pi / 6
    along, across = m.cos(a) * x + m.sin(a) * y, -m.sin(a) * x + m.cos(a) * y
    return along**2 / 20 + across**2


def drop_wave(m, x, y):
    square = x * x + y * y
    return -(1 + m.cos(12 * m.sqrt(square))) / (square / 2 + 2)


# The formula; the part of the plane; and about where the minima are.
SURFACES = {
    "sphere": (lambda m, x, y: x**2 + y**2, 10, [(0, 0)]),
    "ravine": (lambda m, x, y: x**2 / 20 + y**2, 10, [(0, 0)]),
    "rosenbrock": (lambda m, x, y: 100 * (y - x**2) ** 2 + (1 - x) ** 2, 2, [(1, 1)]),
    "beale": (
        lambda m, x, y: (3 / (2 + 0 * x) - x + x * y) ** 2 + (9 / (4 + 0 * x) - x + x * y**2) ** 2
        + (21 / (8 + 0 * x) - x + x * y**3) ** 2, 4, [(3, 0.5)],
    ),
    "himmelblau": (
        lambda m, x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, 5,
        [(3, 2), (-2.8, 3.1), (-3.8, -3.3), (3.6, -1.8)],
    ),
    "rastrigin": (both(lambda m, x, i: 10 + x**2 - 10 * m.cos(2 * m.pi * x)), 5, [(0, 0)]),
    "ackley": (ackley, 5, []),
    "saddle": (lambda m, x, y: x**2 - y**2, 3, []),
    "plateau": (lambda m, x, y: 1 - m.exp(-(x**2 + y**2) / 2), 4, [(0, 0)]),
    "double_well": (lambda m, x, y: (x**2 - 1) ** 2 + 3 * x / 10 + y**2, 2, [(-1.03, 0)]),
    "twin_wells": (lambda m, x, y: x**2 + (y**2 - 1) ** 2, 1.5, [(0, -1), (0, 1)]),
    "booth": (lambda m, x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2, 10, [(1, 3)]),
    "matyas": (lambda m, x, y: 26 * (x**2 + y**2) / 100 - 48 * x * y / 100, 10, [(0, 0)]),
    "styblinski_tang": (both(lambda m, x, i: (x**4 - 16 * x**2 + 5 * x) / 2), 5, [(-2.9, -2.9)]),
    "levy": (levy, 10, [(1, 1)]),
    "griewank": (
        lambda m, x, y: (x**2 + y**2) / 4000 - m.cos(x) * m.cos(y / m.sqrt(2 + 0 * x)) + 1, 12, [(0, 0)],
    ),
    "schwefel": (
        lambda m, x, y: 2 * (x * 0 + mpf("418.9828872724337057448") if m is mpmath else 418.9828872724337057448)
        - x * m.sin(m.sqrt(abs(x))) - y * m.sin(m.sqrt(abs(y))), 500, [(420.9, 420.9)],
    ),
    "zakharov": (
        lambda m, x, y: x**2 + y**2 + (x / 2 + 2 * y / 2) ** 2 + (x / 2 + 2 * y / 2) ** 4, (-5, 10), [(0, 0)],
    ),
    "easom": (
        lambda m, x, y: -m.cos(x) * m.cos(y) * m.exp(-((x - m.pi) ** 2 + (y - m.pi) ** 2)), (1, 5), [(3.1, 3.1)],
    ),
    "three_hump_camel": (
        lambda m, x, y: 2 * x**2 - 105 * x**4 / 100 + x**6 / 6 + x * y + y**2, 2.5, [(0, 0)],
    ),
    "six_hump_camel": (
        lambda m, x, y: (4 - 21 * x**2 / 10 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2, 1.5,
        [(0.09, -0.71), (-0.09, 0.71)],
    ),
    "goldstein_price": (goldstein_price, 2, [(0, -1)]),
    "mccormick": (
        lambda m, x, y: m.sin(x + y) + (x - y) ** 2 - 3 * x / 2 + 5 * y / 2 + 1, (-1.5, 4), [(-0.55, -1.55)],
    ),
    "michalewicz": (both(lambda m, x, i: -m.sin(x) * m.sin(i * x**2 / m.pi) ** 20), (0, 3.1), [(2.2, 1.57)]),
    "bukin": (
        lambda m, x, y: 100 * m.sqrt(abs(y - x**2 / 100)) + abs(x + 10) / 100, (-15, -5), [],
    ),
    "drop_wave": (drop_wave, 2, []),
    "monkey_saddle": (lambda m, x, y: x**3 - 3 * x * y**2, 2, []),
    "branin": (branin, (-5, 10), [(-3.14, 12.3), (3.14, 2.3), (9.4, 2.5)]),
    "rotated_ravine": (rotated, 10, [(0, 0)]),
    "canyon": (lambda m, x, y: 1 - m.exp(-2 * (y - m.sin(x)) ** 2) + x**2 / 50, 3, [(0, 0)]),
}  # fmt: skip


def points(seed, part, n):
    low, high = part if isinstance(part, tuple) else (-part, part)
    # Few digits make short files.
    return np.random.default_rng(seed).uniform(low, high, (2, n)).round(3)


def by_jax(f, part):
    def at(x, y):
        return f(jnp, x, y)

    x, y = points(1, part, POINTS)
    (dx, dy), value = jax.vmap(jax.grad(at, (0, 1)))(x, y), jax.vmap(at)(x, y)
    columns = {"x": x, "y": y, "f": value, "dx": dx, "dy": dy}
    return {
        "call": "jax.grad of the formula", "version": f"jax {jax.__version__}", "fields": {}, "differs": "",
        **{name: np.asarray(column).tolist() for name, column in columns.items()},
    }  # fmt: skip


def by_mpmath(f, part, minima):
    def at(x, y):
        return f(mpmath, mpf(x), mpf(y))

    def slope(order):
        return lambda x, y: mpmath.diff(at, (x, y), order)

    x, y = points(2, part, 8).tolist()
    near = [mpmath.findroot([slope((1, 0)), slope((0, 1))], start, tol=1e-30) for start in minima]
    return {
        "call": "mpmath.diff of the formula, with 50 digits", "version": f"mpmath {mpmath.__version__}", "fields": {},
        "differs": "", "x": x, "y": y, "f": [float(at(*p)) for p in zip(x, y, strict=True)],
        "dx": [float(slope((1, 0))(*p)) for p in zip(x, y, strict=True)],
        "dy": [float(slope((0, 1))(*p)) for p in zip(x, y, strict=True)],
        **({"minima": [[float(x), float(y), float(at(x, y))] for x, y in near]} if minima else {}),
    }  # fmt: skip


if __name__ == "__main__":
    sources = {
        name: [by_jax(f, part), by_mpmath(f, part, minima)] for name, (f, part, minima) in SURFACES.items()
    }
    write("surfaces.py", "surface", sources)
