"""Mish."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins._logistic import logistic


@dataclass(frozen=True)
class Mish(Layer):
    r"""Mish: the input times the tanh of its softplus.

    .. math:: y = x \tanh(\log(1 + e^x))

    References
    ----------
    Misra 2020, Mish: A Self Regularized Non-Monotonic Activation Function, equation (1).
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        t = np.tanh(np.logaddexp(x, 0))
        y = x * t

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * (t + x * (1 - t * t) * logistic(x))

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"mish": Mish}
