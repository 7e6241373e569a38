"""Layer normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._standardized import standardized
from ravine_plugins.layers._sums import over_batch


@dataclass(frozen=True)
class LayerNorm(Layer):
    r"""Layer normalisation: every example gets mean 0 and variance 1 over its units, then scales and shifts.

    .. math:: \hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}, \qquad y = \gamma \hat x + \beta

    Parameters
    ----------
    eps : float
        ε, inside the root.

    References
    ----------
    Ba, Kiros and Hinton 2016, Layer Normalization, equation (3).

    Notes
    -----
    Mean and variance are over all axes of an example, as in PyTorch if ``normalized_shape`` is that of an
    example; γ starts at 1, β at 0, neither decays, and both have a number for each of an example. Keras takes
    the last axis only unless it is told more, and its ε is 0.001 by default; PyTorch's is 1e-5.
    """

    eps: float = 1e-5

    def __post_init__(self) -> None:
        self.require(eps="(0, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"gamma": ParameterSpec(in_shape, fill=1.0), "beta": ParameterSpec(in_shape, fill=0.0)}

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        x_hat, back = standardized(x, tuple(range(1, x.ndim)), self.eps)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            over_batch(dy * x_hat, out=p.grad.gamma)
            over_batch(dy, out=p.grad.beta)
            return back(dy * p.gamma) if need_dx else None

        return x_hat * p.gamma + p.beta, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"layer_norm": LayerNorm}
