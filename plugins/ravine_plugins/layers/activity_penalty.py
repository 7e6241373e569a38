"""A penalty on activity."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class ActivityPenalty(Layer):
    r"""Activity penalty: outputs are the inputs, and training pays for large ones.

    .. math:: L \leftarrow L + \frac{1}{n} \sum_{ij} \left(\lambda_1 |x_{ij}| + \lambda_2 x_{ij}^2\right)

    Parameters
    ----------
    l1, l2 : float
        Factors λ₁ and λ₂ for a batch of n examples: a sum over units, and a mean over examples.

    References
    ----------
    Glorot, Bordes and Bengio 2011, Deep Sparse Rectifier Neural Networks, section 4.1, with an L1 penalty.

    Notes
    -----
    The same as Keras's ``ActivityRegularization``. The recorded loss of an update has the penalty; losses of
    evaluations do not.
    """

    l1: float = 0.001
    l2: float = 0.0

    def __post_init__(self) -> None:
        self.require(l1="[0, inf)", l2="[0, inf)")

    def forward(
        self, x: Array, p: Any, *, training: bool, rng: np.random.Generator
    ) -> tuple[Array, Backward, float]:
        n = len(x)
        penalty = (self.l1 * float(np.abs(x).sum()) + self.l2 * float(np.square(x).sum())) / n

        def backward(dy: Array, need_dx: bool = True) -> Array:
            if not training:
                return dy
            return dy + (self.l1 / n) * np.sign(x) + (2 * self.l2 / n) * x

        return x, backward, penalty


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"activity_penalty": ActivityPenalty}
