"""Shape types: refuses arrays of other shapes than contracts and engine say, ``Annotated[Array, "batch n_out"]``."""

import collections.abc
import functools
import importlib
import inspect
import pkgutil
import sys
import types
import typing

import numpy as np
import ravine.contracts
import ravine.engine
from ravine.contracts.rule import WORDS


def check_all(monkeypatch, components):
    """Check contracts and engine, and classes of components, until the test ends."""
    for place, name, function in _checked(frozenset(components)):
        monkeypatch.setattr(place, name, function)


@functools.cache
def _checked(components):
    """Return what is replaced: module or class, name, and the checked function."""
    found = {(cls, name): checked(vars(cls)[name], contract) for cls, name, contract in _methods(components)}
    for cls in filter(_is_shaped, _members(inspect.isclass)):
        make = found.get((cls, "__init__"), cls.__init__)
        found[cls, "__init__"] = checked_attributes(make, _hints(cls))
    for function in filter(_is_shaped, _members(inspect.isfunction)):
        # It may have been imported by name.
        for module in [
            module for name, module in sys.modules.items() if name.partition(".")[0].startswith("ravine")
        ]:
            if vars(module).get(function.__name__) is function:
                found[module, function.__name__] = checked(function, function)
    return [(place, name, function) for (place, name), function in found.items()]


def checked(function, contract, words=None):
    """Return the function, with its arguments and what it returns checked.

    Parameters
    ----------
    function : callable
        The function.
    contract : callable or Callable type
        Whose types say the shapes.
    words : dict, optional
        What words stand for already: a length, or for a word with a star, a shape.
    """
    if inspect.isroutine(contract):
        hints, signature = _hints(contract), inspect.signature(contract)
    else:
        (*arguments, returned) = _flat(typing.get_args(contract))
        hints, signature = dict(enumerate(arguments)) | {"return": returned}, None

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        # What a rule asks for beside, it names itself.
        known = {} if signature is None else signature.parameters
        named = {word: value for word, value in kwargs.items() if word in known or word not in WORDS}
        given = signature.bind(*args, **named).arguments if signature else dict(enumerate(args))
        # A shape that is an argument, as an initializer's, is what the word with its name stands for.
        known = {f"*{name}": value for name, value in given.items() if isinstance(value, tuple)} | (words or {})
        _require(function, given, hints, known)
        returned = function(*args, **kwargs)
        _require(function, {"return": returned}, hints, known)
        way_back = _way_back(hints.get("return"))
        # The way back has the words of the way there.
        return (
            tuple(checked(part, way_back, known) if callable(part) else part for part in returned)
            if (way_back)
            else returned
        )

    return wrapped


def fits(value, hint, words):
    """Whether a value has the shapes of its type; ``words`` gets each word that is met for the first time."""
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return isinstance(value, np.ndarray | np.generic) and _axes_fit(value.shape, of[1].split(), words)
    if origin in (typing.Union, types.UnionType):
        for choice in of:
            tried = dict(words)
            if (value is None) == (choice is types.NoneType) and fits(value, choice, tried):
                words.update(tried)
                return True
        return False
    if origin is tuple and ... not in of:
        return isinstance(value, tuple) and len(value) == len(of) and all(
            fits(part, its, words) for part, its in zip(value, of, strict=True)
        )  # fmt: skip
    if isinstance(value, dict | list | tuple) and of:
        parts = value.values() if isinstance(value, dict) else value
        return all(fits(part, of[-1], words) for part in parts)
    return True


def _axes_fit(shape, axes, words):
    lengths = list(shape)
    starred = next((place for place, axis in enumerate(axes) if axis.startswith("*")), None)
    if starred is not None and len(shape) >= len(axes) - 1:
        end = len(shape) - (len(axes) - 1 - starred)
        lengths[starred:end] = [shape[starred:end]]
    return len(lengths) == len(axes) and all(
        length == (int(axis) if axis.isdigit() else words.setdefault(axis, length))
        for axis, length in zip(axes, lengths, strict=True)
    )


def _require(function, values, hints, words):
    for name, value in values.items():
        if name in hints and not fits(value, hints[name], words):
            shape = getattr(value, "shape", value)
            due = str(hints[name]).replace(
                "numpy.ndarray[tuple[typing.Any, ...], numpy.dtype[typing.Any]]", "Array"
            )
            raise TypeError(f"{function.__qualname__}: {name} has shape {shape}: it must be {due} with {words}")


def checked_attributes(make, hints):
    """Return a class's ``__init__`` that refuses attributes of other shapes than its types say."""

    @functools.wraps(make)
    def wrapped(self, *args, **kwargs):
        make(self, *args, **kwargs)
        _require(make, {name: getattr(self, name) for name in hints}, hints, {})

    return wrapped


def _way_back(hint):
    """Return the types of the function that a tuple ends with, or None; of several tuples, of the first."""
    if typing.get_origin(hint) is types.UnionType:
        hint = typing.get_args(hint)[0]
    last = (None, *typing.get_args(hint))[-1]
    if getattr(last, "_is_protocol", False):
        return types.MethodType(last.__call__, last)
    return last if typing.get_origin(last) is collections.abc.Callable else None


def _flat(arguments):
    (given, returned) = arguments
    return [*given, returned]


def _methods(components):
    """Yield the methods that must keep shapes: class, name, and the function whose types say them."""
    for cls in _members(inspect.isclass):
        yield from ((cls, name, f) for name, f in vars(cls).items() if _is_shaped(f))
    for component in components:
        contract = {name: f for base in component.__mro__ for name, f in vars(base).items() if _is_shaped(f)}
        for cls in component.__mro__:
            yield from ((cls, name, f) for name, f in contract.items() if name in vars(cls))


def _members(of_kind):
    """Yield classes or functions of contracts and engine, but no protocols, which say only what others have."""
    for room in (ravine.contracts, ravine.engine):
        for found in pkgutil.iter_modules(room.__path__):
            module = importlib.import_module(f"{room.__name__}.{found.name}")
            for thing in filter(of_kind, list(vars(module).values())):
                if thing.__module__ == module.__name__ and not getattr(thing, "_is_protocol", False):
                    yield thing


def _is_shaped(thing):
    of = inspect.get_annotations(thing) if inspect.isfunction(thing) or inspect.isclass(thing) else {}
    return any("Annotated" in str(hint) for hint in of.values())


def _hints(thing):
    return typing.get_type_hints(thing, include_extras=True)
