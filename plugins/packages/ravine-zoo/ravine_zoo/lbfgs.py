"""L-BFGS."""

from dataclasses import dataclass

import numpy as np
from ravine import Optimizer, hookimpl


@dataclass(frozen=True)
class Lbfgs(Optimizer, slots=("S", "Y"), sees="all"):
    r"""L-BFGS: a quasi-Newton step, whose matrix follows from the last steps and changes of the gradient.

    .. math:: d = -H g, \qquad \theta \leftarrow \theta + \eta \alpha d

    with an α that satisfies both conditions of Wolfe, by bisection, or by doubling, from α = 1:

    .. math:: L(\theta + \alpha d) \le L(\theta) + 10^{-4} \alpha \, g^T d, \qquad
              \nabla L(\theta + \alpha d)^T d \ge 0.9 \, g^T d

    H is the BFGS matrix of the last m pairs s = α d and y, the change of the gradient by s, with
    :math:`s^T y > 0`; it begins with :math:`(s^T y / y^T y) I` of the newest.

    Parameters
    ----------
    lr : float
        Which part η of the step is made; 1 is the method as it is known.
    memory : int
        Pairs m that are kept.
    tries : int
        How many α are tried.

    References
    ----------
    Nocedal and Wright 2006, Numerical Optimization, Algorithm 7.5 with equation 7.16; Lewis and Overton 2013,
    Nonsmooth Optimization via Quasi-Newton Methods, Algorithm 2.6, for α. Both gradients of a pair
    are on one batch, as in Schraudolph, Yu and Günter 2007, A Stochastic Quasi-Newton Method for Online Convex
    Optimization.

    Notes
    -----
    H g is computed by a recursion over the pairs, the numbers of Algorithm 7.4's two loops. Without a pair H is
    I. If the tries are used up, the largest α counts with which the loss is low enough, 0 if there is none.
    PyTorch and SciPy interpolate, and their second condition limits slopes upwards too; PyTorch makes many such
    steps in one. A transform that changes the gradient, and decoupled decay, spoil the pairs.
    """

    lr: float = 1.0
    memory: int = 10
    tries: int = 25

    def __post_init__(self):
        self.require(lr="[0, inf)", memory="[1, inf)", tries="[1, inf)")

    def start(self, theta):
        return {slot: np.zeros((self.memory, theta.size)) for slot in self.slots}

    def step(self, theta, g, state, *, t, lr, loss, gradient_at):
        pairs = [(s, y, s @ y) for s, y in zip(*state, strict=True) if s @ y > 0]
        d = -_inverse_times(pairs, pairs[-1][2] / (pairs[-1][1] @ pairs[-1][1]) if pairs else 1.0, g)
        slope = float(g @ d)
        low, high, alpha, at_low = 0.0, np.inf, 1.0, g
        for _ in range(self.tries):
            there, gradient = gradient_at(theta + alpha * d)
            falls = there <= loss + 1e-4 * alpha * slope
            if falls and gradient @ d >= 0.9 * slope:
                break
            low, high, at_low = (alpha, high, gradient) if falls else (low, alpha, at_low)
            alpha = (low + high) / 2 if high < np.inf else 2 * alpha
        else:
            alpha, gradient = low, at_low
        theta += lr * alpha * d
        for kept, new in zip(state, (alpha * d, gradient - g), strict=True):
            kept[:-1], kept[-1] = kept[1:], new


def _inverse_times(pairs, scale, q):
    """Return H q: that of all pairs but the newest, and what the newest changes."""
    if not pairs:
        return scale * q
    *older, (s, y, sy) = pairs
    part = s @ q / sy
    r = _inverse_times(older, scale, q - part * y)
    return r + (part - y @ r / sy) * s


@hookimpl
def ravine_optimizers():
    return {"zoo/lbfgs": Lbfgs}
