"""Make the references of layers and losses: what other libraries return, forward and back.

Run by hand, with an interpreter that has torch, jax, keras, timm, scikit-learn, scipy and mpmath; ravine is not
needed:

    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/golden/layers.py

It writes ``plugins/ravine_plugins/references/layer/NAME.json`` and ``…/loss/NAME.json``. With ``--erfc`` it prints
the coefficients in ``layers/_normal.py`` instead.
"""

import importlib
import json
import re
import sys
import types
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import jax
import jax.numpy as jnp
import keras
import mpmath
import numpy as np
import optax
import sklearn.metrics
import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")

FOLDER = Path(__file__).parents[2] / "plugins" / "ravine_plugins" / "references"
FOUND = defaultdict(list)  # by kind and name


def timm_module(name):
    """Import a module of timm.layers without the rest of timm, which needs torchvision."""
    timm = metadata.distribution("timm").locate_file("timm")
    for package, folder in (("timm", timm), ("timm.layers", f"{timm}/layers")):
        made = types.ModuleType(package)
        made.__path__ = [str(folder)]
        sys.modules.setdefault(package, made)
    return importlib.import_module(f"timm.layers.{name}")


def chance(*shape, seed=0, size=2.0):
    """Return numbers with a few digits, the same everywhere."""
    return np.random.default_rng(seed).normal(0, size, shape).round(2)


def plain(value):
    return np.asarray(value).tolist()


# ---- layers ------------------------------------------------------------------------------------------------


def add(name, call, version, fields, differs, numbers, kind="layer"):
    FOUND[kind, name].append({"call": call, "version": version, "fields": fields, "differs": differs} | numbers)


def given(x, dy, p, draws, training):
    numbers = {"training": training, "x": plain(x), "dy": plain(dy), "p": {k: plain(v) for k, v in p.items()}}
    return numbers | ({"draws": [plain(draw) for draw in draws]} if draws else {})


def by_torch(name, call, function, x, p=None, buffers=None, *, fields=None, differs="", draws=(), training=True, gives=None, dy=None, version=None):  # fmt: skip
    """Let torch go forward and back; ``function`` takes the input and all arrays by name.

    ``gives`` is which arrays are compared, if it is not all.
    """
    integers = np.asarray(x).dtype.kind == "i"
    leaf = torch.tensor(x, requires_grad=not integers)
    leaves = {k: torch.tensor(v, requires_grad=True) for k, v in (p or {}).items()}
    kept = {k: torch.tensor(v) for k, v in (buffers or {}).items()}
    y = function(leaf, **leaves, **kept)
    dy = chance(*y.shape, seed=9, size=1.0) if dy is None else dy
    y.backward(torch.tensor(dy))
    found = {"y": y.detach()} | ({} if integers else {"dx": leaf.grad})
    found |= {f"d{k}": v.grad for k, v in leaves.items()} | kept
    numbers = given(x, dy, (p or {}) | (buffers or {}), draws, training)
    numbers["gives"] = {k: plain(v) for k, v in found.items() if gives is None or k in gives}
    add(name, call, version or f"torch {torch.__version__.partition('+')[0]}", fields or {}, differs, numbers)


def by_jax(name, call, function, x, p=None, *, fields=None, differs="", draws=(), training=True, gives=None, dy=None, buffers=None, version=None):  # fmt: skip
    """The same with JAX; ``function`` may return the buffers by name as well."""
    p = p or {}

    def both(x, p):
        made = function(x, **p)
        return made if isinstance(made, tuple) else (made, {})

    ours = {k: jnp.asarray(v) for k, v in p.items()}
    if np.asarray(x).dtype.kind == "i":
        y, back, kept = jax.vjp(lambda p: both(x, p), ours, has_aux=True)
    else:
        y, back, kept = jax.vjp(both, jnp.asarray(x), ours, has_aux=True)
    dy = chance(*y.shape, seed=9, size=1.0) if dy is None else dy
    *of_x, dp = back(jnp.asarray(dy))
    found = {"y": y} | dict(zip(("dx",), of_x, strict=False)) | {f"d{k}": v for k, v in dp.items()} | kept
    numbers = given(x, dy, p | (buffers or {}), draws, training)
    numbers["gives"] = {k: plain(v) for k, v in found.items() if gives is None or k in gives}
    add(name, call, version or f"jax {jax.__version__}", fields or {}, differs, numbers)


OPTAX = f"optax {optax.__version__}"
KERAS = f"keras {keras.__version__}, on JAX"


def keras_layer(layer, shape, weights, buffers=(), training=True):
    """Return a function for ``by_jax``; ``weights`` are pairs of a name and what makes Keras's array of ours."""
    if not layer.built:
        layer.build(shape)
    kept = [variable.value for variable in layer.non_trainable_variables]
    kept = [jnp.asarray(value) for value in buffers] or kept
    how = {"training": training} if buffers else {}

    def call(x, **p):
        trained = [turn(p[name]) for name, turn in weights]
        y, after = layer.stateless_call(trained, kept, x, **how)
        return y, dict(zip(("mean", "var"), after, strict=False)) if buffers else {}

    return call


def same(array):
    return array


# Around 0, ordinary, far out, and so small that a square is 0.
ALONG = np.array(
    [
        [-2.5, -1.0, -0.3, -1e-3, -1e-300, 1e-300],
        [1e-3, 0.4, 1.0, 2.25, 3.5, 6.0],
        [-6.5, 12.0, -12.0, 40.0, -40.0, 19.5],
        [800.0, -800.0, -38.0, 5.5, -5.5, -8.5],
    ]
)
AT_ZERO = np.array([[0.0, -0.0, 1.0, -1.0]])

ACTIVATIONS = {
    # name: (fields, torch, jax or keras), their calls, and whether all agree at 0
    "relu": [({}, "torch.relu", torch.relu, "keras.activations.relu", keras.activations.relu)],
    "sigmoid": [({}, "torch.sigmoid", torch.sigmoid, "keras.activations.sigmoid", keras.activations.sigmoid)],
    "tanh": [({}, "torch.tanh", torch.tanh, "jax.numpy.tanh", jnp.tanh)],
    "leaky_relu": [
        ({}, "torch.nn.functional.leaky_relu", functional.leaky_relu,
         "keras.activations.leaky_relu(negative_slope=0.01)",
         lambda x: keras.activations.leaky_relu(x, negative_slope=0.01)),
        ({"slope": 0.3}, "torch.nn.functional.leaky_relu(negative_slope=0.3)",
         lambda x: functional.leaky_relu(x, 0.3),
         "keras.layers.LeakyReLU()", keras.layers.LeakyReLU()),
    ],
    "elu": [
        ({}, "torch.nn.functional.elu", functional.elu, "keras.activations.elu", keras.activations.elu),
        ({"alpha": 0.5}, "torch.nn.functional.elu(alpha=0.5)", lambda x: functional.elu(x, 0.5),
         "keras.activations.elu(alpha=0.5)", lambda x: keras.activations.elu(x, 0.5)),
    ],
    "selu": [({}, "torch.nn.functional.selu", functional.selu, "keras.activations.selu", keras.activations.selu)],
    "gelu": [
        ({}, "torch.nn.functional.gelu(approximate='none')", functional.gelu,
         "keras.activations.gelu(approximate=False)", keras.activations.gelu),
    ],
    "gelu_tanh": [
        ({}, "torch.nn.functional.gelu(approximate='tanh')",
         lambda x: functional.gelu(x, approximate="tanh"),
         "keras.activations.gelu(approximate=True)", lambda x: keras.activations.gelu(x, approximate=True)),
    ],
    "silu": [({}, "torch.nn.functional.silu", functional.silu, "keras.activations.silu", keras.activations.silu)],
    "softplus": [
        ({}, "torch.logaddexp(x, 0)", lambda x: torch.logaddexp(x, torch.zeros(())),
         "keras.activations.softplus", keras.activations.softplus),
    ],
    "softsign": [
        ({}, "torch.nn.functional.softsign", functional.softsign,
         "keras.activations.softsign", keras.activations.softsign),
    ],
    "mish": [({}, "torch.nn.functional.mish", functional.mish, "keras.activations.mish", keras.activations.mish)],
}  # fmt: skip


def activations():
    for name, rows in ACTIVATIONS.items():
        for fields, torch_call, of_torch, keras_call, of_keras in rows:
            with_zeros = np.vstack([ALONG[:, :4], AT_ZERO])
            by_torch(name, torch_call, of_torch, ALONG, fields=fields)
            by_torch(name, torch_call, of_torch, with_zeros, fields=fields)
            by_jax(name, keras_call, of_keras, ALONG, fields=fields, version=KERAS)
    zero_is_one = "the derivative at 0 is 1"
    by_jax("leaky_relu", "keras.activations.leaky_relu(negative_slope=0.01)",
           ACTIVATIONS["leaky_relu"][0][4], AT_ZERO, differs=zero_is_one, version=KERAS)  # fmt: skip
    by_torch("gelu", "torch.nn.functional.gelu(approximate='tanh')", ACTIVATIONS["gelu_tanh"][0][2], ALONG,
             differs="the tanh approximation")  # fmt: skip
    by_jax("gelu", "jax.nn.gelu", jax.nn.gelu, ALONG, differs="the tanh approximation, the default of JAX")
    by_torch("gelu_tanh", "torch.nn.functional.gelu", functional.gelu, ALONG, differs="the exact function")
    by_torch("softplus", "torch.nn.functional.softplus", functional.softplus, np.array([[20.001, -1.0]]),
             dy=np.ones((1, 2)), differs="x itself above a threshold of 20")  # fmt: skip


IMAGES = chance(2, 4, 5, 4, seed=1)
SIGNALS = chance(2, 4, 7, seed=2)


def prelu():
    a = np.array([0.25, -0.5, 1.5, 0.0])
    x = IMAGES[:, :, :3, :2]
    x[0, 0] = 0
    call = "torch.nn.functional.prelu(weight=(channels,))"
    by_torch("prelu", call, lambda x, a: functional.prelu(x, a), x, {"a": a})
    by_torch("prelu", call, lambda x, a: functional.prelu(x, a), ALONG[:, :4], {"a": a})
    layer = keras.layers.PReLU(shared_axes=[2, 3])
    turned = [("a", lambda a: a.reshape(4, 1, 1))]
    apart = np.where(x == 0, 0.5, x)
    by_jax("prelu", "keras.layers.PReLU(shared_axes=[2, 3])", keras_layer(layer, x.shape, turned), apart,
           {"a": a}, version=KERAS)  # fmt: skip
    by_jax("prelu", "keras.layers.PReLU(shared_axes=[2, 3])", keras_layer(layer, x.shape, turned), x,
           {"a": a}, version=KERAS, differs="the derivative at 0 is 0")  # fmt: skip


def affine_and_shapes():
    W, b = chance(4, 3, seed=3, size=1.0), np.array([0.5, -1.0, 0.0])
    x = np.array([[0.5, -1.25, 30.0, 0.25], [-0.75, 2.0, 31.5, 0.25], [0.0, 0.125, 29.25, -800.0]])
    p = {"W": W, "b": b}
    by_torch("affine", "torch.nn.functional.linear(weight=W.T)",
             lambda x, W, b: functional.linear(x, W.T, b), x, p, fields={"units": 3})  # fmt: skip
    dense = keras_layer(keras.layers.Dense(3), x.shape, [("W", same), ("b", same)])
    by_jax("affine", "keras.layers.Dense(3)", dense, x, p, fields={"units": 3}, version=KERAS)

    image = IMAGES[:2, :2, :3, :2]
    by_torch("identity", "torch.nn.Identity()", torch.nn.Identity(), image)
    by_jax("identity", "keras.layers.Identity()", keras.layers.Identity(), image, version=KERAS)
    by_torch("flatten", "torch.flatten(start_dim=1)", lambda x: x.flatten(1), image)
    by_jax("flatten", "keras.layers.Flatten()", keras.layers.Flatten(), image, version=KERAS)
    fields = {"shape": [3, -1]}
    by_torch("reshape", "torch.reshape", lambda x: x.reshape(2, 3, -1), image, fields=fields)
    by_jax(
        "reshape",
        "keras.layers.Reshape((3, 4))",
        keras.layers.Reshape((3, 4)),
        image,
        fields=fields,
        version=KERAS,
    )
    by_torch("stop_gradient", "torch.Tensor.detach", lambda x: x.detach() + 0 * x, image)
    by_jax("stop_gradient", "jax.lax.stop_gradient", jax.lax.stop_gradient, image)

    vectors = np.array([[0.5, -1.25, 3.0, 0.25, 2.0, -0.3], [-0.75, 2.0, 1.5, -0.1, 0.0, 7.5]])
    fields = {"pieces": 3}
    by_torch("maxout", "torch.Tensor.max(dim=2) of pieces", lambda x: x.reshape(2, -1, 3).max(dim=2)[0], vectors, fields=fields)  # fmt: skip
    by_torch(
        "maxout",
        "torch.Tensor.max(dim=2) of channels",
        lambda x: x.reshape(2, 2, 2, 5, 4).max(dim=2)[0],
        IMAGES,
    )
    by_jax("maxout", "keras.ops.max(axis=2) of pieces", lambda x: keras.ops.max(x.reshape(2, -1, 3), axis=2), vectors, fields=fields, version=KERAS)  # fmt: skip
    ties = np.array([[1.0, 1.0, 0.5, 2.0, 2.0, 2.0]])
    by_torch("maxout", "torch.Tensor.max(dim=2) of pieces", lambda x: x.reshape(1, -1, 3).max(dim=2)[0], ties, fields=fields)  # fmt: skip
    by_jax("maxout", "keras.ops.max(axis=2) of pieces", lambda x: keras.ops.max(x.reshape(1, -1, 3), axis=2), ties, fields=fields, version=KERAS, differs="equal inputs share the gradient")  # fmt: skip

    words = np.array([[0, 2, 2], [4, 0, 1]])
    E = chance(5, 3, seed=4)
    fields = {"words": 5, "units": 3}
    by_torch("embedding", "torch.nn.functional.embedding", lambda x, W: functional.embedding(x, W), words, {"W": E}, fields=fields)  # fmt: skip
    embed = keras_layer(keras.layers.Embedding(5, 3), words.shape, [("W", same)])
    by_jax("embedding", "keras.layers.Embedding(5, 3)", embed, words, {"W": E}, fields=fields, version=KERAS)
    fields = {"l1": 0.5, "l2": 0.25}

    def penalized(x):
        loss = (0.5 * x.abs().sum() + 0.25 * (x * x).sum()) / len(x)
        return _WithPenalty.apply(x, torch.autograd.grad(loss, x)[0])

    by_torch(
        "activity_penalty", "the penalty's derivative by torch.autograd", penalized, vectors, fields=fields
    )
    for x, differs in [
        (np.where(vectors == 0, 0.1, vectors), ""),
        (vectors, "the derivative of |x| at 0 is 1"),
    ]:
        dy = chance(2, 6, seed=9, size=1.0)
        g = jax.grad(lambda x: keras.regularizers.L1L2(0.5, 0.25)(x) / len(x))(jnp.asarray(x))
        numbers = given(x, dy, {}, (), True) | {"gives": {"y": plain(x), "dx": plain(dy + g)}}
        call = "keras.layers.ActivityRegularization(l1=0.5, l2=0.25)"
        add("activity_penalty", call, KERAS, fields, differs, numbers)

    by_torch("residual", "x + torch.tanh(x)", lambda x: x + torch.tanh(x), vectors)
    by_jax("residual", "keras.layers.add of x and jax.numpy.tanh", lambda x: keras.layers.add([x, jnp.tanh(x)]), vectors, version=KERAS)  # fmt: skip
    by_torch(
        "concat", "torch.cat of tanh and sigmoid", lambda x: torch.cat([x.tanh(), x.sigmoid()], -1), vectors
    )
    by_jax("concat", "keras.layers.concatenate of tanh and sigmoid", lambda x: keras.layers.concatenate([jnp.tanh(x), keras.activations.sigmoid(x)]), vectors, version=KERAS)  # fmt: skip


class _WithPenalty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, g):
        ctx.save_for_backward(g)
        return x.clone()

    @staticmethod
    def backward(ctx, dy):
        return dy + ctx.saved_tensors[0], None


# ---- convolutions and pooling ------------------------------------------------------------------------------


def ours(W):
    """Return weights as ravine has them, outputs last, given those of PyTorch, outputs first."""
    return np.moveaxis(W, 0, -1)


def turned(W):
    """Return a convolution's weights as Keras has them: the window first, then inputs, then outputs."""
    return jnp.moveaxis(W, 0, -2)


def convolutions():
    b = np.array([0.5, -1.0, 0.0, 2.0])
    cases = [
        (IMAGES, {"channels": 2, "size": [3, 2]}),
        (IMAGES, {"channels": 4, "size": [3, 3], "stride": [2, 1], "padding": [1, 2], "groups": 2}),
        (IMAGES, {"channels": 4, "size": [2, 3], "stride": [3, 2], "groups": 4}),
        (IMAGES[:, 0], {"channels": 3, "size": [5, 5], "padding": [2, 2]}),
    ]
    for x, fields in cases:
        n_in, n_out, groups = (x.shape[1] if x.ndim == 4 else 1), fields["channels"], fields.get("groups", 1)
        p = {"W": ours(chance(n_out, n_in // groups, *fields["size"], seed=5, size=1.0)), "b": b[:n_out]}
        how = {
            k: tuple(v) if isinstance(v, list) else v
            for k, v in fields.items()
            if k not in ("channels", "size")
        }
        said = ", ".join(f"{k}={v}" for k, v in how.items())

        def convolved(x, W, b, how=how):
            return functional.conv2d(x if x.ndim == 4 else x[:, None], W.movedim(-1, 0), b, **how)

        by_torch("conv2d", f"torch.nn.functional.conv2d({said})", convolved, x, p, fields=fields)
        padding = fields.get("padding", [0, 0])
        padded = x if x.ndim == 4 else x[:, None]
        layer = keras.layers.Conv2D(
            n_out, tuple(fields["size"]), strides=tuple(fields.get("stride", (1, 1))), groups=groups,
            data_format="channels_first",
        )  # fmt: skip
        pads = [(0, 0), (0, 0), *((pad, pad) for pad in padding)]
        call = keras_layer(layer, np.pad(padded, pads).shape, [("W", turned), ("b", same)])

        def in_keras(x, W, b, call=call, pads=pads):
            return call(jnp.pad(x if x.ndim == 4 else x[:, None], pads), W=W, b=b)

        said = f"keras.layers.Conv2D({n_out}, {tuple(fields['size'])}) of zeros around x"
        by_jax("conv2d", said, in_keras, x, p, fields=fields, version=KERAS)
    fields = {"channels": 2, "size": [3, 3], "stride": [2, 2], "padding": [1, 1]}
    p = {"W": ours(chance(2, 4, 3, 3, seed=5, size=1.0)), "b": b[:2]}
    x = IMAGES[:, :, :4]
    layer = keras.layers.Conv2D(2, 3, strides=2, padding="same", data_format="channels_first")
    call = keras_layer(layer, x.shape, [("W", turned), ("b", same)])
    by_jax("conv2d", "keras.layers.Conv2D(2, 3, strides=2, padding='same')", call, x, p, fields=fields, version=KERAS, differs="a row of zeros below and a column on the right only")  # fmt: skip

    for x, fields in [
        (SIGNALS, {"channels": 2, "size": [3]}),
        (SIGNALS, {"channels": 4, "size": [4], "stride": [2], "padding": [2], "groups": 2}),
        (SIGNALS[:, 0], {"channels": 3, "size": [5], "padding": [2]}),
    ]:
        n_in, n_out, groups = (x.shape[1] if x.ndim == 3 else 1), fields["channels"], fields.get("groups", 1)
        p = {"W": ours(chance(n_out, n_in // groups, *fields["size"], seed=6, size=1.0)), "b": b[:n_out]}
        how = {
            k: tuple(v) if isinstance(v, list) else v
            for k, v in fields.items()
            if k not in ("channels", "size")
        }
        said = ", ".join(f"{k}={v}" for k, v in how.items())

        def convolved1(x, W, b, how=how):
            return functional.conv1d(x if x.ndim == 3 else x[:, None], W.movedim(-1, 0), b, **how)

        by_torch("conv1d", f"torch.nn.functional.conv1d({said})", convolved1, x, p, fields=fields)
        (pad,) = fields.get("padding", [0])
        pads = [(0, 0), (0, 0), (pad, pad)]
        wide = np.pad(x if x.ndim == 3 else x[:, None], pads)
        layer = keras.layers.Conv1D(n_out, fields["size"][0], strides=fields.get("stride", [1])[0], groups=groups, data_format="channels_first")  # fmt: skip
        call = keras_layer(layer, wide.shape, [("W", turned), ("b", same)])

        def in_keras1(x, W, b, call=call, pads=pads):
            return call(jnp.pad(x if x.ndim == 3 else x[:, None], pads), W=W, b=b)

        said = f"keras.layers.Conv1D({n_out}, {fields['size'][0]}) of zeros around x"
        by_jax("conv1d", said, in_keras1, x, p, fields=fields, version=KERAS)


def pooling():
    ties = np.array([0, 1, 1, 0, 1, 1, -1, -1, 1, 1, 0, 0, 2, 0, 2, 2], float).reshape(1, 1, 4, 4)
    ties = np.concatenate([ties, np.zeros((1, 1, 4, 4)), -ties[:, :, ::-1]])
    for x, fields in [
        (IMAGES[:2, :2], {}),
        (IMAGES[:2, :2], {"size": [3, 2], "stride": [2, 1]}),
        (IMAGES[:2, :2] * 1e300, {"size": [2, 3]}),
        (ties, {"size": [2, 2], "stride": [1, 1]}),
        (SIGNALS, {"size": [2]}),
        (SIGNALS, {"size": [4], "stride": [2]}),
    ]:
        size = tuple(fields.get("size", (2, 2)))
        stride = tuple(fields.get("stride", size))
        axes, both = len(size), f"{size}, stride={stride}"
        for name, of, cls in (
            ("max_pool", "max_pool", "MaxPooling"),
            ("average_pool", "avg_pool", "AveragePooling"),
        ):
            function = getattr(functional, f"{of}{axes}d")
            by_torch(name, f"torch.nn.functional.{of}{axes}d({both})", lambda x, f=function, k=size, s=stride: f(x, k, s), x, fields=fields)  # fmt: skip
            layer = getattr(keras.layers, f"{cls}{axes}D")(size if axes > 1 else size[0], stride if axes > 1 else stride[0], data_format="channels_first")  # fmt: skip
            by_jax(name, f"keras.layers.{cls}{axes}D({both})", layer, x, fields=fields, version=KERAS)
    by_torch("global_average_pool", "torch.nn.functional.adaptive_avg_pool2d(1)", lambda x: functional.adaptive_avg_pool2d(x, 1)[..., 0, 0], IMAGES[:, :2])  # fmt: skip
    by_torch("global_average_pool", "torch.nn.functional.adaptive_avg_pool1d(1)", lambda x: functional.adaptive_avg_pool1d(x, 1)[..., 0], SIGNALS)  # fmt: skip
    by_jax("global_average_pool", "jax.numpy.mean(axis=(2, 3))", lambda x: x.mean(axis=(2, 3)), IMAGES[:, :2])


# ---- normalisations ----------------------------------------------------------------------------------------

COLUMNS = np.array(
    [
        [0.5, -1.25, 30.0, 0.25],
        [-0.75, 2.0, 31.5, 0.25],
        [0.0, 0.125, 29.25, 0.25],
        [1.5, -3.0, 30.5, 0.25],
        [-2.25, 0.001, 28.0, 0.25],
        [0.3, 1.75, 32.75, 0.25],
    ]
)
NORM = {"gamma": np.array([1.0, 0.5, -2.0, 3.0]), "beta": np.array([0.0, -1.0, 0.25, 0.1])}
RUNNING = {"mean": np.array([0.1, -0.2, 30.0, 0.0]), "var": np.array([1.0, 2.5, 4.0, 0.01])}
IN_FLOAT32 = "mean and variance are computed in float32"


def batch_norm():
    for momentum, eps in [(0.9, 1e-6), (0.25, 0.1)]:
        fields = {"momentum": momentum, "eps": eps}
        new = round(1 - momentum, 9)
        for training in (True, False):

            def of_torch(x, gamma, beta, mean, var, training=training, new=new, eps=eps):
                return functional.batch_norm(x, mean, var, gamma, beta, training, new, eps)

            call = f"torch.nn.functional.batch_norm(training={training}, momentum={new}, eps={eps})"
            some = {"y", "dx", "dgamma", "dbeta", "mean"}
            by_torch(
                "batch_norm",
                call,
                of_torch,
                COLUMNS,
                NORM,
                RUNNING,
                fields=fields,
                training=training,
                gives=some,
            )
            layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=eps)
            call = f"keras.layers.BatchNormalization(momentum={momentum}, epsilon={eps}), training={training}"
            in_keras = keras_layer(
                layer, COLUMNS.shape, [("gamma", same), ("beta", same)], RUNNING.values(), training
            )
            by_jax("batch_norm", call, in_keras, COLUMNS, NORM, buffers=RUNNING, fields=fields, training=training, version=KERAS, differs=IN_FLOAT32)  # fmt: skip

            def of_paper(x, gamma, beta, training=training, momentum=momentum, eps=eps):
                found = (x.mean(axis=0), ((x - x.mean(axis=0)) ** 2).mean(axis=0))
                mean, var = found if training else map(jnp.asarray, RUNNING.values())
                y = gamma * (x - mean) / jnp.sqrt(var + eps) + beta
                if not training:
                    return y
                old = RUNNING.values()
                kept = [momentum * b + (1 - momentum) * a for a, b in zip(found, old, strict=True)]
                return y, dict(zip(("mean", "var"), kept, strict=True))

            by_jax("batch_norm", "Ioffe and Szegedy 2015, Algorithm 1, written in jax.numpy", of_paper, COLUMNS, NORM, buffers=RUNNING, fields=fields, training=training)  # fmt: skip
        call = f"torch.nn.functional.batch_norm(training=True, momentum={new}, eps={eps})"

        def of_torch(x, gamma, beta, mean, var, new=new, eps=eps):
            return functional.batch_norm(x, mean, var, gamma, beta, True, new, eps)

        by_torch("batch_norm", call, of_torch, COLUMNS, NORM, RUNNING, fields=fields, gives={"var"}, differs="the running variance is the unbiased one")  # fmt: skip

    def of_torch(x, gamma, beta, mean, var):
        return functional.batch_norm(x, mean, var, gamma, beta, True, 0.1, 1e-6)

    call = "torch.nn.functional.batch_norm(training=True, momentum=0.1, eps=1e-6)"
    by_torch("batch_norm", call, of_torch, COLUMNS, NORM, RUNNING, fields={"momentum": 0.1, "eps": 1e-6}, gives={"mean"}, differs="momentum is the weight of the new value, 1 - ours")  # fmt: skip
    equal = np.full((3, 4), 2.5)
    layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-6)
    in_keras = keras_layer(layer, equal.shape, [("gamma", same), ("beta", same)], RUNNING.values(), True)
    by_jax("batch_norm", "keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-06) of equal examples", in_keras, equal, NORM, buffers=RUNNING, fields={}, version=KERAS, differs="learns from equal examples that the variance is 0")  # fmt: skip
    for x, what in ((IMAGES[:, :, :3, :2], "images"), (SIGNALS, "signals")):
        batch_norm_of_channels(x, what)


def batch_norm_of_channels(x, what):
    fields = {"momentum": 0.75, "eps": 0.01}
    axes = (0, *range(2, x.ndim))
    for training in (True, False):

        def of_torch(x, gamma, beta, mean, var, training=training):
            return functional.batch_norm(x, mean, var, gamma, beta, training, 0.25, 0.01)

        call = f"torch.nn.functional.batch_norm(training={training}, momentum=0.25, eps=0.01) of {what}"
        some = {"y", "dx", "dgamma", "dbeta", "mean"}
        by_torch("batch_norm", call, of_torch, x, NORM, RUNNING, fields=fields, training=training, gives=some)
        layer = keras.layers.BatchNormalization(axis=1, momentum=0.75, epsilon=0.01)
        in_keras = keras_layer(layer, x.shape, [("gamma", same), ("beta", same)], RUNNING.values(), training)
        call = f"keras.layers.BatchNormalization(axis=1, momentum=0.75, epsilon=0.01), training={training}, of {what}"
        by_jax("batch_norm", call, in_keras, x, NORM, buffers=RUNNING, fields=fields, training=training, version=KERAS, differs=IN_FLOAT32)  # fmt: skip

    def of_paper(x, gamma, beta):
        def along(array):
            return array.reshape(-1, *(1 for _ in x.shape[2:]))

        mean = x.mean(axis=axes)
        var = ((x - along(mean)) ** 2).mean(axis=axes)
        y = along(gamma) * (x - along(mean)) / jnp.sqrt(along(var) + 0.01) + along(beta)
        old = RUNNING.values()
        return y, {k: 0.75 * b + 0.25 * a for k, a, b in zip(("mean", "var"), (mean, var), old, strict=True)}

    call = f"Ioffe and Szegedy 2015, section 3.2, of {what}, written in jax.numpy"
    by_jax("batch_norm", call, of_paper, x, NORM, buffers=RUNNING, fields=fields)


def of_examples(axes):
    """Return Ba, Kiros and Hinton's equation (3) by JAX's own standardisation."""

    def norm(x, gamma, beta, eps=1e-5):
        return jax.nn.standardize(x, axis=axes, epsilon=eps) * gamma + beta

    return norm


def normalisations():
    batch_norm()
    wide = IMAGES[:, :2, :3, :2]
    rows = np.array(
        [[0.5, -1.25, 3.0, 0.25], [800.0, 2.0, -800.0, 0.25], [1e-300, 0.0, 0.0, 0.0], [5.0, 5.0, 5.0, 5.0]]
    )
    for x, eps in [(rows, 1e-5), (wide, 0.1)]:
        shape, axes, fields = x.shape[1:], tuple(range(1, x.ndim)), {"eps": eps}
        p = {"gamma": chance(*shape, seed=7, size=1.0), "beta": chance(*shape, seed=8, size=1.0)}
        by_torch("layer_norm", f"torch.nn.functional.layer_norm(normalized_shape={shape}, eps={eps})", lambda x, gamma, beta, s=shape, e=eps: functional.layer_norm(x, s, gamma, beta, e), x, p, fields=fields)  # fmt: skip
        of_jax = of_examples(axes)
        ordinary = x[:1] if x.ndim == 2 else x  # its variance is that of squares less the square of the mean
        by_jax("layer_norm", f"jax.nn.standardize(axis={axes}, epsilon={eps}), scaled and shifted", lambda x, gamma, beta, f=of_jax, e=eps: f(x, gamma, beta, e), ordinary, p, fields=fields)  # fmt: skip
        by_torch("rms_norm", f"torch.nn.functional.rms_norm(normalized_shape={shape}, eps={eps})", lambda x, g, s=shape, e=eps: functional.rms_norm(x, s, g, e), x, {"g": p["gamma"]}, fields=fields)  # fmt: skip

        def of_paper(x, g, axes=axes, eps=eps):
            return x / jnp.sqrt((x * x).mean(axis=axes, keepdims=True) + eps) * g

        by_jax("rms_norm", "Zhang and Sennrich 2019, equation (4) with eps, written in jax.numpy", of_paper, x, {"g": p["gamma"]}, fields=fields)  # fmt: skip
        layer = keras.layers.LayerNormalization(axis=axes, epsilon=eps)
        by_jax("layer_norm", f"keras.layers.LayerNormalization(axis={axes}, epsilon={eps})", keras_layer(layer, x.shape, [("gamma", same), ("beta", same)]), x, p, fields=fields, version=KERAS, differs=IN_FLOAT32)  # fmt: skip
    ones = {"gamma": np.ones(wide.shape[1:]), "beta": np.zeros(wide.shape[1:])}
    by_jax("layer_norm", "keras.layers.LayerNormalization(epsilon=1e-05) of images", lambda x, gamma, beta: keras.layers.LayerNormalization(epsilon=1e-5)(x), wide, ones, gives={"y", "dx"}, version=KERAS, differs="mean and variance are over the last axis only")  # fmt: skip
    by_torch("rms_norm", "torch.nn.functional.rms_norm(normalized_shape=(4,))", lambda x, g: functional.rms_norm(x, (4,), g), rows[:1] / 100, {"g": p["gamma"].ravel()[:4]}, differs="eps is 2.2e-16")  # fmt: skip
    for x, groups, eps in [
        (IMAGES[:, :, :3, :2], 2, 1e-5),
        (SIGNALS, 4, 0.1),
        (COLUMNS - [0, 0, 30, 0], 2, 1e-5),
    ]:
        fields = {"groups": groups, "eps": eps}
        by_torch("group_norm", f"torch.nn.functional.group_norm({groups}, eps={eps})", lambda x, gamma, beta, g=groups, e=eps: functional.group_norm(x, g, gamma, beta, e), x, NORM, fields=fields)  # fmt: skip

        def of_jax(x, gamma, beta, groups=groups, eps=eps):
            parts = x.reshape(len(x), groups, -1)
            mean = parts.mean(axis=2, keepdims=True)
            var = ((parts - mean) ** 2).mean(axis=2, keepdims=True)
            of = (-1, *(1 for _ in x.shape[2:]))
            return ((parts - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma.reshape(of) + beta.reshape(
                of
            )

        by_jax("group_norm", "Wu and He 2018, equations (1), (2) and (7), written in jax.numpy", of_jax, x, NORM, fields=fields)  # fmt: skip
        layer = keras.layers.GroupNormalization(groups, axis=1, epsilon=eps)
        by_jax("group_norm", f"keras.layers.GroupNormalization({groups}, axis=1, epsilon={eps})", keras_layer(layer, x.shape, [("gamma", same), ("beta", same)]), x, NORM, fields=fields, version=KERAS, differs=IN_FLOAT32)  # fmt: skip
    standardised()


def standardised():
    fields = {"channels": 2, "size": [3, 2]}
    p = {"W": ours(chance(2, 4, 3, 2, seed=5, size=0.1) + 0.05), "b": np.array([0.5, -1.0])}
    std_conv = timm_module("std_conv").StdConv2d(4, 2, (3, 2), padding=0, bias=True, eps=1e-6)

    def of_timm(x, W, b):
        return torch.func.functional_call(std_conv, {"weight": W.movedim(-1, 0), "bias": b}, (x,))

    version = f"timm {metadata.version('timm')}"
    by_torch(
        "standardized_conv2d",
        "timm.layers.StdConv2d(padding=0, eps=1e-06)",
        of_timm,
        IMAGES,
        p,
        fields=fields,
        version=version,
    )

    def of_jax(x, W, b):
        W = jnp.moveaxis(W, -1, 0)
        mean = W.mean(axis=(1, 2, 3), keepdims=True)
        W = (W - mean) / jnp.sqrt(((W - mean) ** 2).mean(axis=(1, 2, 3), keepdims=True) + 1e-6)
        return jax.lax.conv(x, W, (1, 1), "VALID") + b[:, None, None]

    by_jax(
        "standardized_conv2d",
        "weights standardised in jax.numpy, jax.lax.conv",
        of_jax,
        IMAGES,
        p,
        fields=fields,
    )

    def of_paper(x, W, b):
        W = W.movedim(-1, 0)
        W = W - W.mean(dim=(1, 2, 3), keepdim=True)
        std = W.view(W.size(0), -1).std(dim=1).view(-1, 1, 1, 1) + 1e-5
        return functional.conv2d(x, W / std, b)

    by_torch("standardized_conv2d", "the code of Qiao and others 2019 (joe-siyuan-qiao/WeightStandardization)", of_paper, IMAGES, p, fields=fields, differs="the variance is unbiased, and eps is added to its root")  # fmt: skip
    W, b = chance(4, 3, seed=3, size=0.1), np.array([0.5, -1.0, 0.0])

    def affine(x, W, b):
        var, mean = torch.var_mean(W, dim=0, correction=0)
        return functional.linear(x, ((W - mean) / (var + 1e-6).sqrt()).T, b)

    fields = {"units": 3}
    by_torch("standardized_affine", "torch.nn.functional.linear of weights standardised by torch.var_mean", affine, COLUMNS, {"W": W, "b": b}, fields=fields)  # fmt: skip
    by_jax("standardized_affine", "weights by jax.nn.standardize(axis=0, epsilon=1e-06)", lambda x, W, b: x @ jax.nn.standardize(W, axis=0, epsilon=1e-6) + b, COLUMNS, {"W": W, "b": b}, fields=fields)  # fmt: skip

    def of_paper_affine(x, W, b):
        W = W - W.mean(dim=0)
        return functional.linear(x, (W / (W.std(dim=0) + 1e-5)).T, b)

    by_torch("standardized_affine", "the code of Qiao and others 2019, for an affine layer", of_paper_affine, COLUMNS, {"W": W, "b": b}, fields=fields, differs="the variance is unbiased, and eps is added to its root")  # fmt: skip


# ---- noise -------------------------------------------------------------------------------------------------


def draws_for(kept, ratio):
    """Return numbers from 0 to 1 with which ours keeps what another library has kept."""
    return np.where(kept, (1 + ratio) / 2, ratio / 2)


def dropped(name, call, function, x, ratio, *, shape=..., **how):
    """Add what torch returns when it drops, with the draws that make ours drop the same."""
    for seed in range(100):
        torch.manual_seed(seed)
        kept = (function(torch.ones(x.shape)) != 0).numpy()[shape]
        if 0 < kept.sum() < kept.size:
            break

    def again(x):
        torch.manual_seed(seed)
        return function(x)

    by_torch(name, call, again, x, fields={"ratio": ratio}, draws=[draws_for(kept, ratio)], **how)


def noise():
    drop_path = timm_module("drop").drop_path
    x, image = COLUMNS[:, :3], IMAGES[:, :, :2, :2]
    for ratio in (0.5, 0.2):
        call = f"torch.nn.functional.dropout({ratio})"
        dropped("inverted_dropout", call, lambda x, r=ratio: functional.dropout(x, r), x, ratio)
        dropped("dropout", call, lambda x, r=ratio: functional.dropout(x, r), x, ratio,
                differs="scales while training: inverted_dropout")  # fmt: skip
        dropped(
            "dropout", f"{call} * {1 - ratio}", lambda x, r=ratio: functional.dropout(x, r) * (1 - r), x, ratio
        )
        by_torch("inverted_dropout", f"{call}, training=False", lambda x, r=ratio: functional.dropout(x, r, False), x, fields={"ratio": ratio}, training=False)  # fmt: skip
        by_torch("dropout", f"{call}, training=False", lambda x, r=ratio: functional.dropout(x, r, False), x, fields={"ratio": ratio}, training=False, differs="does not scale when it judges: inverted_dropout")  # fmt: skip
        layer = keras.layers.Dropout(ratio, seed=1)
        layer.build(x.shape)
        seeds = [v.value for v in layer.non_trainable_variables]

        def in_keras(x, layer=layer, seeds=seeds):
            return layer.stateless_call([], seeds, x, training=True)[0]

        kept = np.asarray(in_keras(jnp.ones(x.shape))) != 0
        by_jax("inverted_dropout", f"keras.layers.Dropout({ratio})", in_keras, x, fields={"ratio": ratio}, draws=[draws_for(kept, ratio)], version=KERAS)  # fmt: skip
        mask = np.array(np.random.default_rng(1).random(x.shape) >= ratio)
        by_jax("dropout", "Srivastava and others 2014, section 4, written in jax.numpy", lambda x, m=mask: m * x, x, fields={"ratio": ratio}, draws=[draws_for(mask, ratio)])  # fmt: skip
        by_jax("dropout", "Srivastava and others 2014, figure 2: weights times 1 - p, in jax.numpy", lambda x, r=ratio: (1 - r) * x, x, fields={"ratio": ratio}, training=False)  # fmt: skip

        one = (slice(None), slice(None), slice(0, 1), slice(0, 1))
        dropped("spatial_dropout", f"torch.nn.functional.dropout2d({ratio})", lambda x, r=ratio: functional.dropout2d(x, r), image, ratio, shape=one)  # fmt: skip
        layer = keras.layers.SpatialDropout2D(ratio, seed=1, data_format="channels_first")
        layer.build(image.shape)
        seeds = [v.value for v in layer.non_trainable_variables]

        def in_keras(x, layer=layer, seeds=seeds):
            return layer.stateless_call([], seeds, x, training=True)[0]

        kept = np.asarray(in_keras(jnp.ones(image.shape)))[one] != 0
        by_jax("spatial_dropout", f"keras.layers.SpatialDropout2D({ratio})", in_keras, image, fields={"ratio": ratio}, draws=[draws_for(kept, ratio)], version=KERAS)  # fmt: skip

        each = (slice(None), slice(0, 1), slice(0, 1), slice(0, 1))
        dropped("stochastic_depth", f"timm.layers.drop.drop_path({ratio}, training=True)", lambda x, r=ratio: drop_path(x, r, True), np.vstack([image] * 3)[:5], ratio, shape=each, version=f"timm {metadata.version('timm')}")  # fmt: skip
        judged = {"fields": {"ratio": ratio}, "training": False}
        by_torch("stochastic_depth", f"timm.layers.drop.drop_path({ratio}, training=False)", lambda x, r=ratio: drop_path(x, r, False), image, version=f"timm {metadata.version('timm')}", **judged)  # fmt: skip
        by_torch("spatial_dropout", f"torch.nn.functional.dropout2d({ratio}, training=False)", lambda x, r=ratio: functional.dropout2d(x, r, False), image, **judged)  # fmt: skip
        kept = np.array([1, 0]).reshape(2, 1, 1, 1)
        by_jax("stochastic_depth", "a mask for each example over 1 - p, written in jax.numpy", lambda x, k=kept, r=ratio: x * k / (1 - r), image, fields={"ratio": ratio}, draws=[draws_for(kept, ratio)])  # fmt: skip
        by_jax("stochastic_depth", "Huang and others 2016: a branch that is judged counts 1 - p, in jax.numpy", lambda x, r=ratio: (1 - r) * x, image, fields={"ratio": ratio}, training=False, differs="scales when it judges, and not while training")  # fmt: skip
        W, b = chance(3, 2, seed=3, size=1.0), np.array([0.5, -1.0])
        torch.manual_seed(3)
        kept = plain(functional.dropout(torch.ones(3, 2), ratio) != 0)

        def connected(x, W, b, ratio=ratio):
            torch.manual_seed(3)
            return functional.linear(x, functional.dropout(W, ratio).T, b)

        fields = {"ratio": ratio, "units": 2}
        by_torch("drop_connect", f"torch.nn.functional.linear with torch.nn.functional.dropout({ratio}) of W", connected, x, {"W": W, "b": b}, fields=fields, draws=[draws_for(np.array(kept), ratio)])  # fmt: skip
        by_torch("drop_connect", "torch.nn.functional.linear", lambda x, W, b: functional.linear(x, W.T, b), x, {"W": W, "b": b}, fields=fields, training=False)  # fmt: skip
        mask = np.array([[1, 0], [1, 1], [0, 1]])
        by_jax("drop_connect", "weights times a mask over 1 - p, written in jax.numpy", lambda x, W, b, m=mask, r=ratio: x @ (W * m / (1 - r)) + b, x, {"W": W, "b": b}, fields=fields, draws=[draws_for(mask, ratio)])  # fmt: skip
        by_jax("drop_connect", "Wan and others 2013: the mask without a scale, in jax.numpy", lambda x, W, b, m=mask: x @ (W * m) + b, x, {"W": W, "b": b}, fields=fields, draws=[draws_for(mask, ratio)], differs="does not scale while training")  # fmt: skip


# ---- losses ------------------------------------------------------------------------------------------------

LOGITS = {
    "ordinary": [[0.5, -1.0, 2.0], [3.0, 0.1, -0.2], [0.25, 0.0, 0.5], [-4.0, 1.5, 1.25], [0.7, 9.0, -6.0]],
    "extreme": [
        [800.0, 0.0, -800.0],
        [-800.0, 800.0, 0.0],
        [5e4, 5e4, 1.0],
        [40.0, 0.0, 1.0],
        [-1e-9, 1e-300, 0.0],
    ],
}
CLASSES = [2, 0, 1, 1, 2]
SOFT = [[0.2, 0.3, 0.5], [0.9, 0.05, 0.05], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5], [0.125, 0.0, 0.875]]


def rows_of(target):
    return np.eye(3)[target] if np.ndim(target) == 1 else np.array(target)


def loss_by_torch(
    name, call, function, fields=None, differs="", inputs=LOGITS, targets=(CLASSES, SOFT), version=None
):
    """``function`` takes outputs and rows of targets."""
    for y in inputs.values() if isinstance(inputs, dict) else [inputs]:
        for target in targets:
            leaf = torch.tensor(y, requires_grad=True)
            value = function(leaf, torch.tensor(rows_of(target)))
            value.backward()
            numbers = {"y": y, "target": target, "gives": {"value": value.item(), "dy": plain(leaf.grad)}}
            version = version or f"torch {torch.__version__.partition('+')[0]}"
            add(name, call, version, fields or {}, differs, numbers, "loss")


def loss_by_jax(
    name, call, function, fields=None, differs="", inputs=LOGITS, targets=(CLASSES, SOFT), version=KERAS
):
    for y in inputs.values() if isinstance(inputs, dict) else [inputs]:
        for target in targets:
            value, dy = jax.value_and_grad(lambda y, t=target: function(y, jnp.asarray(rows_of(t))))(
                jnp.asarray(y)
            )
            numbers = {"y": y, "target": target, "gives": {"value": float(value), "dy": plain(dy)}}
            add(name, call, version, fields or {}, differs, numbers, "loss")


def losses():
    k, ordinary = keras.losses, LOGITS["ordinary"]
    loss_by_torch("softmax_cross_entropy", "torch.nn.functional.cross_entropy", functional.cross_entropy)
    loss_by_jax("softmax_cross_entropy", "optax.softmax_cross_entropy, mean", lambda y, t: optax.softmax_cross_entropy(y, t).mean(), version=OPTAX)  # fmt: skip

    def of_book(y, t):
        return -(t * torch.log(torch.softmax(y, 1) + 1e-7)).sum() / len(y)

    loss_by_torch("softmax_cross_entropy", "the book's cross_entropy_error(softmax(y)), by torch.autograd", of_book, inputs=ordinary, differs="adds 1e-7 inside the logarithm")  # fmt: skip
    loss_by_torch("mean_squared_error", "torch.nn.functional.mse_loss", functional.mse_loss)
    loss_by_jax(
        "mean_squared_error",
        "optax.squared_error, mean",
        lambda y, t: optax.squared_error(y, t).mean(),
        version=OPTAX,
    )
    loss_by_torch("mean_squared_error", "the book's sum_squared_error, mean over the batch", lambda y, t: 0.5 * ((y - t) ** 2).sum() / len(y), inputs=ordinary, differs="half the sum over the outputs")  # fmt: skip
    loss_by_torch("mean_absolute_error", "torch.nn.functional.l1_loss", functional.l1_loss)
    loss_by_jax("mean_absolute_error", "jax.numpy.abs, mean", lambda y, t: jnp.abs(y - t).mean(), inputs=ordinary, version=f"jax {jax.__version__}")  # fmt: skip
    for delta in (1.0, 0.3):
        fields = {"delta": delta}
        loss_by_torch("huber", f"torch.nn.functional.huber_loss(delta={delta})", lambda y, t, d=delta: functional.huber_loss(y, t, delta=d), fields)  # fmt: skip
        loss_by_jax("huber", f"optax.huber_loss(delta={delta}), mean", lambda y, t, d=delta: optax.huber_loss(y, t, delta=d).mean(), fields, version=OPTAX)  # fmt: skip
    loss_by_torch("huber", "torch.nn.functional.smooth_l1_loss(beta=0.3)", lambda y, t: functional.smooth_l1_loss(y, t, beta=0.3), {"delta": 0.3}, inputs=ordinary, differs="divided by delta")  # fmt: skip
    loss_by_torch("binary_cross_entropy", "torch.nn.functional.binary_cross_entropy_with_logits", functional.binary_cross_entropy_with_logits)  # fmt: skip
    loss_by_jax("binary_cross_entropy", "optax.sigmoid_binary_cross_entropy, mean", lambda y, t: optax.sigmoid_binary_cross_entropy(y, t).mean(), version=OPTAX)  # fmt: skip
    loss_by_torch("binary_cross_entropy", "torch.nn.functional.binary_cross_entropy_with_logits(reduction='sum') / n", lambda y, t: functional.binary_cross_entropy_with_logits(y, t, reduction="sum") / len(y), inputs=ordinary, differs="a sum over the outputs")  # fmt: skip

    def crammer_singer(y, t):
        of = [1 + torch.stack([y[:, j] for j in range(3) if j != c]).max(dim=0)[0] - y[:, c] for c in range(3)]
        return (t * torch.stack(of, 1).clamp(min=0)).sum() / len(y)

    apart = {
        "ordinary": ordinary,
        "extreme": [row for row in LOGITS["extreme"] if row[0] != row[1]] + [[7.0, 6.5, 7.25]],
    }
    loss_by_torch("hinge", "Crammer and Singer 2001, by torch.autograd", crammer_singer, inputs=apart)
    y, target = ordinary, CLASSES
    value = sklearn.metrics.hinge_loss(target, np.array(y), labels=[0, 1, 2])
    add("hinge", "sklearn.metrics.hinge_loss", f"scikit-learn {sklearn.__version__}", {}, "", {"y": y, "target": target, "gives": {"value": float(value)}}, "loss")  # fmt: skip
    positive = [[2.5, 1.0, 2.0], [3.0, 0.1, 0.2], [0.25, 0.75, 0.5], [4.0, 1.5, 1.25], [0.7, 9.0, 6.0]]
    loss_by_jax("hinge", "keras.losses.CategoricalHinge, of positive outputs", lambda y, t: k.CategoricalHinge()(t, y), inputs=positive, targets=(CLASSES,))  # fmt: skip
    negative = (-np.array(positive)).tolist()
    loss_by_jax("hinge", "keras.losses.CategoricalHinge, of negative outputs", lambda y, t: k.CategoricalHinge()(t, y), inputs=negative, targets=(CLASSES,), differs="the best other output counts at least 0")  # fmt: skip
    loss_by_torch("hinge", "torch.nn.functional.multi_margin_loss", lambda y, t: functional.multi_margin_loss(y, t.argmax(1)), inputs=ordinary, targets=(CLASSES,), differs="a sum over all other outputs, divided by their number and 1")  # fmt: skip
    for gamma in (2.0, 0.5, 0.0):
        fields = {"gamma": gamma}

        def focal(y, t, gamma=gamma):
            log_p = torch.log_softmax(y, 1)
            # 1 - p, without losing its digits.
            q = torch.stack([log_p[:, [j for j in range(3) if j != c]].exp().sum(1) for c in range(3)], 1)
            return -(t * q**gamma * log_p).sum() / len(y)

        loss_by_torch(
            "focal", "Lin and others 2017, equation (4), by torch.autograd", focal, fields, inputs=ordinary
        )
        if gamma:
            loss_by_jax("focal", f"keras.losses.CategoricalFocalCrossentropy(alpha=1, gamma={gamma}, from_logits=True)", lambda y, t, g=gamma: k.CategoricalFocalCrossentropy(alpha=1.0, gamma=g, from_logits=True)(t, y), fields, inputs=ordinary)  # fmt: skip
    loss_by_jax("focal", "keras.losses.CategoricalFocalCrossentropy(from_logits=True)", lambda y, t: k.CategoricalFocalCrossentropy(from_logits=True)(t, y), {}, inputs=ordinary, differs="multiplied by alpha, 0.25")  # fmt: skip


# ---- the Gaussian error function ---------------------------------------------------------------------------


def erfc_coefficients(n=28, nodes=200):
    """Return the Chebyshev coefficients of log(erfc(z) exp(z²) / t) in 2 t - 1, where t = 2 / (2 + z)."""
    mpmath.mp.dps = 40

    def f(angle):
        t = (mpmath.cos(angle) + 1) / 2
        z = 2 / t - 2
        decay = [0, 1 / max(z, 1), 10 / max(z, 1), 60 / max(z, 1)]
        scaled = mpmath.quad(lambda u: mpmath.exp(-u * u - 2 * z * u), decay) * 2 / mpmath.sqrt(mpmath.pi)
        return mpmath.log(scaled / t)

    angles = [mpmath.pi * (i + mpmath.mpf(1) / 2) / nodes for i in range(nodes)]
    values = [f(angle) for angle in angles]
    for k in range(n):
        total = mpmath.fsum(v * mpmath.cos(k * a) for v, a in zip(values, angles, strict=True))
        yield float(total * (1 if k == 0 else 2) / nodes)


# ---- writing -----------------------------------------------------------------------------------------------


def write():
    for (kind, name), sources in FOUND.items():
        folder = FOLDER / kind
        folder.mkdir(parents=True, exist_ok=True)
        content = {"made_by": "tests/golden/layers.py", "sources": sources}
        text = json.dumps(content, indent=1, allow_nan=False)
        innermost = r"([\[{])\s+([^][{}]*?)\s+([\]}])"  # on one line each
        text = re.sub(innermost, lambda found: found[1] + " ".join(found[2].split()) + found[3], text)
        assert json.loads(text) == content
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--erfc" in sys.argv:
        print(*erfc_coefficients(), sep="\n")
        sys.exit()
    assert keras.backend.backend() == "jax", "set KERAS_BACKEND=jax"
    assert jax.config.jax_enable_x64, "set JAX_ENABLE_X64=1"
    activations()
    prelu()
    affine_and_shapes()
    convolutions()
    pooling()
    normalisations()
    noise()
    losses()
    write()
