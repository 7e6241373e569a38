"""AdamW, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class AdamW(TorchOptimizer, slots=("exp_avg", "exp_avg_sq")):
    r"""AdamW by PyTorch: Adam, with weights that shrink by themselves.

    .. math:: \theta \leftarrow \theta - \eta \lambda \theta, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

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
        λ.
    amsgrad : bool
        Divide by the largest v so far, which has a slot of its own: AMSGrad.

    References
    ----------
    Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, Algorithm 2; Reddi, Kale and Kumar 2018,
    On the Convergence of Adam and Beyond, Algorithm 2, for ``amsgrad``.

    Notes
    -----
    The paper multiplies λ by the schedule's factor alone, PyTorch by the whole rate. Everything shrinks,
    biases too; ravine's ``adam`` with ``regularizer=decoupled_l2`` shrinks weights only, at the same λ of
    0.01.
    """

    rule = "AdamW"

    lr: float = 0.001
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.01
    amsgrad: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        return (*super().slots, "max_exp_avg_sq") if self.amsgrad else super().slots

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", betas="[0, 1)", eps="[0, inf)", weight_decay="[0, inf)")
