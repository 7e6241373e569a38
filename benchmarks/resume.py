"""Seconds that finished runs cost a command: a sweep of which everything is made, over one of a single run.

Whole commands without figures; runs of a few updates on data, of which only the skipping counts here.
"""

from __future__ import annotations

import argparse
import functools

from benchmarks import processes, timing
from benchmarks.table import show

ROUNDS = 5
RUNS = 500
SMALL = [
    "dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=5", "figures=[]", "study=s",
]  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Make the runs, then time the commands that find them made."""
    with processes.folders() as new:
        folder = new()
        commands = {
            f"{runs} runs": [*processes.RAVINE, "-m", "optimizer=sgd,adam", f"seed=range({runs // 2})", *SMALL]
            for runs in (2, RUNS)
        }
        processes.start(commands[f"{RUNS} runs"], folder)
        cases = {
            name: functools.partial(processes.start, command, folder) for name, command in commands.items()
        }
        wall = timing.interleaved(cases, options.repeats or ROUNDS).wall
    few, many = wall.values()
    each = timing.Spread.of((many - few) / (RUNS - 2) * 1e3)
    show(
        f"resume: a command of which every run is made, {each:.0f} ms a run",
        ["", "s (quartiles)"],
        [[name, f"{timing.Spread.of(seconds):.2f}"] for name, seconds in wall.items()],
    )
