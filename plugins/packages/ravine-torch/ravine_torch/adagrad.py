"""AdaGrad, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class Adagrad(TorchOptimizer, slots=("sum",)):
    r"""AdaGrad by PyTorch: steps divided by the root of all squared gradients so far.

    .. math:: h \leftarrow h + g \odot g, \qquad
              \theta \leftarrow \theta - \frac{\eta}{1 + (t - 1) \kappa} \, g / (\sqrt{h} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η.
    lr_decay : float
        κ, a fall of the rate with the number of updates, beside the schedule.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.
    initial_accumulator_value : float
        What h starts at.
    eps : float
        ε, keeps the quotient finite where no gradient has come yet.

    References
    ----------
    Duchi, Hazan and Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization,
    the diagonal form of Figure 1 (ε is their δ).

    Notes
    -----
    The same rule as ravine's ``adagrad``: ε outside the root, h from 0. Only ε differs, 1e-10 here and 1e-7
    there.
    """

    rule = "Adagrad"

    lr: float = 0.01
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10

    def __post_init__(self) -> None:
        self.require(
            lr="[0, inf)",
            lr_decay="[0, inf)",
            weight_decay="[0, inf)",
            initial_accumulator_value="[0, inf)",
            eps="[0, inf)",
        )
