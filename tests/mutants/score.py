"""Scores with one mistake each."""

import random
from dataclasses import dataclass, field

import numpy as np
from ravine import Score


@dataclass(frozen=True)
class Right(Score):
    r"""How often the largest output is that of the right class.

    .. math:: \frac{1}{n} \sum_i [\arg\max_j y_{ij} = t_i]
    """

    def score(self, y, target):
        if target.ndim != 1:
            raise ValueError("it needs classes")
        return float(np.mean(y.argmax(axis=1) == target))


SOUND = [Right()]


@dataclass(frozen=True)
class NumPyNumber(Right):
    """Gives its number as NumPy computes it."""

    def score(self, y, target):
        if target.ndim != 1:
            raise ValueError("it needs classes")
        return np.mean(y.argmax(axis=1) == target)


@dataclass(frozen=True)
class DividesByTheSpread(Right):
    """Divides by the spread of the outputs, which a dead network has not."""

    def score(self, y, target):
        return float(np.ptp(y) / y.std())


@dataclass(frozen=True)
class InFloat16(Right):
    """Computes in fewer digits where it is given fewer."""

    def score(self, y, target):
        narrow = y.astype(np.float16) if y.dtype == np.float32 else y
        return float((narrow.astype(float) ** 3).sum())


@dataclass(frozen=True)
class Subtracts(Right):
    """Takes the largest output away from all, in place."""

    def score(self, y, target):
        y -= y.max(axis=1, keepdims=True)
        return float(y.mean())


@dataclass(frozen=True)
class First(Right):
    """Looks at the first half of the examples."""

    def score(self, y, target):
        half = len(y) // 2 + 1
        return float(y[:half].mean())


@dataclass(frozen=True)
class Sampled(Right):
    """Looks at some examples that it draws."""

    def score(self, y, target):
        return float(np.mean([y[random.randrange(len(y))].max() for _ in range(9)]))


@dataclass(frozen=True)
class KeepsTheBest(Right):
    """Keeps the best number in itself."""

    best: tuple[float, ...] = field(default=())

    def score(self, y, target):
        object.__setattr__(self, "best", (*self.best, float(y.max())))
        return float(y.max())


MUTANTS = [
    (NumPyNumber(), "is_a_number"),
    (DividesByTheSpread(), "takes_outputs_that_are_equal"),
    (InFloat16(), "takes_float32"),
    (Subtracts(), "spares_what_it_gets"),
    (First(), "knows_no_order"),
    (Sampled(), "is_deterministic"),
    (KeepsTheBest(), "keeps_nothing_in_itself"),
]
