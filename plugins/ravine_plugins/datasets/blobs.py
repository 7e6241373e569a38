"""Two clouds."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._plane import Plane


@dataclass(frozen=True, kw_only=True)
class Blobs(Plane):
    r"""Blobs: two round clouds, which a straight line separates as well as anything.

    .. math:: x \sim \mathcal N(\mu_t, \sigma^2 I), \qquad \mu_0 = (-1, -1), \quad \mu_1 = (1, 1)

    σ is the noise. The share of new points on the wrong side of the best line is Φ(-√2 / σ), 8 % at σ = 1.

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
    Fisher 1936, The Use of Multiple Measurements in Taxonomic Problems (the best line). Smilkov and others
    2017, Direct-Manipulation Visualization of Deep Networks, where it is "gauss".
    """

    noise: float = 0.5

    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        side = np.where(classes == 0, -1.0, 1.0)
        return np.column_stack([side, side])


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"blobs": Blobs}
