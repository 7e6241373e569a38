"""Unfinished: runs that go on or were stopped, as their newest checkpoints have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ravine.records.checkpoint import Checkpoint, read_timing
from ravine.records.run import NOT_ENDED, Run
from ravine.records.study import Study

__all__ = ["none_has_ended", "not_there", "unfinished", "with_unfinished"]

_RECORD = "record."


def with_unfinished(study: Study) -> Study:
    """Return a study whose unfinished runs are there too, as if they had ended at their newest checkpoints.

    They are for figures: nobody judges by them, they give no trial of a search a value, and nothing of them is
    written. A run without a checkpoint is as missing as before.
    """
    begun = {name: run for name in study.missing if (run := _so_far(study, name))}
    runs = {**study.runs, **begun}
    return replace(study, runs={name: runs[name] for name in study.ledger.runs if name in runs})


def unfinished(study: Study) -> str:
    """Return how many of a study's runs have not ended, and how far they are; "" if all have."""
    runs = [run for run in study.runs.values() if not run.has_ended]
    if not runs:
        return ""
    at, of = _range(run.step for run in runs), _range(run.budget for run in runs)
    have = "run has" if len(runs) == 1 else "runs have"
    return f"{len(runs)} {have} not ended: step {at} of {of}; a median ends with the shortest of its runs"


def none_has_ended(folder: Path) -> str:
    """Return what is said of a study whose figures are drawn as if runs had ended."""
    return (
        f"{folder}: no run has ended; ravine status {folder} says more, and ravine figures {folder} "
        "--unfinished draws those that go on or were stopped"
    )


def not_there(study: Study) -> str:
    """Return how many runs of a study with its unfinished ones nothing is there of; "" if there is none."""
    missing = [run for run in study.missing if study.status(run) != "damaged"]
    if not missing:
        return ""
    n = len(missing)
    have = (
        "has no checkpoint that can be read, and is"
        if n == 1
        else "have no checkpoint that can be read, and are"
    )
    return f"of {len(study.ledger.runs)} runs {n} {have} not drawn"


def _range(numbers: Iterable[int]) -> str:
    """Return the lowest and the highest: ``300 to 1200``."""
    found = sorted(numbers)
    return " to ".join(map(str, dict.fromkeys((found[0], found[-1]))))


def _so_far(study: Study, name: str) -> Run | None:
    """Return a run as its newest checkpoint has it; None if there is none that says what was asked."""
    folder = study.place(name)
    if study.status(name) not in ("running", "stopped") or not (saved := Checkpoint.newest(folder)):
        return None
    about = saved.about
    # A checkpoint of an earlier version has no configuration.
    if "config" not in about:
        return None
    arrays = {key.removeprefix(_RECORD): saved.arrays[key] for key in saved.arrays if key.startswith(_RECORD)}
    last: dict[str, Any] = {
        key.removeprefix("evaluation."): float(values[-1])
        for key, values in arrays.items()
        if key.startswith("evaluation.") and key != "evaluation.step" and len(values)
    }
    return Run(
        config=about["config"],
        status="completed",
        step=saved.step,
        seconds=read_timing(folder).seconds,
        final=last,
        arrays=arrays,
        provenance={
            **about["with"],
            "made_of": about["made_of"],
            "stopped": {"by": NOT_ENDED, "of": about["steps"]},
        },
    )
