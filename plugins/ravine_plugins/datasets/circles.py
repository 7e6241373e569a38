"""Two circles."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._plane import Plane


@dataclass(frozen=True, kw_only=True)
class Circles(Plane):
    r"""Circles: one class around the other.

    .. math:: x = r\, (\cos \varphi, \sin \varphi), \qquad \varphi \sim \mathcal U(0, 2 \pi)

    with r = 1 outside, which is class 0, and r = factor inside.

    Parameters
    ----------
    factor : float
        Radius of the inner circle.
    samples : int
        Training examples, and as many test examples.
    noise : float
        Standard deviation of the noise on both numbers.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Pedregosa and others 2011, Scikit-learn: Machine Learning in Python, ``make_circles``.

    Notes
    -----
    Scikit-learn puts the points evenly on the circles, before noise, and its factor is 0.8; here their angles
    are drawn, so that the test has others.
    """

    factor: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(factor="[0, 1)")

    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        angle = rng.uniform(0, 2 * np.pi, len(classes))
        radius = np.where(classes == 0, 1.0, self.factor)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"circles": Circles}
