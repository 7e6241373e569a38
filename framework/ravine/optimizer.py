"""The contract of an optimizer: one update of flat arrays, in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ravine.component import Array, Component

__all__ = ["Optimizer"]


@dataclass(frozen=True)
class Optimizer(Component, ABC):
    """A rule that turns a gradient into a step.

    Parameters
    ----------
    lr : float
        Learning rate η; a subclass gives it a default. A schedule multiplies it before ``step`` sees it.

    Notes
    -----
    State arrays are declared in the class line and allocated by the engine, filled with 0, each as long as the
    parameters: ``class Mine(Optimizer, slots=("v",))``.

    The engine calls ``step`` on blocks of the parameters that fit the cache. For a rule that treats every
    coordinate alone the result is bit-identical to one call over the whole array. A rule that needs a norm
    of all parameters says ``elementwise=False`` in its class line and is called once.
    """

    kind: ClassVar[str] = "optimizer"
    slots: ClassVar[tuple[str, ...]] = ()
    elementwise: ClassVar[bool] = True

    lr: float

    def __init_subclass__(
        cls, *, slots: tuple[str, ...] | None = None, elementwise: bool | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.slots = cls.slots if slots is None else slots  # a subclass keeps what it does not say
        cls.elementwise = cls.elementwise if elementwise is None else elementwise

    @abstractmethod
    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        """Update ``theta`` and ``state`` in place.

        Parameters
        ----------
        theta : (n,) array
            Parameters, written in place (``theta -= …``, never ``theta = …``).
        g : (n,) array
            Gradient, read only.
        state : sequence of (n,) arrays
            One per slot, in the order of ``slots``, written in place.
        t : int
            Number of this update, from 1.
        lr : float
            Learning rate of this update: ``self.lr`` times the schedule.
        """
