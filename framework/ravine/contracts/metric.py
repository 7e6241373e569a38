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
    """A number by which a claim compares runs.

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
        """Return the number, or None if the run ended too early to have it.

        Parameters
        ----------
        run : Run
            It must not be changed. It may have diverged. It may have no steps: before anything runs, a claim is
            tried on the start of a run. Failed runs are not measured.

        Returns
        -------
        float or None
            A finite Python float. It depends on this run only.

        Raises
        ------
        ValueError
            If runs of this kind do not have this number; the message says which they have.
        """
