"""NAdam, as PyTorch has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine_torch._torch import TorchOptimizer, number

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class NAdam(TorchOptimizer, slots=("exp_avg", "exp_avg_sq", "mu_product")):
    r"""NAdam by PyTorch: Adam, with a momentum that looks ahead as Nesterov's does.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g, \qquad
              \mu_t = \beta_1 (1 - 0.96^{t \psi} / 2)

    .. math:: \hat m = \frac{\mu_{t+1} \, m}{1 - \prod_{i \le t+1} \mu_i}
              + \frac{(1 - \mu_t) \, g}{1 - \prod_{i \le t} \mu_i}, \qquad
              \hat v = v / (1 - \beta_2^t), \qquad
              \theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η.
    betas : tuple of 2 floats
        β₁ and β₂, weights of the past, for the gradient and for its square.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.
    momentum_decay : float
        ψ, how fast the momentum μ rises from β₁ / 2 to β₁.
    decoupled_weight_decay : bool
        Shrink θ by η λ θ before the step instead.

    References
    ----------
    Dozat 2016, Incorporating Nesterov Momentum into Adam.

    Notes
    -----
    The momentum μ rises slowly: at ψ 0.004 it takes 4245 updates to come half of the way from β₁ / 2 to β₁. m
    is an average with β₁ all the same. The product of all μ so far, in float32, fills the slot ``mu_product``.
    """

    rule = "NAdam"

    lr: float = 0.002
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum_decay: float = 0.004
    decoupled_weight_decay: bool = False

    def __post_init__(self) -> None:
        self.require(
            lr="[0, inf)", betas="[0, 1)", eps="[0, inf)", weight_decay="[0, inf)", momentum_decay="[0, inf)"
        )

    def kept(self, slots: dict[str, Tensor]) -> dict[str, Tensor]:
        return {**slots, "mu_product": number(slots["mu_product"])}
