"""Scheduled: fields of components that follow a schedule of their own."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ravine.base.errors import of
from ravine.base.names import nearest
from ravine.contracts.component import Component
from ravine.contracts.layer import Layer
from ravine.contracts.rule import Rule
from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.contracts.transform import has_waits
from ravine.engine.promises.schedule import factor

__all__ = ["Held", "Scheduled", "held_layers", "steps_to_try"]


_MANY = 10_000
_FIRST = 100


def steps_to_try(steps: int) -> Sequence[int]:
    """Return the steps for which schedules are asked before a run: all, or many of a long run's."""
    if steps <= _MANY:
        return range(steps)
    return [*range(_FIRST), *np.linspace(_FIRST, steps - 1, _MANY).astype(int).tolist()]


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
        self._fields: dict[str, dict[str, Schedule]] = {name: {} for name in self._held}
        for path, schedule in schedules.items():
            if fault := _fault(path, held):
                raise ValueError(f"schedules.{path}: {fault}")
            self._fields[_owner(path)][_field(path)] = schedule

    def set(self, step: int, steps: int, evaluations: Sequence[Mapping[str, float]]) -> None:
        """Set the fields for the update after ``step`` others.

        Raises
        ------
        ValueError
            If a component does not accept a value; the message has the field.
        """
        for name, one in self._held.items():
            one.put(self._at(name, self._values(name, step, steps, evaluations), step))

    def check(self, steps: int, evaluations: Sequence[Mapping[str, float]]) -> None:
        """Refuse schedules that lead out of what a component accepts, as far as that is known before a run.

        Raises
        ------
        ValueError
            As ``set`` does.
        """
        for name in self._held:
            follow = any(sees_evaluations(type(schedule)) for schedule in self._fields[name].values())
            low: dict[str, float] = {}
            high: dict[str, float] = {}
            for step in range(1) if follow else steps_to_try(steps):
                values = self._values(name, step, steps, evaluations)
                # What a component accepts is an interval.
                if any(
                    not low.get(key, math.inf) <= value <= high.get(key, -math.inf)
                    for key, value in values.items()
                ):
                    self._at(name, values, step)
                    low = {key: min(value, low.get(key, value)) for key, value in values.items()}
                    high = {key: max(value, high.get(key, value)) for key, value in values.items()}

    def _values(
        self, name: str, step: int, steps: int, evaluations: Sequence[Mapping[str, float]]
    ) -> dict[str, float]:
        component, found = self._held[name].component, {}
        for field, schedule in self._fields[name].items():
            with of(_setting(name, field)):
                found[field] = getattr(component, field) * factor(schedule, step, steps, evaluations)
        return found

    def _at(self, name: str, values: Mapping[str, float], step: int) -> Component:
        schedules = self._fields[name]
        what = " and ".join(f"{_setting(name, key)} ({type(schedules[key]).__name__})" for key in schedules)
        with of(f"{what} at step {step}"):
            made = _replaced(next(iter(schedules.values())), self._held[name].component, values)
            _refuse_other_slots(made, self._held[name].component)
        return made


def _fault(path: str, held: Mapping[str, Held]) -> str:
    """Return why a path is not that of a number that can have a schedule, or nothing."""
    name, field = _owner(path), _field(path)
    if path.startswith("optimizer."):
        return f"it is written schedules.{field}"
    numbers = [f"{name}.{field}" for name, one in held.items() for field in _numbers(one.component)]
    if f"{name}.{field}" in numbers:
        return ""
    component = held[name].component if name in held else None
    if component is None or field not in {item.name for item in fields(component)}:
        known = [number.removeprefix("optimizer.") for number in numbers]
        return f"there is no such number{nearest(path, known)}"
    if has_waits(component):
        return "there is no such number: what says which gradients a step follows has no schedules"
    value = getattr(component, field)
    if type(value) is int:
        return "it is a whole number, and these have no schedules"
    return f"it is {value!r:.80}, and only numbers have schedules"


def _replaced(schedule: Schedule, component: Component, values: Mapping[str, float]) -> Component:
    """Return a component with values of a schedule, which comes first, so that ``registry.guard`` finds it."""
    return replace(component, **values)


def _refuse_other_slots(made: Component, first: Component) -> None:
    """Refuse fields with which a rule has other slots: its state was made for those that it had at first."""
    if isinstance(made, Rule) and isinstance(first, Rule) and made.slots != first.slots:
        raise ValueError(f"its slots would be {made.slots}, not {first.slots}")


def _setting(name: str, field: str) -> str:
    return f"schedules.{field}" if name == "optimizer" else f"schedules.{name}.{field}"


def _owner(path: str) -> str:
    return path.rpartition(".")[0] or "optimizer"


def _field(path: str) -> str:
    return path.rpartition(".")[2]


def _numbers(component: Component) -> list[str]:
    """Return the names of the fields that are numbers, but not whole numbers, and may change during a run."""
    # Which gradients a step follows must not change while a run goes on.
    if has_waits(component):
        return []
    return [item.name for item in fields(component) if type(getattr(component, item.name)) is float]
