"""Tasks: what runs have to learn, and so whose numbers can be compared."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ravine.contracts.dataset import Dataset
from ravine.contracts.surface import Surface
from ravine.records.axes import flat
from ravine.records.run import Run
from ravine.reports.measures import Measure

__all__ = ["by_task", "of_each"]


def by_task(groups: Mapping[str, Sequence[Run]], measure: Measure) -> list[dict[str, Sequence[Run]]]:
    """Return groups of runs divided into those whose numbers can be compared: on one problem and the same data.

    How many examples are taken of a dataset, and where a descent starts, make no other task. Values of a loss
    are compared only with those of the same loss.
    """
    tasks: dict[str, dict[str, Sequence[Run]]] = {}
    for key, runs in groups.items():
        tasks.setdefault(repr(_task(runs, measure)), {})[key] = runs
    return [*tasks.values()]


def of_each(groups: Iterable[Sequence[Run]], measures: Iterable[Measure]) -> str:
    """Return of what there are several, "dataset", so that each has its own best; "" if there is one task."""
    there = [runs for runs in groups if runs]
    differ = [_differ([_task(runs, measure) for runs in there]) for measure in measures]
    return " and ".join(dict.fromkeys(section for of in differ for section in of))


def _differ(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    sections = dict.fromkeys(section for task in tasks for section in task)
    return [section for section in sections if len({repr(task.get(section)) for task in tasks}) > 1]


def _task(runs: Sequence[Run], measure: Measure) -> dict[str, Any]:
    """Return the settings that say what the runs of a group have to learn, by section."""
    if not runs:
        return {}
    config = runs[0].config
    task = {
        section: _without(config.get(section, {}), {field.name for field in fields(contract)})
        for section, contract in _CONTRACTS.items()
    }
    if "loss" in re.split("[ _(,)]", measure.title):
        task["loss"] = _without(config.get("loss", {}), set())
    return task


def _without(section: Mapping[str, Any], names: Collection[str]) -> list[tuple[str, Any]]:
    """Return the fields of a section but some, in an order that does not depend on the run."""
    return sorted((key, value) for key, value in flat(section).items() if key not in names)


# The fields of a contract are those that all of its components have: they choose where and from how much.
_CONTRACTS: Mapping[str, type[Surface | Dataset]] = {"problem": Surface, "dataset": Dataset}
