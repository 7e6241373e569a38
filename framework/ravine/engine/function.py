"""Function problem: a problem that is a function of named arrays."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.errors import of
from ravine.base.types import Array
from ravine.contracts.function import Function
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.rule import Role
from ravine.engine.parameters import Parameters
from ravine.engine.problem import Problem
from ravine.engine.promises.function import begun, check_finite, exact, fits, lowest, made, sampled
from ravine.engine.promises.writing import to_read
from ravine.engine.randomness import Streams

__all__ = ["FunctionProblem"]


class FunctionProblem(Problem):
    """A function of named arrays.

    Parameters
    ----------
    function : Function
        The function.
    streams : Streams
        The run's random streams: ``split`` is for its data, ``weights`` for its start, ``noise`` for samples.
    dtype : dtype
        float32 or float64. Evaluations are in float64.

    Raises
    ------
    TypeError, ValueError
        If the function does not return what its contract says, or the type cannot hold its numbers.
    """

    def __init__(self, function: Function, *, streams: Streams, dtype: DTypeLike) -> None:
        self._function, self._noise = function, streams.noise
        data = made(function, streams.split)
        self._exact_data = _namespace(data)
        self._data = _namespace(fits(function, "data", data, dtype))
        start = begun(function, self._exact_data, streams.weights)
        self._shapes = {name: array.shape for name, array in start.items()}
        specs = {
            ("function", name): ParameterSpec(shape, fill=0.0, decay=True)
            for name, shape in self._shapes.items()
        }
        roles: dict[tuple[str, str], Role] = {
            key: "hidden" if len(spec.shape) > 1 else "other" for key, spec in specs.items()
        }
        self.parameters = Parameters(specs, dtype, roles)
        theta, self._grad = map(self._views, (self.parameters.theta, self.parameters.grad))
        for name, array in fits(function, "start", start, dtype).items():
            theta[name][...] = array
        self._p = _namespace(theta)
        self._lowest: float | None = None
        if (minimum := lowest(function, self._exact_data, self._shapes)) is not None:
            self._lowest = self._value(minimum)
            check_finite(function, "the value at the minimum", self._lowest)

    def loss_and_gradient(self) -> float:
        """Return the loss as training sees it, and overwrite ``parameters.grad`` with its gradient."""
        self._noise_before = self._noise.bit_generator.state
        return self._sample()

    def again(self) -> float:
        """Do the same with the same noise."""
        noise = self._noise.bit_generator.state
        self._noise.bit_generator.state = self._noise_before
        loss = self._sample()
        self._noise.bit_generator.state = noise
        return loss

    def evaluate(self) -> dict[str, float]:
        """Return ``value`` and, if a minimum is known, ``excess``: how far above it the value is."""
        value = self._value(self._views(self.parameters.theta.astype(np.float64)))
        return {"value": value} | ({} if self._lowest is None else {"excess": value - self._lowest})

    def check_start(self) -> None:
        """Refuse a function that is not finite at its start; a run would look as if it had diverged.

        The problem must not be used afterwards, because noise was drawn.
        """
        with np.errstate(all="ignore"), of("problem"):
            check_finite(self._function, "the value at the start", self.evaluate()["value"])
            check_finite(self._function, "the loss at the start", self.loss_and_gradient())
            check_finite(self._function, "the gradient at the start", self.parameters.grad)

    @property
    def weights(self) -> dict[str, Array]:
        """The function's arrays, views by name: ``function.x``."""
        return self.parameters.named(self.parameters.theta)

    def _sample(self) -> float:
        loss, gradient = sampled(self._function, self._p, self._data, self._noise, self._shapes)
        for name, view in self._grad.items():
            view[...] = gradient[name]
        return loss

    def _value(self, arrays: Mapping[str, Array]) -> float:
        return exact(self._function, _namespace(arrays), self._exact_data)

    def _views(self, flat: Array) -> dict[str, Array]:
        return {name.partition(".")[2]: view for name, view in self.parameters.named(flat).items()}


def _namespace(arrays: Mapping[str, Array]) -> SimpleNamespace:
    return SimpleNamespace(**to_read(arrays))
