"""Paths of other libraries' rules, and how far an optimizer or a transform is from them.

All descend on the same three problems, from the same start, and with the same noise. Numbers are multiples of a
power of 2, so that every library has them exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.rule import Role
from ravine.contracts.transform import Transform
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update
from ravine.registry import registry

__all__ = ["PROBLEMS", "RECORDED", "SHAPES", "START", "differences", "distances", "parting"]

SHAPES = {"W": (2, 4), "V": (3, 2), "b": (3,)}
"""The arrays: two matrices, which decay, and a vector, which does not."""

RECORDED = (1, 2, 3, 4, 5, 6, 8, 10, 20, 50)
"""Updates after which the parameters are recorded."""

_N = sum(math.prod(shape) for shape in SHAPES.values())


def _chance(n: int, seed: int) -> Array:
    """Return numbers between -1/2 and 1/2 by a linear congruential generator, the same everywhere."""
    numbers = []
    for _ in range(n):
        seed = (1103515245 * seed + 12345) % 2**31
        numbers.append(seed / 2**31 - 0.5)
    return np.array(numbers)


START = 3 * _chance(_N, 1)
_NOISE = _chance(_N * RECORDED[-1], 2).reshape(-1, _N)
_CURVATURE = 2.0 ** (np.arange(_N) % 5 - 2)
_SIZE = np.array([0, 2.0**-26, 2.0**-10, 1, 2.0**10, 2.0**20])[np.arange(_N) % 6]


def _quadratic(theta: Array, t: int) -> tuple[float, Array]:
    """Return loss and gradient of a bowl whose curvatures are 1/4 to 4."""
    g = _CURVATURE * theta + _NOISE[t - 1]
    return float(theta @ (_CURVATURE * theta / 2 + _NOISE[t - 1])), g


def _rosenbrock(theta: Array, t: int) -> tuple[float, Array]:
    """Return loss and gradient of Rosenbrock's chain, with 1 for his 100, through each array."""
    loss, g = float(theta @ _NOISE[t - 1]), _NOISE[t - 1].copy()
    at = 0
    for shape in SHAPES.values():
        part = slice(at, at := at + math.prod(shape))
        x, dx = theta[part], g[part]
        away = x[1:] - x[:-1] ** 2
        dx[:-1] += -4 * away * x[:-1] - 2 * (1 - x[:-1])
        dx[1:] += 2 * away
        loss += float((away**2 + (1 - x[:-1]) ** 2).sum())
    return loss, g


def _extremes(theta: Array, t: int) -> tuple[float, Array]:
    """Return loss and gradient of planes: some are flat, some steep; of W a row and a column are flat."""
    g = _SIZE * _NOISE[t - 1]
    g[:4] = g[4] = 0
    return float(theta @ g), g


PROBLEMS: dict[str, Callable[[Array, int], tuple[float, Array]]] = {
    "quadratic": _quadratic,
    "rosenbrock": _rosenbrock,
    "extremes": _extremes,
}
"""By name, functions of flat parameters and the number of the update that return loss and gradient."""


def distances(rule: Optimizer | Transform, source: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """Return how far a rule is from a source, by problem, and by number of the update.

    Parameters
    ----------
    rule : Optimizer or Transform
        The rule.
    source : mapping
        Its ``paths`` has, by problem and array, a row of numbers for each of the updates in ``RECORDED``. For a
        transform, ``around`` is the optimizer that it stands around, by its name and fields.

    Returns
    -------
    dict of str to dict of int to float
        The largest distance of any number, relative to the largest that it has had in the path of the source.
        A rule that sees more than single numbers can round all by the largest of an array: its distances are
        relative to that.
    """
    alone = rule.sees == "block"
    rules: tuple[Optimizer, dict[str, Transform]]
    if isinstance(rule, Transform):
        around = dict(source["around"])
        rules = registry.load().entry("optimizer", around.pop("name")).make(around), {"transform": rule}
    else:
        rules = rule, {}
    found: dict[str, dict[int, float]] = {}
    for problem, arrays in source["paths"].items():
        ours = _descend(*rules, PROBLEMS[problem])
        found[problem] = dict.fromkeys(RECORDED, 0.0)
        for name, rows in arrays.items():
            theirs = np.array(rows)
            size = np.abs(np.vstack([_named(START)[name].ravel(), theirs])).max(axis=0 if alone else None)
            apart = (np.abs(ours[name] - theirs) / np.where(size > 0, size, 1)).max(axis=1)
            # What is not a number is nowhere near.
            apart[np.isnan(apart)] = np.inf
            for t, distance in zip(RECORDED, apart, strict=True):
                found[problem][t] = max(found[problem][t], float(distance))
    return found


def differences(rule: Optimizer | Transform, source: Mapping[str, Any]) -> dict[str, float]:
    """Return the largest distance on each problem."""
    return {problem: max(found.values()) for problem, found in distances(rule, source).items()}


def parting(rule: Optimizer | Transform, source: Mapping[str, Any], within: float) -> int | None:
    """Return the first recorded update after which a rule is farther from a source, or None."""
    steps = (t for found in distances(rule, source).values() for t in found if found[t] > within)
    return min(steps, default=None)


def _descend(
    optimizer: Optimizer,
    transforms: Mapping[str, Transform],
    problem: Callable[[Array, int], tuple[float, Array]],
) -> dict[str, Array]:
    """Return by array the numbers at which a run would be evaluated, a row for each recorded update."""
    parameters = _parameters()
    theta, now = parameters.theta, {"t": 0, "loss": 0.0}
    asked: dict[str, Callable[[], Any]] = {
        "loss": lambda: now["loss"],
        "gradient_at": lambda: lambda there: problem(there, int(now["t"])),
        "rng": lambda: np.random.default_rng(0),
    }
    update = Update(optimizer, parameters, transforms, asked)
    rows = []
    for t in range(1, RECORDED[-1] + 1):
        loss, parameters.grad[:] = problem(theta, t)
        now |= {"t": t, "loss": loss}
        if update.before(t, optimizer.lr):
            update(t, optimizer.lr)
        if t in RECORDED:
            there = update.evaluated()
            rows.append((theta if there is None else there).copy())
    return {name: np.array([_named(row)[name].ravel() for row in rows]) for name in SHAPES}


def _parameters() -> Parameters:
    specs, roles = {}, dict[tuple[str, str], Role]()
    for name, shape in SHAPES.items():
        matrix = len(shape) > 1
        specs["reference", name] = ParameterSpec(shape, fill=0.0, decay=matrix)
        roles["reference", name] = "hidden" if matrix else "other"
    parameters = Parameters(specs, np.float64, roles)
    parameters.theta[:] = START
    return parameters


def _named(flat: Array) -> dict[str, Array]:
    return {name.partition(".")[2]: view for name, view in _parameters().named(flat).items()}
