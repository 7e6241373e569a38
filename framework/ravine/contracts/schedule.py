"""The contract of a schedule: a factor on the learning rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ravine.contracts.component import Component

__all__ = [
    "Schedule",
]


@dataclass(frozen=True)
class Schedule(Component, ABC):
    """How the learning rate changes while training goes on.

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

    @abstractmethod
    def factor(self, step: int, steps: int) -> float:
        """Return what the optimizer's ``lr`` is multiplied by.

        It follows from the two arguments alone: a run that is continued asks in the middle, and one schedule
        serves many runs.

        Parameters
        ----------
        step : int
            Updates made so far: 0 at the first, ``steps - 1`` at the last.
        steps : int
            Updates of the whole run, at least 1.

        Returns
        -------
        float
            A Python number, finite and at least 0, and not 0 all along.
        """
