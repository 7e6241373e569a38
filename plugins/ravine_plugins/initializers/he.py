"""He's normal weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class He(Initializer):
    r"""He: normal, standard deviation √(2 / fan in), for units that are 0 half of the time.

    .. math:: W \sim \mathcal N(0, 2 / n_{in})

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
    Classification, equation (10).

    Notes
    -----
    As in PyTorch (``kaiming_normal_``). Keras cuts the normal distribution off at two standard deviations and
    widens it to the same variance.
    """

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return (2 / fan_in) ** 0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.normal(0, self.std_for(fan_in, fan_out), shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"he": He}
