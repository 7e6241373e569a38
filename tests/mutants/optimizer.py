"""Optimizers with one mistake each."""

from dataclasses import dataclass

from ravine import Optimizer


@dataclass(frozen=True)
class Rebinds(Optimizer):
    """Plain descent that makes a new array.

    References
    ----------
    None.
    """

    lr: float = 0.1

    def __post_init__(self):
        self.require(lr="[0, inf)")

    def step(self, theta, g, state, *, t, lr):
        theta = theta - lr * g


MUTANTS = [(Rebinds(), "moves_parameters_in_place")]
