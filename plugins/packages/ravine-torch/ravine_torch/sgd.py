"""Stochastic gradient descent, as PyTorch has it."""

from dataclasses import dataclass

from ravine_torch._torch import TorchOptimizer


@dataclass(frozen=True)
class SGD(TorchOptimizer):
    r"""SGD by PyTorch: a step against the gradient, with momentum if it is asked for.

    .. math:: b \leftarrow \mu b + (1 - \tau) g, \qquad \theta \leftarrow \theta - \eta \, b

    Parameters
    ----------
    lr : float
        Learning rate η.
    momentum : float
        μ, the share of b that a step keeps; at 0 the step is η g.
    dampening : float
        τ.
    weight_decay : float
        λ, of the penalty λ θ² / 2: λ θ joins the gradient, biases included.
    nesterov : bool
        Look ahead: the step is η (g + μ b).

    References
    ----------
    Robbins and Monro 1951, A Stochastic Approximation Method; Sutskever, Martens, Dahl and Hinton 2013, On the
    importance of initialization and momentum in deep learning.

    Notes
    -----
    η stands outside b. In ravine's ``momentum`` and ``nesterov``, in Keras and in the book it is inside: the
    same while the rate is constant, but a change of it reaches all of b here. The first b is g, whatever τ is.
    The default rate is a tenth of ravine's.
    """

    rule = "SGD"

    lr: float = 0.001
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if self.momentum else ()

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", momentum="[0, inf)", dampening="(-inf, inf)", weight_decay="[0, inf)")
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise ValueError("SGD: nesterov needs a momentum above 0 and no dampening")
