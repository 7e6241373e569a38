"""Stretch: layers that follow each other, as a program that is run instead of them.

A program is made when inputs of a form are seen for the second time, in evaluations some times later, and in
short runs when there were many passes of other runs. It is tried beside the layers before it is used, unless it
is one that was: outputs, gradients and buffers have to be the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import ne
from types import SimpleNamespace

import numpy as np

from ravine.base.types import Array
from ravine.fusion.kernel import Fusion
from ravine.fusion.notes import NoProgramError, Task, Way, placed
from ravine.fusion.passes import passed, prevents, refuse
from ravine.fusion.proof import proven
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
        # What tells networks of one form, as far as a guess needs it.
        self._kind: Hashable = ()
        self._ready: dict[tuple[object, ...], Ready] = {}
        # Of training, by the form of inputs, that of the gradient.
        self._gradients: dict[tuple[object, ...], Array] = {}

    def __call__(
        self, forwards: list[Way], x: Array, *, training: bool, rng: np.random.Generator, fusion: Fusion
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
        fusion : Fusion
            What is worth it in this run.
        """
        if self.fault or type(x) is not np.ndarray:
            return None
        if forwards != self._forwards:
            changed = [at for at, pair in enumerate(zip(forwards, self._forwards, strict=False)) if ne(*pair)]
            self._forwards, self._ready, self._changes = forwards, {}, self._changes + bool(changed)
            self._kind = _kind(forwards, self._arrays)
            if self._changes > _FEW:
                self.fault = changed[0], "its fields change while it trains"
                return None
        key = training, *_form(x)
        if (ready := self._ready.get(key)) is None:
            form, is_short = (self._kind, key), Fusion.PROGRAMS not in fusion
            few = _OFTEN if is_short and training else _OFTEN_JUDGED if is_short else 0 if training else _RARE
            is_early = passed(form) <= few or (training and key not in self._gradients)
            if is_early or len(self._ready) >= _MOST:
                return None
            if is_short and (known := prevents(form)):
                self.fault = known
                return None
            try:
                places, loops = placed(self._arrays, forwards), Fusion.LOOPS in fusion
                task = Task(places, x, training, self._gradients.get(key), self._first, loops)
                ready = self._ready[key] = proven(task, rng)
            except NoProgramError as error:
                self.fault = error.at or 0, error.why
                refuse(form, self.fault)
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


def _kind(forwards: Sequence[Way], arrays: Sequence[SimpleNamespace]) -> Hashable:
    """Return the classes of layers, and the form of their arrays."""
    classes = tuple(type(getattr(forward, "__self__", forward)) for forward in forwards)
    found = (one for p in arrays for one in vars(p).values())
    return classes, tuple(one.shape for one in found if isinstance(one, np.ndarray))


def _form(array: Array) -> tuple[object, ...]:
    """Return what has to be the same for a program: also where elements lie, which orders sums."""
    return array.shape, array.strides, array.dtype.str


# If a layer's fields change more often than this, as with a schedule, notes are not worth taking.
_FEW = 3
# A program is made and tried in the time of some ten evaluations, and saves a fifth of one or less.
_RARE = 50
# In short runs it is made after so many passes of training, and of evaluations: of other runs too.
_OFTEN, _OFTEN_JUDGED = 200, 100
# With inputs of more forms NumPy runs the others.
_MOST = 6
