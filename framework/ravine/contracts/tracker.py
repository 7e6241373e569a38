"""The contract of a tracker: a place outside of ravine that shows runs, such as TensorBoard or MLflow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ravine.contracts.component import Component

__all__ = ["RunLog", "TrackedRun", "Tracker"]


@dataclass(frozen=True)
class TrackedRun:
    """A run as a tracker sees it.

    Parameters
    ----------
    id : str
        The name of the run's folder; within a study no other run has it.
    folder : Path
        The study's, ``runs/NAME``.
    label : str
        What it is called in the study's tables, with those that differ in the seed only. It can change when the
        study grows.
    settings : dict
        The scientific configuration by full keys, ``optimizer.lr``: numbers, texts, truth values, None, lists.
    seed : int
        The seed of the run.
    """

    id: str
    folder: Path
    label: str
    settings: Mapping[str, Any]
    seed: int

    @property
    def name(self) -> str:
        """Its label and its seed."""
        return f"{self.label} seed={self.seed}"

    @property
    def study(self) -> str:
        """The study's name; of a search that tunes an arm of a comparison ``NAME.tuning.ARM``."""
        return ".".join(self.folder.resolve().parts[-3 if self._tunes else -1 :])

    @property
    def root(self) -> Path:
        """The folder of studies, ``runs``, as a full path."""
        return self.folder.resolve().parents[2 if self._tunes else 0]

    @property
    def _tunes(self) -> bool:
        return len(self.folder.parts) > 2 and self.folder.parts[-2] == "tuning"


class RunLog(ABC):
    """What a tracker keeps of one run; ``Tracker.begin`` returns it."""

    @abstractmethod
    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        """Take the metrics of an evaluation after ``step`` updates; steps rise.

        Numbers of probes may be NaN or infinite. The next evaluation may have other names.
        """

    @abstractmethod
    def end(self, status: str, final: Mapping[str, float]) -> None:
        """Take how the run ended; after it nothing is told.

        Parameters
        ----------
        status : str
            ``completed``, ``diverged``, ``failed`` or ``pruned``.
        final : dict of str to float
            As ``Run.final``: the metrics of a completed run at its end, and else nothing.
        """


@dataclass(frozen=True)
class Tracker(Component, ABC):
    """Brings runs to a place that shows them.

    It hears of a run while it is made (``track=[NAME]``) or afterwards (``ravine export``), and of the same run
    again and again: when a killed run goes on, when an export is repeated. Each time it hears everything, from
    step 0. So a tracker replaces what it has of the run, or leaves out what it has already.

    Examples
    --------
    A file of lines for each run:

    >>> from dataclasses import dataclass
    >>> import ravine
    >>> class Lines(ravine.RunLog):
    ...     def __init__(self, path):
    ...         self.path = path
    ...         path.write_text("")
    ...
    ...     def evaluation(self, step, metrics):
    ...         with self.path.open("a") as file:
    ...             print(step, metrics["train_loss"], file=file)
    ...
    ...     def end(self, status, final):
    ...         pass
    >>> @dataclass(frozen=True)
    ... class Losses(ravine.Tracker):
    ...     def begin(self, run):
    ...         return Lines(run.folder / f"{run.id}.txt")
    """

    kind: ClassVar[str] = "tracker"

    @abstractmethod
    def begin(self, run: TrackedRun) -> RunLog:
        """Begin to hear of a run, which may be known already.

        Several processes call it at the same time, each for a run of its own. After it ``RunLog.evaluation`` is
        told every evaluation from step 0, in order. A process may be killed at any moment, and then ``end`` is
        never called.

        Whatever this or the log's methods raise is told in one line. Then the tracker hears no more of that
        run, which goes on. Import the library that is needed here, because the import takes time.
        """
