"""Whole processes: how they are started, and a place for what they write."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

RAVINE = (sys.executable, "-c", "import sys; from ravine.cli.main import main; sys.exit(main())")
"""What the installed command does, with this interpreter."""


def start(command: Sequence[str], folder: Path) -> str:
    """Run a command to its end in a folder and return what it prints; its failure ends the benchmark."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with status {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


@contextlib.contextmanager
def folders() -> Iterator[Callable[[], Path]]:
    """Give new empty folders, all of which are gone in the end."""
    with tempfile.TemporaryDirectory() as root:
        numbers = itertools.count()

        def new() -> Path:
            folder = Path(root, str(next(numbers)))
            folder.mkdir()
            return folder

        yield new
