"""Seconds until the command has answered, over those of importing Hydra.

``ravine --help`` and ``ravine list`` as whole processes, beside the help of a bare Hydra app and interpreters
that import one package and end. Files are in the page cache and bytecode is compiled: the rounds that warm up
see to it.
"""

from __future__ import annotations

import argparse
import functools
import sys

from benchmarks import bare, processes, timing
from benchmarks.table import show

ROUNDS = 15


def run(options: argparse.Namespace) -> None:
    """Time the commands and print them."""
    with processes.folders() as new:
        folder = new()
        commands = {
            "import numpy": [sys.executable, "-c", "import numpy"],
            "import hydra": [sys.executable, "-c", "import hydra"],
            "bare Hydra app --help": [*bare.write(folder), "--help"],
            "ravine --help": [*processes.RAVINE, "--help"],
            "ravine list": [*processes.RAVINE, "list"],
        }
        cases = {
            name: functools.partial(processes.start, command, folder) for name, command in commands.items()
        }
        wall = timing.interleaved(cases, options.repeats or ROUNDS).wall
    rows = [
        [name, f"{timing.Spread.of(seconds):.3f}"]
        + [f"{timing.Spread.of(seconds / wall[to]).median:.2f}" for to in ("import hydra", "import numpy")]
        for name, seconds in wall.items()
    ]
    print("startup: whole processes")
    show(["", "s (quartiles)", "over import hydra", "over import numpy"], rows)
