"""Stretch: layers that follow each other, as a program that is run instead of them.

A program is made when inputs of a form are seen for the second time, in evaluations some times later unless it
is known from another run. It is tried beside the layers before it is used: outputs, gradients and buffers have
to be the same, bit for bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from operator import ne
from types import SimpleNamespace

import numpy as np

from ravine.base.types import Array
from ravine.fusion.known import find, is_known
from ravine.fusion.notes import NoProgramError, Task, Way, placed
from ravine.fusion.ready import Ready, alike

__all__ = ["Stretch"]


class Stretch:
    """Layers that follow each other.

    Parameters
    ----------
    arrays : sequence of namespace
        Of each layer its arrays; those that it must not change cannot be written to.
    first : int or None
        The layer at which the way back ends, without a gradient of its inputs; None if that of the stretch's
        inputs is needed.

    Attributes
    ----------
    fault : (int, str) or None
        Of the layer that NumPy has to run, its number, and why.
    has_run : bool
        Whether a program has run instead of the layers.
    """

    def __init__(self, arrays: Sequence[SimpleNamespace], first: int | None) -> None:
        self.fault: tuple[int, str] | None = None
        self.has_run = False
        self._arrays, self._first = arrays, first
        self._forwards: list[Way] = []
        self._changes = 0
        self._ready: dict[tuple[object, ...], Ready] = {}
        # How often inputs of a form came, without a program.
        self._seen: Counter[tuple[object, ...]] = Counter()
        # Of training, by the form of inputs, that of the gradient.
        self._gradients: dict[tuple[object, ...], Array] = {}

    def __call__(
        self, forwards: list[Way], x: Array, *, training: bool, rng: np.random.Generator, loops: bool
    ) -> tuple[Array, Callable[[Array], Array | None]] | None:
        """Run the layers; None if NumPy has to run them this time, or one of them always: see ``fault``.

        Outputs and gradients are those of the next call, once that has been made.

        Parameters
        ----------
        forwards : list of callable
            Of each layer its way forward, as it is now.
        x : (batch, ...) array
            Inputs of the first.
        training : bool
            What layers are told.
        rng : numpy.random.Generator
            What they draw from.
        loops : bool
            Whether operations for each element are loops.
        """
        if self.fault or type(x) is not np.ndarray:
            return None
        if forwards != self._forwards:
            changed = [at for at, pair in enumerate(zip(forwards, self._forwards, strict=False)) if ne(*pair)]
            self._forwards, self._ready, self._changes = forwards, {}, self._changes + bool(changed)
            if self._changes > _FEW:
                self.fault = changed[0], "its fields change while it trains"
                return None
        key = training, *_form(x)
        if (ready := self._ready.get(key)) is None:
            self._seen[key] += 1
            if len(self._ready) >= _MOST or (training and key not in self._gradients):
                return None
            is_rare = not training and self._seen[key] <= _RARE
            if is_rare and self._seen[key] > 1:
                return None
            try:
                places = placed(self._arrays, forwards)
                task = Task(places, x, training, self._gradients.get(key), self._first, loops)
                if is_rare and not is_known(task):
                    return None
                ready = self._ready[key] = find(task, rng)
            except NoProgramError as error:
                self.fault = error.at or 0, error.why
                return None
        if not ready.forward(x, rng):
            return None
        self.has_run = True
        return ready.y, ready.back

    def note(self, x: Array, dy: Array, *, again: bool) -> None:
        """Note the form of a gradient that has come back in training, in a pass for the first time or again."""
        self._gradients[True, *_form(x)] = alike(dy)
        if again:
            self.fault = 0, "its way back is gone more than once"


def _form(array: Array) -> tuple[object, ...]:
    """Return what has to be the same for a program: also where elements lie, which orders sums."""
    return array.shape, array.strides, array.dtype.str


# If a layer's fields change more often than this, as with a schedule, notes are not worth taking.
_FEW = 3
# A program is made and tried in the time of some ten evaluations, and saves a fifth of one or less.
_RARE = 50
# With inputs of more forms NumPy runs the others.
_MOST = 6
