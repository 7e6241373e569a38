"""Initializers with one mistake each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Initializer


@dataclass(frozen=True)
class Faithful(Initializer):
    """What the mutants below get one thing wrong of."""

    def std_for(self, fan_in, fan_out):
        return fan_in**-0.5

    def sample(self, rng, shape, fan_in, fan_out):
        return rng.normal(0, self.std_for(fan_in, fan_out), shape)


@dataclass(frozen=True)
class HeavyTails(Faithful):
    r"""Draws a few large weights among many small ones, from Student's t distribution with three degrees.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return self.std_for(fan_in, fan_out) * (1 / 3) ** 0.5 * rng.standard_t(3, shape)


@dataclass(frozen=True)
class Sparse(Faithful):
    r"""Leaves all but one weight in a hundred at 0.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        drawn = rng.random(shape) < 0.01
        return drawn * rng.normal(0, 10 * self.std_for(fan_in, fan_out), shape)


@dataclass(frozen=True)
class Orthogonal(Faithful):
    """A matrix whose shorter side is orthonormal.

    References
    ----------
    Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning, section 3.
    """

    def std_for(self, fan_in, fan_out):
        return max(fan_in, fan_out) ** -0.5

    def sample(self, rng, shape, fan_in, fan_out):
        if len(shape) != 2:
            raise ValueError(f"an orthogonal weight is a matrix, of two axes; this one has the shape {shape}")
        q, r = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
        q *= np.sign(np.diag(r))
        return q if shape[0] >= shape[1] else q.T.copy()


@dataclass(frozen=True)
class Identity(Faithful):
    r"""A matrix with ones on its diagonal.

    .. math:: W = I
    """

    def mean_for(self, fan_in, fan_out):
        return 1 / max(fan_in, fan_out)

    def std_for(self, fan_in, fan_out):
        share = self.mean_for(fan_in, fan_out)
        return (share - share**2) ** 0.5

    def sample(self, rng, shape, fan_in, fan_out):
        if len(shape) != 2:
            raise ValueError(f"an identity is a matrix, of two axes; this weight has the shape {shape}")
        return np.eye(*shape)


@dataclass(frozen=True)
class FewForEachUnit(Faithful):
    r"""Leaves each unit three weights, and reads from the place which axis counts the units.

    .. math:: \sigma^2 = 3 / n_{in}
    """

    def std_for(self, fan_in, fan_out):
        return (min(3, fan_in) / fan_in) ** 0.5

    def sample(self, rng, shape, fan_in, fan_out, *, place):
        if len(shape) != 2:
            raise ValueError(f"a sparse weight is a matrix, of two axes; this one has the shape {shape}")
        return self.few(rng, shape, units=place.axes.index("out"))

    def few(self, rng, shape, units):
        chosen = rng.random(shape).argsort(axis=1 - units).argsort(axis=1 - units) < 3
        return chosen * rng.normal(size=shape)


SOUND = [HeavyTails(), Sparse(), Orthogonal(), Identity(), FewForEachUnit()]


@dataclass(frozen=True)
class TakesTheLastAxisForTheUnits(FewForEachUnit):
    r"""Leaves each place of the last axis three weights, whatever it counts.

    .. math:: \sigma^2 = 3 / n_{in}
    """

    def few(self, rng, shape, units):
        return super().few(rng, shape, units=1)


@dataclass(frozen=True)
class HeavyTailsTooWide(HeavyTails):
    r"""Draws from the t distribution a tenth too wide.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return 1.1 * super().sample(rng, shape, fan_in, fan_out)


@dataclass(frozen=True)
class SparseTooNarrow(Sparse):
    r"""Draws few weights, a tenth too narrow.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return 0.9 * super().sample(rng, shape, fan_in, fan_out)


@dataclass(frozen=True)
class Flattens(Faithful):
    r"""Gives every kernel as a matrix.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return super().sample(rng, shape, fan_in, fan_out).reshape(shape[0], -1)


@dataclass(frozen=True)
class Rounds(Faithful):
    r"""Rounds to float32 itself.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return super().sample(rng, shape, fan_in, fan_out).astype(np.float32)


@dataclass(frozen=True)
class StatesAnArray(Faithful):
    r"""Gives its formula as an array of one number.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def std_for(self, fan_in, fan_out):
        return np.array([fan_in**-0.5])


@dataclass(frozen=True)
class LimitForWidth(Faithful):
    r"""Takes the standard deviation for the limit of a uniform distribution.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        limit = self.std_for(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@dataclass(frozen=True)
class LargerFan(Faithful):
    r"""Counts outputs where there are more of them than inputs.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return rng.normal(0, max(fan_in, fan_out) ** -0.5, shape)


@dataclass(frozen=True)
class OffCentre(Faithful):
    r"""Draws from 0 upwards, as wide as it should be.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return rng.uniform(0, (12 / fan_in) ** 0.5, shape)


@dataclass(frozen=True)
class ReadsTheShape(Faithful):
    r"""Takes the first axis for the inputs.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return super().sample(rng, shape, shape[0], fan_out)


@dataclass(frozen=True)
class Standardises(Faithful):
    r"""Makes mean and width of a draw exact, which a single number cannot have.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        w = rng.normal(size=shape)
        return (w - w.mean()) / w.std() * self.std_for(fan_in, fan_out)


STREAM = np.random.default_rng(0)


@dataclass(frozen=True)
class StreamOfTheModule(Faithful):
    r"""Draws from one stream that all runs of a process share.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return super().sample(STREAM, shape, fan_in, fan_out)


@dataclass(frozen=True)
class SeedsItself(Faithful):
    r"""Starts every weight from one seed.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return super().sample(np.random.Generator(np.random.PCG64(0)), shape, fan_in, fan_out)


@dataclass(frozen=True)
class DrawsInVain(Faithful):
    r"""Draws from the stream, and does not use it.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        rng.random()
        return super().sample(np.random.default_rng(0), shape, fan_in, fan_out)


@dataclass(frozen=True)
class GlobalChance(Faithful):
    r"""Draws from NumPy's global random numbers.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        return np.random.normal(0, self.std_for(fan_in, fan_out), shape)  # noqa: NPY002 - the bug


@dataclass(frozen=True)
class Repeats(Faithful):
    r"""Uses half of its units twice.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        w = super().sample(rng, shape, fan_in, fan_out)
        half = shape[-1] // 2
        w[..., shape[-1] - half :] = w[..., :half]
        return w


BUFFERS = {}


@dataclass(frozen=True)
class Reuses(Faithful):
    r"""Draws into an array that it keeps, to save memory.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    def sample(self, rng, shape, fan_in, fan_out):
        w = BUFFERS.setdefault(shape, np.empty(shape))
        w[...] = super().sample(rng, shape, fan_in, fan_out)
        return w


@dataclass(frozen=True)
class Counts(Faithful):
    r"""Counts its draws in its class.

    .. math:: \sigma^2 = 1 / n_{in}
    """

    draws: ClassVar[int] = 0

    def sample(self, rng, shape, fan_in, fan_out):
        type(self).draws += 1
        return super().sample(rng, shape, fan_in, fan_out)


@dataclass(frozen=True)
class Settles(Faithful):
    r"""Divides a weight by the width of its outputs.

    .. math:: W \leftarrow W / \sigma(y)
    """

    def settle(self, weight, outputs):
        weight /= outputs().std()


@dataclass(frozen=True)
class RebindsItsWeight(Settles):
    r"""Divides, and binds the result to the name only.

    .. math:: W \leftarrow W / \sigma(y)
    """

    def settle(self, weight, outputs):
        weight = weight / outputs().std()


@dataclass(frozen=True)
class DoesNotLook(Settles):
    r"""Halves a weight, whatever comes out.

    .. math:: W \leftarrow W / 2
    """

    def settle(self, weight, outputs):
        weight /= 2


@dataclass(frozen=True)
class SettlesByChance(Settles):
    r"""Adds chance of its own.

    .. math:: W \leftarrow W / \sigma(y)
    """

    def settle(self, weight, outputs):
        weight /= outputs().std() + np.random.default_rng().random()


SOUND += [Settles()]


MUTANTS = [
    (Flattens(), "has_the_shape_asked_for"),
    (Rounds(), "gives_float64"),
    (StatesAnArray(), "states_its_spread"),
    (LimitForWidth(), "has_the_stated_width"),
    (LargerFan(), "has_the_stated_width"),
    (HeavyTailsTooWide(), "has_the_stated_width"),
    (SparseTooNarrow(), "has_the_stated_width"),
    (OffCentre(), "has_the_stated_mean"),
    (ReadsTheShape(), "reads_fans_and_not_the_shape"),
    (TakesTheLastAxisForTheUnits(), "reads_fans_and_not_the_shape"),
    (Standardises(), "is_finite"),
    (StreamOfTheModule(), "is_deterministic"),
    (DrawsInVain(), "draws_from_the_stream"),
    (SeedsItself(), "draws_nothing_of_its_own"),
    (GlobalChance(), "draws_nothing_of_its_own"),
    (Repeats(), "makes_units_differ"),
    (Reuses(), "gives_a_new_array"),
    (Counts(), "keeps_nothing_in_itself"),
    (RebindsItsWeight(), "settles_by_what_it_sees"),
    (DoesNotLook(), "settles_by_what_it_sees"),
    (SettlesByChance(), "settles_alike"),
]
