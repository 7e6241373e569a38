"""Recording: what one run leaves behind.

A ``Recorder`` fills arrays while a run goes on; a ``Run`` is what it comes to, in memory or in a folder:
``config.yaml``, ``metrics.npz`` and, written last, ``run.json``, which alone proves that the run has ended.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from ravine import registry
from ravine.component import Array
from ravine.fields import construct
from ravine.files import sha256, write_atomically
from ravine.surface import Surface

__all__ = ["Recorder", "Run", "Status", "identify"]

Status = Literal["completed", "diverged", "failed"]


def identify(config: Mapping[str, Any]) -> str:
    """Return a run's id: the first 12 digits of the SHA-256 of its scientific configuration."""
    return _hash(config)[:12]


def _hash(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode())


class Recorder:
    """Collects a run's numbers.

    Parameters
    ----------
    steps : int
        Updates that the run will make.
    watched : dict of str to array, optional
        Arrays to copy before every update and at the end, few and small.
    """

    def __init__(self, steps: int, watched: Mapping[str, Array] | None = None) -> None:
        self.status: Status = "completed"
        self.steps = 0
        self.seconds = 0.0
        self._loss = np.empty(steps)
        self._evaluations: list[dict[str, float]] = []
        self._probed: dict[str, list[Array]] = {}
        self._watched = {
            name: (array, np.empty((steps + 1, *array.shape))) for name, array in (watched or {}).items()
        }
        self._watch()

    def step(self, loss: float) -> bool:
        """Record the loss that the next update's gradient comes from; say whether it is finite."""
        if not math.isfinite(loss):
            return False
        self._loss[self.steps] = loss
        return True

    def moved(self, seconds: float) -> None:
        """Record that an update was made, and how long it took with its gradient."""
        self.steps += 1
        self.seconds += seconds
        self._watch()

    def evaluation(self, t: int, metrics: Mapping[str, float]) -> bool:
        """Record metrics after ``t`` updates; say whether all are finite."""
        if not all(math.isfinite(value) for value in metrics.values()):
            return False
        self._evaluations.append({"step": t, **metrics})
        return True

    def probed(self, values: Mapping[str, Array]) -> None:
        """Record what probes saw at an evaluation, arrays of the same shapes every time."""
        for name, value in values.items():
            self._probed.setdefault(name, []).append(np.asarray(value))

    def end(self, status: Status) -> Self:
        """Close the record."""
        self.status = status
        return self

    def _watch(self) -> None:
        for array, copies in self._watched.values():
            copies[self.steps] = array

    @property
    def arrays(self) -> dict[str, Array]:
        """By name: ``loss`` (steps,), ``evaluation.NAME`` (evaluations,), and what is watched and probed."""
        arrays = {"loss": self._loss[: self.steps]}
        if self._watched:
            rows = {name: copies[: self.steps + 1] for name, (_, copies) in self._watched.items()}
            finite = np.logical_and.reduce([np.isfinite(copies).all(axis=1) for copies in rows.values()])
            arrays |= {name: copies[finite] for name, copies in rows.items()}
        arrays |= {f"probe.{name}": np.array(values) for name, values in self._probed.items()}
        for name in self._evaluations[0] if self._evaluations else ():
            arrays[f"evaluation.{name}"] = np.array([row[name] for row in self._evaluations])
        return arrays

    @property
    def final(self) -> dict[str, float]:
        """Metrics at the end; empty for a run that did not get there."""
        if self.status != "completed":
            return {}
        return {name: value for name, value in self._evaluations[-1].items() if name != "step"}

    @property
    def best(self) -> dict[str, float]:
        """Metrics at the evaluation with the best validation loss; empty without validation examples."""
        judged = [row for row in self._evaluations if "validation_loss" in row]
        return min(judged, key=lambda row: row["validation_loss"]) if judged else {}


@dataclass(frozen=True)
class Run:
    """One run: what was asked, what happened, and where it came from.

    Parameters
    ----------
    config : dict
        The resolved scientific configuration: enough to run it again.
    status : "completed", "diverged" or "failed"
        How it ended. A diverged run met a loss that is not finite; a failed one an error.
    step : int
        Updates made.
    seconds : float
        Time spent on updates and their gradients, evaluations left out.
    final, best : dict of str to float
        Metrics at the end, and at the best validation loss; empty where there are none.
    arrays : dict of str to array
        ``loss`` by step; on a surface ``path``, the parameters before every update and at the end, and
        ``state.SLOT``, the optimizer's arrays beside them; ``evaluation.step``, ``evaluation.NAME`` and
        ``probe.PROBE.NAME`` by evaluation.
    provenance : dict
        Versions, and source of every component.
    error : str
        Traceback of a failed run.
    """

    config: dict[str, Any]
    status: Status
    step: int
    seconds: float
    final: dict[str, float] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def path(self) -> Array:
        """The parameters before every update and at the end, of a descent: (updates + 1, 2) array.

        Raises
        ------
        ValueError
            If it learned from data instead.
        """
        if "path" not in self.arrays:
            name = self.config["problem"]["name"]
            raise ValueError(f"a path is drawn of a descent on a surface; this run's problem is {name}")
        return self.arrays["path"]

    @property
    def surface(self) -> Surface:
        """The surface that it descended on.

        Raises
        ------
        ValueError
            If it learned from data instead.
        """
        _ = self.path
        problem = dict(self.config["problem"])
        surface: Surface = construct(registry.load().get("surface", problem.pop("name")), problem)
        return surface

    def save(self, folder: Path, config_yaml: str) -> None:
        """Write the run's files, ``run.json`` last.

        Parameters
        ----------
        folder : Path
            The run's own folder; made if need be.
        config_yaml : str
            The configuration as the text to keep.
        """
        buffer = io.BytesIO()
        np.savez(buffer, **self.arrays)  # type: ignore[arg-type]
        files = {"config.yaml": config_yaml.encode(), "metrics.npz": buffer.getvalue()}
        for name, content in files.items():
            write_atomically(folder / name, content)
        record: dict[str, Any] = {
            "status": self.status,
            "step": self.step,
            "seconds": round(self.seconds, 6),
            "seed": self.config["seed"],
            "dtype": self.config["training"]["dtype"],
            "final": self.final,
            "best": self.best,
            "provenance": self.provenance,
            "error": self.error,
            "config": self.config,
        }
        record["sha256"] = {"record": _hash(record), **{name: sha256(data) for name, data in files.items()}}
        write_atomically(folder / "run.json", json.dumps(record, indent=2, allow_nan=False).encode() + b"\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a run back, checking its files against their recorded hashes.

        Raises
        ------
        FileNotFoundError
            If the run has not ended: it has no ``run.json``.
        ValueError
            If a file is not what was written: which, and where.
        """
        path = folder / "run.json"
        try:
            record = json.loads(path.read_bytes())
            hashes = dict(record.pop("sha256"))
            whole = hashes.pop("record") == _hash(record) and identify(record["config"]) == folder.name
            if not whole or hashes.keys() != {"config.yaml", "metrics.npz"}:
                raise ValueError(f"{path}: changed since it was written, or another run's")
            known = {
                name: record[name]
                for name in ("config", "status", "step", "seconds", "final", "best", "provenance", "error")
            }
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}: not a run's record ({type(error).__name__})") from None
        contents = {}
        for name, expected in hashes.items():
            try:
                contents[name] = (folder / name).read_bytes()
            except FileNotFoundError:
                raise ValueError(f"{folder / name}: missing, though the run has ended") from None
            if sha256(contents[name]) != expected:
                raise ValueError(f"{folder / name}: changed since it was written (its SHA-256 is another)")
        with np.load(io.BytesIO(contents["metrics.npz"]), allow_pickle=False) as archive:
            return cls(arrays=dict(archive), **known)
