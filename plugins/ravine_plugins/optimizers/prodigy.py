"""Prodigy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Prodigy(Optimizer, slots=("m", "v", "s", "first", "r", "d"), sees="all"):
    r"""Prodigy: Adam, whose rate is an estimate of the distance from the start to a solution.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) d g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2) d^2 g \odot g

    .. math:: r \leftarrow \sqrt{\beta_2} \, r + (1 - \sqrt{\beta_2}) \, \eta d^2 g^T (\theta_0 - \theta)

    .. math:: s \leftarrow \sqrt{\beta_2} \, s + (1 - \sqrt{\beta_2}) \, \eta d^2 g, \qquad
              \theta \leftarrow \theta - \eta d \, m / (\sqrt v + d \epsilon)

    .. math:: d \leftarrow \max(d, r / \|s\|_1)

    Parameters
    ----------
    lr : float
        η, what the estimate is multiplied by. It stays 1; schedules change it.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.
    d0 : float
        First estimate d₀ of the distance, so small that it is below.

    References
    ----------
    Mishchenko and Defazio 2024, Prodigy: An Expeditiously Adaptive Parameter-Free Learner, Algorithm 4.

    Notes
    -----
    The authors' package ``prodigyopt`` has the new d beside ε, and leaves out 1 - √β₂, which r and s have in
    common; it can also limit the growth of d, and correct the averages for their start at 0. Algorithm 4 does
    not, so the first steps are long: with these β, 3.2 η d for every coordinate.
    """

    lr: float = 1.0
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    d0: float = 1e-6

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", d0="(0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        zeros = {slot: np.zeros_like(theta) for slot in ("m", "v", "s")}
        return zeros | {"first": theta, "r": np.array(0.0), "d": np.array(self.d0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v, s, first, r, d = state
        now, fades = float(d), self.beta2**0.5
        m *= self.beta1
        m += (1 - self.beta1) * now * g
        v *= self.beta2
        v += (1 - self.beta2) * (now * g) ** 2
        weight = (1 - fades) * lr * now**2
        r[...] = fades * float(r) + weight * float(g @ (first - theta))
        s *= fades
        s += weight * g
        if norm := float(abs(s).sum()):
            d[...] = max(now, float(r) / norm)
        theta -= lr * now * m / (np.sqrt(v) + now * self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"prodigy": Prodigy}
