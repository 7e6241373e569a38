"""Exclusive or."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._plane import Plane


@dataclass(frozen=True, kw_only=True)
class Xor(Plane):
    r"""Exclusive or: four clouds at the corners of a square; those that face each other are of one class.

    .. math:: x = (\pm 1, \pm 1), \qquad t = [x_1 x_2 < 0]

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
    Minsky and Papert 1969, Perceptrons (parity of two inputs); Rumelhart, Hinton and Williams 1986, Learning
    Internal Representations by Error Propagation.

    Notes
    -----
    Inputs are -1 and 1; many books have 0 and 1. TensorFlow Playground draws points everywhere in a square
    instead of near its corners.
    """

    noise: float = 0.3

    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        first = rng.choice([-1.0, 1.0], len(classes))
        return np.column_stack([first, np.where(classes == 0, first, -first)])


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"xor": Xor}
