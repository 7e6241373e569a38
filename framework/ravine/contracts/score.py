"""The contract of a score: a number by which a network's outputs are evaluated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Score",
]


@dataclass(frozen=True)
class Score(Component, ABC):
    """Evaluates a network beside loss and accuracy.

    Its name in evaluations is the set's and its own, ``test_top_k``. There it can be the objective of a search,
    be judged by claims and drawn. It changes no number of the training.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Score
    >>> @dataclass(frozen=True)
    ... class Largest(Score):
    ...     def score(self, y, target):
    ...         return float(y.max())
    >>> print(Largest().score(np.array([[0.1, 0.9], [0.6, 0.4]]), np.array([1, 0])))
    0.9
    """

    kind: ClassVar[str] = "score"

    @abstractmethod
    def score(self, y: Annotated[Array, "batch n_out"], target: Annotated[Array, "batch *target"]) -> float:
        """Return a number for all examples of a set; nothing that is given may be changed.

        Parameters
        ----------
        y : (examples, n_out) array
            Outputs of the network, as the loss gets them: before a softmax.
        target : (examples,) array of whole numbers, or (examples, n_out) array
            Classes, or numbers.

        Raises
        ------
        ValueError
            If there is no such number for these targets; the message says what it needs.
        """
