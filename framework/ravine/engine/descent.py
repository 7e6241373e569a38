"""Descent: a problem that is a surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.surface import Surface
from ravine.engine.parameters import Parameters
from ravine.engine.problem import Problem
from ravine.engine.promises.surface import gradient, value

__all__ = ["Descent"]


class Descent(Problem):
    """A descent on a surface.

    Parameters
    ----------
    surface : Surface
        The function.
    starts : (n, 2) array, optional
        Points that descend side by side, independently; by default the one ``start`` of the surface.
    dtype : dtype
        float32 or float64.
    """

    records_path = True

    def __init__(
        self, surface: Surface, *, starts: Annotated[Array, "n 2"] | None = None, dtype: DTypeLike
    ) -> None:
        points = np.asarray([surface.start] if starts is None else starts, dtype=dtype)
        self.surface = surface
        self.parameters = Parameters(
            {("point", axis): ParameterSpec((len(points),), fill=0.0, decay=True) for axis in "xy"}, dtype
        )
        self.parameters.theta[:] = points.T.ravel()

    def loss_and_gradient(self) -> float:
        """Return the mean value; ``parameters.grad`` gets the gradient of each point's own value."""
        x, y = self._points()
        np.concatenate(gradient(self.surface, x, y), out=self.parameters.grad)
        return float(np.mean(value(self.surface, x, y)))

    def again(self) -> float:
        """Do the same; a surface has no batches."""
        return self.loss_and_gradient()

    def evaluate(self) -> dict[str, float]:
        """Return the mean value, as ``value``."""
        return {"value": float(np.mean(value(self.surface, *self._points())))}

    def _points(self) -> Sequence[Array]:
        return np.split(self.parameters.theta, 2)
