"""Seconds and bytes that a study costs as it grows: what is linear costs a run as much in a large study.

Whole commands, once each: the runs of 2 steps are made, the same command finds them made, and its status,
table and a figure are shown. A study of a million runs is the last line multiplied, as long as each column
stays what it is.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks import processes
from benchmarks.memory import PROBE
from benchmarks.table import show

RUNS = (30, 300, 3000)
STUDY = ["problem=noisy_quadratic", "optimizer=sgd,adam", "training.steps=2", "figures=[]", "study=s"]


def run(options: argparse.Namespace) -> None:
    """Make studies of more and more runs, and time the commands."""
    rows = []
    with processes.folders() as new:
        for runs in RUNS:
            folder = new()
            make = [*processes.RAVINE, "-m", *STUDY, f"seed=range({runs // 2})"]
            seconds = [
                _seconds(command, folder)
                for command in (
                    make,
                    make,
                    [*processes.RAVINE, "status", "runs/s"],
                    [*processes.RAVINE, "table", "runs/s"],
                    [*processes.RAVINE, "figures", "runs/s", "value_curves"],
                )
            ]
            peak = processes.start([sys.executable, "-c", PROBE, *make], folder)
            size = sum(file.stat().st_size for file in Path(folder, "runs").rglob("*") if file.is_file())
            made, *others = seconds
            rows.append(
                [
                    f"{runs} runs",
                    *(f"{one:.1f}" for one in (made, *others)),
                    f"{int(peak) / 1e3:.0f}",
                    f"{size / runs / 1e3:.1f}",
                ]
            )
    show(
        "scale: seconds of whole commands, and how they grow with the runs of a study",
        ["", "made, s", "made before", "status", "table", "figure", "MB", "kB a run"],
        rows,
    )


def _seconds(command: list[str], folder: Path) -> float:
    begin = time.perf_counter()
    processes.start(command, folder)
    return time.perf_counter() - begin
