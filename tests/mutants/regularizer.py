"""Regularizers with one mistake each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Regularizer


@dataclass(frozen=True)
class Coupled(Regularizer):
    """What some mutants below get one thing wrong of."""

    def penalty(self, w):
        return 0.05 * float(w @ w)

    def add_gradient(self, w, g):
        g += 0.1 * w


@dataclass(frozen=True)
class Decoupled(Regularizer):
    """What the others do."""

    def shrink(self, w, lr):
        w *= 1 - lr * 0.1


@dataclass(frozen=True)
class ForgetsTheHalf(Coupled):
    r"""Has a derivative twice that of its penalty.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """

    def add_gradient(self, w, g):
        g += 0.2 * w


@dataclass(frozen=True)
class Overwrites(Coupled):
    r"""Puts its derivative in the place of the loss's.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """

    def add_gradient(self, w, g):
        g[:] = 0.1 * w


@dataclass(frozen=True)
class InPlace(Coupled):
    r"""Takes absolute values in the weights themselves.

    .. math:: R = \tfrac{1}{10} \sum |w|
    """

    def penalty(self, w):
        return 0.1 * float(np.abs(w, out=w).sum())

    def add_gradient(self, w, g):
        g += 0.1 * np.sign(w)


@dataclass(frozen=True)
class NumPyNumber(Coupled):
    r"""Gives its penalty as NumPy computes it.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """

    def penalty(self, w):
        return 0.05 * (w @ w)


@dataclass(frozen=True)
class Repels(Coupled):
    r"""Makes weights near 0 cost most.

    .. math:: R = \sum e^{-w^2 / 2}
    """

    def penalty(self, w):
        return float(np.exp(-w * w / 2).sum())

    def add_gradient(self, w, g):
        g -= w * np.exp(-w * w / 2)


@dataclass(frozen=True)
class Rebinds(Decoupled):
    r"""Shrinks an array of its own.

    .. math:: w \leftarrow (1 - \eta / 10) w
    """

    def shrink(self, w, lr):
        w = w * (1 - lr * 0.1)


@dataclass(frozen=True)
class Overshoots(Decoupled):
    r"""Takes the same from every weight, from small ones too.

    .. math:: w \leftarrow \mathrm{sign}(w) \max(0, |w| - \eta)
    """

    def shrink(self, w, lr):
        w -= lr * np.sign(w)


@dataclass(frozen=True)
class ForgetsTheRate(Decoupled):
    r"""Shrinks as much whatever the learning rate.

    .. math:: w \leftarrow (1 - \eta / 10) w
    """

    def shrink(self, w, lr):
        w *= 0.9


@dataclass(frozen=True)
class Twice(Coupled, Decoupled):
    r"""Adds its derivative and shrinks as well.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """


@dataclass(frozen=True)
class DividesByZero(Coupled):
    r"""Computes a sign as a quotient.

    .. math:: R = \tfrac{1}{10} \sum |w|
    """

    def penalty(self, w):
        return 0.1 * float(np.abs(w).sum())

    def add_gradient(self, w, g):
        g += 0.1 * w / np.abs(w)


@dataclass(frozen=True)
class Averages(Coupled):
    r"""Takes a mean, which no weights do not have.

    .. math:: R = \tfrac{1}{2 n} \sum w^2
    """

    def penalty(self, w):
        return float(np.mean(w * w)) / 2

    def add_gradient(self, w, g):
        g += w / w.size


@dataclass(frozen=True)
class Lifts(Coupled):
    r"""Multiplies by a number of NumPy's.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """

    def add_gradient(self, w, g):
        g += np.sqrt(0.01) * w


STREAM = np.random.default_rng(0)


@dataclass(frozen=True)
class Noisy(Decoupled):
    r"""Shrinks by a little more or less each time.

    .. math:: w \leftarrow (1 - \eta / 10) w
    """

    def shrink(self, w, lr):
        w *= 1 - lr * STREAM.uniform(0.09, 0.11)


@dataclass(frozen=True)
class GlobalChance(Decoupled):
    r"""Shrinks by what NumPy's global random numbers say.

    .. math:: w \leftarrow (1 - \eta / 10) w
    """

    def shrink(self, w, lr):
        w *= 1 - lr * 0.1 * np.random.uniform(0.9, 1.1)  # noqa: NPY002 - the bug


@dataclass(frozen=True)
class AddsUp(Coupled):
    r"""Adds its penalties up in its class.

    .. math:: R = \tfrac{1}{20} \sum w^2
    """

    total: ClassVar[float] = 0.0

    def penalty(self, w):
        value = super().penalty(w)
        type(self).total += value
        return value


@dataclass(frozen=True)
class Columns(Regularizer, sees="array"):
    r"""The sum of the lengths of the weights into each unit.

    .. math:: R = \tfrac{1}{10} \sum_j \|w_j\|
    """

    def penalty(self, w, *, place):
        return 0.1 * float(self.lengths(w, place).sum())

    def add_gradient(self, w, g, *, place):
        lengths = self.lengths(w, place)
        g += 0.1 * w / np.where(lengths == 0, 1, lengths)

    def lengths(self, w, place):
        units = place.axes.index("out") if "out" in place.axes else w.ndim - 1
        along = tuple(axis for axis in range(w.ndim) if axis != units)
        return np.sqrt(np.square(w).sum(axis=along, keepdims=True))


@dataclass(frozen=True)
class TakesTheLastAxis(Columns):
    r"""Takes the last axis for the units, whatever it counts.

    .. math:: R = \tfrac{1}{10} \sum_j \|w_j\|
    """

    def lengths(self, w, place):
        return np.sqrt(np.square(w).sum(axis=tuple(range(w.ndim - 1)), keepdims=True))


@dataclass(frozen=True)
class MatricesOnly(Regularizer, sees="array"):
    r"""Multiplies a weight by its transpose, which a window does not have.

    .. math:: R = \tfrac{1}{10} \|W^T W\|^2
    """

    def penalty(self, w):
        return 0.1 * float(np.square(w.T @ w).sum())

    def add_gradient(self, w, g):
        g += 0.4 * w @ (w.T @ w)


@dataclass(frozen=True)
class ForgetsTheOtherSide(Columns):
    r"""Has the right derivative for a matrix, and another for a window.

    .. math:: R = \tfrac{1}{10} \sum_j \|w_j\|
    """

    def add_gradient(self, w, g, *, place):
        super().add_gradient(w, g, place=place)
        g *= min(1, 2 / (w.ndim - 1))


SOUND = [Columns()]


MUTANTS = [
    (ForgetsTheHalf(), "gradient_is_the_derivative"),
    (Overwrites(), "adds_to_the_gradient"),
    (InPlace(), "spares_the_weights"),
    (NumPyNumber(), "penalty_is_a_number"),
    (Repels(), "gradient_points_away_from_zero"),
    (Rebinds(), "shrinks_in_place"),
    (Overshoots(), "shrinks_towards_zero"),
    (ForgetsTheRate(), "shrinks_with_the_rate"),
    (Twice(), "works_in_one_way"),
    (DividesByZero(), "leaves_zeros_alone"),
    (Averages(), "takes_no_weights"),
    (MatricesOnly(), "takes_weights_of_every_shape"),
    (ForgetsTheOtherSide(), "takes_weights_of_every_shape"),
    (TakesTheLastAxis(), "reads_which_axis_counts_the_units"),
    (Lifts(), "keeps_its_type"),
    (Noisy(), "is_deterministic"),
    (GlobalChance(), "draws_nothing_global"),
    (AddsUp(), "keeps_nothing_in_itself"),
]
