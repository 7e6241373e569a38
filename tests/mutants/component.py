"""Components with one mistake each that has nothing to do with their kind."""

import dataclasses
from dataclasses import dataclass

from ravine import Optimizer

from mutants.optimizer import Descent


@dataclass(frozen=True)
class Mute(Descent):  # there is no docstring: the one that dataclass makes is a signature
    pass


@dataclass(frozen=True)
class Orphan(Optimizer):
    """A step against the gradient, by a rule that is known well enough.

    Parameters
    ----------
    lr : float
        Learning rate. References are left out.
    """

    lr: float = 0.1

    def __post_init__(self):
        self.require(lr="[0, inf)")

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Reticent(Descent):
    """A step against the gradient, which cools.

    Parameters
    ----------
    lr : float
        Learning rate, of which cool is not explained.
    """

    cool: float = 0.5

    def __post_init__(self):
        self.require(lr="[0, inf)", cool="[0, 1]")


class Undecorated(Descent):
    """Inherits its parent's frozenness, which does not go for new names."""


@dataclass(frozen=True)
class Degrees(Descent):
    """Converts its field, again with every copy."""

    turn: float = 90.0

    def __post_init__(self):
        object.__setattr__(self, "turn", self.turn * 3.14159 / 180)


@dataclass(frozen=True)
class Precomputed(Descent):
    """Keeps what it has computed beside the fields."""

    def __post_init__(self):
        object.__setattr__(self, "half", self.lr / 2)


@dataclass(frozen=True)
class HoldsAFunction(Descent):
    """Has a field that is a function."""

    cool: object = max


@dataclass(frozen=True)
class HoldsASet(Descent):
    """Has a field of a type that configuration cannot hold, and a default that nobody could write."""

    names: frozenset[str] = frozenset({"W"})


@dataclass(frozen=True)
class Untyped(Descent):
    """Says it takes a list, holds a tuple: from a file it comes back as another."""

    betas: list[float] = dataclasses.field(default_factory=lambda: (0.9, 0.999))


def _local():
    @dataclass(frozen=True)
    class Hidden(Descent):
        """Is made inside a function."""

    return Hidden()


@dataclass(frozen=True)
class Greedy(Descent):
    """Takes any number for its rate."""

    def __post_init__(self):
        pass


@dataclass(frozen=True)
class Anonymous(Descent):
    """Refuses a number without saying which."""

    def __post_init__(self):
        if not self.lr >= 0:
            raise ValueError("hyperparameters must not be negative")


@dataclass(frozen=True)
class PairOfAnything(Descent):
    """Checks its rate, but not the pair."""

    betas: tuple[float, float] = (0.9, 0.999)

    def __post_init__(self):
        self.require(lr="[0, inf)")


@dataclass(frozen=True)
class Forgetful(Descent):
    """Takes no t, which every optimizer is called with."""

    def step(self, theta, g, state, *, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Renamed(Descent):
    """Calls the rate by another name."""

    def step(self, theta, g, state, *, t, rate):
        theta -= rate * g


@dataclass(frozen=True)
class HalfTyped(Descent):
    """A step against the gradient, by a setting without a type."""

    share = 0.5

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * self.share * g


MUTANTS = [
    (Forgetful(), "takes_its_arguments"),
    (Renamed(), "takes_its_arguments"),
    (HalfTyped(), "types_its_fields"),
    (Mute(), "says_what_it_is"),
    (Orphan(), "names_its_source"),
    (Reticent(), "explains_its_fields"),
    (Undecorated(), "is_frozen"),
    (Degrees(), "stores_what_it_is_given"),
    (Precomputed(), "stores_what_it_is_given"),
    (HoldsAFunction(), "is_configuration"),
    (HoldsASet(), "is_configuration"),
    (Untyped(), "is_configuration"),
    (_local(), "is_found_where_it_says"),
    (Greedy(), "refuses_what_is_not_a_number"),
    (Anonymous(), "refuses_what_is_not_a_number"),
    (PairOfAnything(), "refuses_what_is_not_a_number"),
]
