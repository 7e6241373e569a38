"""Left: how long a study that is being made will still take, by the pace of its own runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ravine.base.durations import duration
from ravine.records.checkpoint import Pace, read_pace, read_timing
from ravine.records.study import Study

__all__ = ["Left", "left"]


@dataclass(frozen=True)
class Left:
    """What is left of a study that is being made.

    Parameters
    ----------
    seconds : float or None
        About how long it will take; None if nothing says how long a run takes.
    going, to_come : int
        How many runs go on, and how many are to be made after them, those of later trials included.
    not_known : list of str
        What the seconds leave out, in sentences.
    """

    seconds: float | None
    going: int
    to_come: int
    not_known: list[str]

    def __str__(self) -> str:
        about = (
            "how long it takes is not known" if self.seconds is None else f"about {duration(self.seconds)} left"
        )
        runs = f"{_counted(self.going)} on" + (f", {self.to_come} to come" if self.to_come else "")
        return "; ".join([f"{about}: {runs}", *self.not_known])


def left(study: Study, *, follows: bool = False) -> Left | None:
    """Return what is left of a study; None if no run of it goes on, so that nothing is being made.

    As many runs are made side by side as go on now. A run that is to come takes as long as those with the same
    settings have taken, or if there are none, as all of the study.

    Parameters
    ----------
    study : Study
        The study.
    follows : bool
        Whether it tunes an arm of a comparison that has not begun.
    """
    statuses = {run: study.status(run) for run in study.ledger.runs}
    going = [run for run, status in statuses.items() if status == "running"]
    if not going:
        return None
    behind = {*study.left_behind}
    to_come = [
        run for run, status in statuses.items() if status in ("stopped", "missing") and run not in behind
    ]
    paces = {run: pace for run in (*going, *to_come) if (pace := read_pace(study.place(run)))}
    trials = _runs_of_later_trials(study)
    expected = _Expected(study, {run: paces[run] for run in going if run in paces})
    not_known = ["without the searches and the comparison that follow"] if follows else []
    if expected.mean is None:
        not_known.insert(0, "no run has ended, and none that goes on has a checkpoint yet")
        return Left(None, len(going), len(to_come) + trials, not_known)
    if trials:
        not_known.insert(0, "runs of later trials are taken to be like those before")
    going_on = [paces[run].left if run in paces else expected.of(run) for run in going]
    after = [expected.of(run) * (1 - _share(paces.get(run))) for run in to_come]
    side_by_side = (sum(going_on) + sum(after) + trials * expected.mean) / len(going)
    # The longest that goes on may end after all others.
    return Left(max(side_by_side, *going_on), len(going), len(to_come) + trials, not_known)


class _Expected:
    """How long a run is expected to take, from those that have ended and those that go on."""

    def __init__(self, study: Study, paces: Mapping[str, Pace]) -> None:
        self._labels = study.labels({"seed"})
        slower = _mean(filter(None, (_slower(study, run, pace) for run, pace in paces.items()))) or 1.0
        self._whole: dict[str, list[float]] = {}
        for name, run in study.runs.items():
            if math.isfinite(run.seconds) and run.status != "failed":
                self._whole.setdefault(self._labels.get(name, ""), []).append(run.seconds * slower)
        for name, pace in paces.items():
            self._whole.setdefault(self._labels.get(name, ""), []).append(pace.steps / pace.rate)

    @property
    def mean(self) -> float | None:
        """Of all runs, in seconds; None if no run says it."""
        return _mean(seconds for of in self._whole.values() for seconds in of)

    def of(self, run: str) -> float:
        """Return it for a run that is made whole, in seconds.

        Raises
        ------
        LookupError
            If no run says it.
        """
        seconds = _mean(self._whole.get(self._labels.get(run, ""), ()))
        if seconds is None and (seconds := self.mean) is None:
            raise LookupError(run)
        return seconds


def _slower(study: Study, run: str, pace: Pace) -> float | None:
    """Return how much longer a run takes than its updates, with evaluations and checkpoints."""
    updates = read_timing(study.place(run)).seconds
    # A run that was resumed may have trained on another machine.
    return max(pace.step / pace.rate / updates, 1.0) if math.isfinite(updates) and updates > 0 else None


def _runs_of_later_trials(study: Study) -> int:
    seeds = (
        {entry.key: len(entry.seeds) for entry in study.ledger.search.searches} if study.ledger.search else {}
    )
    return sum(trials * seeds[key] for key, trials in study.to_come.items())


def _share(pace: Pace | None) -> float:
    """Return how much of a run that was stopped is made."""
    return pace.step / pace.steps if pace and pace.steps else 0.0


def _mean(values: Iterable[float]) -> float | None:
    found = [*values]
    return sum(found) / len(found) if found else None


def _counted(n: int) -> str:
    return "1 run goes" if n == 1 else f"{n} runs go"
