"""The contract of a composite: a layer that contains layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine.base.types import Named
from ravine.contracts.layer import Layer

__all__ = [
    "Composite",
]


@dataclass(frozen=True)
class Composite(Layer, ABC):
    """A layer made of chains of layers, its parts. Each part takes the input of the composite.

    In ``forward`` a part is a function of ``p``: ``p.branch(x)`` returns its output and its backward pass. The
    network makes the layers of the parts, allocates their arrays and names them, ``2.skip.branch.0.dense.W``.

    Examples
    --------
    A block whose input is added to its output, and how a network has it:

    >>> from dataclasses import dataclass
    >>> from typing import Any
    >>> from ravine import Composite
    >>> @dataclass(frozen=True)
    ... class Skip(Composite):
    ...     layers: tuple[Any, ...] = ()
    ...
    ...     def parts(self):
    ...         return {"branch": self.layers}
    ...
    ...     def joined(self, in_shape, shapes):
    ...         return in_shape
    ...
    ...     def forward(self, x, p, *, training, rng):
    ...         y, back = p.branch(x)
    ...         return x + y, lambda dy, need_dx=True: dy + back(dy)
    >>> print(Skip(("my_layer", {"name": "my_other", "units": 64})).parts())
    {'branch': ('my_layer', {'name': 'my_other', 'units': 64})}
    """

    @abstractmethod
    def parts(self) -> Mapping[str, Sequence[Named]]:
        """Return the parts: by name, the layers of each in order.

        The names are attributes of ``p`` in ``forward``, beside the composite's own arrays. A layer is its
        registered name, or a mapping with ``name`` and its fields, as in ``Architecture.stack``. A part without
        layers returns what it gets.
        """

    @abstractmethod
    def joined(self, in_shape: tuple[int, ...], shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        """Return the shape of one output example, given that of one input and those of the parts' outputs.

        Raises
        ------
        ValueError
            If the parts do not fit the input or each other; the message has the shapes.
        """
