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
        """Return the number by which the optimizer's ``lr`` is multiplied.

        It depends on the two arguments only: a run that is continued starts in the middle, and many runs may
        use the same schedule.

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
