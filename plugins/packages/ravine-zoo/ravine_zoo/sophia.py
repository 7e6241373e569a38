"""Sophia."""

from dataclasses import dataclass

import numpy as np
from ravine import Optimizer, hookimpl


@dataclass(frozen=True)
class Sophia(Optimizer, slots=("m", "h"), sees="all"):
    r"""Sophia-H: averages of the gradient over the Hessian's diagonal, and no coordinate goes farther than η.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              \theta \leftarrow \theta - \eta \, \mathrm{clip}\big(m / \max(\gamma h, \epsilon), 1\big)

    and before every k-th step, from the first, by Hutchinson's estimate with a normal u

    .. math:: h \leftarrow \beta_2 h + (1 - \beta_2) \, u \odot \frac{g(\theta + r u) - g(\theta - r u)}{2 r}

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for the Hessian's diagonal.
    gamma : float
        γ, how few coordinates reach the limit.
    eps : float
        ε, for coordinates whose curvature is not positive: they go by η.
    every : int
        Steps k from one estimate to the next.
    r : float
        How far the gradient is looked up, r.

    References
    ----------
    Liu and others 2023, Sophia: A Scalable Stochastic Second-order Optimizer for Language Model Pre-training,
    Algorithm 3 with Algorithm 1. Its decay of the weights is ``regularizer=decoupled_l2``.

    Notes
    -----
    The paper gets H u by a second differentiation; here it is a difference of two gradients on the same batch,
    with an error of order r². With a coupled regularizer H has its curvature too.
    """

    lr: float = 1e-3
    beta1: float = 0.96
    beta2: float = 0.99
    gamma: float = 0.01
    eps: float = 1e-12
    every: int = 10
    r: float = 1e-3

    def __post_init__(self):
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", gamma="(0, inf)")
        self.require(eps="(0, inf)", every="[1, inf)", r="(0, inf)")

    def step(self, theta, g, state, *, t, lr, gradient_at, rng):
        m, h = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        if (t - 1) % self.every == 0:
            u = rng.standard_normal(theta.shape).astype(theta.dtype)
            (_, above), (_, below) = gradient_at(theta + self.r * u), gradient_at(theta - self.r * u)
            h *= self.beta2
            h += (1 - self.beta2) * u * (above - below) / (2 * self.r)
        theta -= lr * np.clip(m / np.maximum(self.gamma * h, self.eps), -1, 1)


@hookimpl
def ravine_optimizers():
    return {"zoo/sophia": Sophia}
