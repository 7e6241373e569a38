"""Weights: what a network has learned, named arrays in a file of their own: ``weights.last.npz``.

They are read when somebody asks for them, and not with the run: no result depends on them, and they are large.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from ravine.base.types import Array
from ravine.records.arrays import read_arrays
from ravine.records.files import read_file, remove, sha256, write_atomically

__all__ = ["WHICH", "Keep", "Stored", "Which", "wanted", "write_weights"]


Which = Literal["last", "best"]
"""Those at the end of a run, or at the evaluation with the lowest validation loss."""

Keep = Literal["none", "last", "best", "both"]
"""Which weights a run leaves behind."""

WHICH: tuple[Which, ...] = get_args(Which)


def wanted(keep: Keep) -> tuple[Which, ...]:
    """Return which weights a run leaves behind, one by one."""
    return tuple(which for which in WHICH if keep in (which, "both"))


@dataclass(frozen=True)
class Stored:
    """Weights in a file.

    Parameters
    ----------
    path : Path
        The file.
    sha256 : str
        The SHA-256 of what was written.
    """

    path: Path
    sha256: str

    def read(self) -> dict[str, Array]:
        """Return the arrays by name.

        Raises
        ------
        ValueError
            If the file is not what was written; the message names it.
        """
        try:
            content = read_file(self.path)
            if sha256(content) != self.sha256:
                raise ValueError("changed since it was written (its SHA-256 is different)")
            return read_arrays(content)
        except FileNotFoundError:
            raise ValueError(f"{self.path}: not there any more") from None
        except OSError as error:
            raise ValueError(f"{self.path}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None

    @property
    def size(self) -> int:
        """How many bytes the file has; 0 if it is not there any more."""
        return self.path.stat().st_size if self.path.is_file() else 0


def place(folder: Path, which: str) -> Path:
    """Return the file of some weights of a run."""
    return folder / f"weights.{which}.npz"


def write_weights(folder: Path, weights: Mapping[Which, Mapping[str, Array]]) -> dict[str, str]:
    """Write the weights of a run, and remove those that it does not keep; return the SHA-256 of each file.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    hashes: dict[str, str] = {}
    for which in WHICH:
        path = place(folder, which)
        if which not in weights:
            # An earlier attempt may have left it.
            remove(path)
            continue
        buffer = io.BytesIO()
        np.savez(buffer, **weights[which])  # type: ignore[arg-type]
        write_atomically(path, buffer.getvalue())
        hashes[which] = sha256(buffer.getvalue())
    return hashes
