"""A stop for the gradient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class StopGradient(Layer):
    r"""Stop gradient: outputs are the inputs, and what comes before does not learn.

    .. math:: y = x, \quad \partial L / \partial x := 0

    Notes
    -----
    ``detach`` in PyTorch, ``stop_gradient`` in TensorFlow and JAX. Arrays before it still decay, and move with
    whatever an optimizer does to a gradient of 0.
    """

    input_gradient = "zero"

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        return x, lambda dy, need_dx=True: np.zeros_like(dy)


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"stop_gradient": StopGradient}
