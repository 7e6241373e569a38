"""The contract of a schedule: a factor on the learning rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ravine.component import Component

__all__ = ["Schedule"]


@dataclass(frozen=True)
class Schedule(Component, ABC):
    """How the learning rate changes while training goes on."""

    kind: ClassVar[str] = "schedule"

    @abstractmethod
    def factor(self, step: int, steps: int) -> float:
        """Return what the optimizer's ``lr`` is multiplied by.

        Parameters
        ----------
        step : int
            Updates made so far: 0 at the first.
        steps : int
            Updates of the whole run.
        """
