"""Seconds a Hydra job that are not training, over those of a bare Hydra app.

A sweep over N seeds as a whole process, less the same with one seed, over N - 1. ravine's jobs are one update on
the sphere, with everything a run leaves behind and no figure; the bare app's job does nothing, and Hydra keeps
its own record of it, as it does unless told otherwise.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import processes, timing
from benchmarks.table import show

ROUNDS = 5
JOBS = 50

_APP = """
import hydra

@hydra.main(version_base="1.3", config_path=".", config_name="config")
def job(cfg):
    pass

job()
"""


def run(options: argparse.Namespace) -> None:
    with processes.folders() as new:
        app = new()
        (app / "app.py").write_text(_APP)
        (app / "config.yaml").write_text("seed: 0\n")
        commands = {
            "ravine": [*processes.RAVINE, "-m", "problem=sphere", "training.steps=1", "figures=[]"],
            "bare Hydra app": [sys.executable, str(app / "app.py"), "-m"],
        }
        cases = {
            f"{name}, {jobs}": _sweep(command, jobs, new)
            for name, command in commands.items()
            for jobs in (1, JOBS)
        }
        times = timing.interleaved(cases, options.repeats or ROUNDS)
    per_job = {
        name: (times.wall[f"{name}, {JOBS}"] - times.wall[f"{name}, 1"]) / (JOBS - 1) for name in commands
    }
    rows = []
    for name, seconds in per_job.items():
        one, many = (f"{times.seconds(f'{name}, {jobs}').median:.2f}" for jobs in (1, JOBS))
        ratio = timing.Spread.of(seconds / per_job["bare Hydra app"])
        rows.append([name, one, many, f"{timing.Spread.of(seconds * 1e3):.1f}", f"{ratio:.2f}"])
    print(f"overhead: whole processes of 1 and {JOBS} jobs")
    show(["", "s, 1 job", f"s, {JOBS} jobs", "ms a job (quartiles)", "ratio (quartiles)"], rows)


def _sweep(command: list[str], jobs: int, new: Callable[[], Path]) -> Callable[[], object]:
    seeds = ",".join(map(str, range(jobs)))
    return lambda: processes.start([*command, f"seed={seeds}"], new())
