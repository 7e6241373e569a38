"""Two moons."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._plane import Plane


@dataclass(frozen=True, kw_only=True)
class TwoMoons(Plane):
    r"""Two moons: two half circles that reach into each other, which no straight line separates.

    .. math:: x = (\cos \varphi, \sin \varphi) \quad \text{or} \quad
              x = (1 - \cos \varphi, \tfrac 1 2 - \sin \varphi), \qquad \varphi \sim \mathcal U(0, \pi)

    Parameters
    ----------
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
    Pedregosa and others 2011, Scikit-learn: Machine Learning in Python, ``make_moons``.

    Notes
    -----
    Scikit-learn puts the points evenly on the half circles, before noise; here their angles are drawn, so that
    the test has others.
    """

    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        angle = rng.uniform(0, np.pi, len(classes))
        upper = np.column_stack([np.cos(angle), np.sin(angle)])
        lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
        return np.where(classes[:, None] == 0, upper, lower)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"two_moons": TwoMoons}
