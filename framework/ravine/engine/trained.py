"""Trained: a network with the weights that a run has left, to predict and to look at its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.dataset import Examples
from ravine.engine.supervised import SupervisedProblem

__all__ = ["Mistakes", "TrainedNetwork"]

Part: TypeAlias = Literal["train", "validation", "test"]


@dataclass(frozen=True, repr=False)
class Mistakes:
    """Examples whose class a network predicts wrongly, in their order.

    Parameters
    ----------
    where : (n,) array of int
        Which examples they are: ``split.test[where]`` has them.
    true, predicted : (n,) arrays of int
        Their classes, and those that the network predicts.
    """

    where: Annotated[Array, "n"]
    true: Annotated[Array, "n"]
    predicted: Annotated[Array, "n"]

    def __repr__(self) -> str:
        return f"Mistakes({len(self.where)} examples)"


class TrainedNetwork:
    """A network with the weights that a run has left; ``Run.network`` returns it.

    Parameters
    ----------
    problem : SupervisedProblem
        The run's problem; its network gets the weights.
    weights : dict of str to array
        From ``Run.weights``.
    at_work : callable
        Returns a context in which components compute as they did in the run.

    Attributes
    ----------
    weights : dict of str to array
        Parameters and buffers by name, ``1.affine.W``; the network computes with these very arrays.
    split : Split
        The examples of the run: ``train``, ``validation`` and ``test``, each with ``x`` and ``target``.

    Raises
    ------
    ValueError
        If these are not the arrays of that network.
    """

    def __init__(
        self,
        problem: SupervisedProblem,
        weights: Mapping[str, Array],
        at_work: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._problem, self._at_work = problem, at_work
        self.split, self.weights = problem.split, problem.weights
        for name in [*self.weights, *weights]:
            own, given = _form(self.weights.get(name)), _form(weights.get(name))
            if own != given:
                raise ValueError(f"{name} is {given} in the weights, and {own} in the network")
        for name, array in weights.items():
            self.weights[name][...] = array

    def __repr__(self) -> str:
        n = sum(array.size for array in self.weights.values())
        return f"TrainedNetwork({', '.join(self._problem.layers)}: {n} weights)"

    def predict(self, x: Annotated[Array, "n *in_shape"]) -> Annotated[Array, "n n_out"]:
        """Return the outputs for inputs, as in an evaluation.

        Parameters
        ----------
        x : (n, *in_shape) array
            Inputs as the dataset has them, ``split.test.x``; they are scaled as in training.

        Returns
        -------
        (n, n_out) array
            The outputs of the last layer; the largest of a row is at the predicted class.

        Raises
        ------
        ValueError
            If the inputs have another shape than those of the dataset, are not numbers, or are not the whole
            numbers that the first layer takes.
        """
        x, expected = np.asarray(x), self.split.train.x.shape[1:]
        if x.dtype.kind not in "biuf" or x.shape[1:] != expected or x.ndim != len(expected) + 1:
            wanted = ", ".join(map(str, ("n", *expected)))
            raise ValueError(f"x is {_form(x)}: it has to be numbers of shape ({wanted})")
        with self._at_work(), np.errstate(all="ignore"):
            return self._problem.outputs(x)

    def evaluate(self) -> dict[str, float]:
        """Return the metrics of an evaluation: for the last weights of a run, these are ``Run.final``."""
        with self._at_work(), np.errstate(all="ignore"):
            return {name: float(value) for name, value in self._problem.evaluate().items()}

    def mistakes(self, part: Part = "test") -> Mistakes:
        """Return the examples whose class is predicted wrongly: arrays ``where``, ``true`` and ``predicted``.

        Parameters
        ----------
        part : "train", "validation" or "test"
            Of which examples.

        Raises
        ------
        ValueError
            If there are no such examples, or their targets are not classes.
        """
        true, predicted = self._classes(part)
        where = np.flatnonzero(true != predicted)
        return Mistakes(where, true[where], predicted[where])

    def confusion(self, part: Part = "test") -> Annotated[Array, "n_out n_out"]:
        """Return how many examples of each class, by row, are predicted as each class, by column.

        Parameters
        ----------
        part : "train", "validation" or "test"
            Of which examples.

        Raises
        ------
        ValueError
            As for ``mistakes``.
        """
        true, predicted = self._classes(part)
        (n_out,) = self._problem.network.out_shape
        return np.bincount(true * n_out + predicted, minlength=n_out**2).reshape(n_out, n_out)

    def _classes(self, part: Part) -> tuple[Annotated[Array, "n"], Annotated[Array, "n"]]:
        """Return the classes of examples, and the predicted ones."""
        if part not in ("train", "validation", "test"):
            raise ValueError(f"part = {part!r}: it is train, validation or test")
        examples: Examples = getattr(self.split, part)
        if not len(examples):
            raise ValueError(f"the run has no {part} examples")
        if examples.target.ndim != 1:
            raise ValueError("the targets are not classes: predict gives outputs to compare with them")
        return examples.target.astype(int), self.predict(examples.x).argmax(axis=1)


def _form(array: Array | None) -> str:
    """Return shape and type of an array in words."""
    return "missing" if array is None else f"{array.dtype} of shape {array.shape}"
