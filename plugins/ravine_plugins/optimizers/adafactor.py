"""Adafactor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Adafactor(Optimizer, slots=("rows", "columns", "v"), sees="array"):
    r"""Adafactor: of the squares of a matrix only the means of rows and columns are kept.

    .. math:: R \leftarrow \hat\beta R + (1 - \hat\beta) \, \mathrm{mean}_j(G^2 + \epsilon_1), \qquad
              C \leftarrow \hat\beta C + (1 - \hat\beta) \, \mathrm{mean}_i(G^2 + \epsilon_1), \qquad
              \hat\beta = 1 - t^{-\gamma}

    .. math:: U = G \big/ \sqrt{R C^T / \mathrm{mean}(R)}, \qquad
              W \leftarrow W - \max(\epsilon_2, \mathrm{RMS}(W)) \min(\eta, 1 / \sqrt t) \,
              U / \max(1, \mathrm{RMS}(U) / d)

    Parameters
    ----------
    lr : float
        Largest step η as a part of the size of an array (the paper's ρ is min(η, 1/√t), with η = 0.01).
    decay : float
        γ, how fast the averages become long.
    eps1, eps2 : float
        ε₁ is added to squares; ε₂ is the least size of an array.
    d : float
        Largest root mean square of U.

    References
    ----------
    Shazeer and Stern 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, Algorithm 4, for
    vectors Algorithm 5, with the numbers of Algorithm 6.

    Notes
    -----
    The paper sums rows and columns; with means, as in PyTorch and T5X, the quotient is the same. PyTorch takes
    ε₁ from the type of the numbers, and only where it divides. An array with more than two axes is a matrix of
    its last axis and all others; PyTorch and T5X factor two axes and keep the others.
    """

    lr: float = 0.01
    decay: float = 0.8
    eps1: float = 1e-30
    eps2: float = 1e-3
    d: float = 1.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", decay="[0, 1]", eps1="(0, inf)", eps2="[0, inf)", d="(0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        if theta.ndim == 1:
            return {"v": np.zeros_like(theta)}
        return {"rows": np.zeros(theta.size // theta.shape[-1]), "columns": np.zeros(theta.shape[-1])}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        square = g * g + self.eps1
        if theta.ndim == 1:
            averages = [(state[0], square)]
        else:
            square = square.reshape(-1, g.shape[-1])
            averages = [(state[0], square.mean(axis=1)), (state[1], square.mean(axis=0))]
        for average, now in averages:
            average += t**-self.decay * (now - average)
        # Of very small numbers the product of both roots is larger than the root of the product.
        u = g.reshape(square.shape) / np.sqrt(state[-1])
        if theta.ndim > 1:
            u /= np.sqrt(state[0] / state[0].mean())[:, None]
        size = max(self.eps2, _rms(theta)) * min(lr, t**-0.5) / max(1.0, _rms(u) / self.d)
        theta -= size * u.reshape(theta.shape)


def _rms(array: Array) -> float:
    return float((array * array).mean()) ** 0.5


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adafactor": Adafactor}
