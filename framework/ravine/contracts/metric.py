"""The contract of a metric: one number of a run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.contracts.component import Component

if TYPE_CHECKING:
    from ravine.records.run import Run

__all__ = [
    "Metric",
]


@dataclass(frozen=True)
class Metric(Component, ABC):
    """What a claim compares.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import ravine
    >>> @dataclass(frozen=True)
    ... class Lowest(ravine.Metric):
    ...     def measure(self, run):
    ...         loss = run.arrays["loss"]
    ...         return float(loss.min()) if len(loss) else None
    >>> run = ravine.build(ravine.compose(["problem=ravine", "optimizer.lr=0.5", "training.steps=2"])).run()
    >>> print(run.arrays["loss"].round(3), round(Lowest().measure(run), 3))
    [6.45  2.211] 2.211
    """

    kind: ClassVar[str] = "metric"

    @abstractmethod
    def measure(self, run: Run) -> float | None:
        """Return the number, or None where the run did not get so far.

        Parameters
        ----------
        run : Run
            Only read. It may have diverged, or have no steps: the start of a run is measured to try a claim
            before anything runs. One that failed is not measured.

        Returns
        -------
        float or None
            Python's float, never NaN nor infinite. It depends on this run alone.

        Raises
        ------
        ValueError
            If runs of this kind have no such number: what they have.
        """
