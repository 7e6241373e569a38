"""Group normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._channels import sums_by_channel
from ravine_plugins.layers._standardized import standardized


@dataclass(frozen=True)
class GroupNorm(Layer):
    r"""Group normalisation: every group of channels gets mean 0 and variance 1, then every channel its scale.

    .. math:: \hat x = (x - \mu_g) / \sqrt{\sigma_g^2 + \epsilon}, \qquad y_c = \gamma_c \hat x_c + \beta_c

    Parameters
    ----------
    groups : int
        Groups of neighbouring channels, of the same size. With 1 it is a layer normalisation whose scales
        belong to channels, and with as many as there are channels an instance normalisation.
    eps : float
        ε, inside the root.

    References
    ----------
    Wu and He 2018, Group Normalization, equation (7).

    Notes
    -----
    Channels are the first axis of an example; γ starts at 1, β at 0, neither decays. The paper and Keras have
    32 groups by default, which is for hundreds of channels. PyTorch's ε is 1e-5, Keras's 0.001.
    """

    groups: int = 2
    eps: float = 1e-5

    def __post_init__(self) -> None:
        self.require(groups="[1, inf)", eps="(0, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"gamma": ParameterSpec(in_shape[:1], fill=1.0), "beta": ParameterSpec(in_shape[:1], fill=0.0)}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if not in_shape or in_shape[0] % self.groups:
            raise ValueError(f"groups = {self.groups} does not divide the channels of shape {in_shape}")
        return in_shape

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        by_group = x.reshape(len(x), self.groups, -1)
        normal, back = standardized(by_group, 2, self.eps)
        x_hat = normal.reshape(x.shape)
        gamma, beta = (array.reshape(-1, *(1 for _ in x.shape[2:])) for array in (p.gamma, p.beta))

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            p.grad.gamma[...] = sums_by_channel(dy * x_hat)
            p.grad.beta[...] = sums_by_channel(dy)
            return back((dy * gamma).reshape(by_group.shape)).reshape(x.shape) if need_dx else None

        return x_hat * gamma + beta, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"group_norm": GroupNorm}
