"""Noise, to send through a network that is not trained."""

from dataclasses import dataclass

import numpy as np
from ravine import Data, Dataset, Examples, hookimpl


@dataclass(frozen=True, kw_only=True)
class Gaussian(Dataset):
    r"""Gaussian noise: inputs from N(0, 1) and classes at random, to watch signals rather than learning.

    .. math:: x \sim \mathcal N(0, 1), \quad t \sim \mathcal U\{0, \dots, K - 1\}

    Parameters
    ----------
    features : int
        Inputs of an example.
    classes : int
        Outputs that the network needs, K.
    samples : int
        Training examples, and as many test examples.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.
    """

    features: int = 100
    classes: int = 10
    samples: int = 1000
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(features="[1, inf)", classes="[2, inf)", samples="[1, inf)", data_seed="[0, inf)")

    def load(self) -> Data:
        rng = np.random.default_rng(self.data_seed)
        shape = (self.samples, self.features)
        train, test = (
            Examples(rng.standard_normal(shape), rng.integers(self.classes, size=self.samples))
            for _ in range(2)
        )
        return Data(train, test, n_out=self.classes)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"gaussian": Gaussian}
