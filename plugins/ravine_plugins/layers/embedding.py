"""The embedding of whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl


@dataclass(frozen=True)
class Embedding(Layer):
    """Embedding: every whole number has a vector, which is learned.

    Parameters
    ----------
    words : int
        How many whole numbers there are, from 0. An example of shape (…,) gives outputs (…, units); W is
        (words, units).
    units : int
        Numbers in a vector.

    References
    ----------
    Bengio, Ducharme, Vincent and Jauvin 2003, A Neural Probabilistic Language Model, section 2, the matrix C.
    """

    words: int = 100
    units: int = 8

    def __post_init__(self) -> None:
        self.require(words="[1, inf)", units="[1, inf)")

    @property
    def vocabulary(self) -> int:
        return self.words

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        # A vector is the output as it is: of the inputs of a unit, as ones and zeros, a single one is not 0.
        spec = ParameterSpec(
            (self.words, self.units), fan_in=1, fan_out=self.units, decay=True, axes=("in", "out")
        )
        return {"W": spec}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*in_shape, self.units)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        def backward(dy: Array, need_dx: bool = True) -> None:
            p.grad.W[...] = 0
            np.add.at(p.grad.W, x, dy)

        return p.W[x], backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"embedding": Embedding}
