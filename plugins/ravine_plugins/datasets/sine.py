"""A sine, to be learned as a function."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._curve import Curve


@dataclass(frozen=True, kw_only=True)
class Sine(Curve):
    r"""Sine: a smooth function of one number, for loss=mean_squared_error.

    .. math:: t = \sin(2 \pi f x) + \varepsilon, \qquad x \sim \mathcal U(-1, 1)

    Its values have the variance 1/2 (if f is a whole number or a half), so that a constant has the loss
    1/2 + noise², and nothing has a smaller expected one than noise².

    Parameters
    ----------
    frequency : float
        Waves between 0 and 1, f.
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
    Bishop 2006, Pattern Recognition and Machine Learning, section 1.1 (with x from 0 to 1).
    """

    frequency: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(frequency="(0, inf)")

    def value(self, x: Array) -> Array:
        return np.sin(2 * np.pi * self.frequency * x)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"sine": Sine}
