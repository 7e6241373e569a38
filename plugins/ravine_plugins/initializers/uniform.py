"""A uniform distribution of a given width."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Uniform(Initializer):
    r"""Uniform: a uniform distribution between −limit and limit, whatever the fan.

    .. math:: W \sim \mathcal U(-\ell, \ell)

    Parameters
    ----------
    limit : float
        ℓ.
    """

    limit: float = 0.05

    def __post_init__(self) -> None:
        self.require(limit="[0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.limit / 3**0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.uniform(-self.limit, self.limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"uniform": Uniform}
