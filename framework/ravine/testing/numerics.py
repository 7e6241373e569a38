"""What checks share: chance that is the same every time, differences, and spies."""

from __future__ import annotations

import functools
import linecache
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np
from numpy.random import default_rng  # by its own name: only_given_chance watches the one in numpy.random

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "applies",
    "assert_derivative",
    "assert_keeps_nothing",
    "directional",
    "meant",
    "only",
    "only_given_chance",
    "packages",
    "refusal",
    "rng",
    "same_chance",
    "source",
    "spied",
    "told",
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
def only_given_chance(component: Component) -> Iterator[None]:
    """Fail if the block draws global random numbers, or if the component makes a generator of its own.

    NumPy asks for entropy where a generator is made without a seed, and for every ``RandomState``, so that none
    of these is missed, whatever name it was imported by. What a library does for itself is its own business.
    """
    own, made = packages(component), list[str]()

    def watched(function: Callable[..., Any], told: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **by_name: Any) -> Any:
            if _asks() in own:
                made.append(told(*args, *by_name.values()))
            return function(*args, **by_name)

        return call

    watching = (
        (np.random, "default_rng", lambda *seed: f"np.random.default_rng({', '.join(map(repr, seed))})"),
        (np.random.bit_generator, "randbits", lambda *_: "a RandomState, or a generator without a seed,"),
        (random.Random, "seed", lambda _, *seed: f"random.Random({', '.join(map(repr, seed))})"),
    )
    with same_chance(), ExitStack() as patches:
        for owner, name, told in watching:
            patches.enter_context(mock.patch.object(owner, name, watched(getattr(owner, name), told)))
        yield
    assert not made, (
        f"{made[0]} was made: chance of its own is the same in every run, or in none; take the rng that is "
        "given"
    )


def _asks() -> str:
    """Return the package that asks for a generator: the nearest outside of this module and of random."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__") in (__name__, "random"):
        frame = frame.f_back
    return _package(frame)


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


# ---- errors --------------------------------------------------------------------------------------------------


def packages(component: Component) -> set[str]:
    """Return the packages that a component's class and its bases come from, without those of ravine's core."""
    found = {cls.__module__.partition(".")[0] for cls in type(component).__mro__}
    return found - {"ravine", "abc", "builtins"}


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def source(error: BaseException, component: Component) -> tuple[str, str]:
    """Return where in the component's package an error arose, ``mine.py:12``, and that line; or nothing."""
    own = packages(component)
    calls = [(f, n) for f, n in traceback.walk_tb(error.__traceback__) if _package(f) in own]
    found = [(f.f_code.co_filename, n) for f, n in calls if not f.f_code.co_filename.startswith("<")]
    if not found:  # but for what dataclasses write
        return "", ""
    file, number = found[-1]
    return f"{Path(file).name}:{number}", linecache.getline(file, number).strip()


def told(error: BaseException, component: Component) -> str:
    """Return the text of an error, with where in the component's package it arose."""
    where, _ = source(error, component)
    return f"{type(error).__name__}: {error}" + (f" ({where})" if where else "")


def meant(error: BaseException, component: Component) -> bool:
    """Return whether an error is a refusal: a ValueError by a ``raise`` of the component's package or ravine's.

    One that Python or NumPy runs into ends in another package, or in a line without ``raise``.
    """
    *_, (frame, number) = traceback.walk_tb(error.__traceback__)
    raised = "raise" in linecache.getline(frame.f_code.co_filename, number).split()
    ours = _package(frame) in packages(component) | {"ravine"}
    return isinstance(error, ValueError) and raised and ours


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
