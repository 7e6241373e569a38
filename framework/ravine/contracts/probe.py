"""The contract of a probe: a look into a network while it learns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.dataset import Examples, Split
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss

__all__ = ["Parameters", "Probe", "Supervised", "TracedNetwork"]


class Parameters(Protocol):
    """What is trained: flat arrays, with a view for every array of every layer.

    Attributes
    ----------
    theta, grad : (n,) arrays
        All parameters, and the gradient at them.
    """

    theta: Array
    grad: Array

    def named(self, flat: Array) -> dict[str, Array]:
        """Return views of an array as long as ``theta``, by full name: ``{"1.dense.W": …}``."""


class TracedNetwork(Protocol):
    """A network that shows what goes through it.

    Attributes
    ----------
    layers : dict of str to Layer
        By place and name, ``1.dense``.
    buffers : Parameters
        What is kept but not trained; a probe leaves it as it was.
    out_shape : tuple of int
        Shape of one output example.
    """

    layers: dict[str, Layer]
    out_shape: tuple[int, ...]

    @property
    def buffers(self) -> Parameters:
        """What is kept but not trained."""

    def forward(
        self,
        x: Array,
        *,
        training: bool,
        rng: np.random.Generator,
        trace: Callable[[str, Array], None] | None = None,
    ) -> tuple[Array, Callable[[Array], None]]:
        """Compute the output for a batch, and the function that fills the gradient.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Inputs in the network's dtype, as ``Supervised.inputs`` gives them.
        training : bool
            False when the network is judged.
        rng : numpy.random.Generator
            Stream for noise in layers.
        trace : callable, optional
            Called with each layer's place and name and its output, and on the way back with the gradient of
            that output.

        Returns
        -------
        y : (batch, *out_shape) array
            Outputs.
        backward : callable
            Takes the gradient of ``y`` and overwrites that of the parameters.
        """


class Supervised(Protocol):
    """A network that learns from a dataset, as a probe sees it.

    Attributes
    ----------
    network : TracedNetwork
        With its ``layers`` by place and name, ``buffers``, and ``forward``, whose ``trace`` is shown the output
        of every layer.
    parameters : Parameters
        Those of the network: ``theta`` and ``grad``, flat, and ``named(theta)``, views by name.
    split : Split
        Examples to ``train``, ``validation`` and ``test`` with.
    loss : Loss
        What is minimised.
    """

    split: Split
    loss: Loss

    @property
    def network(self) -> TracedNetwork:
        """The network."""

    @property
    def parameters(self) -> Parameters:
        """What is trained."""

    def inputs(self, batch: Examples) -> Array:
        """Return a batch's inputs as the network takes them: scaled, in its dtype."""

    def evaluate(self) -> dict[str, float]:
        """Return loss and, where targets are classes, accuracy: ``train_loss``, ``test_accuracy`` and so on."""


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what the metrics do not say; it changes nothing that is measured.

    Examples
    --------
    How long all parameters are, taken as one vector:

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
            With its ``network``, ``split`` and ``loss``. Parameters, buffers and examples are left as they are
            found; gradients need not be.
        rng : numpy.random.Generator
            A stream of the probe's own; the run's are not touched, so that no number of the run is another.

        Returns
        -------
        callable
            Looks at the network as it is then, and remembers nothing but what ``watch`` saw at the start: a run
            that was stopped goes on with a new look. Its values are arrays of numbers, recorded as
            ``probe.PROBE.NAME``: the same names, shapes and types every time, and none of them the network's
            own memory. NaN stands only where there never is a number.

        Raises
        ------
        ValueError
            If such a network cannot be watched: what is needed. A look that breaks ends the run.
        """
