"""The affine layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._sums import over_batch


@dataclass(frozen=True)
class Affine(Layer):
    r"""Affine: every unit a weighted sum of all inputs, plus a bias (a dense layer).

    .. math:: y = x W + b

    Parameters
    ----------
    units : int
        Number of outputs. Input is (batch, n_in), output (batch, units); W is (n_in, units), b is (units,) and
        starts at 0. Regularizers act on W only.

    References
    ----------
    Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors, equation (1).
    """

    units: int = 100

    def __post_init__(self) -> None:
        self.require(units="[1, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        (n_in,) = in_shape
        return {
            "W": ParameterSpec(
                (n_in, self.units), fan_in=n_in, fan_out=self.units, decay=True, axes=("in", "out")
            ),
            "b": ParameterSpec((self.units,), fill=0.0),
        }

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(in_shape) != 1:
            raise ValueError(f"takes examples that are vectors, got shape {in_shape}; put flatten before it")
        return (self.units,)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = x @ p.W
        y += p.b

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            np.matmul(x.T, dy, out=p.grad.W)
            over_batch(dy, out=p.grad.b)
            return dy @ p.W.T if need_dx else None

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"affine": Affine}
