"""Muon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class Muon(Optimizer, slots=("b", "m", "v"), sees="array"):
    r"""Muon: the momentum of a hidden matrix, made nearly orthogonal; Adam for all other arrays.

    .. math:: B \leftarrow \mu B + (1 - \mu) G, \qquad
              W \leftarrow W - \eta s \, \mathrm{NS}\big((1 - \mu) G + \mu B\big), \qquad
              s = \sqrt{\max(1, n_{out} / n_{in})}

    NS divides by the norm, and goes five times from X to :math:`a X + (b A + c A^2) X` with
    :math:`A = X X^T`, a = 3.4445, b = -4.775, c = 2.0315, so that singular values come near 1.

    Parameters
    ----------
    lr : float
        Learning rate η of hidden matrices.
    momentum : float
        μ, weight of the past.
    scale : "original" or "match_rms_adamw"
        s, the length of a step: the formula above, or 0.2 √max(n_in, n_out), with which rates of AdamW can be
        taken over.
    adam : float
        Learning rate of all other arrays, as a part of η.
    beta1, beta2 : float
        Their weights of the past, as Adam's.
    eps : float
        Keeps their quotient finite.

    References
    ----------
    Jordan and others 2024, Muon: An optimizer for hidden layers in neural networks,
    https://kellerjordan.github.io/posts/muon/; the other scale is of Liu et al. 2025, Muon is Scalable for LLM
    Training, section 2.2. Both have the names that PyTorch gives them.

    Notes
    -----
    Hidden are the weights of layers between the first and the last that have any; the author leaves these two,
    biases and gains to AdamW. Its decay, and Muon's, is ``regularizer=decoupled_l2``. The least norm is 1e-7,
    as in PyTorch; the author adds that number. The author and PyTorch compute NS in bfloat16; here it is in the
    type of the parameters. PyTorch's class takes any matrix, and has a decay of 0.1. An array with more than
    two axes is a matrix of its last axis and all others.
    """

    lr: float = 0.02
    momentum: float = 0.95
    scale: Literal["original", "match_rms_adamw"] = "original"
    adam: float = 0.15
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-10

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", momentum="[0, 1)", adam="(0, inf)")
        self.require(beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def start(self, theta: Array, place: Place) -> Mapping[str, Array]:
        return {slot: np.zeros_like(theta) for slot in (("b",) if _is_hidden(place) else ("m", "v"))}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        if _is_hidden(place):
            (b,) = state
            b += (1 - self.momentum) * (g - b)
            ahead = (g + self.momentum * (b - g)).reshape(-1, g.shape[-1])
            theta -= lr * self._scale(*ahead.shape) * _orthogonal(ahead).reshape(theta.shape)
            return
        m, v = state
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        theta -= self.adam * lr * m / (1 - self.beta1**t) / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)

    def _scale(self, inputs: int, units: int) -> float:
        if self.scale == "match_rms_adamw":
            return 0.2 * max(inputs, units) ** 0.5
        return max(1, units / inputs) ** 0.5


def _is_hidden(place: Place) -> bool:
    return place.role == "hidden" and len(place.shape) > 1


def _orthogonal(matrix: Array) -> Array:
    X = matrix / max(float(np.linalg.norm(matrix)), 1e-7)
    for _ in range(5):
        A = X @ X.T
        X = 3.4445 * X + (2.0315 * A @ A - 4.775 * A) @ X
    return X


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"muon": Muon}
