"""Averaged SGD, as PyTorch has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine_torch._torch import TorchOptimizer, number

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ASGD(TorchOptimizer, slots=("ax", "eta", "mu")):
    r"""Averaged SGD by PyTorch: plain steps at a falling rate, and beside them the mean of where they lead.

    .. math:: \theta \leftarrow (1 - \lambda \eta_t) \, \theta - \eta_t g, \qquad
              a \leftarrow a + \mu_t (\theta - a)

    .. math:: \eta_{t+1} = \eta / (1 + \lambda \eta t)^\alpha, \qquad \mu_{t+1} = 1 / \max(1, t - t_0)

    Parameters
    ----------
    lr : float
        Learning rate η at the start.
    lambd : float
        λ, both a decay of θ and the fall of the rate.
    alpha : float
        α, the power of the fall.
    t0 : float
        Update after which the mean is taken; before it, a is θ.
    weight_decay : float
        Another decay, of the penalty in the loss: this times θ joins the gradient, biases included.

    References
    ----------
    Polyak and Juditsky 1992, Acceleration of Stochastic Approximation by Averaging.

    Notes
    -----
    What is judged and drawn is θ: PyTorch never puts the mean, which the slot ``ax`` holds, in its place. The
    rate of an update is worked out at the end of the one before, so a schedule comes one update late. The slots
    ``eta`` and ``mu`` are filled with one number each.
    """

    rule = "ASGD"

    lr: float = 0.01
    lambd: float = 1e-4
    alpha: float = 0.75
    t0: float = 1e6
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", lambd="[0, inf)", alpha="[0, inf)", t0="[0, inf)", weight_decay="[0, inf)")

    def kept(self, slots: dict[str, Tensor]) -> dict[str, Tensor]:
        return {**slots, "eta": number(slots["eta"]), "mu": number(slots["mu"])}
