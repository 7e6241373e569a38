"""The residual block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Composite, Named, hookimpl


@dataclass(frozen=True)
class Residual(Composite):
    r"""Residual block: layers whose output is added to their input.

    .. math:: y = x + F(x)

    Parameters
    ----------
    layers : list
        The branch F, names or mappings as in ``network.layers``. It must give what it takes: the same shape.

    References
    ----------
    He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition, equation (1). With an activation
    inside the branch only it is the form of their Identity Mappings in Deep Residual Networks, equation (3).
    """

    layers: tuple[Any, ...] = ("tanh",)

    def __post_init__(self) -> None:
        if not self.layers:
            raise ValueError("layers = []: there must be one or more")

    def parts(self) -> Mapping[str, Sequence[Named]]:
        return {"branch": self.layers}

    def joined(self, in_shape: tuple[int, ...], shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        if shapes["branch"] != in_shape:
            raise ValueError(
                f"its branch takes shape {in_shape} and gives {shapes['branch']}; both must be equal"
            )
        return in_shape

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y, back = p.branch(x)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dx = back(dy, need_dx)
            return dy + dx if need_dx else None

        return x + y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Composite]]:
    return {"residual": Residual}
