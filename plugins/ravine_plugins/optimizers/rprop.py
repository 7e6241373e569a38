"""Rprop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Rprop(Optimizer, slots=("previous", "size")):
    r"""Rprop: steps by the sign of the gradient, longer while it stays, shorter when it changes.

    .. math:: s = \mathrm{sign}(g \odot g_{\text{previous}}), \qquad
              \Delta \leftarrow \begin{cases}
              \min(\eta^+ \Delta, \Delta_{\max}) & s > 0 \\ \max(\eta^- \Delta, \Delta_{\min}) & s < 0 \\
              \Delta & s = 0 \end{cases}

    .. math:: g \leftarrow 0 \ \text{where}\ s < 0, \qquad
              \theta \leftarrow \theta - \eta \Delta \, \mathrm{sign}(g)

    Parameters
    ----------
    lr : float
        Learning rate η: the first step along every axis.
    shrinks, grows : float
        η⁻ and η⁺, factors of a step's length when the sign has changed, and when it has not.
    least, most : float
        Δ_min and Δ_max, limits of a step's length, as parts of η. With the defaults they are 1e-6 and 50.

    References
    ----------
    Riedmiller and Braun 1993, A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP
    Algorithm; where the sign changes, as in Igel and Hüsken 2003, Empirical Evaluation of the Improved Rprop
    Learning Algorithms, iRprop⁻.

    Notes
    -----
    It is made for full batches: with small ones signs change by chance. The paper takes the last step back
    where the sign changes; here such a coordinate waits for one step, as in PyTorch and Optax. Their limits are
    lengths, and do not follow the rate.
    """

    lr: float = 0.01
    shrinks: float = 0.5
    grows: float = 1.2
    least: float = 1e-4
    most: float = 5000.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", shrinks="(0, 1)", grows="(1, inf)", least="(0, 1]", most="[1, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"previous": np.zeros_like(theta), "size": np.ones_like(theta)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        previous, size = state
        # The signs, and not the gradients: a product of small ones would be 0.
        now = np.sign(g)
        stays = now * previous
        size *= np.where(stays > 0, self.grows, np.where(stays < 0, self.shrinks, 1.0)).astype(size.dtype)
        np.clip(size, self.least, self.most, out=size)
        previous[...] = np.where(stays < 0, 0 * now, now)
        theta -= lr * size * previous


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"rprop": Rprop}
