"""Pooling over windows, along the last axes of examples."""

from abc import ABC
from collections.abc import Iterator
from dataclasses import dataclass

from ravine import Array, Layer

from ravine_plugins.layers._windows import places, views


@dataclass(frozen=True)
class Pooling(Layer, ABC):
    """What poolings share: a window that moves over as many of the last axes as ``size`` has numbers."""

    size: tuple[int, ...] = (2, 2)
    stride: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        self.require(size="[1, inf)", stride="[1, inf)")
        if not self.size:
            raise ValueError(
                f"{type(self).__name__}: size = []: there must be a number for each axis of the window"
            )
        if len(self.steps) != len(self.size):
            raise ValueError(
                f"{type(self).__name__}: stride = {list(self.steps)}: it must have {len(self.size)} numbers, "
                "as size has"
            )

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps of the window; windows stand side by side if nothing else is said."""
        return self.size if self.stride is None else self.stride

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        axes = len(self.size)
        lengths = in_shape[-axes:]
        if len(in_shape) < axes or any(n < k for n, k in zip(lengths, self.size, strict=True)):
            raise ValueError(
                f"takes examples whose last axes are at least {list(self.size)}, got shape {in_shape}"
            )
        return (*in_shape[:-axes], *places(lengths, self.size, self.steps))

    def views(self, x: Array) -> Iterator[Array]:
        """Yield, for every spot of the window, row by row, a view of what it sees of x."""
        for _, seen in views(x, self.size, self.steps, axis=x.ndim - len(self.size)):
            yield seen
