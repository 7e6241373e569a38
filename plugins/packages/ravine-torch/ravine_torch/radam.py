"""RAdam, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class RAdam(TorchOptimizer, slots=("exp_avg", "exp_avg_sq")):
    r"""RAdam by PyTorch: Adam that divides by the root of v only once v can be trusted.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g, \qquad
              \hat m = m / (1 - \beta_1^t)

    .. math:: \rho_\infty = \frac{2}{1 - \beta_2} - 1, \quad
              \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}

    .. math:: \theta \leftarrow \theta -
              \eta \, \hat m \, r_t \, \frac{\sqrt{1 - \beta_2^t}}{\sqrt v + \epsilon}
              \ \text{ if } \rho_t > 5, \text{ else } \ \theta - \eta \, \hat m; \qquad
              r_t^2 = \frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}

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
    decoupled_weight_decay : bool
        Shrink θ by η λ θ before the step instead.

    References
    ----------
    Liu and others 2020, On the Variance of the Adaptive Learning Rate and Beyond, Algorithm 2.

    Notes
    -----
    The paper divides where ρ is above 4, PyTorch where it is above 5: from the sixth update on at β₂ 0.999.
    The steps before are as long as the gradients' average times η. ε is added to the root of the uncorrected
    v, unlike in Adam here and in ravine.
    """

    rule = "RAdam"

    lr: float = 0.001
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    decoupled_weight_decay: bool = False

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", betas="[0, 1)", eps="[0, inf)", weight_decay="[0, inf)")
