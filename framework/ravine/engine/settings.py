"""Settings: how to train: budget, batches, evaluations, number type and threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, Self

from ravine.base.errors import FieldError
from ravine.contracts.component import Component
from ravine.contracts.fields import construct
from ravine.engine.batches import USUAL, Sampling
from ravine.engine.groups import Group

__all__ = ["TRAINING", "BatchTraining", "DescentTraining", "FunctionTraining", "Training"]


class _HasEpochs(Protocol):
    """What a budget follows from: a problem, or what is known of one."""

    @property
    def steps_per_epoch(self) -> int | None:
        """Updates that see the training data once; None if there are no data."""


@dataclass(frozen=True, kw_only=True)
class Training(Component, ABC):
    """How to train.

    Parameters
    ----------
    evaluate_every : int or None
        Updates between two evaluations; with None, at the end of each epoch, or only at the end if there are no
        epochs. The first and the last state are always evaluated.
    dtype : "float32" or "float64"
        Type of parameters and data.
    threads : int
        Number of BLAS threads. The last bits of a result depend on it.
    groups : list of mappings
        For arrays by a pattern of their names, factors of rate and decay, or that they do not learn: see
        ``Group``. The last one that fits an array counts.
    """

    kind = "training"

    evaluate_every: int | None = None
    dtype: Literal["float32", "float64"] = "float32"
    threads: int = 1
    groups: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        self.require(evaluate_every="[1, inf)", threads="[1, inf)")
        self.made_groups()

    def made_groups(self) -> list[Group]:
        """Return the groups.

        Raises
        ------
        ValueError
            If one has no name, an unknown field, or a factor below 0.
        """
        made = []
        for i, values in enumerate(self.groups):
            try:
                made.append(construct(Group, values))
            except FieldError as error:
                raise ValueError(f"groups[{i}]: {error}") from None
        return made

    @abstractmethod
    def budget(self, problem: _HasEpochs) -> int:
        """Return the number of updates of a run."""

    def interval(self, problem: _HasEpochs) -> int:
        """Return the number of updates between two evaluations, at least 1."""
        return self.evaluate_every or problem.steps_per_epoch or max(self.budget(problem), 1)

    @abstractmethod
    def lasting(self, steps: int) -> Self:
        """Return the same training with a different budget, evaluated at its start and its end only."""


@dataclass(frozen=True, kw_only=True)
class DescentTraining(Training):
    """How to descend on a surface: full gradients, in float64 unless told otherwise.

    Parameters
    ----------
    steps : int
        Updates to make; with 0 only the start is evaluated.
    evaluate_every, dtype, threads, groups
        See ``Training``.
    """

    steps: int = 30
    dtype: Literal["float32", "float64"] = "float64"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(steps="[0, inf)")

    def budget(self, problem: _HasEpochs) -> int:
        """Return the number of updates of a run."""
        return self.steps

    def lasting(self, steps: int) -> Self:
        """Return the same training with a different budget, evaluated at its start and its end only."""
        return replace(self, steps=steps, evaluate_every=None)


@dataclass(frozen=True, kw_only=True)
class FunctionTraining(DescentTraining):
    """How to minimise a function, in float64 unless told otherwise.

    Parameters
    ----------
    steps : int
        Updates to make; with 0 only the start is evaluated.
    evaluate_every : int or None
        Updates between two evaluations; None for the start and the end only.
    dtype, threads, groups
        See ``Training``.
    """

    steps: int = 1000
    evaluate_every: int | None = 10


@dataclass(frozen=True, kw_only=True)
class BatchTraining(Training):
    """How to train on batches of data.

    Parameters
    ----------
    steps, epochs : int or None
        The budget: updates to make, or passes over the training data. If neither is given, one pass.
    batch_size : int
        Examples in the batch of an update; of fewer training examples, ``shuffled`` takes all.
    sampling : "shuffled" or "replacement"
        ``shuffled``: whole epochs, each in a new order. ``replacement``: every batch is drawn from all
        examples, as the book does.
    evaluation_samples : int or None
        How many training examples an evaluation uses, the first ones; None for all. It always uses all
        validation and test examples.
    evaluate_every, dtype, threads, groups
        See ``Training``.
    """

    steps: int | None = None
    epochs: int | None = None
    batch_size: int = USUAL
    sampling: Sampling = "shuffled"
    evaluation_samples: int | None = 10_000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(steps="[0, inf)", epochs="[1, inf)", batch_size="[1, inf)", evaluation_samples="[1, inf)")
        if self.steps is not None and self.epochs is not None:
            raise ValueError("steps and epochs are both given: give one of them, and null for the other")

    def budget(self, problem: _HasEpochs) -> int:
        """Return the number of updates of a run; an epoch is a whole number of them."""
        if self.steps is not None:
            return self.steps
        assert problem.steps_per_epoch is not None
        return (self.epochs or 1) * problem.steps_per_epoch

    def lasting(self, steps: int) -> Self:
        """Return the same training with a different budget, evaluated at its start and its end only."""
        return replace(self, steps=steps, epochs=None, evaluate_every=max(steps, 1))


TRAINING: dict[str, type[Training]] = {
    "surface": DescentTraining,
    "function": FunctionTraining,
    "supervised": BatchTraining,
}
"""The class of the training settings for each form of problem."""
