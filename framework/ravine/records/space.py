"""Space: the values that a search chooses from, as a unit cube with one dimension for each setting."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ravine.base.types import Point, Value
from ravine.records.typed import checked

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
        """Return the value at ``u``, from 0 at one end to 1 at the other: of uniform ``u``, a random value."""

    def rounded(self, value: Value) -> Value:
        """Return a value with so few digits that it can be typed."""
        return value

    @abstractmethod
    def has(self, value: object) -> bool:
        """Whether this is one of the values."""

    @abstractmethod
    def share(self, value: Value) -> float:
        """Return where a value lies, from 0 at one end to 1 at the other; in a choice, its part's middle."""

    @abstractmethod
    def steps(self, n: int) -> list[Value]:
        """Return ``n`` values from end to end, or all values if there are fewer."""


@dataclass(frozen=True)
class Interval(Dimension):
    """All numbers from ``low`` to ``high``.

    Parameters
    ----------
    key, low, high
        The setting, and the two ends, both included.
    log : bool
        Whether the scale is logarithmic: 0.01 to 0.1 is then as likely as 0.1 to 1.
    integer : bool
        Whether the values are whole numbers.
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
        # Every whole number, also at the ends, gets a part of the same width.
        wide = 0.5 if self.integer else 0.0
        low, high = self.low - wide, self.high + wide
        return (math.log(low), math.log(high)) if self.log else (low, high)

    def at(self, u: float) -> Value:
        """Return the value at ``u``, from 0 at the low end to 1 at the high one."""
        low, high = self._ends
        value = low + u * (high - low)
        value = math.exp(value) if self.log else value
        return self.rounded(value)

    def rounded(self, value: Value) -> Value:
        """Return a value in the interval, with six digits after those that both ends have in common."""
        number = min(max(float(value), self.low), self.high)
        if self.integer:
            return round(number)
        in_common = int(math.log10(max(abs(self.low), abs(self.high)) / (self.high - self.low)))
        return min(max(float(f"{number:.{6 + max(in_common, 0)}g}"), self.low), self.high)

    def has(self, value: object) -> bool:
        """Whether this is a number of the interval."""
        numbers = int if self.integer else (int, float)
        return isinstance(value, numbers) and not isinstance(value, bool) and self.low <= value <= self.high

    def share(self, value: Value) -> float:
        """Return where a value lies, from 0 at the low end to 1 at the high one."""
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
    """A list of values that are equally likely.

    Parameters
    ----------
    key, values
        The setting, and its possible values.
    """

    values: tuple[Value, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))

    def at(self, u: float) -> Value:
        """Return the value in whose part ``u`` lies, from 0 at the first value to 1 at the last."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    def has(self, value: object) -> bool:
        """Whether this is one of the values; 1 is not true."""
        return any(type(one) is type(value) and one == value for one in self.values)

    def share(self, value: Value) -> float:
        """Return the middle of the part that a value has of the way from 0 to 1."""
        return (self.values.index(value) + 0.5) / len(self.values)

    def steps(self, n: int) -> list[Value]:
        """Return all values."""
        return list(self.values)


@dataclass(frozen=True)
class Space:
    """All settings that are searched, with their values.

    Parameters
    ----------
    dimensions : tuple of Dimension
        One for each setting.
    """

    dimensions: tuple[Dimension, ...]

    def __post_init__(self) -> None:
        if not self.dimensions:
            raise ValueError(
                "there is nothing to search: give a setting several values, "
                "'optimizer.lr=tag(log,interval(1e-4,1))' or training.batch_size=32,64"
            )

    def __len__(self) -> int:
        return len(self.dimensions)

    def at(self, cube: Sequence[float]) -> dict[str, Value]:
        """Return the point at a place in the cube.

        Parameters
        ----------
        cube : (d,) sequence of float
            For each dimension where the value lies, from 0 at one end to 1 at the other.

        Raises
        ------
        ValueError
            If there are not as many numbers as dimensions.
        """
        return {
            dimension.key: dimension.at(float(u)) for dimension, u in zip(self.dimensions, cube, strict=True)
        }

    def shares(self, point: Point) -> list[float]:
        """Return where a point lies in the cube.

        Parameters
        ----------
        point : Point
            With a value for every setting.

        Returns
        -------
        list of float
            For each dimension where the value lies, from 0 to 1; in a choice the middle of its part.

        Raises
        ------
        KeyError
            If the point lacks a setting.
        ValueError
            If a value is not among those of a choice, or is not above 0 on a logarithmic scale.
        """
        return [dimension.share(point[dimension.key]) for dimension in self.dimensions]

    def describe(self) -> dict[str, Any]:
        """Return it as plain values for a file."""
        return {
            dimension.key: {"kind": type(dimension).__name__.lower(), **_fields(dimension)}
            for dimension in self.dimensions
        }

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Space:
        """Read it back.

        Parameters
        ----------
        described : dict
            As ``describe`` returns it, or as JSON gives it back.

        Raises
        ------
        ValueError
            If there is no dimension, or one is neither an interval nor a choice with the fields of its kind.
        """
        kinds: dict[Any, type[Dimension]] = {"interval": Interval, "choice": Choice}
        dimensions = []
        for key, about in described.items():
            try:
                values = {name: tuple(v) if isinstance(v, list) else v for name, v in about.items()}
                dimension = kinds[values.pop("kind")](key, **values)
            except (AttributeError, KeyError, TypeError):
                raise ValueError(f"{key}: {about!r:.60} is neither an interval nor a choice") from None
            dimensions.append(checked(dimension))
        return cls(tuple(dimensions))


def _fields(dimension: Dimension) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(dimension).items()
        if name != "key"
    }
