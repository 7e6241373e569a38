"""Promises of a layer."""

from __future__ import annotations

from collections.abc import Callable

from ravine.layer import Layer

SHAPES = ((5,), (4, 3), (2, 6, 6))
"""Shapes of one example that a layer is tried with, one after the other."""


def fitting_shape(layer: Layer) -> tuple[int, ...]:
    """Return the first of ``SHAPES`` that a layer takes.

    Raises
    ------
    ValueError
        If it takes none.
    """
    for shape in SHAPES:
        try:
            layer.out_shape(shape)
        except ValueError:
            continue
        return shape
    raise ValueError(
        f"{type(layer).__name__} takes no example of shape {', '.join(map(str, SHAPES))}: give in_shape=(…)"
    )


CHECKS: list[Callable[..., None]] = []
