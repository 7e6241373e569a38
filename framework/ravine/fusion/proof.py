"""Proof: a program is used if it gives the bits of the layers, on their inputs and on others of that form."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ravine.base.types import Array
from ravine.fusion.layout import Layout, OtherwiseError, layout_of
from ravine.fusion.notes import NoProgramError, Notes, Task, blamed
from ravine.fusion.program import Program
from ravine.fusion.ready import Ready, alike
from ravine.fusion.trial import differ

__all__ = ["proven"]


def proven(task: Task, rng: np.random.Generator) -> Ready:
    """Return the program for inputs of a form.

    Raises
    ------
    NoProgramError
        If there is none: with the layer, and why.
    """
    # What a layer computes once and keeps is there the second time.
    for _ in range(2):
        ready = _tried(task, rng)
        changed = []
        for at, place in enumerate(task.places):
            with blamed(at):
                changed += [at] if place.apart.has_changed() else []
        if not changed:
            return ready
    raise NoProgramError(changed[0], "it keeps something in itself")


def _tried(task: Task, rng: np.random.Generator) -> Ready:
    """Return a program that gives the bits of the layers.

    Raises
    ------
    NoProgramError
        If there is none: with the layer, and why.
    """
    try:
        return _ready(task, rng)
    except NoProgramError as error:
        if error.at is not None or len(task.places) == 1:
            raise
        _try_alone(task, rng)
        raise


def _ready(task: Task, rng: np.random.Generator) -> Ready:
    """Return the program of which notes are taken now, proven now or before.

    Raises
    ------
    NoProgramError
        If it gives other bits than the layers, or has none.
    """
    program = Program(rng)
    outline = Notes(program).outline(task)
    code = tuple(place.code for place in task.places)
    parts = tuple((part.end, tuple(part.written.items())) for part in outline.parts)
    key = code, program.form, parts, outline.dx, task.loops
    if layout := _PROVEN.get(key):
        return Ready(outline, layout, task.given, rng)
    with blamed(None):
        layout = layout_of(program, outline.parts, outline.kept, loops=task.loops)
    ready = Ready(outline, layout, task.given, rng)
    if _differs(ready, task, rng):
        raise NoProgramError(None, "its program gives other bits")
    if len(_PROVEN) >= _MOST:
        _PROVEN.pop(next(iter(_PROVEN)), None)
    _PROVEN[key] = layout
    return ready


# A sweep makes many runs of one network. Notes are taken in each, and show what fields, modules and all else
# have come to; if the same layers do the same, with the same numbers, on arrays of one form, that is proven.
_PROVEN: dict[Hashable, Layout] = {}
_MOST = 64


def _try_alone(task: Task, rng: np.random.Generator) -> None:
    """Try each layer without the others.

    Raises
    ------
    NoProgramError
        If one has no program: with the layer, and why.
    """
    with _undone(task, rng):
        passed = _passed(task, task.x, task.dy, rng)
    for at, place in enumerate(task.places):
        dy = passed.gradients.get(at)
        first = 0 if at == task.first else None
        alone = Task([place], passed.inputs[at], task.training, dy, first, task.loops)
        try:
            _tried(alone, rng)
        except NoProgramError as error:
            raise NoProgramError(at, error.why) from None


class _Passed(NamedTuple):
    """What layers have computed: all inputs and gradients of outputs, by layer, and what is at the ends."""

    inputs: Mapping[int, Array]
    gradients: Mapping[int, Array]
    y: Array
    dx: Array | None


def _passed(task: Task, x: Array, dy: Array | None, rng: np.random.Generator) -> _Passed:
    """Go through the layers, forward and back.

    Raises
    ------
    NoProgramError
        If one raises an error.
    """
    there, backs = x, []
    inputs: dict[int, Array] = {}
    gradients: dict[int, Array] = {}
    for at, place in enumerate(task.places):
        inputs[at] = there
        with blamed(at, with_numbers=True):
            there, back = place.forward(_read_only(there), place.p, training=task.training, rng=rng)
        backs.append(back)
    y = there
    if dy is None:
        return _Passed(inputs, gradients, y, None)
    gradient: Any = dy
    for at in task.back:
        gradients[at] = gradient
        with blamed(at, with_numbers=True):
            if at == task.first:
                backs[at](_read_only(gradient), need_dx=False)
            else:
                gradient = backs[at](_read_only(gradient))
    return _Passed(inputs, gradients, y, None if task.first is not None else gradient)


@contextmanager
def _undone(task: Task, rng: np.random.Generator) -> Iterator[list[Array]]:
    """Let arrays be changed and random numbers be drawn, and put back what was; it gives the arrays."""
    state = rng.bit_generator.state
    arrays = [one for one in task.arrays if one.flags.writeable]
    before = [one.copy() for one in arrays]
    try:
        yield arrays
    finally:
        rng.bit_generator.state = state
        for one, was in zip(arrays, before, strict=True):
            one[...] = was


def _differs(ready: Ready, task: Task, rng: np.random.Generator) -> bool:
    """Whether a program gives other bits than the layers, on its inputs and on others of the same form.

    Raises
    ------
    NoProgramError
        If a layer raises an error on its inputs.
    """
    dy = None if task.dy is None else alike(task.dy)
    if dy is not None:
        dy[...] = np.random.default_rng(0).normal(size=dy.shape)
    for x in (task.x, _others(task.x)):
        try:
            with np.errstate(all="ignore"), _undone(task, rng) as arrays:
                by_layers = _passed(task, x, dy, rng)
                due = [by_layers.y, by_layers.dx, *(one.copy() for one in arrays)]
        except NoProgramError:
            if x is task.x:
                raise
            continue
        with _undone(task, rng) as arrays:
            if not ready.forward(x, rng):
                if x is task.x:
                    return True
                # On other inputs layers may go on in another way.
                continue
            y = ready.y.copy()
            try:
                found = [y, None if dy is None else ready.back(dy), *(one.copy() for one in arrays)]
            except OtherwiseError:
                return True
        for one, other in zip(found, due, strict=True):
            if one is not None and other is not None and differ(one, other):
                return True
    return False


def _others(x: Array) -> Array:
    """Return other inputs of the same form: whole numbers are those that there are, in another order."""
    rng, others = np.random.default_rng(1), alike(x)
    if x.dtype.kind == "f":
        # Not in float64 if that is rounded anyway: these numbers took a quarter of the time of a proof.
        others[...] = rng.standard_normal(x.shape, np.float32 if x.itemsize <= 4 else np.float64)
    else:
        others[...] = rng.permutation(x.ravel()).reshape(x.shape)
    return others


def _read_only(array: Any) -> Any:
    view = array.view()
    view.setflags(write=False)
    return view
