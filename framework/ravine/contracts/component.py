"""Component: a frozen dataclass of hyperparameters.

Everything that a plugin offers is a component. Its fields, their types and defaults are its configuration
schema. The constructor stores them and checks their ranges, nothing else. A component has no state: the code
that runs it keeps the state.
"""

from __future__ import annotations

import math
from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from ravine.base.names import nearest

__all__ = [
    "Component",
]


@dataclass(frozen=True)
class Component(ABC):
    """The base class of everything that a plugin registers under a name.

    A subclass is decorated with ``@dataclass(frozen=True)``. The first line of its docstring says what it is:
    the command ``ravine list`` prints it. A class with ``ABC`` in its class line is a contract: other classes
    inherit from it, and it cannot be constructed.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from ravine import Component
    >>> @dataclass(frozen=True)
    ... class Wheel(Component):
    ...     '''A wheel.
    ...
    ...     Parameters
    ...     ----------
    ...     radius : float
    ...         From the hub to the rim, in metres.
    ...     '''
    ...
    ...     radius: float = 0.35
    ...
    ...     def __post_init__(self):
    ...         self.require(radius="(0, inf)")
    >>> try:
    ...     Wheel(radius=-1.0)
    ... except ValueError as error:
    ...     print(error)
    Wheel: radius = -1.0 is not in (0, inf)
    """

    kind: ClassVar[str]

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Make a component; its fields are set by ``__init__``.

        Raises
        ------
        TypeError
            If the class is a contract.
        """
        component = super().__new__(cls)
        # Python refuses a contract with abstract methods only; a contract may also have none.
        if ABC in cls.__bases__:
            raise TypeError(f"Can't instantiate abstract class {cls.__name__}")
        return component

    def require(self, **intervals: str) -> None:
        """Check that fields lie in intervals; call it in ``__post_init__``.

        Parameters
        ----------
        **intervals
            By field, an interval in the usual notation: ``lr="[0, inf)", beta1="[0, 1)"``. Of a tuple every
            item must lie in it. ``None`` is always accepted, for fields without a value.

        Raises
        ------
        ValueError
            If a value does not lie in its interval; the message names class, field, value and interval.
        TypeError
            If there is no such field, or the text is not an interval: a mistake in the component's code.
        """
        for field, interval in intervals.items():
            ends = _ends(interval)
            if not hasattr(self, field):
                known = [item.name for item in fields(self)]
                raise TypeError(f"require: there is no field {field!r}{nearest(field, known)}")
            value = getattr(self, field)
            if value is None:
                continue
            for item in value if isinstance(value, tuple | list) else (value,):
                if not _inside(item, interval, *ends):
                    raise ValueError(f"{type(self).__name__}: {field} = {value!r} is not in {interval}")


def _ends(interval: str) -> tuple[float, float]:
    """Return the ends of an interval like ``[0, 1)``."""
    try:
        if interval[0] not in "[(" or interval[-1] not in "])":
            raise ValueError
        lower, upper = (float(end) for end in interval[1:-1].split(","))
    except (ValueError, TypeError, IndexError):
        raise TypeError(f"require: {interval!r} is not an interval like '[0, 1)' or '(0, inf)'") from None
    return lower, upper


def _inside(value: Any, interval: str, lower: float, upper: float) -> bool:
    """Whether a number lies in an interval with these ends; NaN does not lie in any."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    above = value >= lower if interval[0] == "[" else value > lower
    below = value <= upper if interval[-1] == "]" else value < upper
    return bool(above and below and not math.isnan(value))


def summary(cls: type) -> str:
    """Return the first line of a class's own docstring, or nothing if it has none."""
    lines: Iterable[str] = (cls.__dict__.get("__doc__") or "").strip().splitlines()
    return next(iter(lines), "").strip()
