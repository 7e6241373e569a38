"""Shapes: refuses arrays of other shapes than the types of contracts and engine say, ``Annotated[Array, "n m"]``."""

import functools
import importlib
import inspect
import pkgutil
import types
import typing

import numpy as np
import ravine.contracts
import ravine.engine


def check_all(monkeypatch, components):
    """Check the engine, the contracts' own functions, and classes of components, until the test ends."""
    for cls, name, function in _checked(frozenset(components)):
        monkeypatch.setattr(cls, name, function)


@functools.cache
def _checked(components):
    methods = [
        (cls, name, checked(vars(cls)[name], hints))
        for (cls, name), hints in dict(_shaped_methods(components)).items()
    ]
    made = [
        (cls, "__init__", _checked_attributes(cls.__init__, _hints(cls)))
        for cls in filter(_is_shaped, _classes())
    ]
    return methods + made


def checked(function, hints, lengths=None):
    """Return the function, with its arguments and what it returns checked against types.

    Parameters
    ----------
    function : callable
        The function.
    hints : dict
        Types by argument, and by ``return``.
    lengths : dict, optional
        What words already stand for: a length, or for a word with a star, a shape.
    """

    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        # A shape that is an argument, as an initializer's, is what the word with its name stands for.
        words = {f"*{name}": value for name, value in given.items() if isinstance(value, tuple)} | (
            lengths or {}
        )
        _require(function, given, hints, words)
        returned = function(*args, **kwargs)
        _require(function, {"return": returned}, hints, words)
        last = (None, *typing.get_args(hints.get("return")))[-1]
        # The way back has the words of the way there.
        if _is_protocol(last):
            return (*returned[:-1], checked(returned[-1], _hints(last.__call__), words))
        return returned

    return wrapped


def fits(value, hint, lengths):
    """Whether a value has the shapes of its type; ``lengths`` gets each word that is met for the first time."""
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _axes_fit(np.shape(value), of[1].split(), lengths)
    if origin in (typing.Union, types.UnionType):
        for choice in of:
            tried = dict(lengths)
            if (value is None) == (choice is types.NoneType) and fits(value, choice, tried):
                lengths.update(tried)
                return True
        return False
    if isinstance(value, tuple) and len(of) == len(value):
        return all(fits(part, its, lengths) for part, its in zip(value, of, strict=True))
    if isinstance(value, dict | list | tuple) and of:
        parts = value.values() if isinstance(value, dict) else value
        return all(fits(part, of[-1], lengths) for part in parts)
    return True


def _axes_fit(shape, words, lengths):
    axes = list(shape)
    starred = [place for place, word in enumerate(words) if word.startswith("*")]
    for place in starred:
        rest = len(words) - 1 - place
        if len(axes) < len(words) - 1:
            return False
        axes[place : len(axes) - rest] = [shape[place : len(shape) - rest]]
    return len(axes) == len(words) and all(
        axis == (int(word) if word.isdigit() else lengths.setdefault(word, axis))
        for word, axis in zip(words, axes, strict=True)
    )


def _require(function, values, hints, lengths):
    for name, value in values.items():
        if not fits(value, hints.get(name), lengths):
            shape = np.shape(value) if isinstance(value, np.ndarray) else value
            raise TypeError(
                f"{function.__qualname__}: {name} has shape {shape}: not {hints[name]} with {lengths}"
            )


def _checked_attributes(make, hints):
    @functools.wraps(make)
    def wrapped(self, *args, **kwargs):
        make(self, *args, **kwargs)
        _require(make, {name: getattr(self, name) for name in hints}, hints, {})

    return wrapped


def _shaped_methods(components):
    for cls in _classes():
        yield from (((cls, name), _hints(f)) for name, f in vars(cls).items() if _is_shaped(f))
    for component in components:
        contract = {name: f for base in component.__mro__ for name, f in vars(base).items() if _is_shaped(f)}
        for cls in component.__mro__:
            yield from (((cls, name), _hints(f)) for name, f in contract.items() if name in vars(cls))


def _classes():
    for room in (ravine.contracts, ravine.engine):
        for found in pkgutil.iter_modules(room.__path__):
            module = importlib.import_module(f"{room.__name__}.{found.name}")
            for cls in vars(module).values():
                if inspect.isclass(cls) and cls.__module__ == module.__name__ and not _is_protocol(cls):
                    yield cls


def _is_shaped(thing):
    of = inspect.get_annotations(thing) if inspect.isfunction(thing) or inspect.isclass(thing) else {}
    return any("Annotated" in str(hint) for hint in of.values())


def _is_protocol(thing):
    return getattr(thing, "_is_protocol", False)


def _hints(thing):
    return typing.get_type_hints(thing, include_extras=True)
