"""Initializer: it draws finite numbers in the shape of a weight, and changes a weight to finite numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer, draw
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.rule import Place
from ravine.engine.promises.writing import refuse_returned

__all__ = ["drawn", "settle"]


def drawn(initializer: Initializer, rng: np.random.Generator, spec: ParameterSpec, place: Place) -> Array:
    """Return a weight as an initializer draws it.

    Raises
    ------
    ValueError
        If it does not draw finite numbers in the weight's shape.
    """
    weight = np.asarray(draw(initializer, rng, (spec.fan_in, spec.fan_out), place))
    if weight.dtype.kind not in "fiu" or weight.shape != spec.shape:
        got = f"{weight.dtype} of shape {weight.shape}"
        raise ValueError(f"sample returned {got}, not an array of numbers of shape {spec.shape}")
    if not np.isfinite(weight).all():
        raise ValueError(f"sample returned numbers that are not finite, for a weight of shape {spec.shape}")
    return weight


def settle(initializer: Initializer, weight: Array, outputs: Callable[[], Array], place: Place) -> None:
    """Let an initializer change a weight by what its layer returns.

    Raises
    ------
    ValueError
        If it leaves numbers that are not finite.
    """
    with np.errstate(all="ignore"):
        given: object = initializer.settle(weight, outputs)  # type: ignore[func-returns-value]
    if given is not None:
        refuse_returned(initializer, "settle", given, "weight")
    if not np.isfinite(weight).all():
        raise ValueError(f"settle left numbers that are not finite in {place.name}")
