"""Seconds a Hydra job that are not training, over those of a bare Hydra app.

A sweep over N seeds as a whole process, less the same with one seed, over N - 1. ravine's jobs are one update
on the sphere, with everything a run leaves behind and no figure; the bare app's job does nothing, and Hydra
keeps its own record of it, as it does unless told otherwise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import bare, processes, timing
from benchmarks.table import show

ROUNDS = 7
JOBS = 21

BARE = "bare Hydra app"


def run(options: argparse.Namespace) -> None:
    """Time the sweeps and print them."""
    with processes.folders() as new:
        commands = {
            BARE: [*bare.write(new()), "-m"],
            "ravine": [*processes.RAVINE, "-m", "problem=sphere", "training.steps=1", "figures=[]"],
        }
        cases = {
            f"{name} {jobs}": _sweep(command, jobs, new)
            for name, command in commands.items()
            for jobs in (1, JOBS)
        }
        wall = timing.interleaved(cases, options.repeats or ROUNDS).wall
    per_job = {name: (wall[f"{name} {JOBS}"] - wall[f"{name} 1"]) / (JOBS - 1) for name in commands}
    rows = []
    for name, seconds in per_job.items():
        one, all_jobs = (f"{timing.Spread.of(wall[f'{name} {jobs}']).median:.2f}" for jobs in (1, JOBS))
        ratio = timing.Spread.of(seconds / per_job[BARE])
        rows.append([name, one, all_jobs, f"{timing.Spread.of(seconds * 1e3):.0f}", f"{ratio:.2f}"])
    show(
        f"overhead: sweeps of 1 and of {JOBS} jobs as whole processes",
        ["", "s, 1 job", f"s, {JOBS} jobs", "ms a job (quartiles)", "ratio (quartiles)"],
        rows,
    )


def _sweep(command: Sequence[str], jobs: int, new: Callable[[], Path]) -> Callable[[], object]:
    return lambda: processes.start([*command, f"seed=range({jobs})"], new())
