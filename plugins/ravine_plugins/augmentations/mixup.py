"""Mixup."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl, one_hot


@dataclass(frozen=True)
class Mixup(Augmentation):
    r"""Mixup: examples are mixed with others of their batch, and their targets alike.

    .. math:: \tilde x = \lambda x_i + (1 - \lambda) x_j, \quad
              \tilde t = \lambda t_i + (1 - \lambda) t_j, \quad \lambda \sim \mathrm{Beta}(\alpha, \alpha)

    Parameters
    ----------
    alpha : float
        Strength α; 0 mixes nothing, and with 1 all shares λ are equally likely.

    References
    ----------
    Zhang, Cisse, Dauphin and Lopez-Paz 2018, mixup: Beyond Empirical Risk Minimization, figure 1b.

    Notes
    -----
    As in the authors' code one share λ is drawn for each batch, and j is the batch in another order. Targets
    that are numbers are mixed as numbers.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.require(alpha="[0, inf)")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        share = rng.beta(self.alpha, self.alpha) if self.alpha else 1.0
        other = rng.permutation(len(x))
        t = one_hot(target, np.empty((len(x), n_out), x.dtype))
        return share * x + (1 - share) * x[other], share * t + (1 - share) * t[other]


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"mixup": Mixup}
