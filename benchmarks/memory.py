"""Peak memory of a run, over that of importing NumPy.

The largest resident set of a process, the pages of mapped files among it: MNIST is mapped, so its 47 MB of
training digits count in every process that reads them, and are in memory once.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks import floor, processes
from benchmarks.table import show

ROUNDS = 3

_HIDDEN = ",".join(map(str, floor.UNITS[1:-1]))
_COMMANDS = {
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import hydra": [sys.executable, "-c", "import hydra"],
    "ravine --help": [*processes.RAVINE, "--help"],
    "ravine, a run of 100 steps": [
        *processes.RAVINE,
        f"network.hidden=[{_HIDDEN}]",
        f"training.batch_size={floor.BATCH}",
        "training.steps=100",
    ],
}

# A process is at its start a copy of the one that began it, and its peak remembers: so a small one begins it.
_PROBE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run(options: argparse.Namespace) -> None:
    if sys.platform == "win32":
        print("memory: not on this system, which does not tell a child's peak")
        return
    with processes.folders() as new:
        peaks = {name: [] for name in _COMMANDS}
        for _ in range(options.repeats or ROUNDS):
            for name, command in _COMMANDS.items():
                peaks[name].append(_megabytes(processes.start([sys.executable, "-c", _PROBE, *command], new())))
    medians = {name: statistics.median(values) for name, values in peaks.items()}
    print("memory: largest resident set of a process")
    show(
        ["", "MB (range)", "over import numpy"],
        [
            [name, f"{medians[name]:.0f} ({min(values):.0f} to {max(values):.0f})",
             f"{medians[name] / medians['import numpy']:.2f}"]
            for name, values in peaks.items()
        ],
    )  # fmt: skip


def _megabytes(printed: str) -> float:
    return int(printed) / (1e6 if sys.platform == "darwin" else 1e3)
