"""Types: type names that all rooms share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from numpy.typing import NDArray

__all__ = [
    "Array",
    "Named",
    "Point",
    "Value",
    "name_of",
]


Array: TypeAlias = NDArray[Any]
"""A NumPy array of any type.

``Annotated[Array, "batch n_out"]`` says its shape, with a word for each axis; ``*shape`` stands for any number
of axes. In one call a word has one length.
"""


Value: TypeAlias = int | float | str | bool

Point: TypeAlias = Mapping[str, Value]
"""A value for every setting, by its full key."""


Named: TypeAlias = str | Mapping[str, Any]
"""A registered name, or a mapping with the key ``name`` and the component's fields."""


def name_of(item: Named) -> str:
    """Return the registered name."""
    return item if isinstance(item, str) else str(item["name"])
