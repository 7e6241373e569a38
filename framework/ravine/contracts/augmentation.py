"""The contract of an augmentation: what changes a batch on its way to training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Augmentation",
    "Targets",
]

Targets: TypeAlias = Annotated[Array, "batch"] | Annotated[Array, "batch n_out"]
"""Class numbers, or a row of targets for each example."""


@dataclass(frozen=True)
class Augmentation(Component, ABC):
    """Changes the inputs or targets of a batch before a network learns from it.

    Several augmentations are a chain: in the order of the configuration each gets what the one before it has
    made. Evaluations and probes see the examples as they are.

    Examples
    --------
    Half of the images are mirrored:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Augmentation
    >>> @dataclass(frozen=True)
    ... class Mirror(Augmentation):
    ...     def augment(self, x, target, *, n_out, rng):
    ...         if x.ndim < 3:
    ...             raise ValueError("it needs images")
    ...         mirrored = rng.random(len(x)) < 0.5
    ...         changed = x.copy()
    ...         changed[mirrored] = x[mirrored, ..., ::-1]
    ...         return changed, target
    >>> x, target = np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([0, 1])
    >>> x, target = Mirror().augment(x, target, n_out=2, rng=np.random.default_rng(1))
    >>> print(x.tolist(), target.tolist())
    [[[1.0, 2.0]], [[3.0, 4.0]]] [0, 1]
    """

    kind: ClassVar[str] = "augmentation"

    @abstractmethod
    def augment(
        self, x: Annotated[Array, "batch *in_shape"], target: Targets, *, n_out: int, rng: np.random.Generator
    ) -> tuple[Annotated[Array, "batch *in_shape"], Targets]:
        """Return the inputs and targets from which a network learns.

        It is called once for each update, and once before a study begins, with a batch that is not used. It
        depends on its arguments only. What is given may be returned, and must not be changed.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Inputs as the network takes them: scaled, in the run's type, or whole numbers if its first layer
            takes these; then only whole numbers that it takes can be returned. The last axes of images are
            height and width. A batch may have one example.
        target : (batch,) array of int, or (batch, n_out) array
            Class numbers, or a row for each example: numbers, or the shares of classes that an augmentation
            before this one has mixed.
        n_out : int
            Number of outputs: of classes, if targets are classes.
        rng : numpy.random.Generator
            The run's random stream for augmentations; the only source of randomness.

        Returns
        -------
        x : (batch, *in_shape) array
            Finite numbers in the shape and type of the inputs that are given.
        target : (batch,) array of int, or (batch, n_out) array
            Class numbers, or a row for each example (``one_hot``). Rows for classes are shares, which are at
            least 0 and sum to 1.

        Raises
        ------
        ValueError
            If it cannot change such examples; the message says what it needs.
        """
