"""The contract of a transform: what stands before or after the optimizer's step."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.rule import Rule

__all__ = [
    "Transform",
    "has_waits",
]


@dataclass(frozen=True)
class Transform(Rule, ABC):
    """Changes the gradient before the optimizer's step, or the parameters after it.

    See ``Rule`` for slots, pieces, and what ``before`` and ``after`` can ask for. Methods that are not
    overridden do nothing. Several transforms are a chain: in the order of the configuration each changes what
    the one before it has left.

    Examples
    --------
    A limit for every number of the gradient:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Transform
    >>> @dataclass(frozen=True)
    ... class Limit(Transform):
    ...     limit: float = 1.0
    ...
    ...     def before(self, theta, g, state, *, t, lr):
    ...         np.clip(g, -self.limit, self.limit, out=g)
    >>> theta, g = np.array([1.0, -2.0]), np.array([3.0, -0.5])
    >>> Limit().before(theta, g, [], t=1, lr=0.1)
    >>> print(g)
    [ 1.  -0.5]
    """

    kind: ClassVar[str] = "transform"

    if TYPE_CHECKING:
        before: ClassVar[Callable[..., None]]
        after: ClassVar[Callable[..., None]]
    else:

        def before(
            self,
            theta: Annotated[Array, "*shape"],
            g: Annotated[Array, "*shape"],
            state: Sequence[Array],
            *,
            t: int,
            lr: float,
        ) -> None:
            """Change the gradient ``g`` in place, before the optimizer's step.

            It has the part of a coupled regularizer already; decoupled decay comes later.

            Parameters
            ----------
            theta : array
                Parameters; they must not be changed.
            g : array of that shape
                Gradient, to be changed in place.
            state : sequence of arrays
                One for each slot, in the order of ``slots``, to be changed in place.
            t : int
                Number of this gradient, from 1.
            lr : float
                Learning rate of this update; see ``Optimizer.step``.
            """

        def after(
            self,
            theta: Annotated[Array, "*shape"],
            previous: Annotated[Array, "*shape"],
            g: Annotated[Array, "*shape"],
            state: Sequence[Array],
            *,
            t: int,
            lr: float,
        ) -> None:
            """Change the parameters ``theta`` in place, after the optimizer's step.

            Parameters
            ----------
            theta : array
                Parameters after the step, to be changed in place.
            previous : array of that shape
                Parameters before the step, after decoupled decay.
            g : array of that shape
                The gradient that the optimizer got; it must not be changed.
            state : sequence of arrays
                One for each slot, in the order of ``slots``, to be changed in place.
            t : int
                Number of this step, from 1: of a gradient that is followed by one.
            lr : float
                Learning rate of this update; see ``Optimizer.step``.
            """

    def waits(self, t: int) -> bool:
        """Return whether no step follows gradient number ``t``, from 1; by default one always does.

        Then there is neither decay, nor a step, nor what comes after it. It depends on ``t`` and fields only.
        The optimizer's own ``t`` counts its steps.
        """
        return False


def has_waits(component: Component) -> bool:
    """Whether a transform lets no step follow some gradients."""
    return isinstance(component, Transform) and type(component).waits is not Transform.waits
