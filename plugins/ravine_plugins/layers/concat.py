"""Branches side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Composite, Named, hookimpl


@dataclass(frozen=True)
class Concat(Composite):
    r"""Concatenation of branches: all take the same input, and their outputs stand side by side.

    .. math:: y = (F_1(x), F_2(x), \ldots)

    Parameters
    ----------
    branches : list of list
        The layers of each branch, names or mappings as in ``network.layers``; ``[]`` hands the input on.
        Outputs are joined along the last axis. All other axes must be equal.

    References
    ----------
    Szegedy et al. 2015, Going Deeper with Convolutions, section 4.
    """

    branches: tuple[tuple[Any, ...], ...] = (("tanh",), ("sigmoid",))

    def __post_init__(self) -> None:
        if not self.branches:
            raise ValueError("branches = []: there must be one or more")

    def parts(self) -> Mapping[str, Sequence[Named]]:
        return {f"branch{i}": layers for i, layers in enumerate(self.branches)}

    def joined(self, in_shape: tuple[int, ...], shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        outer = {shape[:-1] for shape in shapes.values()}
        if len(outer) > 1 or () in shapes.values():
            given = ", ".join(str(shape) for shape in shapes.values())
            raise ValueError(f"its branches give shapes {given}; they may differ along the last axis only")
        return (*outer.pop(), sum(shape[-1] for shape in shapes.values()))

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        ys, backs = zip(*(getattr(p, name)(x) for name in self.parts()), strict=True)
        ends = np.cumsum([y.shape[-1] for y in ys])[:-1]

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dxs = [back(part, need_dx) for back, part in zip(backs, np.split(dy, ends, axis=-1), strict=True)]
            return np.sum(dxs, axis=0) if need_dx else None

        return np.concatenate(ys, axis=-1), backward


@hookimpl
def ravine_layers() -> dict[str, type[Composite]]:
    return {"concat": Concat}
