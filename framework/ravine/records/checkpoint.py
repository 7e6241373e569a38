"""Checkpoint: a moment of a run, from which it goes on to the same bits.

The newest lies in ``checkpoint``, the one before it in ``checkpoint.previous``, each under its own SHA-256, so
that one that is damaged is never used and never costs more than the time between two.
"""

from __future__ import annotations

import io
import json
import math
import platform
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from ravine.base.errors import WriteError
from ravine.base.types import Array
from ravine.records.files import remove, sha256, write_atomically

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Keeper",
    "discard",
    "read_seconds",
    "write_seconds",
]


NEWEST, PREVIOUS, TIMING = "checkpoint", "checkpoint.previous", "timing.json"


class CheckpointError(WriteError):
    """A checkpoint cannot be written."""


@dataclass(frozen=True)
class Checkpoint:
    """What it takes to go on.

    Parameters
    ----------
    arrays : dict of str to array
        Parameters, the optimizer's state, the problem's, and what was recorded, by name.
    about : dict
        ``step``, the ``streams`` of chance, and what they were made ``with``; plain values.
    """

    arrays: Mapping[str, Array]
    about: Mapping[str, Any]

    @property
    def step(self) -> int:
        """Updates made."""
        return int(self.about["step"])

    def as_bytes(self) -> bytes:
        """Return the file: a line with the SHA-256 of the rest, a line of JSON, and an .npz."""
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
            raise ValueError("not what was written (its SHA-256 is another)")
        about, _, arrays = rest.partition(b"\n")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as archive:
            return cls(dict(archive), json.loads(about))

    @classmethod
    def newest(cls, folder: Path) -> Self | None:
        """Return the newest checkpoint of a run that can be read; None where there is none.

        One that is damaged is told in a warning and taken away, and the one before it is taken.
        """
        damaged = []
        found = None
        for path in (folder / NEWEST, folder / PREVIOUS):
            try:
                found = cls.from_bytes(path.read_bytes())
                break
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                damaged.append(f"{path}: {error}")
        for text in damaged:
            back = f"going on from step {found.step}" if found else "beginning anew"
            warnings.warn(f"{text}; {back}", stacklevel=2)
        return found


class Keeper:
    """Keeps a run's checkpoints in its folder, no more often than every so many seconds.

    Parameters
    ----------
    folder : Path
        The run's own.
    seconds : float
        How much time may be lost, beside that since the last evaluation; 0 keeps a checkpoint at each. Where
        writing takes long, it is done so seldom that it takes a tenth of the time.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds
        self._last = time.monotonic()
        self._took = 0.0
        self._sound = False

    def load(self) -> tuple[Checkpoint, float] | None:
        """Return the newest checkpoint, and the seconds of training until then."""
        found = Checkpoint.newest(self._folder)
        return (found, read_seconds(self._folder)) if found else None

    def __call__(self, seconds: float, make: Callable[[], Checkpoint]) -> None:
        """Write a checkpoint, after so many seconds of training, if it is time for one.

        Raises
        ------
        CheckpointError
            If it cannot be written; the one before it is kept.
        """
        begin = time.monotonic()
        if begin - self._last < max(self._seconds, 10 * self._took if self._seconds else 0):
            return
        newest = self._folder / NEWEST
        content = make().as_bytes()
        try:
            write_seconds(self._folder, seconds)
            if self._sound:  # what others have left may be damaged, and then the one before it is better
                newest.replace(self._folder / PREVIOUS)
            write_atomically(newest, content)
        except OSError as error:
            raise CheckpointError(error.errno, error.strerror, str(newest)) from error
        self._sound = True
        self._last = time.monotonic()
        self._took = self._last - begin


def write_seconds(folder: Path, seconds: float) -> None:
    """Write down what was measured, apart from results, which are the same wherever and whenever they are made.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    timing = {"seconds": round(seconds, 6), "host": platform.node()}
    write_atomically(folder / TIMING, json.dumps(timing).encode() + b"\n")


def read_seconds(folder: Path) -> float:
    """Return how long a run has trained; NaN where that is not known, for no result hangs on it."""
    try:
        return float(json.loads((folder / TIMING).read_bytes())["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return math.nan


def discard(folder: Path) -> None:
    """Take a run's checkpoints away: it has ended."""
    for name in (NEWEST, PREVIOUS):
        remove(folder / name)
