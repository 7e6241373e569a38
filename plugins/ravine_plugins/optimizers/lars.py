"""LARS."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class Lars(Optimizer, slots=("v",), sees="array"):
    r"""LARS: momentum whose steps have for each array a length by that of the array itself.

    .. math:: \lambda = \tau \, \frac{\|\theta\|}{\|g\| + \beta \|\theta\|}, \qquad
              v \leftarrow \mu v + \eta \lambda (g + \beta \theta), \qquad \theta \leftarrow \theta - v

    Where one of the norms is 0, λ is 1.

    Parameters
    ----------
    lr : float
        Learning rate η.
    momentum : float
        μ, the part of its velocity that a step keeps.
    trust : float
        τ, the trust coefficient (the paper's η).
    weight_decay : float
        β. Biases do not shrink.

    References
    ----------
    You, Gitman and Ginsburg 2017, Large Batch Training of Convolutional Networks, Algorithm 1.

    Notes
    -----
    The rate is inside the velocity, as in the paper and in Optax. Optax divides by the norm of g + βθ; the
    paper, and this rule, by the sum of norms, as timm does. Implementations leave biases out, by a mask.
    """

    lr: float = 1.0
    momentum: float = 0.9
    trust: float = 0.001
    weight_decay: float = 0.0005

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", momentum="[0, 1)", trust="(0, inf)", weight_decay="[0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        (v,) = state
        decay = self.weight_decay * place.decay
        size, length = float(np.linalg.norm(theta)), float(np.linalg.norm(g))
        local = self.trust * size / (length + decay * size) if size > 0 and length > 0 else 1.0
        v *= self.momentum
        v += lr * local * (g + decay * theta)
        theta -= v


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"lars": Lars}
