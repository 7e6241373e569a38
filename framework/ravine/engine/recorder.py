"""Recorder: collects the numbers of a run while it goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from ravine.base.types import Array
from ravine.records.run import Status

__all__ = [
    "Recorder",
]


class Recorder:
    """Collects a run's numbers.

    Parameters
    ----------
    steps : int
        Updates that the run will make.
    watched : dict of str to array, optional
        Arrays to copy before every update and at the end; they should be few and small.

    Attributes
    ----------
    stopped : dict of str to str or int
        ``by``, the name of the stop that has ended the run, ``of`` how many updates; empty if none has.
    unfit : str
        What a rule has made that is not finite, though its parameters were; empty if nothing was.
    seen : tuple of mappings
        The evaluations so far, for components to look at: they cannot be changed.
    improved : bool
        Whether the last evaluation has the lowest validation loss so far.
    state : dict of str to int
        How many ``numbers`` rules keep for how many ``parameters``; empty if it is one for each slot.
    fused : dict of str to str
        By method and layer, why NumPy has run it; "" if it was fused. Empty if none was tried.
    loops : bool
        Whether what was fused ran as compiled loops; else NumPy made all operations of programs.
    """

    def __init__(self, steps: int, watched: Mapping[str, Array] | None = None) -> None:
        self.status: Status = "completed"
        self.stopped: dict[str, Any] = {}
        self.unfit = ""
        self.state: dict[str, int] = {}
        self.fused: dict[str, str] = {}
        self.loops = False
        self.steps = 0
        self.seconds = 0.0
        self._loss = np.empty(steps)
        self.evaluations: list[dict[str, float]] = []
        self.seen: tuple[Mapping[str, float], ...] = ()
        self.improved = False
        self._lowest = math.inf
        self._probed: dict[str, list[Array]] = {}
        self._watched = {
            name: (array, np.empty((steps + 1, *array.shape))) for name, array in (watched or {}).items()
        }
        self._watch()

    def update(self, loss: float, seconds: float) -> None:
        """Record an update: the loss whose gradient it used, and its seconds with the gradient."""
        self._loss[self.steps] = loss
        self.steps += 1
        self.seconds += seconds
        self._watch()

    def evaluation(self, t: int, metrics: Mapping[str, float]) -> bool:
        """Record metrics after ``t`` updates; return whether all of them are finite."""
        if not all(math.isfinite(value) for value in metrics.values()):
            return False
        validation_loss = metrics.get("validation_loss", math.inf)
        self.improved = validation_loss < self._lowest
        self._lowest = min(validation_loss, self._lowest)
        self.evaluations.append({"step": t, **metrics})
        self.seen = (*self.seen, MappingProxyType(self.evaluations[-1]))
        return True

    def probed(self, values: Mapping[str, Array]) -> None:
        """Record the arrays that a probe returned at an evaluation; their shapes are the same every time.

        A single number is a metric of the evaluation, too.
        """
        for name, array in values.items():
            self._probed.setdefault(name, []).append(array)
            if array.ndim == 0:
                self.evaluations[-1][f"probe.{name}"] = float(array)

    def probed_before(self, probe: str) -> dict[str, Array] | None:
        """Return the arrays of a probe that were recorded last; None if this is the first evaluation."""
        if len(self.evaluations) == 1:
            return None
        return {name: seen[-1] for name, seen in self._probed.items() if name.startswith(f"{probe}.")}

    def end(self, status: Status) -> Self:
        """Close the record."""
        self.status = status
        return self

    def restore(self, arrays: Mapping[str, Array], seconds: float) -> None:
        """Put back what was recorded ``so_far`` when a run was interrupted; it had trained for ``seconds``."""
        self.seconds = seconds
        self.steps = len(arrays["loss"])
        self._loss[: self.steps] = arrays["loss"]
        for name, (_, copies) in self._watched.items():
            copies[: self.steps + 1] = arrays[name]
        metrics = {
            name.removeprefix("evaluation."): values.tolist()
            for name, values in arrays.items()
            if name.startswith("evaluation.")
        }
        self.evaluations = [dict(zip(metrics, row, strict=True)) for row in zip(*metrics.values(), strict=True)]
        self.seen = tuple(map(MappingProxyType, self.evaluations))
        self._lowest = self.best.get("validation_loss", math.inf)
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
        """By name: ``loss`` (steps,), ``evaluation.NAME`` (evaluations,), and watched and probed arrays."""
        arrays = {"loss": self._loss[: self.steps]}
        arrays |= {name: copies[: self.steps + 1] for name, (_, copies) in self._watched.items()}
        arrays |= {f"probe.{name}": np.array(values) for name, values in self._probed.items()}
        for name in self.evaluations[0] if self.evaluations else ():
            # A probe that raises an error leaves its numbers out of the last evaluation.
            arrays[f"evaluation.{name}"] = np.array([row[name] for row in self.evaluations if name in row])
        return arrays

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays of the run's record; watched arrays at those steps only at which all are finite."""
        arrays = self.so_far
        rows = {name: arrays[name] for name in self._watched}
        finite = [np.isfinite(copies).reshape(len(copies), -1).all(axis=1) for copies in rows.values()]
        return arrays | {name: copies[np.logical_and.reduce(finite)] for name, copies in rows.items()}

    @property
    def final(self) -> dict[str, float]:
        """Metrics at the end; empty if the run did not reach its end."""
        if self.status != "completed":
            return {}
        return {name: value for name, value in _finite(self.evaluations[-1]).items() if name != "step"}

    @property
    def best(self) -> dict[str, float]:
        """Metrics at the evaluation with the best validation loss; empty without validation examples."""
        validated = [row for row in self.evaluations if "validation_loss" in row]
        return _finite(min(validated, key=lambda row: row["validation_loss"])) if validated else {}


def _finite(row: Mapping[str, float]) -> dict[str, float]:
    """Return metrics without numbers of probes that are not finite, which do not end a run."""
    return {name: value for name, value in row.items() if math.isfinite(value)}
