"""A network from an explicit list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ravine import Architecture, Named, hookimpl


@dataclass(frozen=True)
class Layers(Architecture):
    """Explicit list: every layer named, with its fields where they differ from the defaults.

    Parameters
    ----------
    layers : list
        Items are names or mappings: ``[flatten, {name: affine, units: 50}, tanh, {name: affine, units: 10}]``.
        The last one must give as many outputs as the dataset has classes.
    """

    layers: tuple[Any, ...] = ()

    def stack(self, n_out: int) -> Sequence[Named]:
        return self.layers


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"layers": Layers}
