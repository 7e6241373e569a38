"""Label smoothing."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl, one_hot


@dataclass(frozen=True)
class LabelSmoothing(Augmentation):
    r"""Label smoothing: a share of each target is spread over all classes.

    .. math:: \tilde t_k = (1 - \epsilon) [k = t] + \epsilon / K

    Parameters
    ----------
    epsilon : float
        The share ε that is spread.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016, Rethinking the Inception Architecture for Computer Vision,
    section 7.
    """

    epsilon: float = 0.1

    def __post_init__(self) -> None:
        self.require(epsilon="[0, 1]")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        if target.ndim != 1:
            raise ValueError("it needs targets that are classes; it stands before what mixes them")
        t = one_hot(target, np.empty((len(x), n_out), x.dtype))
        return x, (1 - self.epsilon) * t + self.epsilon / n_out


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"label_smoothing": LabelSmoothing}
