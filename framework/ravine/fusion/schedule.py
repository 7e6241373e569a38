"""Schedule: a program with memory, that can be run again and again.

Nothing is allocated when it is run: a result lies where it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.fusion.layout import Layout, Ready, Step
from ravine.fusion.program import Stream

__all__ = ["Schedule"]


class Schedule:
    """A program in parts, each of which can be run again.

    Parameters
    ----------
    layout : Layout
        Its steps, and where they leave their results.
    given : sequence of array
        The arrays that are its leaves; they have the form of those of which notes were taken.
    stream : Stream
        What random numbers are drawn from.
    """

    def __init__(self, layout: Layout, given: Sequence[Any], stream: Stream) -> None:
        self._layout = layout
        self._memory = layout.memory(given, stream)
        # By leaf, the values that see it, and the steps that read them with where they stand.
        self._readers: dict[int, tuple[list[int], list[tuple[list[Ready], int, Step]]]] = {}
        self._ready = [[step.ready(self._memory) for step in steps] for steps in layout.steps]

    def __getitem__(self, at: int) -> Array:
        """Return the memory of a value."""
        found: Array = self._memory.values[at]
        return found

    def fill(self, leaf: int, given: Array) -> None:
        """Copy the numbers of an array of the same form into a leaf; a small one is not worth ``give``."""
        np.copyto(self[leaf], given)

    def give(self, leaf: int, given: Array) -> None:
        """Put an array of the same form in the place of a leaf, as it is."""
        if given is self._memory.values[leaf]:
            return
        self._memory.values[leaf] = given
        if leaf not in self._readers:
            self._readers[leaf] = self._layout.seers(leaf), self._reading(leaf)
        seers, steps = self._readers[leaf]
        self._layout.see(self._memory, seers)
        for ready, place, step in steps:
            ready[place] = step.ready(self._memory)

    def _reading(self, leaf: int) -> list[tuple[list[Ready], int, Step]]:
        """Return the steps that read a leaf, and where they stand."""
        return [
            (ready, place, step)
            for ready, steps in zip(self._ready, self._layout.steps, strict=True)
            for place, step in enumerate(steps)
            if any(self._layout.root[at] == leaf for at in step.reads)
        ]

    def run(self, part: int) -> None:
        """Run a part."""
        for step in self._ready[part]:
            step()
