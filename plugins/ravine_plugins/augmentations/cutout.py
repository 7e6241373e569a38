"""Cutout."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl

from ravine_plugins.augmentations._images import height_and_width


@dataclass(frozen=True)
class Cutout(Augmentation):
    r"""Cutout: a square of each image is set to 0.

    .. math:: \tilde x_{uv} = 0 \quad \text{if } -\lfloor s / 2 \rfloor \le u - c_u,\, v - c_v <
              \lceil s / 2 \rceil, \qquad c \sim \mathcal U

    Parameters
    ----------
    size : int
        Side s of the square, in pixels.

    References
    ----------
    DeVries and Taylor 2017, Improved Regularization of Convolutional Neural Networks with Cutout, section 3.

    Notes
    -----
    The centre c is any pixel, so a part of the square may lie outside of the image. All channels of an image
    lose the same square.
    """

    size: int = 8

    def __post_init__(self) -> None:
        self.require(size="[1, inf)")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        height, width = height_and_width(x, field="size", value=self.size)
        rows, columns = (self._cut(rng, len(x), length) for length in (height, width))
        square = rows[:, :, None] & columns[:, None, :]
        channels = (1,) * (x.ndim - 3)
        return x * ~square.reshape(len(x), *channels, height, width), target

    def _cut(self, rng: np.random.Generator, n: int, length: int) -> Array:
        """Return for each of n images which places of an axis lie in the square."""
        first = rng.integers(length, size=(n, 1)) - self.size // 2
        places = np.arange(length)
        inside: Array = (first <= places) & (places < first + self.size)
        return inside


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"cutout": Cutout}
