"""All weights 0."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Zeros(Initializer):
    """Zeros: every weight 0, so that all units of a layer stay the same.

    .. math:: W = 0
    """

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return 0.0

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return np.zeros(shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"zeros": Zeros}
