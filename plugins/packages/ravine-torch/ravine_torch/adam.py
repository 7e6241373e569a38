"""Adam, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class Adam(TorchOptimizer, slots=("exp_avg", "exp_avg_sq")):
    r"""Adam by PyTorch: moving averages of gradient and squared gradient, corrected for their start at 0.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    .. math:: \hat m = m / (1 - \beta_1^t), \quad \hat v = v / (1 - \beta_2^t), \qquad
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
    amsgrad : bool
        Divide by the largest v so far, which has a slot of its own: AMSGrad.
    decoupled_weight_decay : bool
        Shrink θ by η λ θ before the step instead: AdamW.

    References
    ----------
    Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 1; Reddi, Kale and Kumar 2018,
    On the Convergence of Adam and Beyond, Algorithm 2, for ``amsgrad``.

    Notes
    -----
    The same rule and defaults as ravine's ``adam``: ε is added after the correction. The book adds 1e-7 to the
    root of the uncorrected v. AMSGrad's paper corrects nothing; PyTorch divides the largest uncorrected v by
    1 − β₂ᵗ.
    """

    rule = "Adam"

    lr: float = 0.001
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False
    decoupled_weight_decay: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        return (*super().slots, "max_exp_avg_sq") if self.amsgrad else super().slots

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", betas="[0, 1)", eps="[0, inf)", weight_decay="[0, inf)")
