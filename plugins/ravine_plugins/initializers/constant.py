"""All weights alike."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Constant(Initializer):
    """Constant: every weight the same, so that all units of a layer stay the same.

    .. math:: W = c

    Parameters
    ----------
    value : float
        c.
    """

    value: float = 0.1

    def __post_init__(self) -> None:
        self.require(value="(-inf, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return 0.0

    def mean_for(self, fan_in: int, fan_out: int) -> float:
        return self.value

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return np.full(shape, self.value)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"constant": Constant}
