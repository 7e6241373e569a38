"""Chance: what stands for the random stream of code of which notes are taken."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ravine.fusion.program import Program, Stream, Symbol
from ravine.fusion.tape import NotFusableError

__all__ = ["Chance"]


class Chance:
    """Stands for the random stream of code of which notes are taken.

    Parameters
    ----------
    program : Program
        What takes the notes.
    """

    def __init__(self, program: Program) -> None:
        self._program = program

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        program = self._program
        if name.startswith("_") or not callable(getattr(program.stream.rng, name, None)):
            raise NotFusableError(f"a random stream's .{name}")

        def drawn(*operands: Any, **words: Any) -> Symbol:
            if "out" in words:
                raise NotFusableError(f"rng.{name} with out")
            return program.call(_draw(name), operands, words, draws=True)

        return drawn


@functools.cache
def _draw(name: str) -> _Draw:
    """Return the one that there is of this name, so that programs can be compared."""
    return _Draw(name)


class _Draw:
    """A method of the random stream that there is when a program is run."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, stream: Stream, *operands: Any, **words: Any) -> Any:
        return getattr(stream.rng, self.__name__)(*operands, **words)
