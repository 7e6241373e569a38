"""The augmentation my_name: replace what it makes, its fields and its docstring by your own."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Augmentation):
    r"""Input dropout: inputs are set to 0 with a probability p, and the others made larger.

    .. math:: \tilde x = x \, m / (1 - p), \qquad m \sim \mathrm{Bernoulli}(1 - p)

    Parameters
    ----------
    ratio : float
        The probability p.

    References
    ----------
    Srivastava and others 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, section 4.
    (Replace it by the paper and the algorithm of your own.)
    """

    ratio: float = 0.2

    def __post_init__(self) -> None:
        self.require(ratio="[0, 1)")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        kept = rng.random(x.shape) >= self.ratio
        return x * kept / (1 - self.ratio), target


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"my_name": MyName}
