"""Tools that checks share: random numbers that are the same every time, derivatives, and spies."""

from __future__ import annotations

import functools
import inspect
import linecache
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np

# Imported by name, because only_given_chance replaces the function in numpy.random.
from numpy.random import default_rng

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.rule import Rule
from ravine.registry.kinds import KINDS

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
"""Relative error that is accepted for central differences in float64."""


def rng(seed: int = 7) -> np.random.Generator:
    """Return the same generator every time."""
    return default_rng(seed)


def only(when: Callable[..., bool]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Restrict a check to components for which ``when`` is true; ``when`` has the check's arguments."""

    def mark(check: Callable[..., None]) -> Callable[..., None]:
        check.applies = when  # type: ignore[attr-defined]
        return check

    return mark


def applies(check: Callable[..., None], *given: Any) -> bool:
    """Return whether a check is for these arguments; if the test itself fails, the check must say so."""
    try:
        return bool(getattr(check, "applies", lambda *_: True)(*given))
    # A component may even end the process.
    except (Exception, SystemExit):
        return True


# ---- derivatives ---------------------------------------------------------------------------------------------


def directional(f: Callable[[], float], x: Array, direction: Array, h: float = 1e-6) -> float:
    """Return the derivative of a function of ``x`` along a direction, by central differences; x is restored."""
    keep = x.copy()
    x[...] = keep + h * direction
    above = f()
    x[...] = keep - h * direction
    below = f()
    x[...] = keep
    return (above - below) / (2 * h)


def assert_derivative(what: str, analytic: float, numeric: float) -> None:
    """Fail unless two derivatives are the same up to the error of central differences.

    Parameters
    ----------
    what : str
        The name of the derivative, for the message.
    analytic, numeric : float
        The component's derivative, and that by central differences.
    """
    scale = max(abs(analytic), abs(numeric), 1e-3)
    assert abs(analytic - numeric) <= PRECISION * scale, (
        f"{what}: the derivative along a random direction is {analytic:.9g}, but by central differences in "
        f"float64 it is {numeric:.9g}"
    )


# ---- spies ---------------------------------------------------------------------------------------------------


@contextmanager
def same_chance(component: Component) -> Iterator[None]:
    """Fail if a component draws from NumPy's or Python's global random numbers in the block."""
    before = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002 - this is who is watched
    yield
    after = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    assert repr(before) == repr(after), (
        "global random numbers were drawn (np.random.… or random.…), so that runs cannot be repeated: "
        f"{_instead(component)}"
    )


@contextmanager
def only_given_chance(component: Component) -> Iterator[None]:
    """Fail if the block draws global random numbers, or if the component makes its own generator.

    NumPy asks for entropy when a generator is made without a seed, and for every ``RandomState``. So all of
    these are found, whatever name they were imported by. Generators that a library makes are not counted.
    """
    own, made = packages(component), list[str]()

    def watched(function: Callable[..., Any], told: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **by_name: Any) -> Any:
            if _asks() in own:
                made.append(told(*args, *by_name.values()))
            return function(*args, **by_name)

        return call

    watching: tuple[tuple[Any, str, Callable[..., str]], ...] = (
        (np.random, "default_rng", lambda *seed: f"np.random.default_rng({', '.join(map(repr, seed))})"),
        (np.random.bit_generator, "randbits", lambda *_: "a RandomState, or a generator without a seed,"),
        (random.Random, "seed", lambda _, *seed: f"random.Random({', '.join(map(repr, seed))})"),
        *(
            (np.random, name, partial(_named, name))
            for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
        ),
    )
    with same_chance(component), ExitStack() as patches:
        for owner, name, told in watching:
            patches.enter_context(mock.patch.object(owner, name, watched(getattr(owner, name), told)))
        yield
    assert not made, f"{made[0]} was made: its numbers do not depend on the run's seed; {_instead(component)}"


def _named(name: str, *seed: Any) -> str:
    return f"np.random.{name}({', '.join(map(repr, seed))})"


def _instead(component: Component) -> str:
    """Return what a component can do instead of drawing random numbers of its own."""
    if isinstance(component, Rule):
        return "let the signature name rng, the run's stream: def step(self, theta, g, state, *, t, lr, rng)"
    methods = vars(KINDS[component.kind].base).values()
    given = any(
        "rng" in inspect.signature(method).parameters for method in methods if inspect.isfunction(method)
    )
    return (
        "use the rng that is given"
        if given
        else f"a component of kind {component.kind} draws no random numbers"
    )


def _asks() -> str:
    """Return the package that makes a generator: the nearest caller outside of this module and random."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__") in (__name__, "random"):
        frame = frame.f_back
    return _package(frame)


def assert_keeps_nothing(component: Component, act: Callable[[], object]) -> None:
    """Fail if a call of ``act`` changes something in a component or its classes.

    The call should differ from all earlier ones, because a repeated call may store what is already there.
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
        f"{sorted(changed)} of the component changed: a component only has hyperparameters, and many runs use "
        "it at once"
    )


# ---- errors --------------------------------------------------------------------------------------------------


def packages(component: Component) -> set[str]:
    """Return the packages of a component's class and its bases, without ravine and Python's own."""
    found = {cls.__module__.partition(".")[0] for cls in type(component).__mro__}
    return found - {"ravine", "abc", "builtins"}


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def source(error: BaseException, component: Component) -> tuple[str, str]:
    """Return the place of an error in the component's package, ``mine.py:12``, and that line; or nothing."""
    own = packages(component)
    calls = [(f, n) for f, n in traceback.walk_tb(error.__traceback__) if _package(f) in own]
    # Names in <> are not files but code that dataclasses generate.
    found = [(f.f_code.co_filename, n) for f, n in calls if not f.f_code.co_filename.startswith("<")]
    if not found:
        return "", ""
    file, number = found[-1]
    return f"{Path(file).name}:{number}", linecache.getline(file, number).strip()


def told(error: BaseException, component: Component) -> str:
    """Return the text of an error, with its place in the component's package."""
    where, _ = source(error, component)
    return f"{type(error).__name__}: {error}" + (f" ({where})" if where else "")


def meant(error: BaseException, component: Component) -> bool:
    """Return whether an error is a refusal: a ValueError by a ``raise`` in the component's package or ravine.

    An error that Python or NumPy finds comes from a different package, or from a line without ``raise``.
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
    """An array that records operations on it in a floating-point type that is not ``home``."""

    home: np.dtype[Any] | None
    seen: list[str]

    def __array_finalize__(self, source: Any) -> None:
        self.home, self.seen = getattr(source, "home", None), getattr(source, "seen", [])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            kwargs["out"] = tuple(_plain(item) for item in kwargs["out"])
        result = getattr(ufunc, method)(*(_plain(item) for item in inputs), **kwargs)
        results = result if isinstance(result, tuple) else (result,)
        numbers = [
            item for item in inputs if isinstance(item, np.ndarray) and item.ndim and item.dtype.kind == "f"
        ]
        # Arrays that were all converted to another type were meant to be.
        meant = numbers and all(item.dtype != self.home for item in numbers) and "out" not in kwargs
        for item in (*inputs, *results) if not meant else ():
            if isinstance(item, np.ndarray | np.generic) and item.dtype.kind == "f" and item.dtype != self.home:
                self.seen.append(f"{ufunc.__name__} computes with {item.dtype}")
        wrapped = tuple(_spy(item, self) if isinstance(item, np.ndarray) else item for item in results)
        return wrapped if isinstance(result, tuple) else wrapped[0]


def _plain(item: Any) -> Any:
    return item.view(np.ndarray) if isinstance(item, _Spy) else item


def _spy(array: Array, like: _Spy) -> _Spy:
    view = array.view(_Spy)
    view.home, view.seen = like.home, like.seen
    return view


def spied(*arrays: Array) -> tuple[list[Array], list[str]]:
    """Return views of arrays that record every operation in a different floating-point type.

    Parameters
    ----------
    *arrays : array
        All of the same type.

    Returns
    -------
    views : list of arrays
        Use them for a computation.
    seen : list of str
        What the computation has recorded: ``"multiply computes with float64"``.
    """
    first = arrays[0].view(_Spy)
    first.home, first.seen = first.dtype, []
    return [_spy(array, first) for array in arrays], first.seen
