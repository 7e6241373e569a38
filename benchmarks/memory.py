"""Peak memory of a run and of the help, over that of importing NumPy.

The largest resident set of a process. MNIST's digits are 55 MB of it: a process keeps the bytes that it has
checked as long as runs use them, because a file could change meanwhile.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from benchmarks import ours, processes
from benchmarks.table import show

ROUNDS = 3

COMMANDS = {
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import hydra": [sys.executable, "-c", "import hydra"],
    "ravine --help": [*processes.RAVINE, "--help"],
    "ravine, a run of 100 steps": [*processes.RAVINE, *ours.OVERRIDES, "training.steps=100"],
}

# A process begins as a copy of its parent, and its peak remembers that: so a small one starts it.
PROBE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run(options: argparse.Namespace) -> None:
    """Measure the peaks and print them."""
    if sys.platform == "win32":
        print("memory: this system does not tell a child's peak")
        return
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    peaks: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with processes.folders() as new:
        for _ in range(options.repeats or ROUNDS):
            for name, command in COMMANDS.items():
                printed = processes.start([sys.executable, "-c", PROBE, *command], new())
                peaks[name].append(int(printed) / unit)
    rows = []
    for name, values in peaks.items():
        ratio = np.median(values) / np.median(peaks["import numpy"])
        spread = f"{np.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"
        rows.append([name, spread, f"{ratio:.2f}"])
    show("memory: largest resident set of a process", ["", "MB (range)", "over import numpy"], rows)
