"""Spreads, bounds and arrays of initial weights by PyTorch, Keras and JAX, and by the papers' formulas.

By hand, with an interpreter that has torch, keras, jax and scipy; ravine is not needed:

    JAX_ENABLE_X64=1 KERAS_BACKEND=jax python tests/golden/initializers.py

It writes plugins/ravine_plugins/references/initializer/NAME.json. A source has the shape and the axes of a weight,
and "std" with its least and largest number, "low" and "high", null where there is none. These are not measured: they
are what the library asks its generator for. Others have the whole "array", or the "gram", W Wᵀ or WᵀW whichever is
smaller, of the weight as a matrix from inputs (of all places of a window) to units, or the number of "nonzeros" of
each unit.
"""

import math

import jax
import keras
import numpy as np
import scipy.stats
import torch
from _write import write

jax.config.update("jax_enable_x64", True)
TORCH, KERAS, JAX = (f"{m.__name__} {m.__version__.partition('+')[0]}" for m in (torch, keras, jax))
torch.manual_seed(0)
MATRICES = [((400, 100), ("in", "out")), ((100, 400), ("in", "out"))]
WINDOW = ((3, 5, 8, 16), ("kernel", "kernel", "in", "out"))
ALL = [*MATRICES, WINDOW]


def fans(shape, axes):
    window = math.prod(n for n, axis in zip(shape, axes, strict=True) if axis == "kernel")
    return window * shape[axes.index("in")], window * shape[axes.index("out")]


def row(call, version, fields, weight, differs="", **numbers):
    shape, axes = weight
    return {"call": call, "version": version, "fields": fields, "differs": differs,
            "shape": shape, "axes": axes, **numbers}  # fmt: skip


def normal(std):
    return {"std": float(std), "low": None, "high": None}


def uniform(low, high):
    return {"std": (high - low) / math.sqrt(12), "low": float(low), "high": float(high)}


def cut(std, low=-2.0, high=2.0):
    """Return the numbers of a normal distribution cut off at multiples of its own standard deviation."""
    return {
        "std": float(std * scipy.stats.truncnorm(low, high).std()), "low": float(low * std), "high": float(high * std),
    }  # fmt: skip


def by_torch(text, fields, differs="", weights=ALL):
    return [
        row(f"torch.nn.init.{text}", TORCH, fields, w, differs, **asked_by_torch(text, *w)) for w in weights
    ]


def asked_by_torch(text, shape, axes):
    """See what a function of torch.nn.init asks of a tensor, in PyTorch's order of axes: units, inputs, window."""
    order = [axes.index("out"), axes.index("in"), *(i for i, axis in enumerate(axes) if axis == "kernel")]
    tensor, seen = torch.empty([shape[i] for i in order], dtype=torch.float64), {}
    own = {name: getattr(torch.Tensor, name) for name in ("normal_", "uniform_")}
    torch.Tensor.normal_ = lambda t, mean=0, std=1, **_: (seen.update(normal(std)), t)[1]
    torch.Tensor.uniform_ = lambda t, a=0, b=1, **_: (seen.update(uniform(a, b)), t)[1]
    try:
        eval(text.replace("(", "(tensor, ", 1), {**vars(torch.nn.init), "tensor": tensor, "math": math})
    finally:
        for name, method in own.items():
            setattr(torch.Tensor, name, method)
    return seen


def by_keras(text, fields, differs="", weights=ALL):
    return [
        row(f"keras.initializers.{text}", KERAS, fields, w, differs, **asked_by_keras(text, w[0]))
        for w in weights
    ]


def asked_by_keras(text, shape):
    """See what an initializer of Keras asks of its generator."""
    module, seen = keras.src.initializers.random_initializers.random, {}
    own = {name: getattr(module, name) for name in ("normal", "uniform", "truncated_normal")}
    module.normal = lambda shape, mean, stddev, **_: seen.update(normal(stddev))
    module.uniform = lambda shape, minval, maxval, **_: seen.update(uniform(minval, maxval))
    module.truncated_normal = lambda shape, mean, stddev, **_: seen.update(cut(stddev))
    try:
        eval(text, vars(keras.initializers))(shape)
    finally:
        for name, function in own.items():
            setattr(module, name, function)
    return seen


def by_jax(text, fields, form, differs="", weights=ALL):
    return [
        row(f"jax.nn.initializers.{text}", JAX, fields, w, differs, **scaled_by_jax(text, form, w[0]))
        for w in weights
    ]


def scaled_by_jax(text, form, shape):
    """Divide a draw of JAX by the standard draw of the same key: every quotient is the scale."""
    key = jax.random.key(0)
    drawn = eval(text, vars(jax.nn.initializers))(key, shape, np.float64)
    standard = {
        "normal": lambda: jax.random.normal(key, shape, np.float64),
        "uniform": lambda: jax.random.uniform(key, shape, np.float64, -1),
        "cut": lambda: jax.random.truncated_normal(key, -2, 2, shape, np.float64),
    }[form]()
    scales = np.ravel(drawn / standard)
    assert np.ptp(scales) <= 1e-12 * scales.max(), text
    scale = float(np.median(scales))
    return {"normal": normal, "uniform": lambda s: uniform(-s, s), "cut": cut}[form](scale)


def by_formula(text, fields, numbers, differs="", weights=ALL):
    return [row(text, "the formula", fields, w, differs, **numbers(*fans(*w))) for w in weights]


def array(call, version, fields, weight, w, differs=""):
    return [row(call, version, fields, weight, differs, array=np.asarray(w, float).tolist())]


def gram(call, version, fields, weight, w):
    m = np.asarray(w, float)
    m = m.reshape(-1, m.shape[-1])
    product = m @ m.T if len(m) <= m.shape[1] else m.T @ m
    return [row(call, version, fields, weight, gram=product.tolist())]


def matrix(rows, columns):
    return (rows, columns), ("in", "out")


def torch_t(function, rows, columns, *args, **kwargs):
    """Return a weight of PyTorch as inputs by units."""
    return getattr(torch.nn.init, function)(torch.empty(columns, rows, dtype=torch.float64), *args, **kwargs).T


def dirac(shape):
    """Return what PyTorch's dirac_ gives, with the window first."""
    *window, n_in, n_out = shape
    w = torch.nn.init.dirac_(torch.empty(n_out, n_in, *window, dtype=torch.float64))
    return w.permute(*range(2, 2 + len(window)), 1, 0)


def hands_on(shape):
    """Return the window that gives back its input: solved from the outputs that are wanted, place by place."""
    *window, n_in, n_out = shape
    w = np.zeros(shape)
    for place in np.ndindex(*window):
        for i in range(n_in):
            for o in range(n_out):
                w[(*place, i, o)] = i == o and all(k == n // 2 for k, n in zip(place, window, strict=True))
    return w


KEY = jax.random.key(3)
TWO_AXES = ("kernel", "in", "out")
PLANE = ("kernel", "kernel", "in", "out")
JAX_INIT = jax.nn.initializers

SOURCES = {
    "zeros": [
        *array("torch.nn.init.zeros_", TORCH, {}, matrix(3, 2), torch_t("zeros_", 3, 2)),
        *array("jax.nn.initializers.zeros", JAX, {}, matrix(3, 2), JAX_INIT.zeros(KEY, (3, 2))),
    ],
    "constant": [
        *array("torch.nn.init.constant_(0.3)", TORCH, {"value": 0.3}, matrix(3, 2), torch_t("constant_", 3, 2, 0.3)),
        *array("jax.nn.initializers.constant(0.3)", JAX, {"value": 0.3}, matrix(3, 2),
               JAX_INIT.constant(0.3)(KEY, (3, 2), np.float64)),
    ],
    "normal": [
        *by_torch("normal_(std=0.02)", {"std": 0.02}, weights=MATRICES[:1]),
        *by_keras("RandomNormal(stddev=0.02)", {"std": 0.02}, weights=MATRICES[:1]),
        *by_jax("normal(0.02)", {"std": 0.02}, "normal", weights=MATRICES[:1]),
        *by_torch("normal_()", {}, "its standard deviation is 1", weights=MATRICES[:1]),
    ],
    "uniform": [
        *by_torch("uniform_(a=-0.1, b=0.1)", {"limit": 0.1}, weights=MATRICES[:1]),
        *by_keras("RandomUniform(-0.1, 0.1)", {"limit": 0.1}, weights=MATRICES[:1]),
        *by_keras("RandomUniform()", {}, weights=MATRICES[:1]),
    ],
    "truncated_normal": [
        *by_keras("TruncatedNormal(stddev=0.02)", {}, weights=MATRICES[:1]),
        *by_jax("truncated_normal(0.02)", {}, "cut", weights=MATRICES[:1]),
        row("torch.nn.init.trunc_normal_(std=0.02, a=-0.04, b=0.04)", TORCH, {}, MATRICES[0],
            **cut(0.02, -0.04 / 0.02, 0.04 / 0.02)),
        row("torch.nn.init.trunc_normal_(std=0.02)", TORCH, {}, MATRICES[0],
            "its bounds are ±2, not ±2 standard deviations: nothing is cut off", **normal(0.02)),
    ],
    "lecun": [
        *by_torch("kaiming_normal_(nonlinearity='linear')", {}),
        *by_jax("variance_scaling(1.0, 'fan_in', 'normal')", {}, "normal"),
        *by_keras("LecunNormal()", {}, "its tails are cut off, and it is widened by 1 / 0.8796"),
        *by_jax("lecun_normal()", {}, "cut", "its tails are cut off, and it is widened by 1 / 0.8796"),
    ],
    "lecun_uniform": [
        *by_torch("kaiming_uniform_(nonlinearity='linear')", {}),
        *by_keras("LecunUniform()", {}),
        *by_jax("lecun_uniform()", {}, "uniform"),
    ],
    "xavier": [
        *by_torch("kaiming_normal_(nonlinearity='linear')", {}),
        *by_jax("variance_scaling(1.0, 'fan_in', 'normal')", {}, "normal"),
        *by_torch("xavier_normal_()", {}, "Glorot's own formula, which counts the outputs too"),
        *by_keras("GlorotNormal()", {}, "Glorot's own formula, and its tails are cut off"),
    ],
    "glorot": [
        *by_torch("xavier_normal_()", {}),
        *by_jax("variance_scaling(1.0, 'fan_avg', 'normal')", {}, "normal"),
        *by_keras("GlorotNormal()", {}, "its tails are cut off, and it is widened by 1 / 0.8796"),
        *by_jax("glorot_normal()", {}, "cut", "its tails are cut off, and it is widened by 1 / 0.8796"),
    ],
    "glorot_uniform": [
        *by_torch("xavier_uniform_()", {}),
        *by_keras("GlorotUniform()", {}),
        *by_jax("glorot_uniform()", {}, "uniform"),
    ],
    "he": [
        *by_torch("kaiming_normal_()", {}),
        *by_torch("kaiming_normal_(nonlinearity='relu')", {}),
        *by_jax("variance_scaling(2.0, 'fan_in', 'normal')", {}, "normal"),
        *by_keras("HeNormal()", {}, "its tails are cut off, and it is widened by 1 / 0.8796"),
        *by_jax("he_normal()", {}, "cut", "its tails are cut off, and it is widened by 1 / 0.8796"),
        *by_torch("kaiming_normal_(mode='fan_out')", {}, "it counts the outputs, equation (14)"),
        *by_torch("kaiming_normal_(a=math.sqrt(5))", {}, "for leaky units, of slope √5: √(1/3) times that of LeCun"),
    ],
    "he_uniform": [
        *by_torch("kaiming_uniform_()", {}),
        *by_keras("HeUniform()", {}),
        *by_jax("he_uniform()", {}, "uniform"),
        *by_torch("kaiming_uniform_(a=math.sqrt(5))", {}, "for leaky units, of slope √5, as in Linear"),
    ],
    "heuristic_uniform": [
        *by_torch("kaiming_uniform_(a=math.sqrt(5))", {}),
        *by_jax("variance_scaling(1 / 3, 'fan_in', 'uniform')", {}, "uniform"),
        *by_formula("Glorot and Bengio 2010, equation (1)", {}, lambda i, o: uniform(-(i**-0.5), i**-0.5)),
        *by_keras("LecunUniform()", {}, "its limit is √3 times as large"),
    ],
    "variance_scaling": [
        *by_keras("VarianceScaling()", {}),
        *by_jax("variance_scaling(1.0, 'fan_in', 'truncated_normal')", {}, "cut"),
        *by_keras("HeNormal()", {"scale": 2.0}),
        *by_keras("GlorotNormal()", {"mode": "fan_avg"}),
        *by_keras("VarianceScaling(3.0, 'fan_out', 'uniform')",
                  {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}),
        *by_jax("variance_scaling(3.0, 'fan_geo_avg', 'normal')",
                {"scale": 3.0, "mode": "fan_geo_avg", "distribution": "normal"}, "normal"),
        *by_torch("kaiming_normal_(mode='fan_out')", {"scale": 2.0, "mode": "fan_out", "distribution": "normal"}),
        *by_torch("xavier_normal_()", {"mode": "fan_avg"}, "its tails are not cut off"),
    ],
    "identity": [
        *array("torch.nn.init.eye_", TORCH, {}, matrix(4, 3), torch_t("eye_", 4, 3)),
        *array("keras.initializers.Identity(gain=0.5)", KERAS, {"gain": 0.5}, matrix(3, 4),
               keras.initializers.Identity(gain=0.5)((3, 4), dtype="float64")),
    ],
    "dirac": [
        *(array("torch.nn.init.dirac_", TORCH, {}, (shape, axes), dirac(shape))[0]
          for shape, axes in (((3, 2, 3), TWO_AXES), ((4, 3, 2), TWO_AXES), ((3, 3, 2, 2), PLANE))),
        *array("the window that gives back its input", "the formula", {}, ((3, 5, 2, 3), PLANE),
               hands_on((3, 5, 2, 3))),
    ],
    "orthogonal": [
        *gram("torch.nn.init.orthogonal_(gain=0.5)", TORCH, {"gain": 0.5}, matrix(6, 3),
              torch_t("orthogonal_", 6, 3, gain=0.5)),
        *gram("torch.nn.init.orthogonal_", TORCH, {}, matrix(3, 6), torch_t("orthogonal_", 3, 6)),
        *gram("keras.initializers.Orthogonal(gain=0.5)", KERAS, {"gain": 0.5}, matrix(5, 4),
              keras.initializers.Orthogonal(gain=0.5, seed=1)((5, 4), dtype="float64")),
        *gram("jax.nn.initializers.orthogonal(0.5)", JAX, {"gain": 0.5}, matrix(4, 5),
              JAX_INIT.orthogonal(0.5)(KEY, (4, 5), np.float64)),
        *gram("torch.nn.init.orthogonal_, of the weight of Conv2d", TORCH, {}, ((3, 2, 2, 4), PLANE),
              torch.nn.init.orthogonal_(torch.empty(4, 2, 3, 2, dtype=torch.float64)).permute(2, 3, 1, 0)),
        *gram("keras.initializers.Orthogonal(), of the kernel of Conv2D", KERAS, {}, ((3, 2, 2, 4), PLANE),
              keras.initializers.Orthogonal(seed=1)((3, 2, 2, 4), dtype="float64")),
    ],
    "lsuv": [
        *gram("torch.nn.init.orthogonal_, with which it begins", TORCH, {}, matrix(6, 3), torch_t("orthogonal_", 6, 3)),
        *gram("jax.nn.initializers.orthogonal(), with which it begins", JAX, {}, matrix(4, 5),
              JAX_INIT.orthogonal()(KEY, (4, 5), np.float64)),
    ],
    "delta_orthogonal": [
        *gram("jax.nn.initializers.delta_orthogonal()", JAX, {}, ((3, 2, 7), TWO_AXES),
              JAX_INIT.delta_orthogonal()(KEY, (3, 2, 7), np.float64)),
        *gram("jax.nn.initializers.delta_orthogonal(0.5)", JAX, {"gain": 0.5}, ((2, 3, 2, 12), PLANE),
              JAX_INIT.delta_orthogonal(0.5)(KEY, (2, 3, 2, 12), np.float64)),
        *gram("torch.nn.init.orthogonal_, of a matrix", TORCH, {}, matrix(3, 6), torch_t("orthogonal_", 3, 6)),
    ],
    "sparse": [
        *by_formula("Martens 2010, section 5: 15 weights of a unit, N(0, 1)", {},
                    lambda i, o: {"nonzeros": [15] * 100, "std": math.sqrt(15 / i)}, weights=MATRICES[:1]),
        *by_formula("each unit has all of its 4 inputs", {"std": 0.5},
                    lambda i, o: {"nonzeros": [4] * 9, "std": 0.5}, weights=[matrix(4, 9)]),
        row("torch.nn.init.sparse_(sparsity=0.75, std=1.0), of the weight of Linear, transposed", TORCH,
            {"connections": 10}, matrix(40, 30), std=0.5, nonzeros=[10] * 30),
        row("torch.nn.init.sparse_(sparsity=0.75, std=1.0), of the weight of Linear", TORCH, {"connections": 10},
            matrix(40, 20), "it counts the weights of each input: here 5 of 20 that go out", std=0.5,
            nonzeros=np.count_nonzero(torch_t("sparse_", 40, 20, 0.75, 1.0), axis=0).tolist()),
    ],
}  # fmt: skip
assert np.count_nonzero(torch.nn.init.sparse_(torch.empty(40, 30), 0.75, 1.0), axis=0).tolist() == [10] * 30


if __name__ == "__main__":
    write("initializers.py", "initializer", SOURCES)
