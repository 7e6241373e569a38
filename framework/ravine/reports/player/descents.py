"""Descents: recorded paths on surfaces, with what the page shows of each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ravine.base.errors import ConfigError, PluginError, PluginWarning
from ravine.base.types import Array, Named
from ravine.base.warn import warn
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.surface import Surface
from ravine.records.axes import flat, value_text
from ravine.records.labels import labels
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.registry.guard import guarded
from ravine.registry.make import make_component, surface_of
from ravine.reports.player.grid import grid_of, is_of_problem
from ravine.reports.player.landscape import landscape
from ravine.reports.player.packing import Packer
from ravine.reports.player.stability import shrinking

__all__ = ["descents"]

# Points along each side of a map of stability, and how far it goes beyond the runs.
_SIDE = 41
_BEYOND = 4.0


def descents(study: Study, packer: Packer) -> dict[str, Any] | None:
    """Return the descents of a study, with arrays in the packer; None if it has none.

    A setting of numbers that a series of runs has several values of is a slider. Other settings that differ
    make series; those of the problem make surfaces.
    """
    runs = [run for run in study.runs.values() if "path" in run.arrays]
    if not runs:
        return None
    surfaces = _surfaces(runs)
    runs = [run for run in runs if run.id in surfaces]
    made = dict(surfaces.values())
    but = {*filter(is_of_problem, study.axes), *([] if _seeds_count(study, runs) else ["seed"])}
    grid = grid_of(study, runs, lambda run: surfaces[run.id][0], but)
    drawn = [landscape(surface, label, packer) for label, surface in made.items()]
    maps = _Maps(packer, [*grid.sliders], [of["curvatures"] for of in drawn], runs)
    shown: dict[str, dict[str, Any]] = {}
    for run in runs:
        label, surface = surfaces[run.id]
        series, at = grid.place(run)
        number = [*made].index(label)
        if (key := repr((number, series, at))) in shown:
            continue
        shown[key] = {
            "surface": number,
            "series": series,
            "at": at,
            "status": run.status,
            **_recorded(run, surface, packer),
            "rate": run.config["optimizer"].get("lr"),
            "fields": {name: value_text(value) for name, value in flat(run.config["optimizer"]).items()},
            "command": grid.command_of(run),
            **maps.of(run, number),
        }
    return {"surfaces": drawn, **grid.about(), "runs": [*shown.values()], "maps": maps.made}


def _surfaces(runs: Sequence[Run]) -> dict[str, tuple[str, Surface]]:
    """Return by id the label of a run's surface, and the surface; where a descent starts makes no other one."""
    problems = [{key: value for key, value in flat(run.config).items() if is_of_problem(key)} for run in runs]
    several = len({repr(of) for of in problems}) > 1
    texts = labels(problems) if several else [str(problems[0]["problem.name"])] * len(runs)
    made: dict[str, Surface] = {}
    gone: dict[str, Exception] = {}
    for run, text in zip(runs, texts, strict=True):
        try:
            if text not in made.keys() | gone.keys():
                made[text] = surface_of(run)
        # Its plugin is not here, or has other fields now.
        except (ConfigError, PluginError, ValueError) as error:
            gone[text] = error
    if not made:
        raise next(iter(gone.values()))
    for text, why in gone.items():
        warn(f"descents on {text} are left out: {why}", PluginWarning)
    return {run.id: (text, made[text]) for run, text in zip(runs, texts, strict=True) if text in made}


def _seeds_count(study: Study, runs: Sequence[Run]) -> bool:
    """Whether some runs that differ in the seed only have different paths."""
    alike: dict[str, set[bytes]] = {}
    labels = study.labels({"seed"})
    for run in runs:
        alike.setdefault(labels[run.id], set()).add(run.arrays["path"].tobytes())
    return any(len(paths) > 1 for paths in alike.values())


def _recorded(run: Run, surface: Surface, packer: Packer) -> dict[str, Any]:
    """Return where the arrays of a run are, by step: parameters, f and its gradient there, slots by name."""
    path: Array = run.arrays["path"]
    with guarded(surface), np.errstate(all="ignore"):
        heights = np.asarray(surface.value(*path.T))
        gradient = np.stack(surface.gradient(*path.T), axis=1)
    slots = [
        {"name": name.removeprefix("state."), "values": packer.add(array.reshape(len(array), -1))}
        for name, array in run.arrays.items()
        if name.startswith("state.")
    ]
    # Where steps are short, a difference of packed numbers would have few digits left.
    x, y = path.T
    minima = surface.minima
    near = [np.hypot(x - there[0], y - there[1]) for there in minima]
    distance = {"distance": packer.add(np.min(near, axis=0))} if minima else {}
    return {
        "path": packer.add(path),
        "update": packer.add(np.diff(path, axis=0)),
        **distance,
        "heights": packer.add(heights),
        "gradient": packer.add(gradient),
        "slots": slots,
    }


class _Maps:
    """Maps of stability, each made once: rate against curvature, and rate against another slider's field."""

    def __init__(
        self, packer: Packer, sliders: Sequence[str], curvatures: Sequence[list[float]], runs: Sequence[Run]
    ) -> None:
        self._packer, self._curvatures = packer, curvatures
        self._fields = [
            axis.removeprefix("optimizer.")
            for axis in sliders
            if axis.startswith("optimizer.") and axis != "optimizer.lr"
        ]
        used = [float(run.config["optimizer"].get("lr", 0)) for run in runs]
        self._used = [rate for rate in used if rate > 0]
        self._places: dict[str, int | None] = {}
        self.made: list[dict[str, Any]] = []

    def of(self, run: Run, surface: int) -> dict[str, Any]:
        """Return the numbers of the maps on which a run is a point, and its own factors, one a curvature."""
        h, optimizer = self._curvatures[surface], run.config["optimizer"]
        plain = not run.config.get("transform") and _is_constant(run.config)
        if not h or h[0] <= 0 or not plain or not optimizer.get("lr"):
            return {}
        found = [self._one(surface, h, optimizer, None)]
        found += [self._one(surface, h, optimizer, field) for field in self._fields if field in optimizer]
        maps = [place for place in found if place is not None]
        if not maps:
            return {}
        own = shrinking(_made(optimizer), [optimizer["lr"]], h)
        return {"maps": maps, "factors": [] if own is None else own[0].tolist()}

    def _one(
        self, surface: int, h: Sequence[float], optimizer: Mapping[str, Any], field: str | None
    ) -> int | None:
        fixed = {key: value for key, value in optimizer.items() if key not in ("lr", field)}
        key = repr((surface, sorted(fixed.items(), key=repr), field))
        if key not in self._places:
            made = self._make(h, optimizer, field)
            self._places[key] = len(self.made) if made else None
            self.made += [made] if made else []
        return self._places[key]

    def _make(self, h: Sequence[float], optimizer: Named, field: str | None) -> dict[str, Any] | None:
        try:
            rule = _made(optimizer)
        except (ConfigError, PluginError):
            return None
        # Plain descent is stable below this rate.
        edge = 2 / h[-1]
        rates = np.geomspace(min(*self._used, edge / 10) / _BEYOND, max(*self._used, edge) * _BEYOND, _SIDE)
        if field is None:
            across = np.geomspace(h[0] / _BEYOND, h[-1] * _BEYOND, _SIDE)
            factors = shrinking(rule, rates, across)
        else:
            across = np.linspace(0, 0.99, _SIDE)
            rows = [self._with(rule, field, float(value), rates, h) for value in across]
            factors = None if any(row is None for row in rows) else np.array(rows).T
        if factors is None:
            return None
        return {
            "field": field,
            "rates": [float(rates[0]), float(rates[-1])],
            "across": [float(across[0]), float(across[-1])],
            "curvatures": list(h),
            "factors": self._packer.add(factors),
        }

    @staticmethod
    def _with(rule: Optimizer, field: str, value: float, rates: Array, h: Sequence[float]) -> Array | None:
        """Return for each rate the factor of the slower direction, with another value of a field."""
        try:
            factors = shrinking(dataclasses.replace(rule, **{field: value}), rates, h)
        # The field does not take such a value.
        except (ValueError, TypeError):
            return None
        return None if factors is None else factors.max(axis=1)


def _made(optimizer: Named) -> Optimizer:
    rule: Optimizer = make_component("optimizer", optimizer, "optimizer")[1]
    return rule


def _is_constant(config: Mapping[str, Any]) -> bool:
    """Whether no schedule changes a field of the optimizer."""
    schedule = config.get("schedule", "constant")
    name = schedule.get("name") if isinstance(schedule, Mapping) else schedule
    return name in (None, "constant") and not config.get("schedules")
