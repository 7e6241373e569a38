"""The rectifier with a slope that is learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._channels import sums_by_channel


@dataclass(frozen=True)
class PReLU(Layer):
    r"""PReLU: a leaky ReLU with a slope for each channel, which is learned.

    .. math:: y_c = \begin{cases} x_c & x_c > 0 \\ a_c x_c & x_c \le 0 \end{cases}

    Parameters
    ----------
    start : float
        The slopes a at first.

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
    Classification, equation (1).

    Notes
    -----
    Channels are the first axis of an example; of a vector every unit is one. The slopes start at 0.25 and do
    not decay, as in the paper. PyTorch has one slope for all unless it is told their number; Keras has one for
    every number of an example, and starts at 0.
    """

    start: float = 0.25

    def __post_init__(self) -> None:
        self.require(start="(-inf, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"a": ParameterSpec(in_shape[:1], fill=self.start)}

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        a = p.a.reshape(-1, *(1 for _ in x.shape[2:]))
        y = np.where(x > 0, x, a * x)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            p.grad.a[...] = sums_by_channel(dy * np.minimum(x, 0))
            return np.where(x > 0, dy, a * dy) if need_dx else None

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"prelu": PReLU}
