"""How far a schedule is from other libraries and papers: at every update of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ravine.contracts.schedule import Schedule, sees_evaluations

__all__ = ["differences"]


def differences(schedule: Schedule, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far the factors of a run are apart, relative to the largest of them.

    Parameters
    ----------
    schedule : Schedule
        Made with the source's ``fields``.
    source : mapping
        ``steps``, the number of updates of the run, and ``factors``, one for each update from the first. If it
        has ``evaluations``, there is one before each update, and the schedule follows these.
    """
    rows = [{"step": i, "value": value} for i, value in enumerate(source.get("evaluations", ()))]
    follows = sees_evaluations(type(schedule))
    ours = [
        schedule.factor(step, source["steps"], **({"evaluations": rows[: step + 1]} if follows else {}))
        for step in range(len(source["factors"]))
    ]
    theirs = np.array(source["factors"])
    return {"factors": float(np.abs(ours - theirs).max() / np.abs(theirs).max())}
