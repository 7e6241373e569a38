"""Rules with decay and with a rate that falls, by PyTorch, Optax and Keras in float64.

By hand, with an interpreter that has torch, optax and keras; ravine is not needed:

    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/golden/decay_and_schedule.py

It writes decay_and_schedule.json beside itself. Every case says which call its numbers come from. What several sources can compute is asked of all of them,
and the script stops where they disagree. Where they add eps in different places it is 1e-300: none matters.
"""

import json
import re
from pathlib import Path

import jax
import keras
import numpy as np
import optax
import torch

torch.set_default_dtype(torch.float64)

SPLIT = 4  # the first coordinates are a weight and decay, the others are a bias and do not
NO_EPS = 1e-300

# Columns: no gradient at all, huge, ordinary, tiny | signs that alternate, mostly zero, shrinking.
START = [0.7, -120.0, 3.0, 7e-9, -1.5, -0.25, 0.0]
GRADIENTS = [
    [0.0, 1.5e6, 1.0, 2e-8, 0.3, 0.0, 1e-1],
    [0.0, -2.5e6, 0.5, 1e-8, -0.3, 0.0, 3e-2],
    [0.0, 7.5e5, -2.0, -3e-8, 0.4, 0.0, 1e-2],
    [0.0, 1.0e3, 1.25, 5e-9, -0.4, 6.0, 3e-3],
    [0.0, -4.0e6, 0.75, 0.0, 0.5, 0.0, 1e-3],
    [0.0, 3.5e5, 3.0, -1e-8, -0.5, 0.0, -3e-4],
    [0.0, 9.0e6, -0.1, 2e-8, 0.6, -2.0, 1e-4],
    [0.0, -6.0e4, 0.9, 4e-8, -0.6, 0.0, -3e-5],
]


def parts(row):
    return row[:SPLIT], row[SPLIT:]


def torch_path(name, kwargs, weight_decay=0.0, gamma=1.0):
    w, b = (torch.tensor(part, requires_grad=True) for part in parts(START))
    groups = [{"params": [w], "weight_decay": weight_decay}, {"params": [b], "weight_decay": 0.0}]
    optimizer = getattr(torch.optim, name)(groups, **kwargs)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)
    for g in GRADIENTS:
        w.grad, b.grad = (torch.tensor(part) for part in parts(g))
        optimizer.step()
        schedule.step()
        yield [*w.tolist(), *b.tolist()]


def optax_path(name, kwargs):
    if name == "adamw":
        kwargs = kwargs | {"mask": [True, False]}
    optimizer = getattr(optax, name)(**kwargs)
    theta = [jax.numpy.array(part) for part in parts(START)]
    state = optimizer.init(theta)
    for g in GRADIENTS:
        updates, state = optimizer.update([jax.numpy.array(part) for part in parts(g)], state, theta)
        theta = optax.apply_updates(theta, updates)
        yield [value for part in theta for value in part.tolist()]


def keras_path(name, kwargs, gamma=1.0):
    if gamma != 1:
        rate = keras.optimizers.schedules.ExponentialDecay(
            kwargs["learning_rate"], decay_steps=1, decay_rate=gamma
        )
        kwargs = kwargs | {"learning_rate": rate}
    optimizer = getattr(keras.optimizers, name)(**kwargs)
    theta = [keras.Variable(np.array(part), dtype="float64") for part in parts(START)]
    optimizer.exclude_from_weight_decay(var_list=theta[1:])
    optimizer.build(theta)
    for g in GRADIENTS:
        optimizer.apply([np.array(part) for part in parts(g)])
        yield [value for variable in theta for value in variable.numpy().tolist()]


def optimizer_cases():
    """Yield what ravine is to be asked for, and by whom it is answered: the class and its arguments."""
    for lr, strength in [(0.01, 0.1), (0.5, 0.7)]:
        yield (
            {"optimizer": {"name": "sgd", "lr": lr}, "regularizer": {"name": "l2", "strength": strength}},
            {"torch": ["SGD", {"lr": lr}, {"weight_decay": strength}]},
        )
    for lr, b1, b2, eps, strength in [(0.001, 0.9, 0.999, 1e-8, 0.01), (0.2, 0.8, 0.95, 1e-4, 0.5)]:
        adam = {"lr": lr, "betas": [b1, b2], "eps": eps}
        same = {"learning_rate": lr, "b1": b1, "b2": b2, "eps": eps}
        asked = {"optimizer": {"name": "adam", "lr": lr, "beta1": b1, "beta2": b2, "eps": eps}}
        yield (
            asked | {"regularizer": {"name": "l2", "strength": strength}},
            {"torch": ["Adam", adam, {"weight_decay": strength}]},
        )
        yield (
            asked | {"regularizer": {"name": "decoupled_l2", "strength": strength}},
            {
                "torch": ["AdamW", adam, {"weight_decay": strength}],
                "optax": ["adamw", same | {"weight_decay": strength}],
            },
        )

    gamma = 0.8
    falling = {"schedule": {"name": "exponential", "gamma": gamma}}
    for name in ("momentum", "nesterov"):  # not torch and Optax: they keep the rate out of the velocity
        both = {"momentum": 0.9, "nesterov": name == "nesterov"}
        yield (
            {"optimizer": {"name": name, "lr": 0.1, "momentum": 0.9}} | falling,
            {"keras": ["SGD", {"learning_rate": 0.1, **both}, {"gamma": gamma}]},
        )
    adam = {"name": "adam", "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": NO_EPS}
    rates = {"learning_rate": 0.1, "beta_1": 0.9, "beta_2": 0.999, "epsilon": NO_EPS, "weight_decay": 0.3}
    same = {"lr": 0.1, "betas": [0.9, 0.999], "eps": NO_EPS}
    yield (
        {"optimizer": adam, "regularizer": {"name": "decoupled_l2", "strength": 0.3}} | falling,
        {
            "torch": ["AdamW", same, {"weight_decay": 0.3, "gamma": gamma}],
            "keras": ["AdamW", rates, {"gamma": gamma}],
        },
    )


def optimizers():
    paths = {"torch": torch_path, "optax": optax_path, "keras": keras_path}
    modules = {"torch": "torch.optim", "optax": "optax", "keras": "keras.optimizers"}
    cases = []
    for asked, sources in optimizer_cases():
        found = {}
        for source, (name, kwargs, *around) in sources.items():
            around = dict(*around)
            found[source] = list(paths[source](name, kwargs, **around))
            rate = f", times {around.pop('gamma')} after each update" if "gamma" in around else ""
            arguments = ", ".join(f"{key}={value!r}" for key, value in (kwargs | around).items())
            call = f"{modules[source]}.{name}({arguments}){rate}"
            cases.append(asked | {"source": call, "theta": found[source]})
        for source in found:
            np.testing.assert_allclose(
                found[source], next(iter(found.values())), rtol=1e-11, err_msg=f"{asked}"
            )
    about = "theta after each step; what decays is the first coordinates, as many as 'decayed' says"
    return {"about": about, "decayed": SPLIT, "start": START, "gradients": GRADIENTS, "cases": cases}


# ---- writing -----------------------------------------------------------------------------------------------


def write(content):
    versions = {module.__name__: module.__version__ for module in (torch, optax, keras, jax, np)}
    head = {"made_by": "tests/golden/decay_and_schedule.py, float64", "versions": versions}
    text = json.dumps(head | content, indent=1, allow_nan=False)
    innermost = r"([\[{])\s+([^][{}]*?)\s+([\]}])"  # on one line each
    text = re.sub(innermost, lambda found: found[1] + " ".join(found[2].split()) + found[3], text)
    assert json.loads(text) == head | content
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    assert keras.backend.backend() == "jax", "set KERAS_BACKEND=jax"
    assert jax.config.jax_enable_x64, "set JAX_ENABLE_X64=1"
    keras.config.set_floatx("float64")
    write(optimizers())
