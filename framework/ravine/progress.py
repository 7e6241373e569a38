"""Progress: how far a study is; a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ravine.recording import Run

__all__ = ["Progress", "duration"]

_BAR_EVERY = 0.1  # seconds between two pictures of the bar
_LINE_EVERY = 10.0  # seconds between two lines where there is no terminal


class Progress:
    """Tells the user where a study is, on standard error.

    Parameters
    ----------
    runs : int
        Runs of the study.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.ended = 0
        self._skipped = 0
        self._terminal = sys.stderr.isatty()
        self._begin = time.monotonic()

    def skip(self) -> None:
        """Count a run that had ended before."""
        self.ended += 1
        self._skipped += 1

    @contextlib.contextmanager
    def run(self, name: str) -> Iterator[Callable[[int, int, float], None]]:
        """Follow one run; the value is what its training calls after each step."""
        self._tell_skipped()
        begin = told = time.monotonic()
        every = _BAR_EVERY if self._terminal else _LINE_EVERY

        def on_step(step: int, steps: int, loss: float) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told < every:
                return
            told = now
            # This run's rest, and the other runs as long as this one.
            left = (now - begin) * ((steps - step) / step + (self.runs - self.ended - 1) * steps / step)
            self._show(name, step, steps, loss, left)

        yield on_step

    def end(self, name: str, run: Run, folder: Path) -> None:
        """Tell how a run ended."""
        self.ended += 1
        if run.status == "failed":
            what = f"failed: {run.error.strip().splitlines()[-1]} (see {folder / 'run.json'})"
        elif run.status == "diverged":
            what = f"diverged at step {run.step}: a smaller optimizer.lr may hold"
        else:
            what = "  ".join(f"{key} {value:.4g}" for key, value in run.final.items())
        self._line(f"{self._count()} {name}: {what}")

    def close(self) -> None:
        """Clear the bar."""
        self._tell_skipped()
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _tell_skipped(self) -> None:
        if self._skipped:
            self._line(f"{self._count()} {self._skipped} done before")
            self._skipped = 0

    def _count(self) -> str:
        return f"[{self.ended:{len(str(self.runs))}}/{self.runs}]"

    def _show(self, name: str, step: int, steps: int, loss: float, left: float) -> None:
        text = f"step {step}/{steps}  loss {loss:.4g}  {duration(left)} left"
        if not self._terminal:
            self._line(f"[{self.ended}/{self.runs}] {name}: {text}")
            return
        width = 20
        share = (self.ended + step / steps) / self.runs
        bar = ("█" * round(share * width)).ljust(width, "░")
        columns = shutil.get_terminal_size().columns
        line = f"{bar} [{self.ended}/{self.runs}] {text}  {name}"[: columns - 1]
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def _line(self, text: str) -> None:
        print(("\r\x1b[K" if self._terminal else "") + text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return seconds as a clock shows them: ``1:05``, ``2:00:00``."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
