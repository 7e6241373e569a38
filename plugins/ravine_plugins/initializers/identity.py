"""The identity as a weight."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Identity(Initializer):
    r"""Identity: a matrix that hands its inputs on, and cuts off or adds zeros where there are too many or few.

    .. math:: W_{ij} = g \, [i = j]

    Parameters
    ----------
    gain : float
        g.

    References
    ----------
    Le, Jaitly and Hinton 2015, A Simple Way to Initialize Recurrent Networks of Rectified Linear Units, section
    2.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        self.require(gain="(0, inf)")

    def mean_for(self, fan_in: int, fan_out: int) -> float:
        return self.gain / max(fan_in, fan_out)

    def std_for(self, fan_in: int, fan_out: int) -> float:
        share = 1 / max(fan_in, fan_out)
        return float(self.gain * (share - share * share) ** 0.5)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        if len(shape) != 2:
            raise ValueError(f"draws matrices, and the weight has shape {shape}; dirac is for windows")
        return self.gain * np.eye(*shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"identity": Identity}
