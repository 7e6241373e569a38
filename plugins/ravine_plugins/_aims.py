"""Where gradients point: shared code of a metric and a figure."""

import numpy as np
from ravine import Array, Surface


def misses(surface: Surface, x: Array, y: Array) -> Array:
    """Return by how many degrees the direction of descent misses the nearest global minimum.

    Parameters
    ----------
    surface : Surface
        A surface that has a minimum.
    x, y : array
        Points. In a minimum, and where the gradient is 0, nothing points anywhere, and the angle is nan.
    """
    down_x, down_y = (-np.asarray(part) for part in surface.gradient(x, y))
    minima = np.array(surface.minima)
    to = minima.reshape(-1, 2, *[1] * np.ndim(x)) - np.stack([x, y])
    nearest = np.argmin(np.hypot(to[:, 0], to[:, 1]), axis=0)
    to_x, to_y = np.take_along_axis(to, nearest[None, None], axis=0)[0]
    angle = np.degrees(np.abs(np.arctan2(down_x * to_y - down_y * to_x, down_x * to_x + down_y * to_y)))
    somewhere = ((down_x != 0) | (down_y != 0)) & ((to_x != 0) | (to_y != 0))
    return np.where(somewhere, angle, np.nan)


def cells(x: tuple[float, float], y: tuple[float, float], n: int = 200) -> tuple[Array, Array]:
    """Return x and y of the middles of n × n equal cells, each of shape (n, n)."""
    middles = (np.arange(n) + 0.5) / n
    along, up = np.meshgrid(x[0] + (x[1] - x[0]) * middles, y[0] + (y[1] - y[0]) * middles)
    return along, up
