"""Layer-sequential unit variance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, Place, hookimpl

from ravine_plugins.initializers._orthogonal import orthogonal_units


@dataclass(frozen=True)
class LSUV(Initializer):
    r"""LSUV: orthogonal weights, divided until every layer's outputs have variance 1 on a batch.

    .. math:: W \leftarrow W / \sqrt{\operatorname{Var}(y)}

    Parameters
    ----------
    tolerance : float
        How far from 1 the variance may be.
    rounds : int
        The most divisions of one weight.

    References
    ----------
    Mishkin and Matas 2016, All you need is a good init, Algorithm 1.
    """

    tolerance: float = 0.1
    rounds: int = 10

    def __post_init__(self) -> None:
        self.require(tolerance="(0, inf)", rounds="[1, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return float(max(fan_in, fan_out) ** -0.5)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, place: Place
    ) -> Array:
        return orthogonal_units(rng, place)

    def settle(self, weight: Array, outputs: Callable[[], Array]) -> None:
        for _ in range(self.rounds):
            variance = float(outputs().var())
            if variance == 0 or abs(variance - 1) < self.tolerance:
                return
            weight /= variance**0.5


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"lsuv": LSUV}
