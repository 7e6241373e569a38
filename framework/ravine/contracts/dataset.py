"""The contract of a dataset: arrays of examples, for training, validation and test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Data",
    "Dataset",
    "Examples",
]


@dataclass(frozen=True, repr=False)
class Examples:
    """Inputs and targets that belong together.

    Parameters
    ----------
    x : (n, *shape) array
        Inputs, in the type in which they are stored: uint8 for images.
    target : (n,) array of int, or (n, n_out) array
        Class numbers, or rows of targets.
    """

    x: Annotated[Array, "n *shape"]
    target: Annotated[Array, "n"] | Annotated[Array, "n n_out"]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.target):
            raise ValueError(f"{len(self.x)} inputs but {len(self.target)} targets")

    def __repr__(self) -> str:
        one, target = ("x".join(map(str, [*array.shape[1:]])) for array in (self.x, self.target))
        target = " ".join(filter(None, (target, str(self.target.dtype))))
        return f"Examples({' of '.join(filter(None, (str(len(self)), one)))} {self.x.dtype}, targets {target})"

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, which: Array | slice) -> Examples:
        if isinstance(which, slice) or which.dtype.kind not in "iu":
            return Examples(self.x[which], self.target[which])
        # For numbers of examples take is twice as fast as x[which].
        return Examples(self.x.take(which, axis=0), self.target.take(which, axis=0))


@dataclass(frozen=True)
class Data:
    """All examples of a dataset.

    Parameters
    ----------
    train, test : Examples
        All examples, as published: at least one of each, all of one shape, with finite numbers as inputs.
    n_out : int
        Number of outputs that a network needs: the number of classes.
    scale : float
        Inputs are multiplied by it when they become floats: 1/255 for bytes. It is above 0.
    """

    train: Examples
    test: Examples
    n_out: int
    scale: float = 1.0


@dataclass(frozen=True)
class Split:
    """Train, validation and test examples of one run; validation may be empty."""

    train: Examples
    validation: Examples
    test: Examples


@dataclass(frozen=True, kw_only=True)
class Dataset(Component, ABC):
    """Examples to learn from.

    Parameters
    ----------
    train : int or None
        How many training examples to use, the first ones; None for all.
    validation : float
        The share of these that is set aside for validation, drawn with the run's seed. Use validation examples
        to make choices, never test examples.
    test : int or None
        How many test examples to use, the first ones; None for all, 0 for no test.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Data, Dataset, Examples
    >>> @dataclass(frozen=True, kw_only=True)
    ... class Signs(Dataset):
    ...     data_seed: int = 0
    ...
    ...     def load(self):
    ...         x = np.random.default_rng(self.data_seed).uniform(-1, 1, (100, 1))
    ...         examples = Examples(x, (x[:, 0] > 0).astype(int))
    ...         return Data(train=examples[:80], test=examples[80:], n_out=2)
    >>> signs = Signs(train=50, validation=0.2)
    >>> split = signs.split(signs.load(), np.random.default_rng(0))
    >>> print(len(split.train), len(split.validation), len(split.test))
    40 10 20
    """

    kind: ClassVar[str] = "dataset"

    train: int | None = None
    validation: float = 0.0
    test: int | None = None

    def __post_init__(self) -> None:
        self.require(train="[1, inf)", validation="[0, 1)", test="[0, inf)")

    @abstractmethod
    def load(self) -> Data:
        """Read all examples; every call returns the same.

        Raises
        ------
        OSError, ValueError
            If a file is missing or wrong; the message names the file, and what was expected.
        """

    def split(self, data: Data, rng: np.random.Generator) -> Split:
        """Return the examples of one run, in the order of ``data``, which is never changed.

        Parameters
        ----------
        data : Data
            The result of ``load``.
        rng : numpy.random.Generator
            The run's random stream for the choice of validation examples; the only source of randomness.

        Raises
        ------
        ValueError
            If more examples are asked for than there are, or none would be left for training.
        """
        for field, asked, examples in (("train", self.train, data.train), ("test", self.test, data.test)):
            if asked is not None and asked > len(examples):
                raise ValueError(
                    f"{type(self).__name__}: {field} = {asked}, but there are {len(examples)} examples"
                )
        train, test = data.train[: self.train], data.test[: self.test]
        if not self.validation:
            return Split(train, train[:0], test)
        n_validation = round(len(train) * self.validation)
        if not 0 < n_validation < len(train):
            raise ValueError(
                f"{type(self).__name__}: validation = {self.validation} of {len(train)} examples leaves "
                f"{len(train) - n_validation} to train and {n_validation} to validate on"
            )
        order = rng.permutation(len(train))
        return Split(train[np.sort(order[n_validation:])], train[np.sort(order[:n_validation])], test)
