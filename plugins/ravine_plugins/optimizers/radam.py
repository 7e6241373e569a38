"""RAdam."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class RAdam(Optimizer, slots=("m", "v")):
    r"""RAdam: Adam that divides only once enough gradients have come to trust their mean square.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g,
              \quad \hat m = \frac{m}{1 - \beta_1^t}, \quad \hat v = \frac{v}{1 - \beta_2^t}

    .. math:: \rho_\infty = \frac{2}{1 - \beta_2} - 1, \qquad
              \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \qquad
              r_t = \sqrt{
              \frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}}

    .. math:: \theta \leftarrow \theta - \eta \, r_t \hat m / (\sqrt{\hat v} + \epsilon) \ \text{if}\
              \rho_t > \text{threshold}, \qquad \theta \leftarrow \theta - \eta \hat m \ \text{otherwise}

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.
    threshold : float
        Length ρ of the average, in gradients, above which it is trusted; at least 4, where its variance is
        infinite.

    References
    ----------
    Liu et al. 2020, On the Variance of the Adaptive Learning Rate and Beyond, Algorithm 2.

    Notes
    -----
    Algorithm 2 has the threshold 4 and no ε; the authors' code, PyTorch and Optax have 5, and so has this.
    PyTorch adds ε before the correction of v, which at the first steps that divide weighs 12 times as much.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    threshold: float = 5.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", threshold="[4, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        rate = lr / (1 - self.beta1**t)
        longest = 2 / (1 - self.beta2) - 1
        length = longest - 2 * t * self.beta2**t / (1 - self.beta2**t)
        if length <= self.threshold:
            theta -= rate * m
            return
        r = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        theta -= rate * r**0.5 * m / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"radam": RAdam}
