"""Seconds until the command has answered, over those of importing Hydra.

``ravine --help`` and ``ravine list`` as whole processes, beside an interpreter that imports one package and
ends. Files are in the page cache and bytecode is compiled: the rounds that warm up see to it.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import processes, timing
from benchmarks.table import show

ROUNDS = 15

_COMMANDS = {
    "import hydra": [sys.executable, "-c", "import hydra"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "ravine --help": [*processes.RAVINE, "--help"],
    "ravine list": [*processes.RAVINE, "list"],
}


def run(options: argparse.Namespace) -> None:
    with processes.folders() as new:
        folder = new()
        cases = {name: lambda command=command: processes.start(command, folder) for name, command in _COMMANDS.items()}
        times = timing.interleaved(cases, options.repeats or ROUNDS)
    print("startup: whole processes")
    rows = [
        [name, f"{times.seconds(name):.3f}", *(f"{times.ratio(name, to).median:.2f}" for to in list(_COMMANDS)[:2])]
        for name in _COMMANDS
    ]
    show(["", "s (quartiles)", "over import hydra", "over import numpy"], rows)
