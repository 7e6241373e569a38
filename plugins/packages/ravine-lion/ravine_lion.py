"""Lion, an optimizer for ravine."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ravine import Optimizer, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class Lion(Optimizer, slots=("m",)):
    r"""Lion: a step of one length along every axis, by the sign of an average.

    .. math:: \theta \leftarrow \theta - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g), \qquad
              m \leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    lr : float
        Learning rate η: the length of a step along every axis. A third to a tenth of Adam's is usual.
    beta1, beta2 : float
        Weights of the past, β₁ in the average that is stepped by, β₂ in the one that is kept.

    References
    ----------
    Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, Algorithm 2. Its decay of the weights is
    ``regularizer=decoupled_l2``.
    """

    lr: float = 1e-4
    beta1: float = 0.9
    beta2: float = 0.99

    def __post_init__(self):
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)")

    def step(self, theta, g, state, *, t, lr):
        (m,) = state
        theta -= lr * np.sign(self.beta1 * m + (1 - self.beta1) * g)
        m *= self.beta2
        m += (1 - self.beta2) * g


@hookimpl
def ravine_optimizers():
    return {"my_lion": Lion}


@hookimpl
def ravine_config_dirs():
    return [Path(__file__).with_name("ravine_lion_conf")]
