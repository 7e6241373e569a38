"""Seconds until the command has answered, over those of importing Hydra.

``ravine --help`` and ``ravine list`` as whole processes, beside the help of a bare Hydra app and interpreters
that import one package and end; and once more with twenty plugin packages of one optimizer each. Files are in
the page cache and bytecode is compiled: the rounds that warm up see to it.
"""

from __future__ import annotations

import argparse
import functools
import sys

from benchmarks import bare, processes, strangers, timing
from benchmarks.table import show

ROUNDS = 15
PLUGINS = 20


def run(options: argparse.Namespace) -> None:
    """Time the commands and print them."""
    with processes.folders() as new:
        folder, crowded = new(), strangers.write(new(), PLUGINS)
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
        for name in ("ravine --help", "ravine list"):  # the interpreter looks for packages where it is started
            cases[f"{name}, {PLUGINS} plugins"] = functools.partial(processes.start, commands[name], crowded)
        wall = timing.interleaved(cases, options.repeats or ROUNDS).wall
    rows = [
        [name, f"{timing.Spread.of(seconds):.3f}"]
        + [f"{timing.Spread.of(seconds / wall[to]).median:.2f}" for to in ("import hydra", "import numpy")]
        for name, seconds in wall.items()
    ]
    for name in ("ravine --help", "ravine list"):
        over = timing.Spread.of(wall[f"{name}, {PLUGINS} plugins"] / wall[name])
        rows.append([f"{name}, {PLUGINS} plugins over none", f"{over:.2f}", "", ""])
    show("startup: whole processes", ["", "s (quartiles)", "over import hydra", "over import numpy"], rows)
