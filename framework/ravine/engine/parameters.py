"""Parameters: two flat arrays, θ and its gradient, with a named view for every array of every layer.

Because these are flat, an optimizer takes only a few vector operations however deep the network is, and a
checkpoint has only a few arrays. Arrays that decay come first, so decay acts on one slice.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Annotated

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.rule import Place, Role

__all__ = [
    "Parameters",
]


class Parameters:
    """Flat storage for named arrays.

    Parameters
    ----------
    specs : mapping of name to ParameterSpec
        A name is a pair, the layer's and the array's: ``("1.dense", "W")``.
    dtype : dtype
        float32 or float64.
    roles : dict of tuple to Role, optional
        By name, the roles of arrays, if they do not follow from what the initializer draws.

    Attributes
    ----------
    theta, grad : (n,) arrays
        Contiguous, allocated once, never rebound.
    decayed : slice
        The part that regularizers act on.
    places : dict of str to Place
        By full name, where each array is.
    """

    theta: Annotated[Array, "n"]
    grad: Annotated[Array, "n"]

    def __init__(
        self,
        specs: Mapping[tuple[str, str], ParameterSpec],
        dtype: DTypeLike,
        roles: Mapping[tuple[str, str], Role] | None = None,
    ) -> None:
        # The sort is stable: within the two groups the order stays.
        self.specs = dict(sorted(specs.items(), key=lambda item: not item[1].decay))
        self.places = {place.name: place for place in _places(specs, self.specs, roles or {})}
        n = sum(math.prod(spec.shape) for spec in self.specs.values())
        self.theta = np.full(n, 0, dtype=dtype)
        self.grad = np.full(n, 0, dtype=dtype)
        self.decayed = slice(0, sum(math.prod(s.shape) for s in self.specs.values() if s.decay))

    def __len__(self) -> int:
        return len(self.theta)

    def named(self, flat: Annotated[Array, "n"]) -> dict[str, Array]:
        """Return views of an array with the length of ``theta``, by full name: ``{"1.dense.W": …}``."""
        return {f"{layer}.{name}": view for (layer, name), view in self._views(flat).items()}

    def stretches(self, value: Callable[[Place], object]) -> Iterator[tuple[slice, Place]]:
        """Yield the parts of flat arrays in which a value is the same, each with its first array's place."""
        at = 0
        for _, places in itertools.groupby(self.places.values(), value):
            together = list(places)
            size = sum(math.prod(place.shape) for place in together)
            yield slice(at, at + size), together[0]
            at += size

    def of(self, layer: str) -> SimpleNamespace:
        """Return the views of one layer by name; those of the gradient are in ``grad``."""
        theta, grad = (
            {name: view for (owner, name), view in self._views(flat).items() if owner == layer}
            for flat in (self.theta, self.grad)
        )
        return SimpleNamespace(**theta, grad=SimpleNamespace(**grad))

    def _views(self, flat: Array) -> dict[tuple[str, str], Array]:
        views, at = {}, 0
        for key, spec in self.specs.items():
            size = math.prod(spec.shape)
            views[key] = flat[at : at + size].reshape(spec.shape)
            at += size
        return views


def _places(
    in_order: Mapping[tuple[str, str], ParameterSpec],
    specs: Mapping[tuple[str, str], ParameterSpec],
    roles: Mapping[tuple[str, str], Role],
) -> Iterator[Place]:
    """Yield the places of arrays; the order of the layers is that of ``in_order``."""
    layers = list(dict.fromkeys(layer for layer, _ in in_order))
    drawn = [layer for (layer, _), spec in in_order.items() if spec.fill is None]
    for (layer, name), spec in specs.items():
        role: Role = "hidden"
        if spec.fill is not None:
            role = "other"
        elif layer in (drawn[0], drawn[-1]):
            role = "output" if layer == drawn[-1] else "input"
        role = roles.get((layer, name), role)
        depth, layered = layers.index(layer), len(layers)
        yield Place(f"{layer}.{name}", spec.shape, role, depth, layered, float(spec.decay), spec.axes)
