"""Stability: where a linear rule converges on a quadratic, exactly, by the rule's own steps.

On f(x) = h x² / 2 a linear rule turns (x, state) into a matrix times (x, state). It converges where all
eigenvalues of this matrix are inside the unit circle; the largest is the factor by which the distance shrinks.
The columns of the matrix are what the rule makes of unit vectors, so no rule is written down here. Whether a
rule is linear is tried: its steps from sums must be the sums of its steps, at different times.

References
----------
Polyak 1964, Some methods of speeding up the convergence of iteration methods. Goh 2017,
Distill, doi 10.23915/distill.00006.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from ravine.base.errors import PluginError
from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.optimizer import Optimizer
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update
from ravine.registry.guard import guarded

__all__ = ["shrinking"]

# Two moments of a run at which a linear rule does the same.
_EARLY, _LATE = 3, 50


def shrinking(optimizer: Optimizer, rates: Sequence[float] | Array, h: Sequence[float] | Array) -> Array | None:
    """Return by which factor the distance to the minimum shrinks in a step, in the long run.

    Parameters
    ----------
    optimizer : Optimizer
        The rule, with its other fields.
    rates : (m,) numbers
        Learning rates.
    h : (n,) numbers
        Curvatures.

    Returns
    -------
    (m, n) array or None
        The spectral radius of the rule's iteration, below 1 where it converges; None if it is not linear.
    """
    try:
        with guarded(optimizer), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            tried = [_matrices(optimizer, rate, np.asarray(h, dtype=float)) for rate in rates]
    # A rule may refuse such a problem.
    except (PluginError, ValueError):
        return None
    found = [matrices for matrices in tried if matrices is not None]
    if len(found) < len(tried):
        return None
    return np.array([np.abs(np.linalg.eigvals(matrices)).max(axis=-1) for matrices in found])


def _matrices(optimizer: Optimizer, rate: float, h: Array) -> Array | None:
    """Return the matrix of the rule's iteration for each curvature, (n, k, k); None if it is not linear."""
    n = len(h)

    def bound() -> tuple[Parameters, Update]:
        parameters = Parameters({("it", "x"): ParameterSpec((n,), fill=0.0)}, np.float64)
        return parameters, Update(optimizer, parameters)

    def step(before: Array, t: int) -> Array:
        """Return (x, state) after a step from those before, each (k, n)."""
        parameters, update = bound()
        parameters.theta[:] = before[0]
        for array, values in zip(update.state.values(), before[1:], strict=True):
            array[...] = values
        parameters.grad[:] = h * before[0]
        update(t, rate)
        return np.array([parameters.theta, *update.state.values()])

    slots = bound()[1].state.values()
    # A state of another form is of all coordinates together.
    if any(array.shape != (n,) for array in slots):
        return None
    k = 1 + len(slots)
    units = np.eye(k)[:, :, None] * np.ones(n)
    columns = np.array([step(unit, _EARLY) for unit in units])
    for seed, t in ((0, _EARLY), (1, _LATE)):
        # Each coordinate has its own, so that a rule that mixes coordinates is found out.
        mixed = np.random.default_rng(seed).uniform(-2, 2, (k, n))
        expected = np.einsum("in,ijn->jn", mixed, columns)
        if not np.allclose(step(mixed, t), expected, rtol=1e-9, atol=1e-9):
            return None
    return columns.transpose(2, 1, 0)
