"""Run: what one run leaves behind, in memory or in a folder.

The folder has ``config.yaml``, ``metrics.npz``, a network's weights, ``timing.json`` and ``run.json``, which is
written last: only a run that has ended has a ``run.json``.
"""

from __future__ import annotations

import copy
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

import ravine
from ravine.base.tables import as_html
from ravine.base.types import Array
from ravine.records.arrays import read_arrays
from ravine.records.axes import orders
from ravine.records.checkpoint import Timing, read_timing, write_timing
from ravine.records.files import read_file, read_json, sha256, write_atomically
from ravine.records.typed import checked
from ravine.records.weights import WHICH, Keep, Stored, Which, place, wanted, write_weights

__all__ = [
    "NOT_ENDED",
    "Run",
    "Status",
    "has_ended",
    "identify",
    "is_done",
    "question",
]


Status = Literal["completed", "diverged", "failed", "pruned"]


NOT_ENDED = "not ended"
"""What stands in place of the stop that has ended a run, if it is shown as far as it has got."""

FORMAT = 2
"""The format of a run's files; files of a different format are not read."""


def identify(config: Mapping[str, Any], made_of: Mapping[str, Any]) -> str:
    """Return a run's id, which is its folder's name: digits of two SHA-256, of the parameters below.

    Parameters
    ----------
    config : dict
        The resolved scientific configuration. Ids of the same configuration begin alike: see ``question``. The
        order of a mapping counts where a component may compute with it.
    made_of : dict
        Where its components and data come from: see ``Experiment.made_of``.
    """
    # Without an order of its own a run has the name that it had before orders counted.
    ordered = {"config": config, "orders": order} if (order := orders(config)) else config
    return f"{_hash(ordered)[:12]}-{_hash(made_of)[:8]}"


def question(run: str) -> str:
    """Return the part of a run's id that depends on its configuration only, not on sources and data."""
    return run.partition("-")[0]


def has_ended(folder: Path) -> bool:
    """Whether a run has ended, in whatever way; its record is not read."""
    return (folder / "run.json").exists()


def is_done(status: str, *, pruned: bool) -> bool:
    """Whether a run with this status need not be made again; ``pruned``: whether a pruned run may stay so."""
    return status in ("completed", "diverged") or (pruned and status == "pruned")


def _hash(values: object) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode())


@dataclass(frozen=True)
class Run:
    """One run: what was asked, what happened, and where it came from.

    Parameters
    ----------
    config : dict
        The resolved scientific configuration: enough to run it again.
    status : "completed", "diverged", "failed" or "pruned"
        How it ended. A diverged run met a loss that is not finite, and a failed run an error. A pruned run was
        ended by its search because other runs were better.
    step : int
        Number of updates made.
    seconds : float
        Time spent on gradients and updates, without evaluations; NaN if it is not known.
    final, best : dict of str to float
        Metrics at the end, and at the best validation loss; empty if there are none.
    arrays : dict of str to array
        ``loss`` by step; on a surface ``path``, the parameters before every update and at the end, and
        ``state.SLOT``, the optimizer's arrays beside them; ``gradients``, the number taken so far, if a rule
        asks for more than one; ``evaluation.step``, ``evaluation.NAME`` and ``probe.PROBE.NAME`` by evaluation.
        A single number of a probe is a metric with that name.
    provenance : dict
        Versions, the source of every component, as ``stopped`` the stop that has ended it and its budget, as
        ``unfit`` what a rule of a diverged run has made that was not finite, and as ``state`` how many numbers
        its rules keep, if it is not one for each slot and parameter.
    error : str
        Traceback of a failed run.
    kept : dict of str to dict or Stored
        ``last`` and ``best``: the weights that it has kept, in memory or in a file; see ``weights``.
    fusion : dict of str to Any
        How it was made, on which no number depends: ``fused``, the methods of rules and the layers that were
        fused, of those that were tried; ``loops``, whether as compiled loops; ``numpy``, why NumPy has run the
        others.
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
    kept: Mapping[Which, Mapping[str, Array] | Stored] = field(default_factory=dict)
    fusion: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of its folder."""
        return identify(self.config, self.provenance.get("made_of", {}))

    @property
    def seed(self) -> int:
        """The seed of all that is drawn in it."""
        return int(self.config["seed"])

    @property
    def budget(self) -> int:
        """The number of updates that it would have made if no stop had ended it."""
        stopped = self.provenance.get("stopped")
        return int(stopped["of"]) if stopped else self.step

    @property
    def has_ended(self) -> bool:
        """Whether this is a run that has ended, and not what is there of one that goes on or was stopped."""
        return bool(self.provenance.get("stopped", {}).get("by") != NOT_ENDED)

    @property
    def gradients(self) -> Array:
        """How many gradients were taken until after each update, (updates + 1,) array of whole numbers from 0.

        It is one for each update, or more if a rule asks for gradients at other parameters.
        """
        taken = self.arrays.get("gradients")
        return np.arange(self.step + 1) if taken is None else taken.astype(int)

    @property
    def evaluations(self) -> list[tuple[int, dict[str, float]]]:
        """Step and metrics of each evaluation, in order."""
        names = [name for name in self.arrays if name.startswith("evaluation.") and name != "evaluation.step"]
        # A probe that raised an error has no numbers of the last evaluation, which nobody was told of.
        known = [
            len(array) for name, array in self.arrays.items() if name.startswith(("evaluation.", "probe."))
        ]
        return [
            (
                int(self.arrays["evaluation.step"][i]),
                {name.removeprefix("evaluation."): float(self.arrays[name][i]) for name in names},
            )
            for i in range(min(known, default=0))
        ]

    @property
    def path(self) -> Array:
        """The path of a descent, (updates + 1, 2) array: the parameters before every update and at the end.

        Raises
        ------
        ValueError
            If the run learned from data instead.
        """
        if "path" not in self.arrays:
            name = self.config["problem"]["name"]
            raise ValueError(f"only a descent on a surface has a path; this run's problem is {name}")
        return self.arrays["path"]

    def copy(self) -> Run:
        """Return a copy for a plugin: what it changes there, the run does not have; arrays are read-only."""
        arrays = {name: array.view() for name, array in self.arrays.items()}
        for array in arrays.values():
            array.flags.writeable = False
        config, final, best = map(copy.deepcopy, (self.config, self.final, self.best))
        return replace(self, config=config, final=final, best=best, arrays=arrays)

    def weights(self, which: Which = "last") -> dict[str, Array]:
        """Return what was learned: a network's parameters and buffers, ``1.affine.W``, a function's arrays.

        They are those at which the run was evaluated, which are averages with some rules. Nothing of the run is
        built or executed for it.

        Parameters
        ----------
        which : "last" or "best"
            Those at the end, or at the evaluation with the lowest validation loss.

        Raises
        ------
        ValueError
            If the run has not kept them, or the file is not what was written; the message says why.
        """
        if which not in WHICH:
            raise ValueError(f"which = {which!r}: it is last or best")
        if which not in self.kept:
            raise ValueError(f"{self.id} has no {which} weights: {self._why_without(which)}")
        kept = self.kept[which]
        return kept.read() if isinstance(kept, Stored) else {name: kept[name].copy() for name in kept}

    def _why_without(self, which: Which) -> str:
        problem = self.config["problem"]["name"]
        if "path" in self.arrays:
            return f"it is a descent on {problem}, which records its path instead"
        if self.status != "completed":
            was = "was " if self.status == "pruned" else ""
            return f"it {was}{self.status}, and only a completed run leaves weights"
        if which == "best" and not self.best:
            aside = "; dataset.validation=0.2 sets some aside" if problem == "supervised" else ""
            return f"without validation examples no state is the best{aside}"
        return f"it was made without; its command with weights={which} trains it again if its folder is removed"

    def network(self, which: Which = "last") -> ravine.TrainedNetwork:
        """Return its network with the weights that it has kept, to predict and to look at mistakes.

        The components and the data of its configuration have to be there. If they have changed, there is a
        warning; if they are missing, ``weights`` still has the arrays.

        Parameters
        ----------
        which : "last" or "best"
            See ``weights``.

        Raises
        ------
        ValueError
            If the run has not kept them, or its network cannot be made here; the message says why.
        """
        # Records know no component. The face of the package does, and it belongs to no room.
        return ravine.network_of(self, which)

    def keeping(self, keep: Keep) -> Self:
        """Return the same run with those weights only that it is to leave behind."""
        return replace(self, kept={which: self.kept[which] for which in wanted(keep) if which in self.kept})

    def __repr__(self) -> str:
        metrics = [f"{name} {value:.4g}" for name, value in self.final.items()]
        return f"Run({self.id!r}: {', '.join([f'{self.status} after {self.step} steps', *metrics])})"

    def _repr_html_(self) -> str:
        """Return how it ended, and its metrics, for a notebook."""
        head = ["", *(name.replace("_", " ") for name in self.final)]
        lines = [head, ["at the end", *(f"{value:.4g}" for value in self.final.values())]]
        if self.best:
            lines.append(["at its best", *(f"{self.best.get(name, math.nan):.4g}" for name in self.final)])
        return f"<p>{self.status} after {self.step} steps</p>{as_html(lines)}"

    def save(self, folder: Path, config_yaml: str) -> None:
        """Write the run's files, ``run.json`` last.

        Parameters
        ----------
        folder : Path
            The run's own folder; it is made if it is not there.
        config_yaml : str
            The text of ``config.yaml``.
        """
        buffer = io.BytesIO()
        np.savez(buffer, **self.arrays)  # type: ignore[arg-type]
        files = {"config.yaml": config_yaml.encode(), "metrics.npz": buffer.getvalue()}
        for name, content in files.items():
            write_atomically(folder / name, content)
        weights = write_weights(folder, {which: self.weights(which) for which in self.kept})
        write_timing(folder, Timing(self.seconds, self.fusion))
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
        if weights:
            record["weights"] = weights
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
            If a file is not what was written; the message names the file.
        """
        path = folder / "run.json"
        try:
            record = read_json(path)
            if record["format"] != FORMAT:
                raise ValueError(f"written by a different version of ravine (format {record['format']!r:.20})")
            hashes = dict(record.pop("sha256"))
            whole = hashes.pop("record") == _hash(record)
            whole &= identify(record["config"], record["provenance"].get("made_of", {})) == folder.name
            if not whole or hashes.keys() != {"config.yaml", "metrics.npz"}:
                raise ValueError("changed since it was written, or it belongs to a different run")
            values = {
                name: record[name]
                for name in ("config", "status", "step", "final", "best", "provenance", "error")
            }
            weights = dict(record.get("weights", {}))
            if weights.keys() - WHICH:
                raise ValueError("not a run's record: it has weights that are neither last nor best")
            values["kept"] = {which: Stored(place(folder, which), digest) for which, digest in weights.items()}
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ValueError(f"{path}: cannot be read ({error.strerror})") from None
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}: not a run's record ({type(error).__name__})") from None
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        contents = {}
        for name, expected in hashes.items():
            try:
                contents[name] = read_file(folder / name)
            except FileNotFoundError:
                raise ValueError(f"{folder / name}: missing, though the run has ended") from None
            except OSError as error:
                raise ValueError(f"{folder / name}: cannot be read ({error.strerror})") from None
            if sha256(contents[name]) != expected:
                raise ValueError(f"{folder / name}: changed since it was written (its SHA-256 is different)")
        try:
            arrays = read_arrays(contents["metrics.npz"])
        except ValueError as error:
            raise ValueError(f"{folder / 'metrics.npz'}: {error}") from None
        try:
            return checked(cls(arrays=arrays, **read_timing(folder)._asdict(), **values))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


EXECUTION = ("workers", "on_error", "checkpoint_seconds", "weights")

NOT_SCIENCE = (
    *("study", "question", "source", "figures", "claims", "values", "track"),
    *("search", "sampler", "tuning"),
    *EXECUTION,
)
"""Keys of a configuration that do not change any number of a run."""
