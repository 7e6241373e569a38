"""What checks share: chance that is the same every time, differences, and spies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ravine.component import Array

__all__ = ["applies", "assert_derivative", "directional", "only", "rng", "same_chance", "widened"]

PRECISION = 1e-5
"""Relative error that central differences in float64 may have."""


def rng(seed: int = 7) -> np.random.Generator:
    """Return the same generator every time."""
    return np.random.default_rng(seed)


def only(when: Callable[[Any], bool]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Restrict a check to components of which ``when`` is true."""

    def mark(check: Callable[..., None]) -> Callable[..., None]:
        check.applies = when  # type: ignore[attr-defined]
        return check

    return mark


def applies(check: Callable[..., None], component: Any) -> bool:
    """Return whether a check is meant for a component."""
    return bool(getattr(check, "applies", lambda _: True)(component))


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


@contextmanager
def same_chance() -> Iterator[None]:
    """Fail if the block draws from NumPy's or Python's global random numbers."""
    before = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002 - this is who is watched
    yield
    after = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    assert repr(before) == repr(after), (
        "global random numbers were drawn (np.random.… or random.…): only the rng that is given makes runs repeatable"
    )


def widened(array: Array) -> tuple[Array, list[str]]:
    """Return a view of an array that notes every operation on it whose result is of a wider type.

    Returns
    -------
    view : array
        To be computed with.
    seen : list of str
        Filled while that is done: ``"multiply gives float64"``.
    """
    narrow, seen = array.dtype, []

    class Spy(np.ndarray):
        def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
            out = kwargs.pop("out", None)
            plain = [np.asarray(item) if isinstance(item, Spy) else item for item in inputs]
            if out is not None:
                kwargs["out"] = tuple(np.asarray(item) if isinstance(item, Spy) else item for item in out)
            result = getattr(ufunc, method)(*plain, **kwargs)
            if (
                isinstance(result, np.ndarray)
                and result.dtype.kind == "f"
                and result.dtype.itemsize > narrow.itemsize
            ):
                seen.append(f"{ufunc.__name__} gives {result.dtype}")
            if out is not None:
                return out[0]
            return result.view(Spy) if isinstance(result, np.ndarray) else result

    return array.view(Spy), seen
