"""The exponential linear unit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class ELU(Layer):
    r"""ELU: the exponential linear unit, which goes to −α on the left.

    .. math:: y = \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}

    Parameters
    ----------
    alpha : float
        α.

    References
    ----------
    Clevert, Unterthiner and Hochreiter 2016, Fast and Accurate Deep Network Learning by Exponential Linear
    Units (ELUs), section 3.

    Notes
    -----
    The derivative at 0 is taken as α, as in PyTorch.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.require(alpha="[0, inf)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        below = np.minimum(x, 0)
        y = np.where(x > 0, x, self.alpha * np.expm1(below))

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * np.where(x > 0, 1, self.alpha * np.exp(below))

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"elu": ELU}
