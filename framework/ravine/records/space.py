"""Space: the values that a search chooses from, as a cube of as many sides as there are settings."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ravine.base.types import Point, Value

__all__ = [
    "Choice",
    "Dimension",
    "Interval",
    "Space",
]


@dataclass(frozen=True)
class Dimension(ABC):
    """The values of one setting.

    Parameters
    ----------
    key : str
        The setting's full key, ``optimizer.lr``.
    """

    key: str

    @abstractmethod
    def at(self, u: float) -> Value:
        """Return the value that lies at a share ``u`` of the way, 0 ≤ u ≤ 1; even shares are as likely."""

    def rounded(self, value: Value) -> Value:
        """Return a value as it can be typed."""
        return value

    @abstractmethod
    def share(self, value: Value) -> float:
        """Return the share of the way at which a value lies; of a choice, the middle of its part."""

    @abstractmethod
    def steps(self, n: int) -> list[Value]:
        """Return ``n`` values from end to end, or all where they are fewer."""


@dataclass(frozen=True)
class Interval(Dimension):
    """All numbers from ``low`` to ``high``.

    Parameters
    ----------
    key, low, high
        The setting, and the ends, both included.
    log : bool
        Whether equal factors, instead of equal differences, are as likely.
    integer : bool
        Whether only whole numbers count.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{self.key}: an interval goes from a number to a larger one, not from {self}")
        if self.log and self.low <= 0:
            raise ValueError(f"{self.key}: on a log scale an interval begins above 0, not at {self.low:g}")

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}{', log' * self.log}"

    @property
    def _ends(self) -> tuple[float, float]:
        wide = 0.5 if self.integer else 0.0  # every whole number gets a part of its own
        low, high = self.low - wide, self.high + wide
        return (math.log(low), math.log(high)) if self.log else (low, high)

    def at(self, u: float) -> Value:
        """Return the value at a share of the way."""
        low, high = self._ends
        value = low + u * (high - low)
        value = math.exp(value) if self.log else value
        return self.rounded(value)

    def rounded(self, value: Value) -> Value:
        """Return a value in the interval, with six digits of what tells its ends apart."""
        number = min(max(float(value), self.low), self.high)
        if self.integer:
            return round(number)
        in_common = int(math.log10(max(abs(self.low), abs(self.high)) / (self.high - self.low)))
        return min(max(float(f"{number:.{6 + max(in_common, 0)}g}"), self.low), self.high)

    def share(self, value: Value) -> float:
        """Return the share of the way of a value."""
        low, high = self._ends
        number = float(value)
        return ((math.log(number) if self.log else number) - low) / (high - low)

    def steps(self, n: int) -> list[Value]:
        """Return values from end to end, evenly spaced on the interval's scale."""
        if self.integer and n > self.high - self.low:
            return list(range(int(self.low), int(self.high) + 1))
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        values = [low + (high - low) * i / max(n - 1, 1) for i in range(n)]
        return list(dict.fromkeys(self.rounded(math.exp(v) if self.log else v) for v in values))


@dataclass(frozen=True)
class Choice(Dimension):
    """One of some values, all as likely.

    Parameters
    ----------
    key, values
        The setting, and what it may be.
    """

    values: tuple[Value, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))

    def at(self, u: float) -> Value:
        """Return the value at a share of the way."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def share(self, value: Value) -> float:
        """Return the middle of a value's part."""
        return (self.values.index(value) + 0.5) / len(self.values)

    def steps(self, n: int) -> list[Value]:
        """Return all values."""
        return list(self.values)


@dataclass(frozen=True)
class Space:
    """All that is searched.

    Parameters
    ----------
    dimensions : tuple of Dimension
        One a setting.
    """

    dimensions: tuple[Dimension, ...]

    def __post_init__(self) -> None:
        if not self.dimensions:
            raise ValueError(
                "there is nothing to search: give a setting several values, "
                "'optimizer.lr=tag(log,interval(1e-4,1))' or optimizer=A,B"
            )

    def __len__(self) -> int:
        return len(self.dimensions)

    def at(self, cube: Sequence[float]) -> dict[str, Value]:
        """Return a point.

        Parameters
        ----------
        cube : (d,) sequence of float
            How much of the way from one end to the other it lies, from 0 to 1, one a dimension.

        Raises
        ------
        ValueError
            If there are not as many as dimensions.
        """
        return {one.key: one.at(float(u)) for one, u in zip(self.dimensions, cube, strict=True)}

    def shares(self, point: Point) -> list[float]:
        """Return where a point lies in the cube.

        Parameters
        ----------
        point : Point
            With a value of every setting.

        Returns
        -------
        list of float
            One a dimension: the share of the way of the value, from 0 to 1; of a choice the middle of its part.

        Raises
        ------
        KeyError
            If the point lacks a setting.
        ValueError
            If a value is none of a choice, or not above 0 where the scale is logarithmic.
        """
        return [one.share(point[one.key]) for one in self.dimensions]

    def describe(self) -> dict[str, Any]:
        """Return it as plain values for a file."""
        return {one.key: {"kind": type(one).__name__.lower(), **_fields(one)} for one in self.dimensions}

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Space:
        """Read it back.

        Parameters
        ----------
        described : dict
            As ``describe`` returns it, be it through JSON.

        Raises
        ------
        KeyError
            If a dimension has no ``kind``, or one that is neither ``interval`` nor ``choice``.
        TypeError
            If it has other fields than that kind.
        ValueError
            If it has no dimension, or an interval no ends.
        """
        kinds: dict[str, type[Dimension]] = {"interval": Interval, "choice": Choice}
        made = []
        for key, about in described.items():
            values = {name: tuple(v) if isinstance(v, list) else v for name, v in about.items()}
            made.append(kinds[str(values.pop("kind"))](key, **values))
        return cls(tuple(made))


def _fields(dimension: Dimension) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(dimension).items()
        if name != "key"
    }
