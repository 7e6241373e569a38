"""Losses with one mistake each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Loss, one_hot


@dataclass(frozen=True)
class Faithful(Loss):
    """What most mutants below get one thing wrong of: squares summed over the outputs."""

    def __call__(self, y, target):
        error = y - one_hot(target, y)
        return float((error * error).sum() / len(y)), error * (2 / len(y))


@dataclass(frozen=True)
class WholeColumns(Loss):
    r"""Takes 1 from every example's probability of a class that one example has.

    .. math:: L = -\frac 1 n \sum_i \log p_{i t_i}
    """

    def __call__(self, y, target):
        z = y - y.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        dy = np.exp(log_p)
        if target.ndim == 1:
            dy[:, target] -= 1
        else:
            dy -= target
        return float(-(one_hot(target, y) * log_p).sum() / len(y)), dy / len(y)


@dataclass(frozen=True)
class RowsAsClasses(Faithful):
    r"""Takes the largest target of a row for its class, in the gradient.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        classes = target if target.ndim == 1 else target.argmax(axis=1)
        return super().__call__(y, target)[0], super().__call__(y, classes)[1]


@dataclass(frozen=True)
class SmoothsClasses(Faithful):
    r"""Smooths targets where they are class numbers only.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        if target.ndim == 1:
            target = 0.9 * one_hot(target, y) + y.dtype.type(0.1) / y.shape[1]
        return super().__call__(y, target)


@dataclass(frozen=True)
class Sums(Faithful):
    r"""Sums over the batch.

    .. math:: L = \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        value, dy = super().__call__(y, target)
        return value * len(y), dy * len(y)


@dataclass(frozen=True)
class NumPyNumber(Faithful):
    r"""Gives its value as NumPy computes it.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        error = y - one_hot(target, y)
        return (error * error).sum() / len(y), error * (2 / len(y))


@dataclass(frozen=True)
class Lifts(Faithful):
    r"""Takes rows from a table in float64.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        return super().__call__(
            y.astype(np.float64), np.eye(y.shape[1])[target] if target.ndim == 1 else target
        )


@dataclass(frozen=True)
class WritesRows(Faithful):
    r"""Computes the error in the rows of targets.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        error = one_hot(target, y)
        error -= y
        return float((error * error).sum() / len(y)), error * (-2 / len(y))


@dataclass(frozen=True)
class Overflows(Loss):
    r"""Takes the logarithm of a probability that is a quotient of exponentials.

    .. math:: L = -\frac 1 n \sum_{ik} t_{ik} \log p_{ik}
    """

    def __call__(self, y, target):
        t = one_hot(target, y)
        p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
        return float(-(t * np.log(p)).sum() / len(y)), (p - t) / len(y)


@dataclass(frozen=True)
class MultipliesByZero(Loss):
    """Multiplies a difference that is infinite by a target that is 0."""

    def __call__(self, y, target):
        t = one_hot(target, y)
        z = y - y.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        return float(np.log(total).sum() - (t * z).sum()) / len(y), (p / total - t) / len(y)


@dataclass(frozen=True)
class Squeezes(Faithful):
    r"""Takes axes of length 1 away.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        value, dy = super().__call__(y, target)
        return value, dy.squeeze()


@dataclass(frozen=True)
class ForgetsTheMinus(Loss):
    r"""Has a likelihood where its negative should be.

    .. math:: L = -\frac 1 n \sum_{ik} t_{ik} y_{ik}
    """

    def __call__(self, y, target):
        t = one_hot(target, y)
        return float((t * y).sum() / len(y)), t / len(y)


STREAM = np.random.default_rng(0)


@dataclass(frozen=True)
class Noisy(Faithful):
    r"""Adds a hair of noise, to break ties.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        value, dy = super().__call__(y, target)
        return value * (1 + 1e-13 * STREAM.random()), dy


@dataclass(frozen=True)
class GlobalChance(Faithful):
    r"""Adds a hair of noise, from NumPy's global random numbers.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    def __call__(self, y, target):
        value, dy = super().__call__(y, target)
        return value * (1 + 1e-13 * np.random.random()), dy  # noqa: NPY002 - the bug


@dataclass(frozen=True)
class AddsUp(Faithful):
    r"""Keeps the sum of its values in its class.

    .. math:: L = \frac 1 n \sum_{ik} (y_{ik} - t_{ik})^2
    """

    total: ClassVar[float] = 0.0

    def __call__(self, y, target):
        value, dy = super().__call__(y, target)
        type(self).total += value
        return value, dy


MUTANTS = [
    (WholeColumns(), "gradient_for_class_numbers"),
    (RowsAsClasses(), "gradient_for_rows"),
    (SmoothsClasses(), "class_numbers_mean_rows"),
    (Sums(), "is_a_mean_over_the_batch"),
    (NumPyNumber(), "value_is_a_number"),
    (Lifts(), "gradient_is_like_the_outputs"),
    (WritesRows(), "spares_outputs_and_targets"),
    (Overflows(), "survives_large_outputs"),
    (MultipliesByZero(), "knows_no_nan"),
    (Squeezes(), "takes_one_example"),
    (ForgetsTheMinus(), "prefers_the_right_answer"),
    (Noisy(), "is_deterministic"),
    (GlobalChance(), "draws_nothing_global"),
    (AddsUp(), "keeps_nothing_in_itself"),
]
