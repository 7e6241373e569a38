"""The contract of a stop: a rule that ends a run by its evaluations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ravine.contracts.component import Component

__all__ = [
    "Stop",
]


@dataclass(frozen=True)
class Stop(Component, ABC):
    """Ends a run before its budget of updates is used up.

    A run that is ended so is completed: its last evaluation is its result. The name of the stop is recorded.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from ravine import Stop
    >>> @dataclass(frozen=True)
    ... class Rises(Stop):
    ...     def ends(self, evaluations, *, gradients, seconds):
    ...         return len(evaluations) > 1 and evaluations[-1]["value"] > evaluations[-2]["value"]
    >>> evaluations = [{"step": 0, "value": 3.0}, {"step": 1, "value": 2.0}, {"step": 2, "value": 2.5}]
    >>> print([Rises().ends(evaluations[:n], gradients=n, seconds=0.1) for n in (1, 2, 3)])
    [False, False, True]
    """

    kind: ClassVar[str] = "stop"

    @abstractmethod
    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        """Return whether the run ends now; called after every evaluation but the first and the last.

        It depends on its arguments only: a run that is continued asks in the middle. Before a study begins it
        is asked once with the evaluation at the start, and the answer is not used.

        Parameters
        ----------
        evaluations : sequence of mappings
            All evaluations so far, at least one: ``step`` and the metrics, ``train_loss``, ``value`` and so on.
        gradients : int
            Gradients taken so far, at least one for each update.
        seconds : float
            Seconds spent on gradients and updates. A rule that uses them gives other results on other machines.

        Raises
        ------
        ValueError
            If there is no such metric; the message has those that there are.
        """
