"""The plane: examples of two numbers, which can be drawn."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from ravine import Array, Data, Dataset, Examples


@dataclass(frozen=True, kw_only=True)
class Plane(Dataset):
    """Points of classes that take turns, and noise N(0, noise²) on both of their numbers.

    Parameters
    ----------
    samples : int
        Training examples, and as many test examples.
    noise : float
        Standard deviation of the noise.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    """

    samples: int = 200
    noise: float = 0.1
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(samples=f"[{self.n_classes}, inf)", noise="[0, inf)", data_seed="[0, inf)")

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return 2

    @abstractmethod
    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        """Return a point of each class, (n, 2), without noise."""

    def load(self) -> Data:
        rng = np.random.default_rng(self.data_seed)
        return Data(self._drawn(rng), self._drawn(rng), n_out=self.n_classes)

    def _drawn(self, rng: np.random.Generator) -> Examples:
        classes = np.arange(self.samples) % self.n_classes
        points = self.points(classes, rng)
        return Examples(points + self.noise * rng.standard_normal(points.shape), classes)
