"""Schedule-Free AdamW."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class ScheduleFreeAdamW(Optimizer, slots=("z", "v", "largest", "total"), sees="array"):
    r"""Schedule-Free AdamW: gradients between a fast point and the mean of its places, which is evaluated.

    .. math:: v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g, \qquad
              u = g / (\sqrt{v / (1 - \beta_2^t)} + \epsilon) + \lambda y

    .. math:: z \leftarrow z - \eta u, \qquad x \leftarrow (1 - c) x + c z, \qquad
              y \leftarrow (1 - \beta_1) z + \beta_1 x

    with g at the parameters y, and the weight of a step among all before it,
    :math:`c = \gamma_t^2 / \sum_{i \le t} \gamma_i^2`, where :math:`\gamma_t` is the largest η so far.

    Parameters
    ----------
    lr : float
        Learning rate η. It stays as it is, or has a warmup; one to ten times Adam's is usual.
    beta1 : float
        β₁, how near to the mean x gradients are taken.
    beta2 : float
        β₂, weight of the past for the squared gradient.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ, of the decay at y. Biases do not shrink. A decoupled regularizer would shrink y and not z.

    References
    ----------
    Defazio and others 2024, The Road Less Scheduled, Algorithm 1.

    Notes
    -----
    θ is y, and a run is evaluated at x. As in the authors' package ``schedulefree``, y moves without x being
    computed, and the weight of a step is by the largest rate so far, γ; in Algorithm 1 it is by η, which is the
    same while η does not fall. There the correction of v is in η, so that it counts for c too. Statistics of
    batch norm are those at y.
    """

    lr: float = 0.0025
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="(0, 1)", beta2="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"z": theta, "v": np.zeros_like(theta), "largest": np.array(0.0), "total": np.array(0.0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        z, v, largest, total = state
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        u = g / (np.sqrt(v / (1 - self.beta2**t)) + self.eps) + self.weight_decay * place.decay * theta
        largest[...] = max(float(largest), lr)
        total += float(largest) ** 2
        c = float(largest) ** 2 / float(total) if total > 0 else 0.0
        theta += c * (z - theta) - lr * (1 - self.beta1 * (1 - c)) * u
        z -= lr * u

    def evaluated(self, theta: Array, state: Sequence[Array], *, t: int) -> Array:
        z = state[0]
        return z + (theta - z) / self.beta1


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"schedule_free_adamw": ScheduleFreeAdamW}
