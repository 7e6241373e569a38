"""Settings: how a study is carried out and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ravine.base.types import Named
from ravine.contracts.component import Component

__all__ = [
    "Execution",
    "Search",
    "Subject",
]


@dataclass(frozen=True)
class Execution(Component):
    """Means of carrying a study out.

    Parameters
    ----------
    workers : int or None
        Processes that make runs side by side; None for one a core, and for one in all where runs descend on a
        surface, which takes less time than a process takes to start.
    on_error : "continue" or "stop"
        What to do when a run fails: make the others, or stop and leave them for the next command.
    checkpoint_seconds : float
        How much time a run may lose when it is killed, beside that since its last evaluation. 0 keeps a
        checkpoint at every evaluation.
    """

    workers: int | None = None
    on_error: Literal["continue", "stop"] = "continue"
    checkpoint_seconds: float = 1.0

    def __post_init__(self) -> None:
        self.require(workers="[1, inf)", checkpoint_seconds="[0, inf)")


@dataclass(frozen=True)
class Subject:
    """What a study is about, beside its runs; no number of a run depends on it.

    Parameters
    ----------
    name : str or None
        The study's, where it is given one.
    question : str or None
        What it asks.
    figures, claims : list
        What to draw of it, and what to judge, as they were asked for.
    execution : Execution
        How it is carried out.
    """

    name: str | None = None
    question: str | None = None
    figures: Sequence[Named] = ()
    claims: Sequence[Mapping[str, Any]] = ()
    execution: Execution = field(default_factory=Execution)


@dataclass(frozen=True)
class Search(Component):
    """Settings of a search.

    Parameters
    ----------
    trials : int
        How many points are tried. More go on with the same search. Where a sampler learns, they are those of
        one long search if both numbers are multiples of ``batch``. Otherwise the search stops within a batch,
        whose rest is proposed from what more trials have come to.
    seed : int
        Of the proposals; the runs' own is ``seed``.
    objective : str or None
        What is judged at the end of a run, as a mean over the runs of a trial. None for the first there is of
        ``validation_accuracy``, ``validation_loss`` and ``value``.
    direction : "maximize", "minimize" or None
        None for what goes with the objective: accuracies are maximised, losses and values minimised.
    batch : int
        Trials that are proposed together where the sampler learns from those before, or runs are pruned by
        those before. Otherwise all are.
    prune : bool
        Whether a run ends early whose best is worse than the median of what complete runs of the trials before
        averaged until the same step: the median stopping rule of Golovin et al. 2017, Google Vizier, section
        3.2. It is then lost, also if somebody makes all of it later.
    storage : str or None
        Of a sampler with a memory.
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
