"""A battery in a process of its own: ``python -m trust.process NAME SEED NUMBER FOLDER`` prints its results."""

import dataclasses
import importlib
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np


def main(name: str, seed: int, number: int, folder: Path) -> None:
    """Print every result as a line of JSON; whatever the battery prints itself goes to standard error."""
    results = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    # A background job of a shell ignores Ctrl-C, and so would the commands that are stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    battery = importlib.import_module(f"trust.{name}")
    for result in battery.battery(np.random.default_rng(seed), number, folder):
        print(json.dumps(dataclasses.asdict(result)), file=results)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
