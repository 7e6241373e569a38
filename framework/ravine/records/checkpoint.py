"""Checkpoint: a moment of a run. A run that continues from it ends with the same bits.

The newest one is in the file ``checkpoint``, the one before it in ``checkpoint.previous``. Each begins with its
own SHA-256, so a damaged checkpoint is never used. It costs no more than the time between two checkpoints.
"""

from __future__ import annotations

import io
import json
import math
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from ravine.base.errors import WriteError
from ravine.base.types import Array
from ravine.base.warn import warn
from ravine.records.arrays import read_arrays
from ravine.records.files import read_file, read_json, remove, sha256, write_atomically

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Keeper",
    "Pace",
    "Timing",
    "discard",
    "read_pace",
    "read_timing",
    "write_timing",
]


NEWEST, PREVIOUS, TIMING = "checkpoint", "checkpoint.previous", "timing.json"


class CheckpointError(WriteError):
    """A checkpoint cannot be written."""


@dataclass(frozen=True)
class Checkpoint:
    """All that a run needs to continue.

    Parameters
    ----------
    arrays : dict of str to array
        By name: parameters, the states of optimizer and problem, and everything recorded so far.
    about : dict
        Plain values: the id of its ``run``, the ``config`` and what it is ``made_of``, ``step`` of ``steps``,
        the states of the random ``streams``, the versions it was made ``with``, and as ``looked_up`` the
        origins of components that were looked up, if there are any.
    """

    arrays: Mapping[str, Array]
    about: Mapping[str, Any]

    @property
    def step(self) -> int:
        """Number of updates made."""
        return int(self.about["step"])

    def as_bytes(self) -> bytes:
        """Return the content of the file: a line with the SHA-256 of the rest, a line of JSON, and an .npz."""
        arrays = io.BytesIO()
        np.savez(arrays, **self.arrays)  # type: ignore[arg-type]
        rest = json.dumps(self.about, sort_keys=True).encode() + b"\n" + arrays.getvalue()
        return sha256(rest).encode() + b"\n" + rest

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read it back.

        Raises
        ------
        ValueError
            If it is not what was written.
        """
        digest, _, rest = content.partition(b"\n")
        if sha256(rest).encode() != digest:
            raise ValueError("not what was written (its SHA-256 is different)")
        about, _, arrays = rest.partition(b"\n")
        checkpoint = cls(read_arrays(arrays), json.loads(about))
        if type(checkpoint.about["step"]) is not int:
            raise ValueError(f"step is {checkpoint.about['step']!r}, not a whole number")
        return checkpoint

    @classmethod
    def newest(cls, folder: Path) -> Self | None:
        """Return the newest checkpoint of a run that can be read; None if there is none.

        For one that is damaged, or of a different run, there is a warning, and the one before it is used.
        """
        damaged = []
        found = None
        for path in (folder / NEWEST, folder / PREVIOUS):
            try:
                read = cls.from_bytes(read_file(path))
                if read.about["run"] != folder.name:
                    raise ValueError(f"of a different run, {read.about['run']}")
                found = read
                break
            except FileNotFoundError:
                continue
            except (KeyError, TypeError, RecursionError) as error:
                damaged.append(f"{path}: not a checkpoint ({type(error).__name__}: {error})")
            except (OSError, ValueError) as error:
                damaged.append(f"{path}: {error}")
        for text in damaged:
            # Who only looks at a run makes nothing.
            back = f"goes on from step {found.step}" if found else "starts again from the beginning"
            warn(f"{text}; the run {back}")
        return found


class Keeper:
    """Keeps a run's checkpoints in its folder, at most one in a given number of seconds.

    Parameters
    ----------
    folder : Path
        The run's own folder.
    seconds : float
        The least time between two checkpoints; 0 keeps one after every update. If writing takes long, there
        are fewer checkpoints, so that writing takes at most a tenth of the time.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self._seconds = folder, seconds
        self._last = time.monotonic()
        self._took = 0.0
        self._sound = False
        # When this process has begun, and after which step.
        self._began, self._from = self._last, 0

    def load(self) -> tuple[Checkpoint, float] | None:
        """Return the newest checkpoint, and how many seconds the run had trained until then."""
        if not (found := Checkpoint.newest(self.folder)):
            return None
        self._began, self._from = time.monotonic(), found.step
        return found, read_timing(self.folder).seconds

    def __call__(self, seconds: float, make: Callable[[], Checkpoint]) -> None:
        """Write a checkpoint if it is time for one.

        Parameters
        ----------
        seconds : float
            How long the run has trained.
        make : callable
            Makes the checkpoint; called only if it is time for one.

        Raises
        ------
        CheckpointError
            If it cannot be written; the one before it is kept.
        """
        begin = time.monotonic()
        if begin - self._last < max(self._seconds, 10 * self._took if self._seconds else 0):
            return
        newest = self.folder / NEWEST
        made = make()
        content = made.as_bytes()
        took = begin - self._began
        pace = Pace(made.step, made.about["steps"], (made.step - self._from) / took) if took > 0 else None
        try:
            write_timing(self.folder, Timing(seconds, {}), pace)
            # A file that an earlier process left may be damaged; then the one before it is better and stays.
            if self._sound:
                newest.replace(self.folder / PREVIOUS)
            write_atomically(newest, content)
        except OSError as error:
            raise CheckpointError(error.errno, error.strerror, str(newest)) from error
        self._sound = True
        self._last = time.monotonic()
        self._took = self._last - begin


class Pace(NamedTuple):
    """How far a run is that goes on, and how fast the process that makes it has been, evaluations included."""

    step: int
    steps: int
    rate: float

    @property
    def left(self) -> float:
        """Seconds until its last step."""
        return (self.steps - self.step) / self.rate


class Timing(NamedTuple):
    """How long a run has trained, and by what: results are the same on every machine, these are not.

    Parameters
    ----------
    seconds : float
        Seconds of updates and their gradients; NaN if it is not known.
    fusion : dict of str to Any
        See ``Run``.
    """

    seconds: float
    fusion: dict[str, Any]


def write_timing(folder: Path, timing: Timing, pace: Pace | None = None) -> None:
    """Write how long a run has trained, in a file of its own; while it goes on the file has its pace too.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    fusion = {"fusion": timing.fusion} if timing.fusion else {}
    found = {"seconds": round(timing.seconds, 6), "host": platform.node(), **(pace._asdict() if pace else {})}
    write_atomically(folder / TIMING, json.dumps(found | fusion).encode() + b"\n")


def read_timing(folder: Path) -> Timing:
    """Return how long a run has trained; what is not known is left out, because no result depends on it."""
    try:
        found = read_json(folder / TIMING)
        seconds = float(found["seconds"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return Timing(math.nan, {})
    fusion = found.get("fusion")
    return Timing(seconds, fusion if isinstance(fusion, dict) else {})


def read_pace(folder: Path) -> Pace | None:
    """Return how far a run is, and how fast; None if that is not known."""
    try:
        found = read_json(folder / TIMING)
        pace = Pace(found["step"], found["steps"], float(found["rate"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    is_sound = type(pace.step) is type(pace.steps) is int and 0 < pace.rate < math.inf
    return pace if is_sound and 0 <= pace.step <= pace.steps else None


def discard(folder: Path) -> None:
    """Remove the checkpoints of a run that has ended."""
    for name in (NEWEST, PREVIOUS):
        remove(folder / name)
