"""Shares: the examples of a test, drawn with a seed, and numbers of mean 0 and deviation 1."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Array, Data, Dataset, Examples

Scaling = Literal["none", "standard"]


@dataclass(frozen=True, kw_only=True)
class Shared(Dataset):
    """Examples of which a share is the test; both parts are in the order of a draw.

    Parameters
    ----------
    test_share : float
        The share of the examples that is the test.
    data_seed : int
        Of the draw; it is the same for every seed of a run.
    """

    test_share: float = 0.2
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(test_share="(0, 1)", data_seed="[0, inf)")

    @abstractmethod
    def load(self) -> Data:
        """Read all examples; every call returns the same."""

    def parts(self, examples: Examples) -> tuple[Examples, Examples]:
        """Return the training and the test examples.

        Raises
        ------
        ValueError
            If one of them would have none.
        """
        n = round(len(examples) * self.test_share)
        if not 0 < n < len(examples):
            raise ValueError(
                f"{type(self).__name__}: test_share = {self.test_share} of {len(examples)} examples leaves "
                f"{len(examples) - n} to train and {n} for the test"
            )
        order = np.random.default_rng(self.data_seed).permutation(len(examples))
        return examples[order[n:]], examples[order[:n]]


def standard(train: Array, test: Array) -> tuple[Array, Array]:
    """Return columns with the mean 0 and the deviation 1 that the training examples have."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    return (train - mean) / deviation, (test - mean) / deviation
