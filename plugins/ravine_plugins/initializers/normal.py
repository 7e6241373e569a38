"""A normal distribution of a given width."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Normal(Initializer):
    r"""Normal: a normal distribution with a given standard deviation, whatever the fan.

    .. math:: W \sim \mathcal N(0, \sigma^2)

    Parameters
    ----------
    std : float
        Standard deviation σ.
    """

    std: float = 0.01

    def __post_init__(self) -> None:
        self.require(std="[0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.std

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.normal(0, self.std, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"normal": Normal}
