"""In place: arrays by name or in order, each of which is changed and never replaced.

``theta[name] -= …`` changes an array and puts it back where it was. Another array in its place would be dropped
without a word, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ravine.base.types import Array

__all__ = ["Arrays", "Slots"]


class Arrays(Mapping[str, Any]):
    """Arrays by name, or the slots of each.

    Parameters
    ----------
    arrays : mapping of str to array, or to Slots
        By full name.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays = dict(arrays)
        # A rule asks for these in every update.
        self.keys, self.values, self.items = (  # type: ignore[method-assign]
            self._arrays.keys,
            self._arrays.values,
            self._arrays.items,
        )

    def __getitem__(self, name: str) -> Any:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __setitem__(self, name: str, value: Any) -> None:
        if value is not self._arrays.get(name):
            raise TypeError(
                f"no other array can take the place of {name!r}; change it in place: [name][...] = …"
            )


class Slots(tuple[Array, ...]):
    """The arrays of a rule's state, one for each slot."""

    __slots__ = ()

    def __setitem__(self, i: int, value: Array) -> None:
        if value is not self[i]:
            raise TypeError(
                f"no other array can take the place of state[{i}]; change it in place: state[{i}][...] = …"
            )
