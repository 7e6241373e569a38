"""How sharply the loss is curved where a network is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl


@dataclass(frozen=True)
class Sharpness(Probe):
    r"""Sharpness: the largest eigenvalue of the Hessian of the training loss.

    .. math:: \lambda_{\max}\big(\nabla^2 L(\theta)\big), \qquad
              \nabla^2 L(\theta) \, v \approx \frac{\nabla L(\theta + h v) - \nabla L(\theta - h v)}{2 h}

    Parameters
    ----------
    samples : int
        The loss is that of the first so many training examples.
    tolerance : float
        It ends when an eigenvalue is known to be this near, as a share of the eigenvalue.
    most : int
        The most products of the Hessian with a vector, of two gradients each.

    Notes
    -----
    Records ``largest``, the eigenvalue, and ``error``: an eigenvalue is as near as that. The method is Lanczos'
    with a random start, orthogonal to all vectors before, and h the cube root of the arithmetic's precision: in
    float32 the eigenvalue is right to about a thousandth. Where the two largest are that near to each other, a
    large ``tolerance`` can end it at the second. A look takes 10 to 20 products, and so 20 to 40 gradients on
    ``samples``.

    The network is looked at as it is judged, without noise, with the running statistics of batch normalisation,
    and without a regularizer's penalty. Where a ReLU bends the loss has no second derivative; a difference of
    gradients across the bend stands for it, and depends on the start by about a hundredth.

    References
    ----------
    Cohen, Kaur, Li, Kolter and Talwalkar 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge
    of Stability, appendix on experiments, which uses Lanczos' method too; Golub and Van Loan 2013, Matrix
    Computations, section 10.1.
    """

    samples: int = 1000
    tolerance: float = 0.003
    most: int = 30

    def __post_init__(self) -> None:
        self.require(samples="[1, inf)", tolerance="[0, inf)", most="[1, inf)")

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        examples, theta = problem.split.train[: self.samples], problem.parameters.theta
        h = float(np.finfo(theta.dtype).eps ** (1 / 3))

        def gradient() -> Array:
            y, backward = problem.network.forward(problem.inputs(examples), training=False, rng=rng)
            backward(problem.loss(y, examples.target)[1])
            return problem.parameters.grad.astype(np.float64)

        def look() -> Mapping[str, Array]:
            here = theta.copy()

            def times(v: Array) -> Array:
                theta[:] = here + h * v
                ahead = gradient()
                theta[:] = here - h * v
                behind = gradient()
                theta[:] = here
                return (ahead - behind) / (2 * h)

            largest, error = self._lanczos(times, rng.standard_normal(len(here)))
            return {"largest": np.array(largest), "error": np.array(error)}

        return look

    def _lanczos(self, times: Callable[[Array], Array], start: Array) -> tuple[float, float]:
        """Return the largest eigenvalue of a symmetric matrix, and how near to it there is one.

        In the basis of the products so far the matrix has three diagonals, and an eigenvector y of these is as
        far from one of the matrix as its last number times what is left of the last product.
        """
        basis = [start / np.linalg.norm(start)]
        diagonal: list[float] = []
        beside: list[float] = []
        while True:
            left = times(basis[-1])
            if not np.isfinite(left).all():
                return math.nan, math.nan
            diagonal.append(float(basis[-1] @ left))
            # Twice, because once leaves a share that rounding errors enlarge.
            for _ in range(2):
                for v in basis:
                    left -= (v @ left) * v
            rest = float(np.linalg.norm(left))
            values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
            largest, error = float(values[-1]), rest * abs(float(vectors[-1, -1]))
            if error <= self.tolerance * abs(largest) or len(basis) == min(self.most, len(start)):
                return largest, error
            beside.append(rest)
            basis.append(left / rest)


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"sharpness": Sharpness}
