"""Surfaces with one mistake each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Surface


@dataclass(frozen=True)
class Faithful(Surface):
    """What most mutants below get one thing wrong of: a bowl beside the origin."""

    minima = ((1.0, -0.5),)
    domain = ((-3.0, 3.0), (-2.0, 2.0))

    start: tuple[float, float] = (-2.0, 1.5)

    def value(self, x, y):
        return (x - 1) ** 2 + 2 * (y + 0.5) ** 2

    def gradient(self, x, y):
        return 2 * (x - 1), 4 * (y + 0.5)


@dataclass(frozen=True)
class Backwards(Faithful):
    """Has its domain from right to left.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    domain = ((3.0, -3.0), (-2.0, 2.0))


@dataclass(frozen=True)
class Swaps(Faithful):
    """Gives the derivative along y first.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def gradient(self, x, y):
        return super().gradient(x, y)[::-1]


@dataclass(frozen=True)
class Number(Faithful):
    """Gives a number where nothing changes along y.

    .. math:: f = (x - 1)^2
    """

    minima = ()

    def value(self, x, y):
        return (x - 1) ** 2

    def gradient(self, x, y):
        return 2 * (x - 1), 0.0


@dataclass(frozen=True)
class Flattens(Faithful):
    """Gives values in one row, whatever the shape of the points.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        return super().value(x, y).ravel()


@dataclass(frozen=True)
class Lowers(Faithful):
    """Puts the lowest of its points at 0.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        f = super().value(x, y)
        return f - f.min()


@dataclass(frozen=True)
class MovesThePoints(Faithful):
    """Moves the origin in the coordinates themselves.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        x -= 1
        y += 0.5
        return x * x + 2 * y * y


@dataclass(frozen=True)
class Lifts(Faithful):
    """Multiplies by a number of NumPy's.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        return (x - 1) ** 2 + (np.sqrt(2) * (y + 0.5)) ** 2


@dataclass(frozen=True)
class DividesByZero(Faithful):
    r"""Has a cone whose gradient is a quotient, at its tip too.

    .. math:: f = -\sqrt{x^2 + y^2}
    """

    minima = ()

    def value(self, x, y):
        return -((x * x + y * y) ** 0.5)

    def gradient(self, x, y):
        r = (x * x + y * y) ** 0.5
        return -x / r, -y / r


@dataclass(frozen=True)
class FarStart(Faithful):
    """Begins beyond what is drawn.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    start: tuple[float, float] = (-4.0, 1.5)


@dataclass(frozen=True)
class BeginsAtTheEnd(Faithful):
    """Begins in the minimum.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    start: tuple[float, float] = (1.0, -0.5)


@dataclass(frozen=True)
class HiddenMinimum(Faithful):
    """Has its minimum beyond what is drawn.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    domain = ((-3.0, 0.0), (-2.0, 2.0))


@dataclass(frozen=True)
class FewDigits(Faithful):
    """Gives its minimum with two decimals, of the four it has.

    .. math:: f = (x - 1.0131)^2 + 2 (y + 0.5112)^2
    """

    minima = ((1.01, -0.51),)

    def value(self, x, y):
        return (x - 1.0131) ** 2 + 2 * (y + 0.5112) ** 2

    def gradient(self, x, y):
        return 2 * (x - 1.0131), 4 * (y + 0.5112)


@dataclass(frozen=True)
class SaddleForMinimum(Faithful):
    """Takes a saddle for a minimum.

    .. math:: f = (x - 1)^2 - 2 (y + 1/2)^2
    """

    def value(self, x, y):
        return (x - 1) ** 2 - 2 * (y + 0.5) ** 2

    def gradient(self, x, y):
        return 2 * (x - 1), -4 * (y + 0.5)


STREAM = np.random.default_rng(0)


@dataclass(frozen=True)
class Noisy(Faithful):
    """Adds a hair of noise.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        return super().value(x, y) + 1e-13 * STREAM.random(x.shape, x.dtype)


@dataclass(frozen=True)
class GlobalChance(Faithful):
    """Adds a hair of noise, from NumPy's global random numbers.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    def value(self, x, y):
        return super().value(x, y) + 1e-13 * np.random.random(x.shape).astype(x.dtype)  # noqa: NPY002 - the bug


@dataclass(frozen=True)
class Counts(Faithful):
    """Counts in its class how often it is asked.

    .. math:: f = (x - 1)^2 + 2 (y + 1/2)^2
    """

    asked: ClassVar[int] = 0

    def value(self, x, y):
        type(self).asked += 1
        return super().value(x, y)


MUTANTS = [
    (Backwards(), "has_a_domain"),
    (Swaps(), "gradient_is_the_derivative"),
    (Number(), "gradient_is_two_arrays"),
    (Flattens(), "value_has_the_points_shape"),
    (Lowers(), "treats_points_alone"),
    (MovesThePoints(), "spares_the_points"),
    (Lifts(), "keeps_its_type"),
    (DividesByZero(), "is_finite"),
    (FarStart(), "starts_in_the_domain"),
    (BeginsAtTheEnd(), "can_leave_its_start"),
    (HiddenMinimum(), "minima_are_in_the_domain"),
    (FewDigits(), "minima_are_stationary"),
    (SaddleForMinimum(), "minima_are_the_lowest_points"),
    (Noisy(), "is_deterministic"),
    (GlobalChance(), "draws_nothing_global"),
    (Counts(), "keeps_nothing_in_itself"),
]
