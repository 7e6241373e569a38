"""SOAP."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Soap(Optimizer, slots=("m", "v", "L", "R", "Q_L", "Q_R"), sees="array"):
    r"""SOAP: Adam in the basis of Shampoo's eigenvectors, which follows slowly.

    .. math:: M \leftarrow \beta_1 M + (1 - \beta_1) G, \qquad
              V \leftarrow \beta_2 V + (1 - \beta_2) (Q_L^T G Q_R)^{\odot 2}

    .. math:: W \leftarrow W - \eta_t Q_L \frac{Q_L^T M Q_R}{\sqrt V + \epsilon} Q_R^T, \qquad
              \eta_t = \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)

    .. math:: L \leftarrow \beta_2 L + (1 - \beta_2) G G^T, \qquad R \leftarrow \beta_2 R + (1 - \beta_2) G^T G

    and at every f-th step :math:`Q_L \leftarrow QR(L Q_L)`, :math:`Q_R \leftarrow QR(R Q_R)`.

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square, L and R.
    eps : float
        ε, keeps the quotient finite.
    every : int
        Steps f from one change of the basis to the next.

    References
    ----------
    Vyas and others 2024, SOAP: Improving and Stabilizing Shampoo using Adam, Algorithms 3 and 4.

    Notes
    -----
    The paper does not say where Q begins. As in the authors' code, the first gradient of a matrix only sets L
    and R, whose eigenvectors, largest first, are the first Q, and no step follows: in their own basis its
    numbers are rounding but for a diagonal. That code also sorts the basis by size before each QR, and here it
    is not sorted, as in Algorithm 4. As there, ε is added to the root of V before its correction. Vectors get
    Adam. An array with more than two axes is a matrix of its last axis, which counts the units, and all others.
    """

    lr: float = 0.003
    beta1: float = 0.95
    beta2: float = 0.95
    eps: float = 1e-8
    every: int = 10

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", every="[1, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        n, k = theta.reshape(-1, theta.shape[-1]).shape
        sides = {"L": np.zeros((n, n)), "R": np.zeros((k, k)), "Q_L": np.eye(n), "Q_R": np.eye(k)}
        return {"m": np.zeros_like(theta), "v": np.zeros_like(theta)} | (sides if theta.ndim > 1 else {})

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        if theta.ndim == 1:
            m, v = state
            theta -= self._adam(g, g, m, v, t, lr, lambda m: m)
            return
        W, G, M, V = (array.reshape(-1, array.shape[-1]) for array in (theta, g, *state[:2]))
        L, R, Q_L, Q_R = state[2:]
        if t > 1:
            step = self._adam(G, Q_L.T @ G @ Q_R, M, V, t - 1, lr, lambda m: Q_L.T @ m @ Q_R)
            W -= Q_L @ step @ Q_R.T
        for side, Q, product in ((L, Q_L, G @ G.T), (R, Q_R, G.T @ G)):
            side += (1 - self.beta2) * (product - side)
            if t == 1:
                Q[...] = np.linalg.eigh(side).eigenvectors[:, ::-1]
            elif (t - 1) % self.every == 0:
                Q[...] = np.linalg.qr(side @ Q).Q

    def _adam(
        self, g: Array, turned: Array, m: Array, v: Array, t: int, lr: float, turn: Callable[[Array], Array]
    ) -> Array:
        """Return Adam's step in a basis: averages of g, of the square of g there, and what turns m into it."""
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (turned * turned - v)
        return lr * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t) * turn(m) / (np.sqrt(v) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"soap": Soap}
