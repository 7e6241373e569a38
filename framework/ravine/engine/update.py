"""Update: an optimizer bound to parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ravine.base.types import Array
from ravine.contracts.optimizer import Optimizer
from ravine.engine.denormals import EVERY, flush
from ravine.engine.parameters import Parameters

__all__ = [
    "Update",
]


# With blocks of this size an optimizer's operands and temporaries stay in the second-level cache.
_BLOCK_BYTES = 1 << 17


class Update:
    """An optimizer bound to parameters, with its state; a call makes one update.

    After every sixteenth, numbers in both that have faded until they are denormal are 0.

    Parameters
    ----------
    optimizer : Optimizer
        The rule.
    parameters : Parameters
        The parameters that it changes, in the pieces that the rule's ``sees`` asks for.

    Attributes
    ----------
    state : dict of str to (n,) array
        One array for each slot.
    """

    def __init__(self, optimizer: Optimizer, parameters: Parameters) -> None:
        self.optimizer = optimizer
        self.state = {slot: np.full_like(parameters.theta, 0) for slot in optimizer.slots}
        flat = (parameters.theta, parameters.grad, *self.state.values())
        if optimizer.sees == "array":
            pieces = [list(parameters.named(array).values()) for array in flat]
        else:
            whole = optimizer.sees == "all"
            length = max(len(parameters), 1) if whole else _BLOCK_BYTES // parameters.theta.itemsize
            cuts = [slice(at, at + length) for at in range(0, len(parameters), length)]
            pieces = [[array[cut] for cut in cuts] for array in flat]
        self._pieces: list[tuple[Array, Array, Sequence[Array]]] = [
            (theta, g, state) for theta, g, *state in zip(*pieces, strict=True)
        ]

    def __call__(self, t: int, lr: float) -> None:
        """Make update number ``t``, from 1, with learning rate ``lr``."""
        for theta, g, state in self._pieces:
            self.optimizer.step(theta, g, state, t=t, lr=lr)
            if t % EVERY == 0:
                for array in (theta, *state):
                    flush(array)
