"""Recording: what one run leaves behind.

A ``Recorder`` fills arrays while a run goes on; a ``Run`` is what it comes to, in memory or in a folder:
``config.yaml``, ``metrics.npz``, ``timing.json`` and, written last, ``run.json``, which alone proves that the
run has ended.
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
from ravine.checkpoint import read_seconds, write_seconds
from ravine.component import Array
from ravine.fields import construct
from ravine.files import sha256, write_atomically
from ravine.surface import Surface
from ravine.tables import as_html

__all__ = ["Recorder", "Run", "Status", "identify", "question"]

Status = Literal["completed", "diverged", "failed", "pruned"]

FORMAT = 2
"""Of a run's files; others are not read."""


def identify(config: Mapping[str, Any], made_of: Mapping[str, Any]) -> str:
    """Return a run's id, its folder's name: digits of the SHA-256 of what was asked, and of what it is made of.

    Parameters
    ----------
    config : dict
        The resolved scientific configuration. Runs of one configuration begin alike: see ``question``.
    made_of : dict
        Where its components and data come from: see ``Experiment.made_of``.
    """
    return f"{_hash(config)[:12]}-{_hash(made_of)[:8]}"


def question(run: str) -> str:
    """Return what ids of one configuration have in common, whatever they are made of."""
    return run.partition("-")[0]


def _hash(values: object) -> str:
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
        self.evaluations: list[dict[str, float]] = []
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
        self.evaluations.append({"step": t, **metrics})
        return True

    def probed(self, values: Mapping[str, Array]) -> None:
        """Record what probes saw at an evaluation, arrays of the same shapes every time."""
        for name, value in values.items():
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise TypeError(f"probe.{name} is an array of {array.dtype}: it is one of numbers")
            self._probed.setdefault(name, []).append(array)

    def end(self, status: Status) -> Self:
        """Close the record."""
        self.status = status
        return self

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Put back what was recorded ``so_far`` when a run was interrupted."""
        self.steps = len(arrays["loss"])
        self._loss[: self.steps] = arrays["loss"]
        for name, (_, copies) in self._watched.items():
            copies[: self.steps + 1] = arrays[name]
        judged = {
            name.removeprefix("evaluation."): values.tolist()
            for name, values in arrays.items()
            if name.startswith("evaluation.")
        }
        self.evaluations = [dict(zip(judged, row, strict=True)) for row in zip(*judged.values(), strict=True)]
        self._probed = {
            name.removeprefix("probe."): list(values)
            for name, values in arrays.items()
            if name.startswith("probe.")
        }

    def _watch(self) -> None:
        for array, copies in self._watched.values():
            copies[self.steps] = array

    @property
    def so_far(self) -> dict[str, Array]:
        """By name: ``loss`` (steps,), ``evaluation.NAME`` (evaluations,), and what is watched and probed."""
        arrays = {"loss": self._loss[: self.steps]}
        arrays |= {name: copies[: self.steps + 1] for name, (_, copies) in self._watched.items()}
        arrays |= {f"probe.{name}": np.array(values) for name, values in self._probed.items()}
        for name in self.evaluations[0] if self.evaluations else ():
            arrays[f"evaluation.{name}"] = np.array([row[name] for row in self.evaluations])
        return arrays

    @property
    def arrays(self) -> dict[str, Array]:
        """What is kept of it: of watched arrays, the steps at which all were finite."""
        arrays = self.so_far
        rows = {name: arrays[name] for name in self._watched}
        finite = [np.isfinite(copies).all(axis=1) for copies in rows.values()]
        return arrays | {name: copies[np.logical_and.reduce(finite)] for name, copies in rows.items()}

    @property
    def final(self) -> dict[str, float]:
        """Metrics at the end; empty for a run that did not get there."""
        if self.status != "completed":
            return {}
        return {name: value for name, value in self.evaluations[-1].items() if name != "step"}

    @property
    def best(self) -> dict[str, float]:
        """Metrics at the evaluation with the best validation loss; empty without validation examples."""
        judged = [row for row in self.evaluations if "validation_loss" in row]
        return min(judged, key=lambda row: row["validation_loss"]) if judged else {}


@dataclass(frozen=True)
class Run:
    """One run: what was asked, what happened, and where it came from.

    Parameters
    ----------
    config : dict
        The resolved scientific configuration: enough to run it again.
    status : "completed", "diverged", "failed" or "pruned"
        How it ended. A diverged run met a loss that is not finite, a failed one an error; a pruned one was
        ended by its search, for others were better.
    step : int
        Updates made.
    seconds : float
        Time spent on updates and their gradients, evaluations left out; NaN where it is not known.
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
    def id(self) -> str:
        """The name of its folder."""
        return identify(self.config, self.provenance.get("made_of", {}))

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

    def _repr_html_(self) -> str:
        """Return how it ended, and its metrics, for a notebook."""
        head = ["", *(name.replace("_", " ") for name in self.final)]
        lines = [head, ["at the end", *(f"{value:.4g}" for value in self.final.values())]]
        if self.best:
            lines.append(["at its best", *(f"{self.best[name]:.4g}" for name in self.final)])
        return f"<p>{self.status} after {self.step} steps</p>{as_html(lines)}"

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
        write_seconds(folder, self.seconds)
        record: dict[str, Any] = {
            "format": FORMAT,
            "status": self.status,
            "step": self.step,
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
            if record["format"] != FORMAT:
                raise ValueError(f"{path}: written by another version of ravine (format {record['format']})")
            hashes = dict(record.pop("sha256"))
            whole = hashes.pop("record") == _hash(record)
            whole &= identify(record["config"], record["provenance"].get("made_of", {})) == folder.name
            if not whole or hashes.keys() != {"config.yaml", "metrics.npz"}:
                raise ValueError(f"{path}: changed since it was written, or another run's")
            known = {
                name: record[name]
                for name in ("config", "status", "step", "final", "best", "provenance", "error")
            }
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ValueError(f"{path}: cannot be read ({error.strerror})") from None
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}: not a run's record ({type(error).__name__})") from None
        contents = {}
        for name, expected in hashes.items():
            try:
                contents[name] = (folder / name).read_bytes()
            except FileNotFoundError:
                raise ValueError(f"{folder / name}: missing, though the run has ended") from None
            except OSError as error:
                raise ValueError(f"{folder / name}: cannot be read ({error.strerror})") from None
            if sha256(contents[name]) != expected:
                raise ValueError(f"{folder / name}: changed since it was written (its SHA-256 is another)")
        with np.load(io.BytesIO(contents["metrics.npz"]), allow_pickle=False) as archive:
            return cls(arrays=dict(archive), seconds=read_seconds(folder), **known)
