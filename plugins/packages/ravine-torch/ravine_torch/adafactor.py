"""Adafactor, as PyTorch has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine_torch._torch import TorchOptimizer

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Adafactor(TorchOptimizer, slots=("row_var", "col_var", "variance"), sees="array"):
    r"""Adafactor by PyTorch: a matrix's squared gradients are remembered by rows and columns only.

    .. math:: R \leftarrow (1 - t^\tau) R + t^\tau \, \overline{g \odot g}^{\,\mathrm{rows}}, \quad
              C \leftarrow (1 - t^\tau) C + t^\tau \, \overline{g \odot g}^{\,\mathrm{columns}}, \quad
              v = R C / \max(\bar R, \epsilon_1)

    .. math:: u = g / \max(\sqrt v, \epsilon_1), \qquad \theta \leftarrow \theta -
              \max(\epsilon_2, |\theta|_\mathrm{RMS}) \, \min(\eta, 1 / \sqrt t)
              \, u / \max(1, |u|_\mathrm{RMS} / d)

    Parameters
    ----------
    lr : float
        η, the longest relative step; from update 1 / η² on the step is shorter.
    beta2_decay : float
        τ: the past weighs 1 − t^τ.
    eps : tuple of float or None, and float
        ε₁, for the quotients, None for the machine's precision; ε₂, the least size of parameters that is
        reckoned with.
    d : float
        Root mean square from which u is clipped.
    weight_decay : float
        λ; θ shrinks by η λ θ before the step, biases included.

    References
    ----------
    Shazeer and Stern 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, Algorithms 4 and 5.

    Notes
    -----
    The paper has no η, its longest relative step is 0.01; it adds ε₁ to the squared gradients, where PyTorch
    bounds what is divided by. An array that is not a matrix keeps the average of every coordinate, in the slot
    ``variance``. Slots are as long as the parameters, and R and C are repeated to fill theirs: Adafactor's
    saving of memory is not to be had here.
    """

    rule = "Adafactor"

    lr: float = 0.01
    beta2_decay: float = -0.8
    eps: tuple[float | None, float] = (None, 1e-3)
    d: float = 1.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta2_decay="(-inf, 0]", d="[1, inf)", weight_decay="[0, inf)")
        if not all(eps is None or eps >= 0 for eps in self.eps):
            raise ValueError(f"Adafactor: eps = {self.eps!r} is not in [0, inf)")

    def kept(self, slots: dict[str, Tensor]) -> dict[str, Tensor]:
        if slots["variance"].ndim < 2:
            return slots
        row, column = slots["row_var"][..., :1], slots["col_var"][..., :1, :]
        return {"row_var": row.clone(), "col_var": column.clone()}
