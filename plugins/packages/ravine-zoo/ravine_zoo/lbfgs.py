"""L-BFGS."""

from dataclasses import dataclass

import numpy as np
from ravine import Optimizer, hookimpl


@dataclass(frozen=True)
class Lbfgs(Optimizer, slots=("S", "Y"), sees="all"):
    r"""L-BFGS: a quasi-Newton step, whose matrix follows from the last steps and changes of the gradient.

    .. math:: d = -H g, \qquad \theta \leftarrow \theta + \alpha d, \qquad \alpha = \eta / 2^j

    with the first j that satisfies :math:`L(\theta + \alpha d) \le L(\theta) + c \alpha \, g^T d` (Armijo).
    H is the BFGS matrix of the last m pairs s = α d and y, the change of the gradient by s, with
    :math:`s^T y > 0`; it begins with :math:`(s^T y / y^T y) I` of the newest.

    Parameters
    ----------
    lr : float
        Longest step η that is tried, as a part of the quasi-Newton step.
    memory : int
        Pairs m that are kept.
    armijo : float
        c, which part of the descent that the slope promises is enough.
    tries : int
        How often a step is made half as long.

    References
    ----------
    Nocedal and Wright 2006, Numerical Optimization, Algorithms 7.4 (two loops), 7.5 and 3.1 (backtracking);
    with both gradients of a pair on one batch as in Schraudolph, Yu and Günter 2007, A Stochastic Quasi-Newton
    Method for Online Convex Optimization.

    Notes
    -----
    Without a pair H is I. If no step is short enough, the parameters stay and the pairs are forgotten. PyTorch
    and SciPy search by the Wolfe conditions, which ensure that sᵀy > 0; here a pair without it is left out. A
    transform that changes the gradient spoils the pairs.
    """

    lr: float = 1.0
    memory: int = 10
    armijo: float = 1e-4
    tries: int = 20

    def __post_init__(self):
        self.require(lr="[0, inf)", memory="[1, inf)", armijo="(0, 1)", tries="[1, inf)")

    def start(self, theta):
        return {slot: np.zeros((self.memory, theta.size)) for slot in self.slots}

    def step(self, theta, g, state, *, t, lr, loss, gradient_at):
        d = -self._times_inverse(*state, g)
        for j in range(self.tries):
            s = lr / 2**j * d
            there, gradient = gradient_at(theta + s)
            if there <= loss + self.armijo * float(g @ s):
                theta += s
                if s @ (gradient - g) > 0:
                    for kept, new in zip(state, (s, gradient - g), strict=True):
                        kept[:-1], kept[-1] = kept[1:], new
                return
        state[0][...] = 0

    def _times_inverse(self, S, Y, g):
        """Return H g by the two loops."""
        pairs = [(s, y, s @ y) for s, y in zip(S, Y, strict=True) if s @ y > 0]
        q, parts = g.copy(), []
        for s, y, sy in reversed(pairs):
            parts.append(s @ q / sy)
            q -= parts[-1] * y
        if pairs:
            _, y, sy = pairs[-1]
            q *= sy / (y @ y)
        for (s, y, sy), part in zip(pairs, reversed(parts), strict=True):
            q += (part - y @ q / sy) * s
        return q


@hookimpl
def ravine_optimizers():
    return {"zoo/lbfgs": Lbfgs}
