"""The contract of an architecture: which layers a network has, by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from ravine.component import Component

__all__ = ["Architecture", "Named"]

Named: TypeAlias = str | Mapping[str, Any]
"""A registered name, or a mapping with the key ``name`` and the component's fields."""


@dataclass(frozen=True)
class Architecture(Component, ABC):
    """A recipe for a network."""

    kind: ClassVar[str] = "network"

    @abstractmethod
    def stack(self, n_out: int) -> Sequence[Named]:
        """Return the layers in order, for a dataset that needs ``n_out`` outputs."""
