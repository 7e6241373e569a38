"""The contract of a schedule: a factor on the learning rate, or on another number."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.contracts.component import Component

__all__ = [
    "Schedule",
    "sees_evaluations",
]


@functools.cache
def sees_evaluations(cls: type) -> bool:
    """Whether the schedules of a class ask for the evaluations so far."""
    return "evaluations" in inspect.signature(cls.factor).parameters  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Schedule(Component, ABC):
    """How the learning rate, or another number, changes while training goes on.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from ravine import Schedule
    >>> @dataclass(frozen=True)
    ... class Down(Schedule):
    ...     def factor(self, step, steps):
    ...         return 1 - step / steps
    >>> print([Down().factor(step, 4) for step in range(4)])
    [1.0, 0.75, 0.5, 0.25]
    """

    kind: ClassVar[str] = "schedule"

    if TYPE_CHECKING:
        # Some take the evaluations too.
        factor: ClassVar[Callable[..., float]]
    else:

        @abstractmethod
        def factor(self, step: int, steps: int) -> float:
            """Return the number by which the optimizer's ``lr``, or another field, is multiplied.

            It depends on the arguments only: a run that is continued starts in the middle, and many runs may
            use the same schedule. A schedule that follows the evaluations names them in its signature,
            ``def factor(self, step, steps, *, evaluations)``: all so far, with ``step`` and the metrics.

            Parameters
            ----------
            step : int
                Number of updates made so far: 0 before the first update, ``steps - 1`` before the last.
            steps : int
                Number of updates of the whole run, at least 1.

            Returns
            -------
            float
                A Python number, finite and at least 0; not 0 at every step.
            """
