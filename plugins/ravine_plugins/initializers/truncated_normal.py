"""A normal distribution that is cut off."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl

from ravine_plugins.initializers._truncated import truncated, truncated_std


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    r"""Truncated normal: a normal distribution without its tails, whatever the fan.

    .. math:: W = \sigma z, \quad z \sim \mathcal N(0, 1) \text{ given } |z| \le c

    Parameters
    ----------
    std : float
        σ, the standard deviation before the tails are cut off.
    cut : float
        c, in standard deviations.

    References
    ----------
    Devlin, Chang, Lee and Toutanova 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language
    Understanding, whose code has σ = 0.02 and c = 2.

    Notes
    -----
    The standard deviation of the weights is less than σ: 0.8796 σ with c = 2. Keras and JAX do the same. In
    PyTorch's ``trunc_normal_`` the bounds are numbers, not multiples of σ: by default ±2, which cuts off
    nothing if σ is small. Numbers outside are drawn again.
    """

    std: float = 0.02
    cut: float = 2.0

    def __post_init__(self) -> None:
        self.require(std="[0, inf)", cut="[1, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.std * truncated_std(self.cut)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return self.std * truncated(rng, shape, self.cut)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"truncated_normal": TruncatedNormal}
