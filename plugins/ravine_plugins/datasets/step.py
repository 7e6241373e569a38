"""A step, to be learned as a function."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._curve import Curve


@dataclass(frozen=True, kw_only=True)
class Step(Curve):
    r"""Step: a function of one number that jumps, for loss=mean_squared_error.

    .. math:: t = [x \ge 0] + \varepsilon, \qquad x \sim \mathcal U(-1, 1)

    Its values have the variance 1/4, so that a constant has the loss 1/4 + noise², and nothing has a smaller
    expected one than noise².

    Parameters
    ----------
    samples : int
        Training examples, and as many test examples.
    noise : float
        Standard deviation of the noise on the values, also on those of the test.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Heaviside 1893, Electromagnetic Theory (the function).
    """

    def value(self, x: Array) -> Array:
        return np.heaviside(x, 1.0)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"step": Step}
