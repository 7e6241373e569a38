"""Muon, as PyTorch has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Array

from ravine_torch._torch import TorchOptimizer, update


@dataclass(frozen=True)
class Muon(TorchOptimizer, slots=("momentum_buffer", "exp_avg", "exp_avg_sq"), sees="array"):
    r"""Muon by PyTorch: the momentum of a matrix, made orthogonal; AdamW for all other arrays.

    .. math:: B \leftarrow \mu B + (1 - \mu) g, \qquad
              O = \mathrm{NS}\big((1 - \mu) g + \mu B\big)

    .. math:: \theta \leftarrow \theta - \eta \lambda \theta -
              \eta \sqrt{\max(1, n_\mathrm{out} / n_\mathrm{in})} \, O

    Parameters
    ----------
    lr : float
        Learning rate η, of matrices and of all else.
    weight_decay : float
        λ of matrices; they shrink by η λ θ before the step.
    momentum : float
        μ, the weight of the past.
    nesterov : bool
        Look ahead, as written above; otherwise O = NS(B).
    ns_coefficients : tuple of 3 floats
        Of the polynomial a x + b x³ + c x⁵ that drives singular values towards 1.
    eps : float
        Least norm to divide by before that.
    ns_steps : int
        How many times the polynomial is applied, below 100.
    adjust_lr_fn : "original", "match_rms_adamw" or None
        What η is multiplied by: the root above, which None stands for too, or 0.2 √max(n_out, n_in), with which
        rates and decays of AdamW can be taken over.

    References
    ----------
    Jordan and others 2024, Muon: An optimizer for hidden layers in neural networks,
    https://kellerjordan.github.io/posts/muon/; Liu and others 2025, Muon is Scalable for LLM Training,
    arXiv 2502.16982, for ``match_rms_adamw``.

    Notes
    -----
    PyTorch's class refuses arrays that are not matrices, and advises a standard method such as AdamW for them.
    That is what happens here: biases, the arrays of batch normalisation and the point on a surface go through
    PyTorch's AdamW, at this lr and otherwise at AdamW's defaults (betas 0.9 and 0.999, eps 1e-8, weight decay
    0.01). The advice is to take hidden layers only; an optimizer of ravine does not know them from the first
    and the last, whose matrices go through Muon too.

    A matrix is handed over as PyTorch keeps it, (n_out, n_in), ravine's transposed, since the factor on η
    depends on that. NS computes in bfloat16, three digits, whatever the type of the parameters, and is slow on
    processors that have no instructions for it.
    """

    rule = "Muon"

    lr: float = 0.001
    weight_decay: float = 0.1
    momentum: float = 0.95
    nesterov: bool = True
    ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315)
    eps: float = 1e-7
    ns_steps: int = 5
    adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = None

    def __post_init__(self) -> None:
        self.require(
            lr="[0, inf)",
            weight_decay="[0, inf)",
            momentum="[0, inf)",
            ns_coefficients="(-inf, inf)",
            eps="[0, inf)",
            ns_steps="[0, 100)",
        )

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        slots = dict(zip(self.slots, state, strict=True))
        buffer = slots.pop("momentum_buffer")
        if theta.ndim != 2:
            update("AdamW", {"lr": lr, "foreach": False}, theta, g, slots, t=t)
            return
        theirs, gradient, past = (np.ascontiguousarray(array.T) for array in (theta, g, buffer))
        update(self.rule, {**vars(self), "lr": lr}, theirs, gradient, {"momentum_buffer": past}, t=t)
        theta[...], buffer[...] = theirs.T, past.T
