"""Orthogonal matrices, for initializers."""

import numpy as np
from ravine import Array


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw a matrix whose columns, or rows if these are fewer, have length 1 and are orthogonal.

    It is uniform among all such matrices: the signs make the QR decomposition of normal numbers unique.
    (Mezzadri 2007, How to generate random matrices from the classical compact groups, section 5.)

    Raises
    ------
    ValueError
        If the shape is not that of a matrix.
    """
    if len(shape) != 2:
        raise ValueError(f"draws matrices, and the weight has shape {shape}")
    tall = rng.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T.copy()
