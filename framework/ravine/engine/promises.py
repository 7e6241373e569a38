"""Promises: calls of components whose results the engine relies on; what breaks a contract is refused at once.

The first argument of each function that calls a component is that component: ``registry.guard`` finds it there.
"""

from __future__ import annotations

import contextlib
import inspect
import keyword
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Number, Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation
from ravine.contracts.component import Component
from ravine.contracts.composite import Composite
from ravine.contracts.dataset import Data, Dataset, Examples, Split
from ravine.contracts.function import Function
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.contracts.probe import Probe, Supervised
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.rule import Place, Rule
from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.contracts.score import Score
from ravine.contracts.stop import Stop
from ravine.contracts.surface import Surface
from ravine.contracts.transform import Transform
from ravine.engine.data import fault_of_targets, not_finite
from ravine.engine.in_place import Arrays, Slots

__all__ = [
    "augmented",
    "batch_of",
    "begun",
    "check_call",
    "check_current",
    "check_finite",
    "check_slots",
    "ends",
    "evaluated",
    "exact",
    "factor",
    "fault_of_words",
    "fits",
    "gradient",
    "in_form",
    "looked",
    "loss_and_gradient",
    "lowest",
    "made",
    "of",
    "only_looking",
    "parts_of",
    "penalty",
    "refuse_returned",
    "refuse_writing",
    "sampled",
    "scored",
    "sparing",
    "split",
    "started",
    "to_read",
    "value",
    "waits",
    "watch",
    "words_of",
]


def factor(schedule: Schedule, step: int, steps: int, evaluations: Sequence[Mapping[str, float]] = ()) -> float:
    """Return a schedule's factor, a finite number from 0.

    Raises
    ------
    ValueError
        If it returns anything else.
    """
    more = {"evaluations": evaluations} if sees_evaluations(type(schedule)) else {}
    given = schedule.factor(step, steps, **more)
    if isinstance(given, bool) or not (isinstance(given, Real) and 0 <= given < math.inf):
        raise ValueError(f"factor({step}, {steps}) returned {_shown(given)}, not a finite number from 0")
    return float(given)


def penalty(regularizer: Regularizer, w: Array, asked: Mapping[str, Any]) -> float:
    """Return a regularizer's penalty, a number; ``asked`` is what it asks for by name.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("w", "penalty", regularizer.penalty, w, **asked)
    if not _is_number(given):
        raise TypeError(f"penalty returned {_shown(given)}, not a number")
    return float(given)


def parts_of(layer: Composite, name: str) -> dict[str, list[Any]]:
    """Return the layers of a composite's parts, by the parts' names.

    Raises
    ------
    TypeError
        If ``parts`` returns anything but lists, by names that ``p`` can have.
    """
    given: Any = layer.parts()
    if not isinstance(given, Mapping) or not given:
        raise TypeError(
            f"layer {name}: parts returned {_shown(given)}, not a dict of names and lists of layers"
        )
    for part, items in given.items():
        if not (isinstance(part, str) and part.isidentifier() and not keyword.iskeyword(part)):
            raise TypeError(
                f"layer {name}: parts: {part!r} is not a name like 'branch', which forward finds as p.branch"
            )
        if not isinstance(items, list | tuple):
            raise TypeError(f"layer {name}: parts: {part} is {_shown(items)}, not a list of layers")
    return {part: list(items) for part, items in given.items()}


def batch_of(layer: Layer, where: str) -> int:
    """Return the fewest examples from which a layer learns.

    Raises
    ------
    TypeError
        If ``min_batch`` is anything but a whole number from 1.
    """
    if not _is_count(given := layer.min_batch):
        raise TypeError(f"layer {where}: min_batch is {_shown(given)}, not a whole number from 1")
    return int(given)


def words_of(layer: Layer, where: str) -> int | None:
    """Return how many whole numbers there are for an input of a layer; None if inputs are any numbers.

    Raises
    ------
    TypeError
        If ``vocabulary`` is anything else.
    """
    given = layer.vocabulary
    if not (given is None or _is_count(given)):
        raise TypeError(f"layer {where}: vocabulary is {_shown(given)}, not a whole number from 1, or None")
    return given


def _is_count(given: Any) -> bool:
    return isinstance(given, int | np.integer) and not isinstance(given, bool) and bool(given >= 1)


def fault_of_words(x: Array, words: int | None) -> str:
    """Return how inputs are not the whole numbers from 0 that there are, ``go from -1 to 3``, or nothing."""
    if words is None:
        return ""
    if x.dtype.kind not in "iu":
        return f"are {x.dtype}"
    if x.size and (x.min() < 0 or x.max() >= words):
        return f"go from {x.min()} to {x.max()}"
    return ""


def check_slots(rule: Rule) -> None:
    """Refuse slots by whose names a rule's state cannot be kept.

    Raises
    ------
    TypeError
        Saying what they must be.
    """
    slots: Any = rule.slots
    if not isinstance(slots, tuple | list):
        raise TypeError(f'slots = {slots!r} is not a tuple: one slot needs a comma, slots=("m",)')
    if wrong := [name for name in slots if not (isinstance(name, str) and name.isidentifier())]:
        raise TypeError(f"slots {wrong} are not names: use letters, digits and _")
    if len(set(slots)) < len(slots):
        raise TypeError(f"slots = {slots!r}: two have the same name, and would be one array")


def started(rule: Rule, theta: Array, about: Mapping[str, Place]) -> dict[str, Array]:
    """Return a rule's state before the first update, by slot and in the order of its slots: arrays of its own.

    Raises
    ------
    TypeError
        If ``start`` returns anything but arrays of finite numbers, by the names of its slots.
    ValueError
        If a rule that sees blocks declares a shape that is not that of the parameters.
    """
    # Parameters that are written to here would be another start of the run.
    given: Any = sparing("theta", "start", rule.start, to_read(theta), **about)
    if not isinstance(given, Mapping):
        raise TypeError(f"start returned {_shown(given)}, not a dict of slots and arrays")
    if unknown := [name for name in given if name not in rule.slots]:
        known = ", ".join(rule.slots) or "it has none"
        raise TypeError(f"start returned {unknown[0]!r}, which is not one of its slots: {known}")
    # What the type of the parameters cannot hold is infinite.
    with np.errstate(over="ignore"):
        state = {
            slot: np.array(_array(f"start: {slot}", given[slot]), dtype=theta.dtype, order="C")
            for slot in rule.slots
            if slot in given
        }
    for slot, array in state.items():
        if not np.isfinite(array).all():
            raise TypeError(f"start: {slot} has values that are not finite numbers")
        if rule.sees == "block" and array.shape != theta.shape:
            raise ValueError(
                f"start: {slot} has shape {array.shape}, and its parameters have {theta.shape}: slots of other "
                "shapes go with sees='array', 'named' or 'all'"
            )
    if rule.sees == "block" and (missing := [slot for slot in rule.slots if slot not in state]):
        raise ValueError(f"start leaves out {missing[0]}: with sees='block' every slot has its array")
    return state


def evaluated(rule: Rule, theta: Any, state: Any, t: int, about: Mapping[str, Any]) -> Any:
    """Return the parameters at which a run is evaluated, in the form of ``theta``.

    Raises
    ------
    TypeError
        If ``evaluated`` returns anything else.
    """
    # What is written to here would depend on how often a run is evaluated.
    given = sparing("theta or state", "evaluated", rule.evaluated, to_read(theta), to_read(state), t=t, **about)
    return in_form("evaluated returned", given, theta)


def in_form(what: str, given: Any, theta: Any) -> Any:
    """Return parameters that a rule gives, an array or arrays by name, in the form in which it sees them.

    Parameters
    ----------
    what : str
        How an error begins, ``evaluated returned``.
    given : Any
        What it gives.
    theta : array, or mapping of name to array
        Parameters as it sees them.

    Raises
    ------
    TypeError
        If shapes, names or types are others.
    """
    if isinstance(theta, Mapping):
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} {_form(given)}, not arrays with the names of theta")
        for name in theta:
            if name not in given:
                raise TypeError(f"{what} nothing for {name}, which is a name of theta")
        for name in given:
            if name not in theta:
                raise TypeError(f"{what} {name!r}, which is not a name of theta")
        pairs = [(f" for {name}", given[name], theta[name]) for name in theta]
    else:
        pairs = [("", given, theta)]
    for whose, array, like in pairs:
        # What is computed in double precision is rounded.
        fits = isinstance(array, np.ndarray) and array.shape == like.shape
        if not (fits and array.dtype in (like.dtype, np.float64)):
            due = f"{'' if isinstance(array, np.ndarray) else 'an array '}of shape {like.shape} in {like.dtype}"
            raise TypeError(f"{what} {_form(array)}{whose}, not {due}")
    return given


def scored(score: Score, y: Array, target: Array) -> float:
    """Return a score, a number.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given = sparing("y or target", "score", score.score, to_read(y), to_read(target))
    # If outputs are not finite, the run has diverged.
    if not _is_number(given) or (not math.isfinite(given) and np.isfinite(y).all()):
        raise TypeError(f"score returned {_shown(given)}, not a finite number")
    return float(given)


def augmented(
    augmentation: Augmentation,
    x: Array,
    target: Array,
    n_out: int,
    rng: np.random.Generator,
    *,
    are_classes: bool,
    words: int | None = None,
) -> tuple[Array, Array]:
    """Return a batch as an augmentation changes it.

    Parameters
    ----------
    augmentation, x, target, n_out, rng
        The augmentation, and what it gets.
    are_classes : bool
        Whether the dataset's targets are classes.
    words : int, optional
        How many whole numbers there are for an input; None if inputs are any numbers.

    Raises
    ------
    ValueError
        As ``augment`` does.
    TypeError
        If it returns anything but inputs like those that it gets, and targets for them.
    """
    # What is given may be kept for others.
    given: Any = sparing(
        "x or target", "augment", augmentation.augment, to_read(x), to_read(target), n_out=n_out, rng=rng
    )
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(f"augment returned a {type(given).__name__}, not inputs and targets: return x, target")
    for what, item in zip(("inputs", "targets"), given, strict=True):
        if not isinstance(item, np.ndarray):
            raise TypeError(f"augment returned {what} that are a {type(item).__name__}, not an array")
    inputs, targets = given
    if (inputs.shape, inputs.dtype) != (x.shape, x.dtype):
        now, due = (f"shape {one.shape} in {one.dtype}" for one in (inputs, x))
        raise TypeError(f"augment returned inputs of {now}, not of {due}")
    fault = not_finite("inputs", inputs) or _fault_of_made(targets, len(x), n_out, are_classes=are_classes)
    if fault:
        raise TypeError(f"augment returned {fault}")
    if words is not None and (fault := fault_of_words(inputs, words)):
        raise TypeError(
            f"augment returned inputs that {fault}, and there are whole numbers from 0 to {words - 1}"
        )
    return inputs, targets


def _fault_of_made(target: Array, n: int, n_out: int, *, are_classes: bool) -> str:
    """Return what is wrong with the targets that an augmentation makes of ``n`` examples, or nothing."""
    if len(target) != n or target.dtype.kind not in "biuf":
        return f"targets of shape {target.shape} in {target.dtype} for {n} examples"
    if fault := fault_of_targets(target, n_out):
        return fault
    if target.ndim == 1 and not are_classes:
        return "class numbers, and the targets of this dataset are numbers"
    if (
        target.ndim == 2
        and are_classes
        and not ((target >= 0).all() and (abs(target.sum(axis=1) - 1) < 1e-3).all())
    ):
        return "rows that are not shares of classes: they must be at least 0 and sum to 1"
    return ""


@contextlib.contextmanager
def of(what: str) -> Iterator[None]:
    """Let a ``ValueError`` say of what it is: a setting, or a component by its name."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error


def check_call(rule: Rule, method: str, arrays: int, words: Sequence[str]) -> None:
    """Refuse a method that cannot be called with so many arrays and what it asks for.

    Raises
    ------
    TypeError
        Saying what does not fit.
    """
    try:
        inspect.signature(getattr(rule, method)).bind(*[None] * arrays, t=1, lr=0.0, **dict.fromkeys(words))
    except TypeError as error:
        raise TypeError(f"{method} does not take what it is called with: {error}") from None


def refuse_returned(component: Component, method: str, given: object, changed: str) -> None:
    """Refuse what a method has returned that works in place, on what is ``changed``.

    Raises
    ------
    TypeError
        Always.
    """
    what = "an array" if isinstance(given, np.ndarray) else f"a {type(given).__name__}"
    raise TypeError(f"{method} returned {what}; it must change {changed} in place, and return nothing")


def refuse_writing(error: ValueError, method: str, spared: str) -> None:
    """Say what a method must not change, if that is what an error is about.

    Raises
    ------
    ValueError
        If the error is NumPy's about an array that cannot be written to.
    """
    if str(error).endswith("read-only"):
        raise ValueError(f"{method} must not change {spared} ({error})") from error


def sparing(spared: str, what: str, call: Callable[..., Any], *given: Any, **words: Any) -> Any:
    """Return the result of a call, which must not change what is ``spared``.

    Raises
    ------
    ValueError
        As the call does; if it has written to what it can only read, the message says so.
    """
    try:
        return call(*given, **words)
    except ValueError as error:
        refuse_writing(error, what, spared)
        raise


def check_current(rule: Rule, current: bool) -> None:
    """Refuse to take a gradient for a call that is over.

    Raises
    ------
    TypeError
        If it is not the current one.
    """
    if not current:
        raise TypeError(
            "gradient_at is of an earlier call, and its batch is gone: use the one that this call gets"
        )


def ends(stop: Stop, evaluations: Sequence[Mapping[str, float]], gradients: int, seconds: float) -> bool:
    """Return whether a stop ends a run.

    Raises
    ------
    TypeError
        If it returns anything but true or false.
    """
    given: Any = stop.ends(evaluations, gradients=gradients, seconds=seconds)
    if not isinstance(given, bool | np.bool_):
        raise TypeError(f"ends returned {_shown(given)}, not True or False")
    return bool(given)


def waits(transform: Transform, t: int) -> bool:
    """Return whether a transform lets no step follow gradient number ``t``.

    Raises
    ------
    TypeError
        If it returns anything but true or false.
    """
    given: Any = transform.waits(t)
    if not isinstance(given, bool | np.bool_):
        raise TypeError(f"waits({t}) returned {_shown(given)}, not True or False")
    return bool(given)


def loss_and_gradient(loss: Loss, y: Array, target: Array) -> tuple[float, Array]:
    """Return the mean loss of a batch, a number, and its gradient, an array like ``y``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    # Layers keep outputs for the way back, and scores see them; the targets are those of a second gradient.
    given: Any = sparing("y or target", "it", loss, to_read(y), to_read(target))
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(
            f"it returned a {type(given).__name__}, not the mean loss and its gradient: "
            "end it with return value, dy"
        )
    mean, dy = given
    if not _is_number(mean):
        raise TypeError(f"its value is {_shown(mean)}, not a number")
    if not isinstance(dy, np.ndarray):
        raise TypeError(f"its gradient is a {type(dy).__name__}, not an array")
    return float(mean), dy


def value(surface: Surface, x: Array, y: Array) -> Array:
    """Return a surface's values at points, numbers in the shape of ``x``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("x or y", "value", surface.value, to_read(x), to_read(y))
    if not _are_numbers(given, x):
        raise TypeError(f"value returned {_shown(given)}, not numbers of shape {x.shape}")
    return np.asarray(given)


def gradient(surface: Surface, x: Array, y: Array) -> tuple[Array, Array]:
    """Return both parts of a surface's gradient at points, numbers in the shape of ``x``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("x or y", "gradient", surface.gradient, to_read(x), to_read(y))
    parts = tuple(given) if isinstance(given, tuple | list | np.ndarray) else ()
    if len(parts) != 2 or not all(_are_numbers(part, x) for part in parts):
        raise TypeError(f"gradient returned {_shown(given)}, not two arrays of shape {x.shape}")
    return parts[0], parts[1]


def made(function: Function, rng: np.random.Generator) -> dict[str, Array]:
    """Return a function's data by name: numbers in float64, or whole ones.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers by name.
    """
    return _arrays("data", function.data(rng))


def begun(function: Function, data: Any, rng: np.random.Generator) -> dict[str, Array]:
    """Return the arrays at which a function begins, by name.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers by name, or no numbers.
    """
    start = _arrays("start", function.start(data, rng))
    if not any(array.size for array in start.values()):
        raise TypeError("start returned no numbers, and there is nothing to minimise")
    return start


def lowest(function: Function, data: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array] | None:
    """Return the parameters at a function's minimum, by name; None if it knows none.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers with these names and shapes.
    """
    given = function.minimum(data)
    if given is None:
        return None
    arrays = _arrays("minimum", given)
    _refuse_others("minimum", {name: array.shape for name, array in arrays.items()}, shapes)
    return arrays


def _arrays(method: str, given: Any) -> dict[str, Array]:
    """Return what a method of a function has returned, arrays by name."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{method} returned {_shown(given)}, not a dict of names and arrays")
    arrays = {}
    for name, item in given.items():
        if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
            raise TypeError(f"{method} returned the name {name!r}, by which p.NAME cannot have it")
        array = _array(f"{method}: {name}", item)
        arrays[name] = np.array(array, dtype=np.float64 if array.dtype.kind == "f" else None, order="C")
        if not np.isfinite(array).all():
            raise TypeError(f"{method}: {name} has values that are not finite numbers")
    return arrays


def fits(function: Function, method: str, arrays: Mapping[str, Array], dtype: DTypeLike) -> dict[str, Array]:
    """Return what a function has made in the run's type; whole numbers stay what they are.

    Raises
    ------
    ValueError
        If the type cannot hold a number.
    """
    with np.errstate(over="ignore"):
        typed = {
            name: array.astype(dtype, copy=False) if array.dtype.kind == "f" else array
            for name, array in arrays.items()
        }
    for name, array in typed.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{method}: {name} has numbers that are too large for {np.dtype(dtype).name}")
    return typed


def check_finite(function: Function, what: str, given: float | Array) -> None:
    """Refuse numbers of a function that are not finite where they must be.

    Raises
    ------
    ValueError
        If one is not.
    """
    if not np.isfinite(given).all():
        raise ValueError(f"{what} is not finite")


def exact(function: Function, p: Any, data: Any) -> float:
    """Return a function's value, a number.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("p or data", "value", function.value, p, data)
    if not _is_number(given):
        raise TypeError(f"value returned {_shown(given)}, not a number")
    return float(given)


def sampled(
    function: Function, p: Any, data: Any, rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]
) -> tuple[float, Mapping[str, Array]]:
    """Return the loss that training sees, a number, and its gradient, arrays of these names and shapes.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("p or data", "sample", function.sample, p, data, rng)
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(
            f"sample returned {_shown(given)}, not a loss and its gradient: end it with return loss, g"
        )
    loss, gradient = given
    if not _is_number(loss):
        raise TypeError(f"sample returned {_shown(loss)} as the loss, not a number")
    if not isinstance(gradient, Mapping):
        raise TypeError(f"sample returned {_shown(gradient)} as the gradient, not a dict of names and arrays")
    for name, array in gradient.items():
        # What is computed with an array without axes is a number of NumPy's.
        if not isinstance(array, np.ndarray | np.generic) or array.dtype.kind not in "fiu":
            raise TypeError(f"sample: the gradient of {name} is {_shown(array)}, not an array of numbers")
    _refuse_others("sample: the gradient", {name: array.shape for name, array in gradient.items()}, shapes)
    return float(loss), gradient


def _refuse_others(
    what: str, shapes: Mapping[str, tuple[int, ...]], those: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse arrays that have not the names and shapes of the parameters."""
    if shapes.keys() != those.keys():
        raise TypeError(f"{what} has {', '.join(shapes) or 'no arrays'}; the parameters are {', '.join(those)}")
    for name, shape in shapes.items():
        if shape != those[name]:
            raise TypeError(f"{what}: {name} has shape {shape}, and the parameter has {those[name]}")


def split(dataset: Dataset, data: Data, rng: np.random.Generator) -> Split:
    """Return the examples of a run as a dataset splits them; nobody can write into their arrays.

    Raises
    ------
    ValueError
        As ``Dataset.split`` does.
    TypeError
        If it does not return a ``Split``.
    """
    given: Any = dataset.split(data, rng)
    if not isinstance(given, Split):
        raise TypeError(f"split returned a {type(given).__name__}, not a ravine.Split")
    # All that sees examples sees these arrays, and every later batch is made of them: scores, losses, probes.
    parts = {name: getattr(given, name) for name in ("train", "validation", "test")}
    return replace(given, **{name: Examples(to_read(p.x), to_read(p.target)) for name, p in parts.items()})


def watch(probe: Probe, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
    """Return the function that a probe looks with.

    Raises
    ------
    ValueError
        As ``Probe.watch`` does.
    TypeError
        If it does not return a function.
    """
    given: Any = probe.watch(problem, rng)
    if not callable(given):
        raise TypeError(f"watch returned {_shown(given)}, not a function: is return missing?")
    return given  # type: ignore[no-any-return]


@contextlib.contextmanager
def only_looking(
    probe: Probe, what: str, held: Callable[[], Mapping[str, Mapping[str, Array]]]
) -> Iterator[None]:
    """Let a probe look in the block; refuse it if that has changed what a run goes on with.

    Parameters
    ----------
    probe, what
        The probe, and the part of it that is called.
    held : callable
        Returns copies of what must stay, by kind and name.

    Raises
    ------
    ValueError
        If something has changed; the message says what.
    """
    before = held()
    yield
    for kind, arrays in held().items():
        if changed := [
            name for name, array in arrays.items() if array.tobytes() != before[kind][name].tobytes()
        ]:
            more = f" and {len(changed) - 3} more" if len(changed) > 4 else ""
            names = ", ".join(changed[:3] if more else changed)
            raise ValueError(f"{what} changed {kind}: {names}{more}; a probe only looks")


def looked(
    probe: Probe, name: str, look: Callable[[], Mapping[str, Array]], before: Mapping[str, Array] | None
) -> dict[str, Array]:
    """Return what a probe sees now, arrays of numbers by their full names.

    Parameters
    ----------
    probe, name, look
        The probe, its name, and its function.
    before : dict of str to array, or None
        What it has seen at the evaluation before; None if this is the first one.

    Raises
    ------
    TypeError
        If it does not return arrays of numbers by name.
    ValueError
        If names or shapes are not those of before.
    """
    given: Any = look()
    if not isinstance(given, Mapping):
        raise TypeError(f"its function returned a {type(given).__name__}, not a dict of names and arrays")
    seen = {}
    for key, item in given.items():
        if not (isinstance(key, str) and key):
            raise TypeError(f"{key!r} is not a name of an array")
        seen[f"{name}.{key}"] = _array(f"probe.{name}.{key}", item)
    if before is None:
        return seen
    if seen.keys() != before.keys():
        now, then = (
            ", ".join(key.removeprefix(f"{name}.") for key in arrays) or "none" for arrays in (seen, before)
        )
        raise ValueError(f"its arrays are {now}, and were {then} before")
    for key, array in seen.items():
        if array.shape != before[key].shape:
            raise ValueError(f"probe.{key} has shape {array.shape}, and had {before[key].shape} before")
    return seen


def to_read(given: Any) -> Any:
    """Return an array, or arrays in order and by name, as views that cannot be written to."""
    if isinstance(given, np.ndarray):
        view = given.view()
        view.setflags(write=False)
        return view
    if isinstance(given, Mapping):
        return Arrays({name: to_read(item) for name, item in given.items()})
    return Slots(map(to_read, given))


def _array(name: str, item: Any) -> Array:
    """Return an array of numbers; lists of one shape count as such."""
    try:
        array = np.asarray(item)
    # Rows of different lengths.
    except ValueError:
        raise TypeError(f"{name} is a {type(item).__name__}, not an array of numbers") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} is an array of type {array.dtype}, not of numbers")
    return array


def _is_number(given: Any) -> bool:
    if isinstance(given, bool):
        return False
    return isinstance(given, Real) or (np.shape(given) == () and np.asarray(given).dtype.kind in "fiu")


def _are_numbers(given: Any, like: Array) -> bool:
    return isinstance(given, np.ndarray) and given.shape == like.shape and given.dtype.kind in "fiu"


def _form(given: Any) -> str:
    """Return what a value is: an array's shape and type, a number, or the type of something else."""
    if isinstance(given, np.ndarray):
        return f"an array of shape {given.shape} in {given.dtype}"
    return _shown(given) if given is None or isinstance(given, Number) else f"a {type(given).__name__}"


def _shown(given: Any) -> str:
    """Return a value as one short line."""
    return f"{' '.join(repr(given).split()):.80}"
