"""Orthogonal matrices, for initializers."""

import numpy as np
from ravine import Array, Place

from ravine_plugins.initializers._windows import windows


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw a matrix whose columns, or rows if these are fewer, have length 1 and are orthogonal.

    It is uniform among all such matrices: the signs make the QR decomposition of normal numbers unique.
    (Mezzadri 2007, How to generate random matrices from the classical compact groups, section 5.)
    """
    tall = rng.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T.copy()


def orthogonal_units(rng: np.random.Generator, place: Place) -> Array:
    """Draw a weight whose units are orthogonal: as a matrix, its rows are the inputs at all places of a window.

    Raises
    ------
    ValueError
        If the weight is not a matrix or a window.
    """
    order, (_, units) = windows(place)
    weight = np.empty(place.shape)
    turned = weight.transpose(order)
    turned[...] = orthogonal(rng, (weight.size // units, units)).reshape(turned.shape)
    return weight
