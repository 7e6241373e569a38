"""Augmentations: sound ones, and copies of them with one mistake each."""

import random
from dataclasses import dataclass, field

import numpy as np
from ravine import Augmentation, one_hot

# ---- sound ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mirrors(Augmentation):
    r"""Mirrors half of the images.

    .. math:: \tilde x_{uv} = x_{u, w - v}
    """

    def augment(self, x, target, *, n_out, rng):
        if x.ndim < 3:
            raise ValueError("it needs images")
        mirrored = rng.random(len(x)) < 0.5
        changed = x.copy()
        changed[mirrored] = x[mirrored, ..., ::-1]
        return changed, target


@dataclass(frozen=True)
class Averages(Augmentation):
    r"""Averages each example with the one after it.

    .. math:: \tilde x_i = (x_i + x_{i + 1}) / 2
    """

    def augment(self, x, target, *, n_out, rng):
        t = one_hot(target, np.empty((len(x), n_out), x.dtype))
        return (x + np.roll(x, 1, axis=0)) / 2, (t + np.roll(t, 1, axis=0)) / 2


SOUND = [Mirrors(), Averages()]

# ---- with a mistake ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InFloat64(Averages):
    """Draws noise in float64, whatever the type of the inputs is."""

    def augment(self, x, target, *, n_out, rng):
        return x + 0.1 * rng.standard_normal(x.shape), target


@dataclass(frozen=True)
class Doubles(Averages):
    """Adds the mirrored examples to the batch, instead of putting them in the place of others."""

    def augment(self, x, target, *, n_out, rng):
        return np.concatenate([x, x[..., ::-1]]), np.concatenate([target, target])


@dataclass(frozen=True)
class OneMore(Averages):
    """Draws from one class more than there are."""

    def augment(self, x, target, *, n_out, rng):
        if target.ndim != 1:
            raise ValueError("it needs classes")
        return x, rng.integers(n_out + 1, size=len(target))


@dataclass(frozen=True)
class MixesNumbers(Averages):
    """Mixes the numbers of classes as if they were amounts."""

    def augment(self, x, target, *, n_out, rng):
        return (x + x[::-1]) / 2, (target + target[::-1]) / 2


@dataclass(frozen=True)
class Sums(Averages):
    """Adds targets, and forgets the half."""

    def augment(self, x, target, *, n_out, rng):
        t = one_hot(target, np.empty((len(x), n_out), x.dtype))
        return (x + x[::-1]) / 2, t + t[::-1]


@dataclass(frozen=True)
class Standardises(Averages):
    """Divides by the spread of an image, which a black one has not."""

    def augment(self, x, target, *, n_out, rng):
        axes = tuple(range(1, x.ndim))
        return x / x.std(axis=axes, keepdims=True), target


@dataclass(frozen=True)
class NeedsTwo(Averages):
    """Looks for another example for each."""

    def augment(self, x, target, *, n_out, rng):
        other = (np.arange(len(x)) + rng.integers(1, len(x), size=len(x))) % len(x)
        return (x + x[other]) / 2, target


@dataclass(frozen=True)
class InPlace(Averages):
    """Adds noise in place."""

    def augment(self, x, target, *, n_out, rng):
        x += 0.1 * rng.standard_normal(x.shape, dtype=x.dtype)
        return x, target


@dataclass(frozen=True)
class Loses(Mirrors):
    """Returns what it was given, instead of what it has made."""

    def augment(self, x, target, *, n_out, rng):
        super().augment(x, target, n_out=n_out, rng=rng)
        return x, target


@dataclass(frozen=True)
class OwnChance(Averages):
    """Draws from Python's own stream."""

    def augment(self, x, target, *, n_out, rng):
        return x * (0.5 + random.random()), target


@dataclass(frozen=True)
class KeepsTheLast(Averages):
    """Mixes with the batch before, which it keeps in itself."""

    last: tuple[float, ...] = field(default=())

    def augment(self, x, target, *, n_out, rng):
        object.__setattr__(self, "last", (float(x.mean()),))
        return x / 2, target


MUTANTS = [
    (InFloat64(), "inputs_are_like_those_given"),
    (Doubles(), "inputs_are_like_those_given"),
    (OneMore(), "targets_fit_the_inputs"),
    (MixesNumbers(), "targets_fit_the_inputs"),
    (Sums(), "rows_for_classes_are_shares"),
    (Standardises(), "inputs_are_finite"),
    (NeedsTwo(), "takes_one_example"),
    (InPlace(), "spares_what_it_gets"),
    (Loses(), "changes_something"),
    (OwnChance(), "depends_on_the_stream_only"),
    (KeepsTheLast(), "keeps_nothing_in_itself"),
]
