"""The contract of a metric: one number of a run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.component import Component

if TYPE_CHECKING:
    from ravine.recording import Run

__all__ = ["Metric"]


@dataclass(frozen=True)
class Metric(Component, ABC):
    """What a claim compares."""

    kind: ClassVar[str] = "metric"

    @abstractmethod
    def measure(self, run: Run) -> float | None:
        """Return the number, or None where the run did not get so far.

        Raises
        ------
        ValueError
            If runs of this kind have no such number: what they have.
        """
