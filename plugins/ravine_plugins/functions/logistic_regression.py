"""Logistic regression on examples that are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

from ravine_plugins.functions._spectra import check_condition, eigenvalues


@dataclass(frozen=True)
class LogisticRegression(Function):
    r"""Logistic regression: the convex loss of two classes, seen through batches of drawn examples.

    .. math:: f = \frac{1}{m} \sum_i \log(1 + e^{-s_i a_i^T w}) + \tfrac{\lambda}{2} |w|^2, \qquad
              P(s_i = 1) = \frac{1}{1 + e^{-a_i^T u}}

    Features a are normal, with variances from 1 down to 1 / condition; the weights u that made the classes s
    are normal too. Every batch is drawn with replacement.

    Parameters
    ----------
    n : int
        Number of features.
    examples : int
        m, over all of which the value is the mean.
    batch_size : int or None
        Examples of a sample; None for all, without noise.
    condition : float
        Quotient of the largest and the smallest variance of a feature.
    l2 : float
        λ. If it is 0 no minimum is known: where a line parts the classes there is none.

    References
    ----------
    Cox 1958, The Regression Analysis of Binary Sequences. The minimum is found by Newton's method, whose steps
    are least squares with weights: Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning,
    section 4.4.1.

    Notes
    -----
    The start is 0. Examples and u are drawn for each seed anew.
    """

    n: int = 20
    examples: int = 1000
    batch_size: int | None = 32
    condition: float = 1.0
    l2: float = 0.001

    def __post_init__(self) -> None:
        self.require(n="[1, inf)", examples="[1, inf)", batch_size="[1, inf)")
        self.require(condition="[1, inf)", l2="[0, inf)")
        check_condition("LogisticRegression", self.n, self.condition)

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        u = rng.standard_normal(self.n)
        scales = np.sqrt(eigenvalues("geometric", self.n, self.condition))
        a = scales * rng.standard_normal((self.examples, self.n))
        s = np.where(rng.random(self.examples) < 1 / (1 + np.exp(-a @ u)), 1.0, -1.0)
        # An example with its sign: all that the loss needs.
        return {"sa": s[:, None] * a}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"w": np.zeros(self.n)}

    def value(self, p: Any, data: Any) -> float:
        return self._loss(data.sa, p.w)

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        sa = data.sa
        if self.batch_size is not None:
            sa = sa[rng.integers(self.examples, size=self.batch_size)]
        return self._loss(sa, p.w), {"w": self._gradient(sa, p.w)}

    def minimum(self, data: Any) -> Mapping[str, Array] | None:
        if not self.l2:
            return None
        w = np.zeros(self.n)
        for _ in range(_STEPS):
            missed = _missed(data.sa, w)
            weights = missed * (1 - missed)
            hessian = (data.sa.T * weights) @ data.sa / self.examples + self.l2 * np.eye(self.n)
            step = np.linalg.solve(hessian, self._gradient(data.sa, w))
            # Far from the minimum a whole step can be too long.
            while self._loss(data.sa, w - step) > self._loss(data.sa, w) + _ROUNDING:
                step /= 2
            w -= step
        return {"w": w}

    def _loss(self, sa: Array, w: Array) -> float:
        return float(np.logaddexp(0, -sa @ w).mean() + self.l2 / 2 * (w @ w))

    def _gradient(self, sa: Array, w: Array) -> Array:
        return -(sa.T @ _missed(sa, w)) / len(sa) + self.l2 * w


# Newton's method doubles the right digits with every step.
_STEPS = 30
_ROUNDING = 1e-12


def _missed(sa: Array, w: Array) -> Array:
    """Return the probability of the class that an example has not."""
    return np.exp(-np.logaddexp(0, sa @ w))


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"logistic_regression": LogisticRegression}
