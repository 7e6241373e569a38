"""Curves: functions of one number, which a network learns from noisy points."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from ravine import Array, Data, Dataset, Examples


@dataclass(frozen=True, kw_only=True)
class Curve(Dataset):
    """Points of a function on [-1, 1], and noise N(0, noise²) on its values.

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
        self.require(samples="[1, inf)", noise="[0, inf)", data_seed="[0, inf)")

    @abstractmethod
    def value(self, x: Array) -> Array:
        """Return the function's values, without noise."""

    def load(self) -> Data:
        rng = np.random.default_rng(self.data_seed)
        return Data(self._drawn(rng), self._drawn(rng), n_out=1)

    def _drawn(self, rng: np.random.Generator) -> Examples:
        x = rng.uniform(-1, 1, (self.samples, 1))
        return Examples(x, self.value(x) + self.noise * rng.standard_normal(x.shape))
