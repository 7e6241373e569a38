"""The dataset my_name: replace the examples, its fields and its docstring by your own."""

from dataclasses import dataclass

import numpy as np
from ravine import Data, Dataset, Examples, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True, kw_only=True)
class MyName(Dataset):
    r"""Two spirals: points in the plane on two arms of one and a half turns each, a class an arm.

    .. math:: x = r \, (\cos \varphi, \sin \varphi) + \varepsilon, \quad \varphi = 3 \pi r + \pi c, \quad
              r \sim \mathcal U(0, 1), \quad \varepsilon \sim \mathcal N(0, \sigma^2)

    Parameters
    ----------
    samples : int
        Training examples, and as many test examples.
    noise : float
        σ.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Lang and Witbrock 1988, Learning to Tell Two Spirals Apart, where the arms have three turns and no noise.
    (Replace it by the source of your data.)
    """

    samples: int = 1000
    noise: float = 0.03
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(samples="[1, inf)", noise="[0, inf)", data_seed="[0, inf)")

    def load(self) -> Data:
        rng = np.random.default_rng(self.data_seed)
        return Data(train=self._draw(rng), test=self._draw(rng), n_out=2)

    def _draw(self, rng: np.random.Generator) -> Examples:
        arm = rng.integers(2, size=self.samples)
        r = rng.uniform(size=self.samples)
        angle = 3 * np.pi * r + np.pi * arm
        points = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
        return Examples(points + self.noise * rng.standard_normal(points.shape), arm)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"my_name": MyName}
