"""Factors of schedules by PyTorch, Optax, Keras and Transformers, and by the papers' formulas in exact fractions.

By hand, with an interpreter that has torch, optax, keras and transformers; ravine is not needed:

    JAX_ENABLE_X64=1 KERAS_BACKEND=jax python tests/golden/schedules.py

It writes plugins/ravine_plugins/references/schedule/NAME.json, and beside itself with_warm_up.json. "factors" has the factor of every update, from 0;
"steps" is the budget of the run. Those that follow evaluations have one before each update, "evaluations".
"""

import json
import math
import warnings
from fractions import Fraction
from pathlib import Path

import jax
import keras
import mpmath
import numpy as np
import optax
import torch
import transformers
from _write import write
from torch.optim import lr_scheduler as torch_lr
from transformers import optimization

warnings.filterwarnings("ignore")
jax.config.update("jax_enable_x64", True)
TORCH, OPTAX, KERAS, TRANSFORMERS = (
    f"{module.__name__} {module.__version__.partition('+')[0]}"
    for module in (torch, optax, keras, transformers)
)


def row(call, version, fields, factors, differs="", **more):
    factors = [float(factor) for factor in factors]
    return {
        "call": call, "version": version, "fields": fields, "differs": differs,
        "steps": len(factors), **more, "factors": factors,
    }  # fmt: skip


def by_torch(text, steps, fields, differs="", make=None, namespace=torch_lr):
    """Ask a scheduler of PyTorch after every update, at a rate of 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = (make or (lambda o: eval(text.replace("(", "(o, ", 1), {**vars(namespace), "o": o})))(optimizer)
    factors = []
    for _ in range(steps):
        factors.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    where = "torch.optim.lr_scheduler." if namespace is torch_lr else "transformers.optimization."
    return row(where + text, TORCH if namespace is torch_lr else TRANSFORMERS, fields, factors, differs)


def by_optax(text, steps, fields, differs=""):
    schedule = eval(text, vars(optax))
    return row(f"optax.{text}", OPTAX, fields, [schedule(np.float64(step)) for step in range(steps)], differs)


def by_keras(text, steps, fields, differs=""):
    schedule = eval(text, vars(keras.optimizers.schedules))
    factors = [schedule(step) for step in range(steps)]
    return row(f"keras.optimizers.schedules.{text}", KERAS, fields, factors, differs)


def by_formula(text, steps, fields, formula, differs=""):
    """Compute a paper's formula with fractions and integers, which have no rounding, as far as they go."""
    return row(text, "exact fractions", fields, [formula(Fraction(step)) for step in range(steps)], differs)


STANDS = [5, 4, 4, 4, 3, 6, 6, 6, 6, 2, 2.5, 2.4, 2.3, 2.2, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]
NEARLY = [1 - 1e-5 * i for i in range(20)]


def plateau_by_torch(text, values, fields, differs=""):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = eval(text.replace("(", "(o, ", 1), {**vars(torch_lr), "o": optimizer})
    factors = []
    for value in values:
        scheduler.step(value)
        factors.append(optimizer.param_groups[0]["lr"])
    return row(f"torch.optim.lr_scheduler.{text}", TORCH, fields, factors, differs, evaluations=values)


def plateau_by_optax(text, values, fields, differs=""):
    rule = eval(text, vars(optax.contrib))
    one = np.float64(1)
    state, factors = rule.init(one), []
    for value in values:
        update, state = rule.update(one, state, value=np.float64(value))
        factors.append(update)
    return row(f"optax.contrib.{text}", OPTAX, fields, factors, differs, evaluations=values)


def plateau_by_keras(text, values, fields, differs=""):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    callback = eval(text, vars(keras.callbacks))
    callback.set_model(model)
    callback.on_train_begin()
    factors = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        factors.append(float(np.asarray(model.optimizer.learning_rate)))
    return row(f"keras.callbacks.{text}", KERAS, fields, factors, differs, evaluations=values)


def cycle(s, k):
    c = 1 + s // (2 * k)
    return c, max(Fraction(0), 1 - abs(s / k - 2 * c + 1))


SOURCES = {
    "constant": [
        by_torch("ConstantLR(factor=1.0)", 5, {}),
        by_optax("constant_schedule(1.0)", 5, {}),
        by_torch("ConstantLR()", 8, {}, "a third of the rate for 5 updates"),
    ],
    "step": [
        by_torch("StepLR(step_size=7, gamma=0.3)", 30, {"every": 7, "gamma": 0.3}),
        by_optax("exponential_decay(1.0, 7, 0.3, staircase=True)", 30, {"every": 7, "gamma": 0.3}),
    ],
    "exponential": [
        by_torch("ExponentialLR(gamma=0.9)", 30, {"gamma": 0.9}),
        by_optax("exponential_decay(1.0, 1, 0.9)", 30, {"gamma": 0.9}),
    ],
    "inverse_time": [
        by_torch(
            "LambdaLR(lr_lambda=lambda s: 1 / (1 + 0.1 * s))", 30, {"rate": 0.1},
            make=lambda o: torch_lr.LambdaLR(o, lambda s: 1 / (1 + 0.1 * s)),
        ),
        by_formula("Bottou 2012: gamma0 / (1 + gamma0 lambda t), gamma0 = 0.5, lambda = 0.2, over gamma0", 30,
                   {"rate": 0.1}, lambda s: 1 / (1 + Fraction("0.5") * Fraction("0.2") * s)),
        by_formula("scikit-learn's 'optimal': 1 / (alpha (t0 + t)), t0 = 10, over its first value", 30,
                   {"rate": 0.1}, lambda s: (10 + Fraction(0)) / (10 + s)),
        by_formula("Robbins and Monro 1951: 1 / n, n = 1, 2, …", 30, {"rate": 1.0}, lambda s: 1 / (s + 1)),
        by_keras("InverseTimeDecay(1.0, 1, 0.1)", 30, {"rate": 0.1}),
        by_keras("InverseTimeDecay(1.0, 5, 0.5, staircase=True)", 30, {"rate": 0.1},
                 "a staircase: the rate falls every 5 updates"),
        by_formula("Bottou 2012 for averages: (1 + gamma0 lambda t)^(-3/4)", 30, {"rate": 0.1},
                   lambda s: float(1 + s / 10) ** -0.75, "the power 3/4, for averaged descent"),
    ],
    "inverse_sqrt": [
        by_torch("get_inverse_sqrt_schedule(num_warmup_steps=1)", 30, {"length": 1},
                 "its updates count from 0: the first has a rate of 0, the second and third are one later",
                 namespace=optimization),
        by_formula("Kingma and Ba 2015, Theorem 4.1: 1 / sqrt(t), t = 1, 2, …", 30, {"length": 1},
                   lambda s: 1 / math.sqrt(s + 1)),
        by_formula("Raffel and others 2020, section 3.1.2: 1 / sqrt(max(n, k)), k = 9, over its first value", 30,
                   {"length": 9}, lambda s: 3 / math.sqrt(max(s + 1, 9))),
        by_torch(
            "LambdaLR(lr_lambda=lambda s: (9 / max(9, s + 1)) ** 0.5)", 30, {"length": 9},
            make=lambda o: torch_lr.LambdaLR(o, lambda s: (9 / max(9, s + 1)) ** 0.5),
        ),
    ],
    "linear": [
        by_torch("LinearLR(start_factor=0.25, end_factor=1.0, total_iters=8)", 12,
                 {"start": 0.25, "end": 1.0, "length": 8}),
        by_torch("LinearLR()", 12, {"start": 1 / 3, "end": 1.0, "length": 5}),
        by_optax("linear_schedule(1.0, 0.0, 20)", 20, {}),
        by_optax("linear_schedule(1.0, 0.1, 8)", 12, {"end": 0.1, "length": 8}),
        by_torch("get_linear_schedule_with_warmup(num_warmup_steps=0, num_training_steps=20)", 20, {},
                 namespace=optimization),
        by_torch("LinearLR(start_factor=0.25)", 12, {}, "it rises, to the whole rate after 5 updates"),
    ],
    "polynomial": [
        by_torch("PolynomialLR(total_iters=20, power=0.9)", 20, {"power": 0.9}),
        by_torch("PolynomialLR(total_iters=10, power=2.0)", 14, {"power": 2.0, "length": 10}),
        by_optax("polynomial_schedule(1.0, 0.1, 2.0, 10)", 14, {"power": 2.0, "floor": 0.1, "length": 10}),
        by_keras("PolynomialDecay(1.0, 10, 0.1, power=2.0)", 14, {"power": 2.0, "floor": 0.1, "length": 10}),
        by_torch("PolynomialLR()", 10, {}, "its power is 1, and it ends after 5 updates"),
    ],
    "multi_step": [
        by_torch("MultiStepLR(milestones=[5, 9, 10], gamma=0.3)", 14, {"milestones": [5, 9, 10], "gamma": 0.3}),
        by_optax("piecewise_constant_schedule(1.0, {5: 0.3, 9: 0.3, 10: 0.3})", 14,
                 {"milestones": [5, 9, 10], "gamma": 0.3}),
        by_keras("PiecewiseConstantDecay([5, 9], [1.0, 0.5, 0.25])", 14, {"milestones": [5, 9], "gamma": 0.5},
                 "it falls one update later"),
        by_keras("PiecewiseConstantDecay([5, 9], [1.0, 0.5, 0.25])", 14, {"milestones": [6, 10], "gamma": 0.5}),
    ],
    "cosine": [
        by_torch("CosineAnnealingLR(T_max=20)", 20, {}),
        by_torch("CosineAnnealingLR(T_max=20, eta_min=0.1)", 20, {"floor": 0.1}),
        by_optax("cosine_decay_schedule(1.0, 20, alpha=0.1)", 20, {"floor": 0.1}),
        by_keras("CosineDecay(1.0, 20, alpha=0.1)", 20, {"floor": 0.1}, "its π has the digits of float32"),
        by_torch("CosineAnnealingLR(T_max=19)", 20, {}, "the last update has a rate of 0"),
    ],
    "cosine_restarts": [
        by_torch("CosineAnnealingWarmRestarts(T_0=4, T_mult=2, eta_min=0.1)", 40,
                 {"period": 4, "multiplier": 2, "floor": 0.1}),
        by_torch("CosineAnnealingWarmRestarts(T_0=5)", 20, {"period": 5, "multiplier": 1}),
        by_optax(
            "sgdr_schedule([{'init_value': 1.0, 'peak_value': 1.0, 'warmup_steps': 0, 'decay_steps': n,"
            " 'end_value': 0.1} for n in (4, 8, 16)])", 28, {"period": 4, "multiplier": 2, "floor": 0.1}),
        by_keras("CosineDecayRestarts(1.0, 4, t_mul=2.0, m_mul=0.5)", 28, {"period": 4, "multiplier": 2},
                 "each restart is half as high as the one before"),
    ],
    "triangular": [
        by_torch("CyclicLR(base_lr=0.25, max_lr=1.0, step_size_up=4, cycle_momentum=False)", 30,
                 {"stepsize": 4, "floor": 0.25}),
        by_formula("Smith 2017, section 3.1", 30, {"stepsize": 4, "floor": 0.25},
                   lambda s: Fraction(1, 4) + Fraction(3, 4) * cycle(s, 4)[1]),
        by_torch("CyclicLR(base_lr=0.25, max_lr=1.0, step_size_up=4, step_size_down=8, cycle_momentum=False)", 30,
                 {"stepsize": 4, "floor": 0.25}, "the way down is twice as long as the way up"),
    ],
    "triangular2": [
        by_torch("CyclicLR(base_lr=0.25, max_lr=1.0, step_size_up=4, mode='triangular2', cycle_momentum=False)",
                 30, {"stepsize": 4, "floor": 0.25}),
        by_formula("Smith 2017, section 3.1", 30, {"stepsize": 4, "floor": 0.25},
                   lambda s: Fraction(1, 4) + Fraction(3, 4) * cycle(s, 4)[1] / 2 ** (cycle(s, 4)[0] - 1)),
    ],
    "exp_range": [
        by_torch("CyclicLR(base_lr=0.25, max_lr=1.0, step_size_up=4, mode='exp_range', gamma=0.9,"
                 " cycle_momentum=False)", 30, {"stepsize": 4, "floor": 0.25, "gamma": 0.9}),
        by_formula("Smith 2017, section 3.1", 30, {"stepsize": 4, "floor": 0.25, "gamma": 0.9},
                   lambda s: Fraction(1, 4) + Fraction(3, 4) * cycle(s, 4)[1] * Fraction(9, 10) ** int(s)),
    ],
    "one_cycle": [
        by_optax("cosine_onecycle_schedule(20, 1.0, pct_start=0.3)", 21, {}),
        by_formula("half cosines from 0.04 to 1, and from there to 4e-6, at 12 of 40", 41, {},
                   lambda s: 0.52 - 0.48 * mpmath.cos(mpmath.pi * s.numerator / 12) if s <= 12
                   else (1 + 4e-6) / 2 + (1 - 4e-6) / 2 * mpmath.cos(mpmath.pi * (s.numerator - 12) / 28)),
        by_torch("OneCycleLR(max_lr=1.0, total_steps=21)", 20, {},
                 "the peak is at update 0.3 S − 1, here at 0.3 (S − 1)"),
        by_optax("cosine_onecycle_schedule(19, 1.0, pct_start=0.3)", 20, {},
                 "the peak is at a whole update, at 5 in place of 5.7"),
    ],
    "linear_one_cycle": [
        by_optax("linear_onecycle_schedule(20, 1.0)", 21, {}),
        by_torch("OneCycleLR(max_lr=1.0, total_steps=21, three_phase=True, anneal_strategy='linear')", 20,
                 {"down": 0.6}, "the peak is at update 0.3 S − 1, and the start again at 0.6 S − 2"),
        by_formula("three straight lines in fractions", 41, {},
                   lambda s: np.interp(float(s), [0, 12, 34, 40], [0.04, 1, 0.04, 4e-6])),
    ],
    "warm_up": [
        by_torch("LinearLR(start_factor=0.125, total_iters=7)", 14, {"length": 8}),
        by_optax("warmup_constant_schedule(0.125, 1.0, 7)", 14, {"length": 8}),
        by_torch("get_constant_schedule_with_warmup(num_warmup_steps=8)", 14, {"length": 8},
                 "it begins with a rate of 0: one update later", namespace=optimization),
    ],
    "warm_up_stable_decay": [
        *(
            by_torch(f"get_wsd_schedule(num_warmup_steps=0, num_stable_steps=15, num_decay_steps=5,"
                     f" min_lr_ratio=0.1, decay_type={word!r})", 20,
                     {"warm_up": 0, "decay": 0.25, "floor": 0.1, "shape": ours}, namespace=optimization)
            for word, ours in (("linear", "linear"), ("cosine", "cosine"), ("1-sqrt", "one_minus_sqrt"))
        ),
        by_torch("get_wsd_schedule(num_warmup_steps=4, num_stable_steps=11, num_decay_steps=5)", 20,
                 {"warm_up": 4, "decay": 0.25, "shape": "cosine"}, "it begins with a rate of 0: one update later",
                 namespace=optimization),
        by_optax("join_schedules([linear_schedule(0.25, 1.0, 3), linear_schedule(1.0, 0.0, 5)], [15])", 20,
                 {"warm_up": 4, "decay": 0.25, "shape": "linear"}),
        by_optax("join_schedules([constant_schedule(1.0), exponential_decay(1.0, 5, 0.5)], [15])", 20,
                 {"warm_up": 0, "decay": 0.25, "shape": "exponential", "floor": 0.5}),
        by_formula("Hägele and others 2024, equation (1), N = 20, N_decay = 5", 20,
                   {"warm_up": 0, "decay": 0.25, "shape": "one_minus_sqrt"},
                   lambda s: 1 if s <= 15 else 1 - math.sqrt((s - 15) / 5)),
    ],
    "noam": [
        by_formula("Vaswani and others 2017, equation (3), d_model = 64, warmup_steps = 8", 30,
                   {"d_model": 64, "warm_up": 8},
                   lambda s: min((s + 1) ** Fraction(-1, 2), float(s + 1) * 8**-1.5) / 8),
        by_torch(
            "LambdaLR(lr_lambda=lambda s: 64 ** -0.5 * min((s + 1) ** -0.5, (s + 1) * 8 ** -1.5))", 30,
            {"d_model": 64, "warm_up": 8},
            make=lambda o: torch_lr.LambdaLR(
                o, lambda s: 64**-0.5 * min((s + 1) ** -0.5, (s + 1) * 8**-1.5)),
        ),
        by_torch("get_inverse_sqrt_schedule(num_warmup_steps=8)", 30, {"d_model": 1, "warm_up": 8},
                 "its peak is 1, and its updates count from 0", namespace=optimization),
    ],
    "plateau": [
        plateau_by_torch("ReduceLROnPlateau(factor=0.5, patience=1, threshold=0)", STANDS,
                         {"metric": "value", "ratio": 0.5, "patience": 1}),
        plateau_by_torch("ReduceLROnPlateau(mode='max', factor=0.1, patience=0, threshold=0, eps=0)", STANDS,
                         {"metric": "value", "ratio": 0.1, "patience": 0, "direction": "maximize"}),
        plateau_by_torch("ReduceLROnPlateau(mode='max', factor=0.1, patience=0, threshold=0)", STANDS,
                         {"metric": "value", "ratio": 0.1, "patience": 0, "direction": "maximize"},
                         "a rate of 1e-8 is not reduced any more"),
        plateau_by_optax("reduce_on_plateau(factor=0.5, patience=2, rtol=0.0, atol=1e-12)", STANDS,
                         {"metric": "value", "ratio": 0.5, "patience": 1}),
        plateau_by_keras("ReduceLROnPlateau(factor=0.5, patience=2, min_delta=0)", STANDS,
                         {"metric": "value", "ratio": 0.5, "patience": 1}),
        plateau_by_keras("ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0)", STANDS,
                         {"metric": "value", "ratio": 0.5, "patience": 1}, "it reduces one evaluation earlier"),
        plateau_by_torch("ReduceLROnPlateau(factor=0.5, patience=1)", NEARLY,
                         {"metric": "value", "ratio": 0.5, "patience": 1},
                         "what is better by less than 1e-4 of the best does not count"),
        plateau_by_torch("ReduceLROnPlateau(factor=0.5, patience=1, threshold=0, cooldown=2)", STANDS,
                         {"metric": "value", "ratio": 0.5, "patience": 1},
                         "after a reduction it waits for two evaluations"),
    ],
}  # fmt: skip


def chained(second, steps):
    """Return the factors of a warm-up over 8 updates times another schedule, by PyTorch's ChainedScheduler."""

    def make(o):
        first = torch_lr.LinearLR(o, start_factor=0.125, total_iters=7)
        return torch_lr.ChainedScheduler(
            [first, eval(second.replace("(", "(o, ", 1), {**vars(torch_lr), "o": o})]
        )

    return by_torch(second, steps, {}, make=make)["factors"]


# Fields of ours, and the schedule of PyTorch.
WITH_WARM_UP = [
    ({"name": "step", "every": 7, "gamma": 0.3}, "StepLR(step_size=7, gamma=0.3)"),
    ({"name": "exponential", "gamma": 0.9}, "ExponentialLR(gamma=0.9)"),
    ({"name": "multi_step", "milestones": [5, 9], "gamma": 0.3}, "MultiStepLR(milestones=[5, 9], gamma=0.3)"),
    ({"name": "linear", "end": 0.25}, "LinearLR(start_factor=1.0, end_factor=0.25, total_iters=20)"),
    ({"name": "polynomial", "power": 2}, "PolynomialLR(total_iters=20, power=2.0)"),
    ({"name": "cosine"}, "CosineAnnealingLR(T_max=20)"),
]

if __name__ == "__main__":
    write("schedules.py", "schedule", SOURCES)
    lines = ",\n  ".join(
        json.dumps({"schedule": fields, "call": second, "factors": chained(second, 20)})
        for fields, second in WITH_WARM_UP
    )
    Path(__file__).with_name("with_warm_up.json").write_text(f"[\n  {lines}\n]\n", "utf-8")
