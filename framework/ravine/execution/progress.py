"""Progress: how far a study has got, as a bar on a terminal and as plain lines elsewhere.

Below a notebook's cell it is one line that is written again and again, with a line for each run that failed.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from ravine.base.durations import duration
from ravine.base.standard_error import Line, is_terminal, say
from ravine.records.run import Run
from ravine.registry.blame import failure

__all__ = [
    "Progress",
]


# Seconds between two updates of the bar.
_BAR_EVERY = 0.1

# Seconds between two lines if there is no terminal.
_LINE_EVERY = 10.0

# Seconds of steps before which nothing is said of the time that is left.
_FEWEST = 1.0


class Progress:
    """Tells the user on standard error how far a study has got; runs may go on side by side, in threads.

    Parameters
    ----------
    runs : int
        Runs of the study.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.ended = 0
        # Of the runs that have ended, those that had ended before this command.
        self._skipped = 0
        # Of each run that goes on, the shares that were done before this command, and that are done now.
        self._going: dict[str, tuple[float, float]] = {}
        # Of each run that has come to its end and is not told of yet, the share that was done before.
        self._begun: dict[str, float] = {}
        # Of the runs that this command has ended, the sum of these shares.
        self._before = 0.0
        # How those that this command has made have ended.
        self._became: Counter[str] = Counter()
        self._told_of: set[str] = set()
        self._bar = Line()
        # A terminal has a line for each run above the bar, which a notebook has no room for.
        self._one_line = self._bar.is_seen and not is_terminal()
        self._told = time.monotonic()
        # When the first step was told of: what comes before it, as the start of processes, comes once.
        self._begin: float | None = None
        self._lock = threading.Lock()

    def skip(self, runs: int = 1) -> None:
        """Count runs that had ended before."""
        if runs:
            self.ended += runs
            self._skipped += runs
            self._line(f"{self._count()} {runs} done before", stays=False)

    @contextlib.contextmanager
    def run(self, name: str) -> Iterator[Callable[[int, int, float], None]]:
        """Follow one run; the value is what its training calls after each step."""
        every = _BAR_EVERY if self._bar.is_seen else _LINE_EVERY

        def on_step(step: int, steps: int, loss: float) -> None:
            begun, _ = self._going.get(name, ((step - 1) / steps, 0.0))
            self._going[name] = begun, step / steps
            now = time.monotonic()
            self._begin = now if self._begin is None else self._begin
            if now - self._told >= every:
                with self._lock:
                    self._told = now
                    self._show(name, step, steps, loss, now - self._begin)

        try:
            yield on_step
        finally:
            # A run that makes no step was done before.
            self._begun[name], _ = self._going.pop(name, (1.0, 1.0))

    def end(self, name: str, run: Run, folder: Path) -> None:
        """Tell how a run ended."""
        if run.status == "failed":
            reason, place = failure(run.error)
            result = f"failed: {reason} ({f'{place}; ' if place else ''}see {folder / 'run.json'})"
        elif run.status == "diverged":
            advice = run.provenance.get("unfit") or (
                "a smaller optimizer.lr may hold" if run.step else "the loss is not finite before any update"
            )
            result = f"diverged at step {run.step}: {advice}"
        elif run.status == "pruned":
            result = f"pruned at step {run.step}: half of the others were better"
        else:
            result = "  ".join(f"{key} {value:.4g}" for key, value in run.final.items())
            if stopped := run.provenance.get("stopped"):
                result += f"  (stopped by {stopped['by']} at step {run.step})"
        self.tell(name, result, run.status)

    def tell(self, name: str, result: str, status: str = "not made") -> None:
        """Tell how a run ended, in words that are given."""
        with self._lock:
            self.ended += 1
            self._became[status] += 1
            self._before += self._begun.pop(name, 0.0)
            # Of many runs that fail alike the first is told.
            why = result.partition(" (")[0]
            stays = status in ("failed", "not made") and why not in self._told_of
            self._told_of |= {why} if stays else set()
            self._line(f"{self._count()} {name}: {result}", stays=stays)

    def close(self) -> None:
        """Clear the bar; in a notebook the line says how all runs have ended."""
        if not self._one_line:
            self._bar.clear()
            return
        if self.runs > 1 and self._became:
            counts = {**self._became, **({"done before": self._skipped} if self._skipped else {})}
            self._bar.write(f"{self._count()} {', '.join(f'{n} {what}' for what, n in counts.items())}")
        self._bar.leave()

    def _count(self) -> str:
        return f"[{self.ended:{len(str(self.runs))}}/{self.runs}]"

    def _show(self, name: str, step: int, steps: int, loss: float, seconds: float) -> None:
        shares = list(self._going.values())
        going = sum(done for _, done in shares)
        text = f"step {step}/{steps}  loss {loss:.4g}"
        if seconds >= _FEWEST:
            made = self.ended - self._skipped - self._before + sum(done - begun for begun, done in shares)
            text += f"  {duration(seconds * (self.runs - self.ended - going) / made)} left"
        if self._bar.is_seen:
            share = (self.ended + going) / self.runs
            self._bar.bar(share, f"[{self.ended}/{self.runs}] {text}  {name}")
        else:
            say(f"[{self.ended}/{self.runs}] {name}: {text}")

    def _line(self, text: str, *, stays: bool = True) -> None:
        """Write a line; in a notebook the next one takes its place if it does not stay."""
        if not self._one_line:
            self._bar.clear()
            say(text)
            return
        self._bar.write(text)
        if stays:
            self._bar.leave()
