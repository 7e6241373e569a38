"""Networks: curves of runs that learn, with what probes have seen of them over time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.records.directions import higher_is_better
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.reports.player.grid import grid_of
from ravine.reports.player.mistakes import mistakes
from ravine.reports.player.packing import Packer

__all__ = ["networks"]

# Points of a curve at most.
_POINTS = 200
_PREFIX = "evaluation."
_BATCHES = "loss of batches"
# Lines whose mistakes are looked for at most: each network is made again for it.
_LOOKED = 12


def networks(study: Study, packer: Packer) -> dict[str, Any] | None:
    """Return the runs of a study that are evaluated, with arrays in the packer; None if it has none.

    Runs that differ in the seed only are one line, the median, with a band from the lowest to the highest. What
    probes have seen is shown of the first of those that went on longest.
    """
    runs = [
        run
        for run in study.runs.values()
        if "path" not in run.arrays and len(run.arrays.get(f"{_PREFIX}step", ()))
    ]
    if not runs:
        return None
    grid = grid_of(study, runs, lambda run: run.config["problem"]["name"], {"seed"})
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(repr(grid.place(run)), []).append(run)
    made: list[dict[str, Any]] = []
    for alike in groups.values():
        series, at = grid.place(alike[0])
        # One that has diverged was evaluated less often.
        longest = max(alike, key=lambda run: len(run.arrays[f"{_PREFIX}step"]))
        made.append(
            {
                "series": series,
                "at": at,
                "n": len(alike),
                "diverged": sum(run.status == "diverged" for run in alike),
                "curves": _curves(alike, packer),
                "steps": longest.arrays[f"{_PREFIX}step"].tolist(),
                "layers": _layers(longest, packer),
                "plane": _plane(longest, packer),
                "mistakes": mistakes(longest, packer) if len(groups) <= _LOOKED else None,
                "command": grid.command_of(longest),
            }
        )
    metrics = list(dict.fromkeys(name for one in made for name in one["curves"]))
    # A logarithmic axis is for what should become small.
    falling = [name for name in metrics if name.startswith(_BATCHES) or higher_is_better(name) is False]
    return {**grid.about(), "metrics": metrics, "falling": falling, "runs": made}


def _curves(runs: Sequence[Run], packer: Packer) -> dict[str, dict[str, Any]]:
    """Return the median, lowest and highest of each metric, and of the batches' loss, by step.

    At each step these are of the runs that have been evaluated there; one that has diverged ends before others.
    """
    names = dict.fromkeys(name for run in runs for name in run.arrays if name.startswith(_PREFIX))
    curves = {}
    for name in names:
        if name == f"{_PREFIX}step":
            continue
        known = [(run.arrays[f"{_PREFIX}step"], run.arrays[name]) for run in runs if name in run.arrays]
        curves[name.removeprefix(_PREFIX)] = _band(known, packer)
    losses = [run.arrays["loss"] for run in runs if len(run.arrays.get("loss", ()))]
    if losses:
        # Each point is the mean over as many batches, and stands in their middle.
        every = -(-max(map(len, losses)) // _POINTS)
        known = [(np.arange(0, len(loss), every) + (every - 1) / 2, _means(loss, every)) for loss in losses]
        curves[f"{_BATCHES}, mean of {every}" if every > 1 else _BATCHES] = _band(known, packer)
    return curves


def _means(values: Array, every: int) -> Array:
    ends = np.arange(0, len(values), every)
    means: Array = np.add.reduceat(values.astype(np.float64), ends) / np.diff([*ends, len(values)])
    return means


def _band(curves: Sequence[tuple[Array, Array]], packer: Packer) -> dict[str, Any]:
    """Return the steps at which some of the curves have a value, and median, lowest and highest there."""
    steps = np.unique(np.concatenate([at for at, _ in curves]))
    stacked = np.full((len(curves), len(steps)), np.nan)
    for row, (at, values) in zip(stacked, curves, strict=True):
        n = min(len(at), len(values))
        row[np.searchsorted(steps, at[:n])] = values[:n]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A step at which all have diverged has no median.
        warnings.simplefilter("ignore", RuntimeWarning)
        middle, low, high = np.nanmedian(stacked, 0), np.nanmin(stacked, 0), np.nanmax(stacked, 0)
    band = {} if len(curves) == 1 else {"low": packer.add(low), "high": packer.add(high)}
    # Steps are whole numbers, or lie in the middle of two: packed they would be rounded.
    return {"steps": steps.tolist(), "median": packer.add(middle), **band}


def _layers(run: Run, packer: Packer) -> list[dict[str, Any]]:
    """Return histograms that probes have taken of layers: arrays ``NAME.counts``, ``NAME.low``, ``NAME.high``.

    Of each the counts have a row for every evaluation, layer by layer, and the ends one number for each layer.
    """
    found = []
    for name, counts in run.arrays.items():
        what = name.removesuffix(".counts")
        low, high = run.arrays.get(f"{what}.low"), run.arrays.get(f"{what}.high")
        if what == name or counts.ndim != 3 or low is None or high is None:
            continue
        evaluations, layers, bins = counts.shape
        found.append(
            {
                "name": what.rpartition(".")[2],
                "layers": layers,
                "bins": bins,
                "counts": packer.add(counts.reshape(evaluations * layers, bins)),
                "low": packer.add(low),
                "high": packer.add(high),
            }
        )
    return found


def _plane(run: Run, packer: Packer) -> dict[str, Any] | None:
    """Return what a probe has seen of the plane: classes that are predicted, and their lead, on a grid."""
    for name in run.arrays:
        of = name.removesuffix(".predicted")
        parts = {part: run.arrays.get(f"{of}.{part}") for part in ("x", "y", "lead", "points", "classes")}
        if of == name or any(part is None for part in parts.values()):
            continue
        predicted = run.arrays[name]
        rows = predicted.shape[0] * predicted.shape[1]
        x, y, lead, points, classes = (np.asarray(part) for part in parts.values())
        return {
            "ends": [float(x[0][0]), float(x[0][-1]), float(y[0][0]), float(y[0][-1])],
            "rows": int(predicted.shape[1]),
            "predicted": packer.add(predicted.reshape(rows, -1)),
            "lead": packer.add(lead.reshape(rows, -1)),
            "points": packer.add(points[0]),
            "classes": packer.add(classes[0]),
        }
    return None
