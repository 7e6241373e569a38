"""Shifts."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from ravine import Array, Augmentation, hookimpl

from ravine_plugins.augmentations._images import height_and_width


@dataclass(frozen=True)
class Shifts(Augmentation):
    r"""Shifts: each image is moved by some pixels, down or up and to a side; what is left free is 0.

    .. math:: \tilde x_{uv} = x_{u - a,\, v - b}, \qquad a, b \sim \mathcal U\{-k, \dots, k\}

    Parameters
    ----------
    pixels : int
        The farthest shift along each axis, k.

    References
    ----------
    Simard, Steinkraus and Platt 2003, Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis, section 2 (translations).
    """

    pixels: int = 2

    def __post_init__(self) -> None:
        self.require(pixels="[1, inf)")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        k, image = self.pixels, height_and_width(x, field="pixels", value=self.pixels)
        around = [(0, 0)] * (x.ndim - 2) + [(k, k)] * 2
        windows = sliding_window_view(np.pad(x, around), image, axis=(-2, -1))
        down, right = rng.integers(2 * k + 1, size=(2, len(x)))
        return windows[np.arange(len(x)), ..., down, right, :, :], target


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"shifts": Shifts}
