"""What checks share: chance that is the same every time, differences, and spies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any
from unittest import mock

import numpy as np
from numpy.random import default_rng  # by its own name: only_given_chance watches the one in numpy.random

from ravine.component import Array, Component

__all__ = [
    "applies",
    "assert_derivative",
    "assert_keeps_nothing",
    "directional",
    "only",
    "only_given_chance",
    "refusal",
    "rng",
    "same_chance",
    "spied",
]

PRECISION = 1e-5
"""Relative error that central differences in float64 may have."""


def rng(seed: int = 7) -> np.random.Generator:
    """Return the same generator every time."""
    return default_rng(seed)


def only(when: Callable[..., bool]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Restrict a check to those of which ``when`` is true; it takes what the check takes."""

    def mark(check: Callable[..., None]) -> Callable[..., None]:
        check.applies = when  # type: ignore[attr-defined]
        return check

    return mark


def applies(check: Callable[..., None], *given: Any) -> bool:
    """Return whether a check is meant for what it would be given; where that breaks, the check shall say so."""
    try:
        return bool(getattr(check, "applies", lambda *_: True)(*given))
    except Exception:
        return True


# ---- derivatives ---------------------------------------------------------------------------------------------


def directional(f: Callable[[], float], x: Array, direction: Array, h: float = 1e-6) -> float:
    """Return the derivative of a function of ``x`` along a direction, by central differences; x is put back."""
    keep = x.copy()
    x[...] = keep + h * direction
    above = f()
    x[...] = keep - h * direction
    below = f()
    x[...] = keep
    return (above - below) / (2 * h)


def assert_derivative(what: str, analytic: float, numeric: float) -> None:
    """Fail unless two derivatives are the same up to the error of differences.

    Parameters
    ----------
    what : str
        Whose derivative it is, for the text.
    analytic, numeric : float
        As the component has it, and by differences.
    """
    scale = max(abs(analytic), abs(numeric), 1e-3)
    assert abs(analytic - numeric) <= PRECISION * scale, (
        f"{what}: the derivative along a random direction is {analytic:.9g}, by central differences in float64 "
        f"{numeric:.9g}"
    )


# ---- spies ---------------------------------------------------------------------------------------------------


@contextmanager
def same_chance() -> Iterator[None]:
    """Fail if the block draws from NumPy's or Python's global random numbers."""
    before = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002 - this is who is watched
    yield
    after = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    assert repr(before) == repr(after), (
        "global random numbers were drawn (np.random.… or random.…): only the rng that is given makes runs "
        "repeatable"
    )


@contextmanager
def only_given_chance() -> Iterator[None]:
    """Fail if the block draws global random numbers, or makes a generator of its own."""
    with same_chance(), mock.patch.object(np.random, "default_rng", wraps=default_rng) as made:
        yield
    assert not made.called, (
        f"np.random.default_rng({', '.join(map(repr, made.call_args.args))}) was called: chance of its own is "
        "the same in every run, or in none; take the rng that is given"
    )


def assert_keeps_nothing(component: Component, act: Callable[[], object]) -> None:
    """Fail if what ``act`` does changes something in a component or its classes.

    It should be what nobody does with the component elsewhere: what is kept from that may look the same.
    """

    def held() -> dict[str, str | bytes]:
        found = vars(component).items(), *(vars(cls).items() for cls in type(component).__mro__[:-1])
        return {
            f"{place}.{name}": value.tobytes() if isinstance(value, np.ndarray) else repr(value)
            for place, items in enumerate(found)
            for name, value in items
        }

    before = held()
    act()
    after = held()
    changed = {key.partition(".")[2] for key in after if before.get(key) != after[key]}
    changed |= vars(component).keys() - {field.name for field in fields(component)}
    assert not changed, (
        f"{sorted(changed)} of the component changed: it only holds hyperparameters, and serves many runs at "
        "once"
    )


def refusal(make: Callable[[], object]) -> str | None:
    """Return the text of the ValueError that a call raises, or None if it raises none."""
    try:
        make()
    except ValueError as error:
        return str(error)
    return None


class _Spy(np.ndarray):
    """An array that notes operations on it in other floating-point types than that of ``home``."""

    home: np.dtype[Any] | None
    seen: list[str]

    def __array_finalize__(self, source: Any) -> None:
        self.home, self.seen = getattr(source, "home", None), getattr(source, "seen", [])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            kwargs["out"] = tuple(_plain(item) for item in kwargs["out"])
        result = getattr(ufunc, method)(*(_plain(item) for item in inputs), **kwargs)
        results = result if isinstance(result, tuple) else (result,)
        for item in (*inputs, *results):
            if isinstance(item, np.ndarray | np.generic) and item.dtype.kind == "f" and item.dtype != self.home:
                self.seen.append(f"{ufunc.__name__} has to do with {item.dtype}")
        wrapped = tuple(_spy(item, self) if isinstance(item, np.ndarray) else item for item in results)
        return wrapped if isinstance(result, tuple) else wrapped[0]


def _plain(item: Any) -> Any:
    return item.view(np.ndarray) if isinstance(item, _Spy) else item


def _spy(array: Array, like: _Spy) -> _Spy:
    made = array.view(_Spy)
    made.home, made.seen = like.home, like.seen
    return made


def spied(*arrays: Array) -> tuple[list[Array], list[str]]:
    """Return views of arrays that note every operation in a floating-point type which is not theirs.

    Parameters
    ----------
    *arrays : array
        All of one type.

    Returns
    -------
    views : list of arrays
        To be computed with.
    seen : list of str
        Filled while that is done: ``"multiply has to do with float64"``.
    """
    first = arrays[0].view(_Spy)
    first.home, first.seen = first.dtype, []
    return [_spy(array, first) for array in arrays], first.seen
