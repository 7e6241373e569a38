"""Scheduled: fields of components that follow a schedule of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ravine.base.names import nearest
from ravine.contracts.component import Component
from ravine.contracts.layer import Layer
from ravine.contracts.schedule import Schedule
from ravine.engine.promises import factor, of

__all__ = ["Held", "Scheduled", "held_layers"]


@dataclass(frozen=True)
class Held:
    """A component that is at work, and how another takes its place.

    Parameters
    ----------
    component : Component
        The component, as the configuration has it.
    put : callable
        Takes the component that does its work from now on.
    """

    component: Component
    put: Callable[[Any], None]


def held_layers(layers: dict[str, Layer]) -> dict[str, Held]:
    """Return the layers of a network, by place and name; what is put goes into the same mapping."""
    return {where: Held(layer, functools.partial(layers.__setitem__, where)) for where, layer in layers.items()}


class Scheduled:
    """Sets fields before every update: the value of the configuration times a schedule's factor.

    Parameters
    ----------
    schedules : dict of str to Schedule
        By the path of a field: its name alone is of the optimizer; before it stand a dot and ``regularizer``,
        ``transform.NAME``, ``augment.NAME``, or a layer by place and name.
    held : dict of str to Held
        The components that there are, by the first part of such a path; the optimizer's is ``optimizer``.

    Raises
    ------
    ValueError
        If there is no such field, or it is not a number; the message has those that there are.
    """

    def __init__(self, schedules: Mapping[str, Schedule], held: Mapping[str, Held]) -> None:
        asked = {_owner(path) for path in schedules}
        self._held = {name: one for name, one in held.items() if name in asked}
        known = [f"{name}.{field}" for name, one in held.items() for field in _numbers(one.component)]
        self._fields: dict[str, dict[str, Schedule]] = {name: {} for name in self._held}
        for path, schedule in schedules.items():
            whole = f"{_owner(path)}.{_field(path)}"
            if path.startswith("optimizer."):
                raise ValueError(f"schedules.{path}: it is written schedules.{_field(path)}")
            owner = held.get(_owner(path))
            if owner and type(getattr(owner.component, _field(path), None)) is int:
                raise ValueError(f"schedules.{path}: it is a whole number, and these have no schedules")
            if whole not in known:
                there = [name.removeprefix("optimizer.") for name in known]
                raise ValueError(f"schedules.{path}: there is no such number{nearest(path, there)}")
            self._fields[_owner(path)][_field(path)] = schedule

    def set(self, step: int, steps: int, evaluations: Sequence[Mapping[str, float]]) -> None:
        """Set the fields for the update after ``step`` others.

        Raises
        ------
        ValueError
            If a component does not accept a value; the message has the field.
        """
        for name, one in self._held.items():
            with of(f"schedules of {name} at step {step}"):
                values = {
                    field: getattr(one.component, field) * factor(schedule, step, steps, evaluations)
                    for field, schedule in self._fields[name].items()
                }
                one.put(replace(one.component, **values))


def _owner(path: str) -> str:
    return path.rpartition(".")[0] or "optimizer"


def _field(path: str) -> str:
    return path.rpartition(".")[2]


def _numbers(component: Component) -> list[str]:
    """Return the names of the fields that are numbers, but not whole numbers."""
    return [item.name for item in fields(component) if type(getattr(component, item.name)) is float]
