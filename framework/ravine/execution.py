"""Execution: how a study is carried out; no number of a run depends on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from ravine.component import Component

__all__ = ["Execution", "cores"]


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


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
