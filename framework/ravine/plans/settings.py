"""Settings: how a study is carried out and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ravine.base.types import Named
from ravine.contracts.component import Component
from ravine.records.weights import Keep

__all__ = [
    "Execution",
    "Search",
    "Subject",
    "Tuning",
]


@dataclass(frozen=True)
class Execution(Component):
    """How a study is carried out.

    Parameters
    ----------
    workers : int or None
        Processes that make runs side by side. None for one process a core; but for a single one if runs descend
        on a surface, because such a run takes less time than the start of a process.
    on_error : "continue" or "stop"
        What to do when a run fails: make the others, or stop and leave them for the next command.
    checkpoint_seconds : float
        How many seconds a killed run may lose. With 0 a checkpoint is written after every update.
    weights : "none", "last", "best" or "both"
        Which weights a completed run leaves behind: those at its end, or at its lowest validation loss.
    """

    workers: int | None = None
    on_error: Literal["continue", "stop"] = "continue"
    checkpoint_seconds: float = 1.0
    weights: Keep = "last"

    def __post_init__(self) -> None:
        self.require(workers="[1, inf)", checkpoint_seconds="[0, inf)")


@dataclass(frozen=True)
class Subject:
    """What a study is about, apart from its runs; no number of a run depends on it.

    Parameters
    ----------
    name : str or None
        The study's name, if it is given.
    question : str or None
        The question that it asks.
    figures, claims : list
        The figures to draw and the claims to judge, as the configuration has them.
    execution : Execution
        How it is carried out.
    source : str or None
        The paper, or the section of a book, to which the question belongs.
    track : list
        The trackers that hear of its runs, as the configuration has them.
    """

    name: str | None = None
    question: str | None = None
    figures: Sequence[Named] = ()
    claims: Sequence[Mapping[str, Any]] = ()
    execution: Execution = field(default_factory=Execution)
    source: str | None = None
    track: Sequence[Named] = ()


@dataclass(frozen=True)
class Search(Component):
    """Settings of a search.

    Parameters
    ----------
    trials : int
        How many points are tried. A command with more trials goes on with the same search. If the sampler
        learns, the result is that of one long search only if both numbers are multiples of ``batch``. Otherwise
        the search stops within a batch, and the rest of the batch is proposed from the values of more trials.
    seed : int
        The seed of the proposals; that of the runs is ``seed``.
    objective : str or None
        The metric at the end of a run; its mean over the runs of a trial is the trial's value. None for the
        first of ``validation_accuracy``, ``validation_loss`` and ``value`` that runs have.
    direction : "maximize", "minimize" or None
        None for the direction of the objective: accuracies are maximised, losses and values minimised.
    batch : int
        How many trials are proposed together, if the sampler learns from earlier trials or prunes by them. If
        not, all trials are proposed together.
    prune : bool
        Whether a run ends early if its best evaluation is worse than the median, over complete runs of earlier
        trials, of their averages up to the same step: the median stopping rule of Golovin et al. 2017, Google
        Vizier, section 3.2. Its trial is then lost, even if the whole run is made later.
    storage : str or None
        Where a sampler with a memory keeps it.
    """

    trials: int = 20
    seed: int = 0
    objective: str | None = None
    direction: Literal["maximize", "minimize"] | None = None
    batch: int = 4
    prune: bool = False
    storage: str | None = None

    def __post_init__(self) -> None:
        self.require(trials="[1, inf)", seed="[0, inf)", batch="[1, inf)")


@dataclass(frozen=True)
class Tuning(Component):
    """Settings of a tuned comparison.

    Parameters
    ----------
    over : str or None
        The setting whose values are compared, each tuned by a search of its own: ``optimizer``. None for the
        one component that has several names.
    each : tuple of str
        Other settings with several values, ``dataset``: for each of these values everything is tuned anew.
    seeds : tuple of int
        Seeds of the runs of the searches. The runs that are compared have others.
    spaces : dict
        By value of ``over``, what only its search tries, or sets: ``{mine: {optimizer.lr: "0.1,0.2"}}``.
    """

    over: str | None = None
    each: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (1000, 1001, 1002)
    spaces: Any = field(default_factory=dict)
