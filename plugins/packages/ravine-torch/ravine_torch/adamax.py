"""AdaMax, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class Adamax(TorchOptimizer, slots=("exp_avg", "exp_inf")):
    r"""AdaMax by PyTorch: Adam, divided by the largest gradient of late instead of a root mean square.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              u \leftarrow \max(\beta_2 u, |g| + \epsilon), \qquad
              \theta \leftarrow \theta - \frac{\eta}{1 - \beta_1^t} \, m / u

    Parameters
    ----------
    lr : float
        Learning rate η.
    betas : tuple of 2 floats
        β₁, the weight of the past gradient, and β₂, by which the largest one fades.
    eps : float
        ε, keeps u above 0.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.

    References
    ----------
    Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 2.

    Notes
    -----
    The paper has no ε. PyTorch adds it to the gradient's size inside the maximum, not to u.
    """

    rule = "Adamax"

    lr: float = 0.002
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", betas="[0, 1)", eps="[0, inf)", weight_decay="[0, inf)")
