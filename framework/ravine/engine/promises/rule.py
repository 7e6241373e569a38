"""Rule: its slots, the state before the first update, and where a run is evaluated."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.rule import Place, Rule
from ravine.engine.promises.values import as_array, one_line
from ravine.engine.promises.writing import sparing, to_read

__all__ = ["check_call", "check_current", "check_slots", "evaluated", "in_form", "started"]


def check_slots(rule: Rule) -> None:
    """Refuse slots by whose names a rule's state cannot be kept.

    Raises
    ------
    TypeError
        Saying what they must be.
    """
    slots: Any = rule.slots
    if not isinstance(slots, tuple | list):
        raise TypeError(f'slots = {slots!r} is not a tuple: one slot needs a comma, slots=("m",)')
    if wrong := [name for name in slots if not (isinstance(name, str) and name.isidentifier())]:
        raise TypeError(f"slots {wrong} are not names: use letters, digits and _")
    if len(set(slots)) < len(slots):
        raise TypeError(f"slots = {slots!r}: two have the same name, and would be one array")


def check_call(rule: Rule, method: str, arrays: int, words: Sequence[str]) -> None:
    """Refuse a method that cannot be called with so many arrays and what it asks for.

    Raises
    ------
    TypeError
        Saying what does not fit.
    """
    try:
        inspect.signature(getattr(rule, method)).bind(*[None] * arrays, t=1, lr=0.0, **dict.fromkeys(words))
    except TypeError as error:
        raise TypeError(f"{method} does not take what it is called with: {error}") from None


def check_current(rule: Rule, current: bool) -> None:
    """Refuse to take a gradient for a call that is over.

    Raises
    ------
    TypeError
        If it is not the current one.
    """
    if not current:
        raise TypeError(
            "gradient_at is of an earlier call, and its batch is gone: use the one that this call gets"
        )


def started(rule: Rule, theta: Array, about: Mapping[str, Place]) -> dict[str, Array]:
    """Return a rule's state before the first update, by slot and in the order of its slots: arrays of its own.

    Raises
    ------
    TypeError
        If ``start`` returns anything but arrays of finite numbers, by the names of its slots.
    ValueError
        If a rule that sees blocks declares a shape that is not that of the parameters.
    """
    # Parameters that are written to here would be another start of the run.
    given: Any = sparing("theta", "start", rule.start, to_read(theta), **about)
    if not isinstance(given, Mapping):
        raise TypeError(f"start returned {one_line(given)}, not a dict of slots and arrays")
    if unknown := [name for name in given if name not in rule.slots]:
        known = ", ".join(rule.slots) or "it has none"
        raise TypeError(f"start returned {unknown[0]!r}, which is not one of its slots: {known}")
    # What the type of the parameters cannot hold is infinite.
    with np.errstate(over="ignore"):
        state = {
            slot: np.array(as_array(f"start: {slot}", given[slot]), dtype=theta.dtype, order="C")
            for slot in rule.slots
            if slot in given
        }
    for slot, array in state.items():
        if not np.isfinite(array).all():
            raise TypeError(f"start: {slot} has values that are not finite numbers")
        if rule.sees == "block" and array.shape != theta.shape:
            raise ValueError(
                f"start: {slot} has shape {array.shape}, and its parameters have {theta.shape}: slots of other "
                "shapes go with sees='array', 'named' or 'all'"
            )
    if rule.sees == "block" and (missing := [slot for slot in rule.slots if slot not in state]):
        raise ValueError(f"start leaves out {missing[0]}: with sees='block' every slot has its array")
    return state


def evaluated(rule: Rule, theta: Any, state: Any, t: int, about: Mapping[str, Any]) -> Any:
    """Return the parameters at which a run is evaluated, in the form of ``theta``.

    Raises
    ------
    TypeError
        If ``evaluated`` returns anything else.
    """
    # What is written to here would depend on how often a run is evaluated.
    given = sparing("theta or state", "evaluated", rule.evaluated, to_read(theta), to_read(state), t=t, **about)
    return in_form("evaluated returned", given, theta)


def in_form(what: str, given: Any, theta: Any) -> Any:
    """Return parameters that a rule gives, an array or arrays by name, in the form in which it sees them.

    Parameters
    ----------
    what : str
        How an error begins, ``evaluated returned``.
    given : Any
        What it gives.
    theta : array, or mapping of name to array
        Parameters as it sees them.

    Raises
    ------
    TypeError
        If shapes, names or types are others.
    """
    if isinstance(theta, Mapping):
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} {_form(given)}, not arrays with the names of theta")
        for name in theta:
            if name not in given:
                raise TypeError(f"{what} nothing for {name}, which is a name of theta")
        for name in given:
            if name not in theta:
                raise TypeError(f"{what} {name!r}, which is not a name of theta")
        pairs = [(f" for {name}", given[name], theta[name]) for name in theta]
    else:
        pairs = [("", given, theta)]
    for whose, array, like in pairs:
        # What is computed in double precision is rounded.
        fits = isinstance(array, np.ndarray) and array.shape == like.shape
        if not (fits and array.dtype in (like.dtype, np.float64)):
            due = f"{'' if isinstance(array, np.ndarray) else 'an array '}of shape {like.shape} in {like.dtype}"
            raise TypeError(f"{what} {_form(array)}{whose}, not {due}")
    return given


def _form(given: Any) -> str:
    """Return what a value is: an array's shape and type, a number, or the type of something else."""
    if isinstance(given, np.ndarray):
        return f"an array of shape {given.shape} in {given.dtype}"
    return one_line(given) if given is None or isinstance(given, Number) else f"a {type(given).__name__}"
