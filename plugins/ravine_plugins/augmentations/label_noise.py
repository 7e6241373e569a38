"""Label noise."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl


@dataclass(frozen=True)
class LabelNoise(Augmentation):
    r"""Label noise: some labels of each batch are replaced by classes that are drawn anew.

    .. math:: P(\tilde t = k) = (1 - \alpha) [k = t] + \alpha / K

    Parameters
    ----------
    alpha : float
        The share α of labels that are replaced. The right class may be drawn again.

    References
    ----------
    Xie, Wang, Wei, Wang and Tian 2016, DisturbLabel: Regularizing CNN on the Loss Layer, Algorithm 1.

    Notes
    -----
    An example that is met again gets another draw: this is not noise of the dataset, in which a label stays
    wrong.
    """

    alpha: float = 0.1

    def __post_init__(self) -> None:
        self.require(alpha="[0, 1]")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        if target.ndim != 1:
            raise ValueError("it needs targets that are classes; it stands before what mixes them")
        replaced = rng.random(len(target)) < self.alpha
        drawn = rng.integers(n_out, size=len(target))
        return x, np.where(replaced, drawn, target)


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"label_noise": LabelNoise}
