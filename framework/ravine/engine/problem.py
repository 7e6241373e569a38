"""Problem: anything that can be minimised. The loop treats a surface or a function like a network with data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation
from ravine.contracts.layer import Layer
from ravine.engine.parameters import Parameters
from ravine.fusion.kernel import Fusion

__all__ = ["Problem"]


class Problem(ABC):
    """Parameters, and a loss that depends on them.

    Attributes
    ----------
    parameters : Parameters
        The parameters that the optimizer changes.
    steps_per_epoch : int or None
        Updates that see the training data once; None if there are no data.
    records_path : bool
        Whether the parameters are few enough to be recorded at every step.
    validates : bool
        Whether it has validation examples, so that one evaluation is the best.
    """

    parameters: Parameters
    steps_per_epoch: int | None = None
    records_path: bool = False
    validates: bool = False

    @property
    def weights(self) -> dict[str, Array]:
        """What a completed run keeps, views by name; of a surface nothing, because the path is recorded."""
        return {}

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers by place and name; only a network has any."""
        return {}

    def fuse(self, fusion: Fusion) -> None:  # noqa: B027 - most problems have no layers
        """Fuse what gives the same bits so; by default nothing."""

    @property
    def fused(self) -> dict[str, str]:
        """By place and name of a layer, why NumPy runs it; "" if it is fused."""
        return {}

    @property
    def augmentations(self) -> dict[str, Augmentation]:
        """What changes a batch before training, by name; there are none in a descent on a surface."""
        return {}

    @abstractmethod
    def loss_and_gradient(self) -> float:
        """Return the loss at ``parameters.theta`` and overwrite ``parameters.grad`` with its gradient."""

    @abstractmethod
    def again(self) -> float:
        """Do what ``loss_and_gradient`` did last, with the same batch and noise; nothing else changes."""

    @abstractmethod
    def evaluate(self) -> dict[str, float]:
        """Return metrics at ``parameters.theta``, by name; this does not change how training goes on."""

    def evaluate_on(self, most: int) -> None:  # noqa: B027 - most problems have no examples
        """Use at most so many examples of each set in evaluations, the first ones."""

    def remarks(self) -> list[str]:
        """Return sentences on what is unusual, for the user to see before training."""
        return []

    def held(self) -> dict[str, dict[str, Array]]:
        """Return copies of what nobody who looks may change, by kind and name."""
        return {"parameters": {name: view.copy() for name, view in self.weights.items()}}

    def state(self) -> dict[str, Array]:
        """Return, by name, the arrays that training needs to go on, except parameters and random streams."""
        return {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Put back what ``state`` returned."""
        assert not state
