"""RMSProp, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class RMSprop(TorchOptimizer, slots=("square_avg",)):
    r"""RMSProp by PyTorch: steps divided by the root of a moving average of squared gradients.

    .. math:: v \leftarrow \alpha v + (1 - \alpha) \, g \odot g, \qquad
              \bar g \leftarrow \alpha \bar g + (1 - \alpha) g, \qquad
              \theta \leftarrow \theta - \eta \, g / (\sqrt{v} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η.
    alpha : float
        α, the weight of the past.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.
    momentum : float
        Share of the past quotients, without η, that a step keeps.
    centered : bool
        Take the mean's square off, √(v − ḡ²): the deviation of gradients instead of their size.

    References
    ----------
    Tieleman and Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning, slide 29; Graves 2013,
    Generating Sequences With Recurrent Neural Networks, for ``centered``.

    Notes
    -----
    The same rule as ravine's ``rmsprop``: ε outside the root, no correction of v. Only ε differs, 1e-8 here and
    1e-7 there. Keras and Optax put it inside the root and take α 0.9.
    """

    rule = "RMSprop"

    lr: float = 0.01
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        with_momentum = ("momentum_buffer",) if self.momentum else ()
        return (*super().slots, *with_momentum, *(("grad_avg",) if self.centered else ()))

    def __post_init__(self) -> None:
        self.require(
            lr="[0, inf)", alpha="[0, inf)", eps="[0, inf)", weight_decay="[0, inf)", momentum="[0, inf)"
        )
