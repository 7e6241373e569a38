"""The contract of a probe: a look into a network while it learns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.dataset import Examples, Split
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.contracts.rule import Place

__all__ = ["Parameters", "Probe", "Supervised", "TracedNetwork"]


class Parameters(Protocol):
    """The trained parameters: flat arrays, with a view for every array of every layer.

    Attributes
    ----------
    theta, grad : (n,) arrays
        All parameters, and the gradient at them.
    places : mapping of str to Place
        By full name, where each array is, and what it is: a weight has a role other than ``other``.
    """

    theta: Annotated[Array, "n"]
    grad: Annotated[Array, "n"]

    @property
    def places(self) -> Mapping[str, Place]:
        """Where each array is, by full name."""

    def named(self, flat: Annotated[Array, "n"]) -> dict[str, Array]:
        """Return views of an array with the length of ``theta``, by full name: ``{"1.dense.W": …}``."""


class TracedNetwork(Protocol):
    """A network that shows the outputs of its layers.

    Attributes
    ----------
    layers : dict of str to Layer
        By place and name, ``1.dense``.
    buffers : Parameters
        The arrays that are kept but not trained; a probe must not change them.
    out_shape : tuple of int
        Shape of one output example.
    """

    layers: dict[str, Layer]
    out_shape: tuple[int, ...]

    @property
    def buffers(self) -> Parameters:
        """The arrays that are kept but not trained."""

    def forward(
        self,
        x: Annotated[Array, "batch *in_shape"],
        *,
        training: bool,
        rng: np.random.Generator,
        trace: Callable[[str, Array], None] | None = None,
    ) -> tuple[Annotated[Array, "batch *out_shape"], Callable[[Annotated[Array, "batch *out_shape"]], None]]:
        """Compute the output for a batch, and the function that fills the gradient.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Inputs in the network's dtype, as ``Supervised.inputs`` gives them.
        training : bool
            False in an evaluation.
        rng : numpy.random.Generator
            Random stream for noise in layers.
        trace : callable, optional
            Called for each layer with its place and name, and its output; on the way back with the gradient of
            that output.

        Returns
        -------
        y : (batch, *out_shape) array
            Outputs.
        backward : callable
            Takes the gradient of ``y`` and overwrites the gradient of the parameters.
        """


class Supervised(Protocol):
    """A network that learns from a dataset, as a probe sees it.

    Attributes
    ----------
    network : TracedNetwork
        It has ``layers`` by place and name, ``buffers``, and ``forward``, whose ``trace`` gets the output of
        every layer.
    parameters : Parameters
        The parameters of the network: ``theta`` and ``grad``, flat, and ``named(theta)``, views by name.
    split : Split
        The examples for ``train``, ``validation`` and ``test``.
    loss : Loss
        The loss that is minimised.
    """

    split: Split
    loss: Loss

    @property
    def network(self) -> TracedNetwork:
        """The network."""

    @property
    def parameters(self) -> Parameters:
        """The trained parameters."""

    def inputs(self, batch: Examples) -> Annotated[Array, "batch *in_shape"]:
        """Return a batch's inputs as the network takes them: scaled, in its dtype."""

    def evaluate(self) -> dict[str, float]:
        """Return losses and, if targets are classes, accuracies: ``train_loss``, ``test_accuracy`` and more."""


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what metrics do not show; it does not change the training.

    Examples
    --------
    The length of all parameters, as one vector:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import ravine
    >>> @dataclass(frozen=True)
    ... class Length(ravine.Probe):
    ...     def watch(self, problem, rng):
    ...         theta = problem.parameters.theta
    ...         return lambda: {"all": np.linalg.norm(theta)}
    >>> problem = ravine.build(ravine.compose(["dataset=gaussian", "network.hidden=[5]"])).problem()
    >>> look = Length().watch(problem, np.random.default_rng(0))
    >>> problem.parameters.theta[:] = 0
    >>> problem.parameters.theta[:2] = 3, 4
    >>> print(look()["all"])
    5.0
    """

    kind: ClassVar[str] = "probe"

    @abstractmethod
    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        """Return a function that is called at every evaluation.

        Parameters
        ----------
        problem : Supervised
            It has ``network``, ``split`` and ``loss``. A probe must not change parameters, buffers and
            examples; it may change gradients.
        rng : numpy.random.Generator
            The probe's own random stream. A probe must not use the other streams, so that the run's numbers
            stay the same.

        Returns
        -------
        callable
            Measures the network as it is at that moment. It may remember what ``watch`` saw at the start, but
            nothing of earlier calls: a run that was stopped continues with a new callable. It returns arrays of
            numbers, which are recorded as ``probe.PROBE.NAME``: with the same names, shapes and types every
            time, and never a view of the network's own memory. NaN may only stand at places that never have a
            number. A single number, an array without axes, is a metric of the evaluation, too: of tables,
            claims, stops and searches, by the same name.

        Raises
        ------
        ValueError
            If such a network cannot be watched; the message says what is needed. An error in the callable ends
            the run.
        """
