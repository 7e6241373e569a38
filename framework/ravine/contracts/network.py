"""The contract of an architecture: which layers a network has, by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ravine.base.types import Named
from ravine.contracts.component import Component

__all__ = [
    "Architecture",
]


@dataclass(frozen=True)
class Architecture(Component, ABC):
    """A recipe for a network.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from ravine import Architecture
    >>> @dataclass(frozen=True)
    ... class Tower(Architecture):
    ...     floors: int = 2
    ...
    ...     def stack(self, n_out):
    ...         return [*["my_layer"] * self.floors, {"name": "my_layer", "units": n_out}]
    >>> print(Tower().stack(10))
    ['my_layer', 'my_layer', {'name': 'my_layer', 'units': 10}]
    """

    kind: ClassVar[str] = "network"

    @abstractmethod
    def stack(self, n_out: int) -> Sequence[Named]:
        """Return the layers in order, for a dataset that needs ``n_out`` outputs.

        A layer is its registered name, or a mapping with ``name`` and its fields. Values are plain, as in a
        configuration file. They depend on the component's own fields and ``n_out`` only, and every call returns
        a new list. Before the first update the framework refuses names and fields that do not exist, layers
        that do not fit each other, and a number of outputs that is not ``n_out``.
        """
