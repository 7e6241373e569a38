"""Schedule-Free SGD."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class ScheduleFreeSGD(Optimizer, slots=("z", "largest", "total"), sees="array"):
    r"""Schedule-Free SGD: gradients between a fast point and the mean of its places, which is evaluated.

    .. math:: z \leftarrow z - \eta (g + \lambda y), \qquad x \leftarrow (1 - c) x + c z, \qquad
              y \leftarrow (1 - \beta) z + \beta x

    with g at the parameters y, and the weight of a step among all before it,
    :math:`c = \gamma_t^2 / \sum_{i \le t} \gamma_i^2`, where :math:`\gamma_t` is the largest η so far.

    Parameters
    ----------
    lr : float
        Learning rate η. It stays as it is, or has a warmup; ten to fifty times that of a schedule is usual.
    beta : float
        β, how near to the mean x gradients are taken.
    weight_decay : float
        λ, of the decay at y. Biases do not shrink. A decoupled regularizer would shrink y and not z.

    References
    ----------
    Defazio et al. 2024, The Road Less Scheduled, equations (1) to (3).

    Notes
    -----
    θ is y, and a run is evaluated at x. As in the authors' package ``schedulefree``, y moves without x being
    computed, and the weight of a step is by the largest rate so far.
    """

    lr: float = 1.0
    beta: float = 0.9
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta="(0, 1)", weight_decay="[0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"z": theta, "largest": np.array(0.0), "total": np.array(0.0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        z, largest, total = state
        u = g + self.weight_decay * place.decay * theta
        largest[...] = max(float(largest), lr)
        total += float(largest) ** 2
        c = float(largest) ** 2 / float(total) if total > 0 else 0.0
        theta += c * (z - theta) - lr * (1 - self.beta * (1 - c)) * u
        z -= lr * u

    def evaluated(self, theta: Array, state: Sequence[Array], *, t: int) -> Array:
        z = state[0]
        return z + (theta - z) / self.beta


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"schedule_free_sgd": ScheduleFreeSGD}
