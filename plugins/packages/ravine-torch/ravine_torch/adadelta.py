"""Adadelta, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class Adadelta(TorchOptimizer, slots=("square_avg", "acc_delta")):
    r"""Adadelta by PyTorch: steps as long as past steps, relative to the root of past squared gradients.

    .. math:: v \leftarrow \rho v + (1 - \rho) \, g \odot g, \qquad
              \Delta = \sqrt{u + \epsilon} \, g / \sqrt{v + \epsilon}

    .. math:: u \leftarrow \rho u + (1 - \rho) \, \Delta \odot \Delta, \qquad
              \theta \leftarrow \theta - \eta \Delta

    Parameters
    ----------
    lr : float
        η, a factor on steps that find their length themselves.
    rho : float
        ρ, the weight of the past.
    eps : float
        ε; with it the first steps begin.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.

    References
    ----------
    Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method, Algorithm 1.

    Notes
    -----
    The paper has no learning rate, which is PyTorch's 1; Keras takes 0.001. ε is inside both roots, as in the
    paper.
    """

    rule = "Adadelta"

    lr: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", rho="[0, 1]", eps="[0, inf)", weight_decay="[0, inf)")
