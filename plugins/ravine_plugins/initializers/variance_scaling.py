"""Weights whose variance is scaled by a fan."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Array, Initializer, hookimpl

from ravine_plugins.initializers._truncated import truncated, truncated_std

_CUT = 2.0


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    r"""Variance scaling: the variance is a scale over a fan, as in He's, Glorot's and LeCun's weights.

    .. math:: \operatorname{Var}(W) = a / n, \qquad n = n_{in}, \; n_{out}, \; (n_{in} + n_{out}) / 2
              \; \text{or} \; \sqrt{n_{in} n_{out}}

    Parameters
    ----------
    scale : float
        a: 2 with ``fan_in`` for He, 1 with ``fan_avg`` for Glorot, 1 with ``fan_in`` for LeCun.
    mode : "fan_in", "fan_out", "fan_avg" or "fan_geo_avg"
        n.
    distribution : "truncated_normal", "normal" or "uniform"
        The tails of the first are cut off at two of its standard deviations before that.

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
    Classification, equations (10) and (14), for fan in and fan out.

    Notes
    -----
    As in Keras and JAX: a truncated distribution is widened by 1 / 0.8796 so that the variance is that of the
    formula. Keras calls the one with tails ``untruncated_normal``, and has no ``fan_geo_avg``.
    """

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg", "fan_geo_avg"] = "fan_in"
    distribution: Literal["truncated_normal", "normal", "uniform"] = "truncated_normal"

    def __post_init__(self) -> None:
        self.require(scale="(0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        fans = {
            "fan_in": fan_in,
            "fan_out": fan_out,
            "fan_avg": (fan_in + fan_out) / 2,
            "fan_geo_avg": math.sqrt(fan_in * fan_out),
        }
        return math.sqrt(self.scale / fans[self.mode])

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        std = self.std_for(fan_in, fan_out)
        if self.distribution == "normal":
            return rng.normal(0, std, shape)
        if self.distribution == "uniform":
            return rng.uniform(-math.sqrt(3) * std, math.sqrt(3) * std, shape)
        return std / truncated_std(_CUT) * truncated(rng, shape, _CUT)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"variance_scaling": VarianceScaling}
