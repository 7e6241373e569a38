"""Windows that move over some axes of an array."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from ravine import Array


def places(lengths: Sequence[int], size: Sequence[int], stride: Sequence[int]) -> tuple[int, ...]:
    """Return at how many places a window can be along each axis; what is left over at the end is not seen."""
    return tuple((n - k) // s + 1 for n, k, s in zip(lengths, size, stride, strict=True))


def windows(x: Array, size: Sequence[int], stride: Sequence[int], *, axis: int) -> Array:
    """Return a view of x, (…, *lengths, …), as (…, *size, *places, …); the window's first axis is ``axis``."""
    axes = tuple(range(axis, axis + len(size)))
    seen = sliding_window_view(x, tuple(size), axis=axes)
    steps = (slice(None, None, s) for s in stride)
    return np.moveaxis(seen[(*[slice(None)] * axis, *steps)], range(-len(size), 0), axes)


def views(
    x: Array, size: Sequence[int], stride: Sequence[int], *, axis: int
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """Yield every spot of the window, row by row, with a view of what it sees of x, (…, *places, …)."""
    out = places(x.shape[axis : axis + len(size)], size, stride)
    for spot in np.ndindex(*size):
        seen = (slice(i, i + s * n, s) for i, s, n in zip(spot, stride, out, strict=True))
        yield spot, x[(*[slice(None)] * axis, *seen)]
