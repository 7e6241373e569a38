"""The contract of a function: of any number of numbers, and perhaps seen through noise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Function",
]


@dataclass(frozen=True)
class Function(Component, ABC):
    """A function of named arrays, to be minimised.

    Training sees it by ``sample``, which may have noise; evaluations see it by ``value``, which has none. The
    arrays in ``p`` and ``data`` have the names that the component gave them, ``p.x``, and cannot be written to.
    All chance comes from the ``rng`` that is given, a stream of the run. So runs with the same seed have the
    same data, the same start and the same noise, and can be compared in pairs.

    Evaluations have the metric ``value`` and, if a minimum is known, ``excess``: how far above it the value is.
    They are computed in float64.

    Examples
    --------
    A bowl whose gradient is seen through noise:

    >>> from dataclasses import dataclass
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ravine import Function
    >>> @dataclass(frozen=True)
    ... class NoisyBowl(Function):
    ...     n: int = 100
    ...
    ...     def start(self, data, rng):
    ...         return {"x": np.ones(self.n)}
    ...
    ...     def value(self, p, data):
    ...         return float(p.x @ p.x) / 2
    ...
    ...     def sample(self, p, data, rng):
    ...         noise = rng.standard_normal(self.n).astype(p.x.dtype)
    ...         return self.value(p, data) + float(noise @ p.x), {"x": p.x + noise}
    ...
    ...     def minimum(self, data):
    ...         return {"x": np.zeros(self.n)}
    >>> p = SimpleNamespace(x=np.ones(100))
    >>> print(NoisyBowl().value(p, None))
    50.0
    """

    kind: ClassVar[str] = "function"

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Return the arrays that stay the same in a run: a matrix, examples; by default there are none.

        They are made once, at the start of a run. Numbers with a point become those of the run's type.

        Parameters
        ----------
        rng : numpy.random.Generator
            The run's stream for data: all runs with its seed get the same numbers.
        """
        return {}

    @abstractmethod
    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        """Return the arrays at which the descent begins, by name: these are the parameters.

        A name is a Python word, ``x`` or ``W``; in ``training.groups`` it is ``function.x``. An array with two
        axes or more has the role of a hidden weight, so that rules for matrices apply to it.

        Parameters
        ----------
        data : namespace
            What ``data`` returned, in float64.
        rng : numpy.random.Generator
            The run's stream for first values.
        """

    @abstractmethod
    def value(self, p: Any, data: Any) -> float:
        """Return f at parameters, without noise.

        Parameters
        ----------
        p, data : namespace
            Parameters, and what ``data`` returned, by name.
        """

    @abstractmethod
    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        """Return the loss and its gradient as training sees them; their means are f and its gradient.

        Parameters
        ----------
        p, data : namespace
            Parameters, and what ``data`` returned, by name. Their numbers have the type of the run, and what is
            computed should keep it.
        rng : numpy.random.Generator
            The run's stream for noise. How much is drawn must not depend on the parameters: the next step of
            another run would see other noise.

        Returns
        -------
        loss, gradient : float, dict of str to array
            An array for each of the parameters, of its shape.
        """

    def minimum(self, data: Any) -> Mapping[str, Array] | None:
        """Return the parameters at a global minimum of f; None, the default, if none is known.

        Parameters
        ----------
        data : namespace
            What ``data`` returned, in float64.
        """
        return None
