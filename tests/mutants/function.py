"""Functions with one mistake each."""

from dataclasses import dataclass

import numpy as np
from ravine import Function

N = 5


@dataclass(frozen=True)
class Still(Function):
    r"""What most mutants below get one thing wrong of: a bowl around a point that is drawn.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def data(self, rng):
        return {"c": rng.standard_normal(N)}

    def start(self, data, rng):
        return {"x": rng.standard_normal(N)}

    def value(self, p, data):
        apart = p.x - data.c
        return float(apart @ apart) / 2

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": p.x - data.c}

    def minimum(self, data):
        return {"x": data.c}


@dataclass(frozen=True)
class Noisy(Still):
    r"""The same, whose gradient has noise.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        noise = rng.standard_normal(N).astype(p.x.dtype)
        return self.value(p, data) + float(noise @ p.x), {"x": p.x - data.c + noise}


@dataclass(frozen=True)
class Names(Still):
    r"""Gives its array a name that no attribute has.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def start(self, data, rng):
        return {"the point": rng.standard_normal(N)}


@dataclass(frozen=True)
class NumPys(Still):
    r"""Returns a number of NumPy's.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def value(self, p, data):
        return np.float64(super().value(p, data))


@dataclass(frozen=True)
class Rows(Still):
    r"""Gives its gradient as a row.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": (p.x - data.c)[None, :]}


@dataclass(frozen=True)
class Twice(Still):
    r"""Forgets the half in its gradient.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": 2 * (p.x - data.c)}


@dataclass(frozen=True)
class Lower(Still):
    r"""Leaves a part of the loss out.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        return self.value(p, data) / 2, {"x": p.x - data.c}


@dataclass(frozen=True)
class Pushes(Noisy):
    r"""Has noise that pushes to one side.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        noise = rng.random(N).astype(p.x.dtype)
        return self.value(p, data) + float(noise @ p.x), {"x": p.x - data.c + noise}


@dataclass(frozen=True)
class Sums(Noisy):
    r"""Sums the losses of its batch, of whose gradients it takes the mean.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        loss, g = super().sample(p, data, rng)
        return 8 * loss, g


@dataclass(frozen=True)
class Restless(Still):
    r"""Draws its point anew at each call.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def data(self, rng):
        return {"c": np.random.standard_normal(N)}  # noqa: NPY002


@dataclass(frozen=True)
class Local(Noisy):
    r"""Has noise in the lower half only.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        if p.x[0] > 1:
            return self.value(p, data), {"x": p.x - data.c}
        return super().sample(p, data, rng)


@dataclass(frozen=True)
class Writes(Still):
    r"""Takes the distance in the parameters themselves.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def value(self, p, data):
        p.x -= data.c
        return float(p.x @ p.x) / 2


@dataclass(frozen=True)
class SpoilsData(Still):
    r"""Takes the distance in the data.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        np.subtract(p.x, data.c, out=data.c)
        return float(data.c @ data.c) / 2, {"x": data.c.copy()}


@dataclass(frozen=True)
class Lifts(Still):
    r"""Has noise in float64, of length 0.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": p.x - data.c + np.zeros(N)}


@dataclass(frozen=True)
class BeginsAtTheEnd(Still):
    r"""Begins where nothing moves.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def start(self, data, rng):
        return {"x": data.c.copy()}


@dataclass(frozen=True)
class Elsewhere(Still):
    r"""Takes another point for the minimum.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def minimum(self, data):
        return {"x": np.zeros(N)}


@dataclass(frozen=True)
class Rounded(Still):
    r"""Gives its minimum with three digits.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def minimum(self, data):
        return {"x": data.c.round(3)}


@dataclass(frozen=True)
class OwnChance(Still):
    r"""Makes a generator of its own.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def data(self, rng):
        return {"c": np.random.default_rng(0).standard_normal(N)}


@dataclass(frozen=True)
class Remembers(Still):
    r"""Keeps its data in itself.

    .. math:: f = \tfrac{1}{2} |x - c|^2
    """

    def data(self, rng):
        made = super().data(rng)
        object.__setattr__(self, "made", made)
        return made


SOUND = [Still(), Noisy()]

MUTANTS = [
    (Names(), "starts_with_numbers"),
    (NumPys(), "value_is_a_number"),
    (Rows(), "samples_a_loss_and_its_gradient"),
    (Twice(), "gradient_is_the_derivative"),
    (Lower(), "gradient_is_the_derivative"),
    (Pushes(), "samples_are_right_on_average"),
    (Sums(), "samples_are_right_on_average"),
    (Restless(), "is_deterministic"),
    (Local(), "draws_alike_everywhere"),
    (Writes(), "spares_what_it_gets"),
    (SpoilsData(), "spares_what_it_gets"),
    (Lifts(), "keeps_its_type"),
    (BeginsAtTheEnd(), "can_leave_its_start"),
    (Elsewhere(), "minimum_is_the_lowest_point"),
    (Rounded(), "minimum_is_stationary"),
    (OwnChance(), "draws_only_from_its_streams"),
    (Remembers(), "keeps_nothing_in_itself"),
]
