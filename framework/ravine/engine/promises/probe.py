"""Probe: it returns a function that sees arrays, and changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.probe import Probe, Supervised
from ravine.engine.promises.values import as_array, one_line

__all__ = ["looked", "only_looking", "watch"]


def watch(probe: Probe, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
    """Return the function that a probe looks with.

    Raises
    ------
    ValueError
        As ``Probe.watch`` does.
    TypeError
        If it does not return a function.
    """
    given: Any = probe.watch(problem, rng)
    if not callable(given):
        raise TypeError(f"watch returned {one_line(given)}, not a function: is return missing?")
    return given  # type: ignore[no-any-return]


@contextlib.contextmanager
def only_looking(
    probe: Probe, what: str, held: Callable[[], Mapping[str, Mapping[str, Array]]]
) -> Iterator[None]:
    """Let a probe look in the block; refuse it if that has changed what a run goes on with.

    Parameters
    ----------
    probe, what
        The probe, and the part of it that is called.
    held : callable
        Returns copies of what must stay, by kind and name.

    Raises
    ------
    ValueError
        If something has changed; the message says what.
    """
    before = held()
    yield
    for kind, arrays in held().items():
        if changed := [
            name for name, array in arrays.items() if array.tobytes() != before[kind][name].tobytes()
        ]:
            more = f" and {len(changed) - 3} more" if len(changed) > 4 else ""
            names = ", ".join(changed[:3] if more else changed)
            raise ValueError(f"{what} changed {kind}: {names}{more}; a probe only looks")


def looked(
    probe: Probe, name: str, look: Callable[[], Mapping[str, Array]], before: Mapping[str, Array] | None
) -> dict[str, Array]:
    """Return what a probe sees now, arrays of numbers by their full names.

    Parameters
    ----------
    probe, name, look
        The probe, its name, and its function.
    before : dict of str to array, or None
        What it has seen at the evaluation before; None if this is the first one.

    Raises
    ------
    TypeError
        If it does not return arrays of numbers by name.
    ValueError
        If names or shapes are not those of before.
    """
    given: Any = look()
    if not isinstance(given, Mapping):
        raise TypeError(f"its function returned a {type(given).__name__}, not a dict of names and arrays")
    seen = {}
    for key, item in given.items():
        if not (isinstance(key, str) and key):
            raise TypeError(f"{key!r} is not a name of an array")
        seen[f"{name}.{key}"] = as_array(f"probe.{name}.{key}", item)
    if before is None:
        return seen
    if seen.keys() != before.keys():
        now, then = (
            ", ".join(key.removeprefix(f"{name}.") for key in arrays) or "none" for arrays in (seen, before)
        )
        raise ValueError(f"its arrays are {now}, and were {then} before")
    for key, array in seen.items():
        if array.shape != before[key].shape:
            raise ValueError(f"probe.{key} has shape {array.shape}, and had {before[key].shape} before")
    return seen
