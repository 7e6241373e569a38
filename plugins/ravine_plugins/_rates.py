"""The learning rate of each update of a run, as its schedules have had it."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from ravine import Array, Run, registry


def rates(run: Run) -> Array:
    """Return the learning rate of each update that a run has made, (updates,) array.

    Raises
    ------
    ValueError
        If its optimizer has no rate.
    """
    optimizer, schedules = run.config["optimizer"], run.config.get("schedules", {})
    if "lr" not in optimizer:
        raise ValueError(f"runs of {optimizer['name']} have no learning rate")
    asked = [one for one in (run.config.get("schedule"), schedules.get("lr")) if one]
    made = np.arange(run.step)
    evaluations = _evaluations(run)
    rate = np.full(run.step, float(optimizer["lr"]))
    for schedule in asked:
        factor = _made(schedule).factor
        if "evaluations" not in inspect.signature(factor).parameters:
            rate *= [factor(int(step), run.budget) for step in made]
        else:
            # Before an update the evaluations after as many updates, or fewer, are known.
            known = np.searchsorted([row["step"] for row in evaluations], made, side="right")
            rate *= [
                factor(int(step), run.budget, evaluations=evaluations[:n])
                for step, n in zip(made, known, strict=True)
            ]
    return rate


def _made(schedule: str | Mapping[str, Any]) -> Any:
    fields = {"name": schedule} if isinstance(schedule, str) else dict(schedule)
    return registry.load().get("schedule", fields.pop("name"))(**fields)


def _evaluations(run: Run) -> Sequence[Mapping[str, float]]:
    """Return the evaluations of a run as schedules see them."""
    prefix = "evaluation."
    of = {
        name.removeprefix(prefix): run.arrays[name].tolist() for name in run.arrays if name.startswith(prefix)
    }
    return [dict(zip(of, row, strict=True)) for row in zip(*of.values(), strict=True)]
