"""Plan: what a command will run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ravine.engine.experiment import Experiment
from ravine.plans.pruning import MedianRule

__all__ = [
    "Plan",
    "label",
]


@dataclass(frozen=True)
class Round:
    """Runs that can be made side by side.

    Parameters
    ----------
    experiments : list of Experiment
        In order, each once.
    jobs : list of list of str
        Overrides of each.
    search : dict or None
        What the ledger keeps of the search that they belong to.
    rule : MedianRule or None
        What may end them before their time.
    """

    experiments: list[Experiment]
    jobs: list[list[str]]
    search: dict[str, Any] | None = None
    rule: MedianRule | None = None

    @property
    def labels(self) -> list[str]:
        """What to call each run while it runs: the overrides that not all have, and those that are searched."""
        common = set.intersection(*map(set, self.jobs)) if len(self.jobs) > 1 else set()
        space = self.search["space"] if self.search else {}
        common = {word for word in common if word.partition("=")[0] not in space}
        return [label([word for word in job if word not in common]) for job in self.jobs]


@dataclass(frozen=True)
class Plan:
    """What a sweep will run.

    Parameters
    ----------
    study : str
        The folder's name below ``runs/``.
    command : str
        What asks for it.
    first : Round
        All of it.
    """

    study: str
    command: str
    first: Round

    @property
    def total(self) -> int:
        """How many runs it is."""
        return len(self.first.experiments)

    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield what is to be made next, and go on when that is made."""
        yield self.first


def label(job: Sequence[str]) -> str:
    """Return what a run is called while it runs: its overrides, without the experiment that all share."""
    words = [word for word in job if not word.startswith(("experiment=", "study=", "hydra"))]
    return " ".join(words) or "run"
