"""Promises of every component: a documented, frozen set of hyperparameters that configuration can hold."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import re
import sys
from dataclasses import fields, replace
from functools import partial
from typing import Any

from ravine.contracts.component import Component, summary
from ravine.contracts.fields import PLAIN, check_fields, construct
from ravine.contracts.rule import WORDS
from ravine.registry.kinds import KINDS
from ravine.testing.numerics import only, refusal


def check_says_what_it_is(component: Component) -> None:
    """The first line of the docstring says what it is, as a sentence."""
    line = summary(type(component))
    assert line.endswith("."), (
        f"{_name(component)}: the docstring begins with {line!r}: say what it is in one sentence on one line, "
        "with a full stop; ravine list prints it"
    )


@only(lambda component: KINDS[component.kind].cited)
def check_names_its_source(component: Component) -> None:
    """The docstring names its paper in a section References, or it has its formula."""
    doc = type(component).__doc__ or ""
    source = re.search(r"^ *References\n *-+\n *\S", doc, re.MULTILINE)
    assert source or re.search(r"\.\. math::\s*\S", doc), (
        f"{_name(component)}: the docstring has neither a section References, underlined, with paper and "
        "algorithm, nor a formula, .. math::"
    )


def check_explains_its_fields(component: Component) -> None:
    """The docstring explains every field; for an inherited field, that of the base class may do it."""
    docs = "\n".join(cls.__doc__ or "" for cls in type(component).__mro__ if issubclass(cls, Component))
    for field in fields(component):
        line = rf"^ *(\w+, )*{field.name}(, \w+)*( :.*)?$"
        assert re.search(line, docs, re.MULTILINE), (
            f"{_name(component)}: no docstring explains the field {field.name}: Parameters has a line "
            f"'{field.name} : type', and a sentence below it, indented"
        )


def check_types_its_fields(component: Component) -> None:
    """Every setting has a type: without a type it is not a field, and nobody can set it."""
    typed = {name for cls in type(component).__mro__ for name in vars(cls).get("__annotations__", {})}
    for name, value in vars(type(component)).items():
        setting = isinstance(value, PLAIN) and not name.startswith("_")
        assert name in typed or not setting, (
            f"{_name(component)}: {name} = {value!r} has no type, so it is not a field: write "
            f"{name}: {type(value).__name__} = {value!r}"
        )


def check_takes_its_arguments(component: Component) -> None:
    """Its methods take the same arguments as the methods of its contract."""
    for name, contract in vars(KINDS[component.kind].base).items():
        if not inspect.isfunction(contract) or (name.startswith("_") and name != "__call__"):
            continue
        asked, own = (inspect.signature(method) for method in (contract, getattr(type(component), name)))
        by_name = [key for key, given in asked.parameters.items() if given.kind is given.KEYWORD_ONLY]
        # Rules and schedules get more if they ask for it.
        more = [word for word in (*WORDS, "evaluations") if word in own.parameters.keys() - asked.parameters]
        try:
            own.bind(*asked.parameters.keys() - by_name, **dict.fromkeys((*by_name, *more)))
        except TypeError as error:
            raise AssertionError(
                f"{_name(component)}.{name}{_bare(own)} is called as {name}{_bare(asked)}: {error}"
            ) from error


def _bare(signature: inspect.Signature) -> str:
    """Return a signature without types."""
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def check_is_frozen(component: Component) -> None:
    """Once it is made, no attribute can be changed or added."""
    copy = replace(component)
    for name in (*(field.name for field in fields(component)), "something_new"):
        try:
            setattr(copy, name, getattr(copy, name, 0))
        # A dataclass with slots=True raises a TypeError.
        except (AttributeError, TypeError):
            continue
        raise AssertionError(f"{_name(component)}.{name} can be set: decorate it with @dataclass(frozen=True)")


def check_stores_what_it_is_given(component: Component) -> None:
    """The constructor stores its fields as they are given, and nothing else."""
    given = _values(component)
    made = replace(component)
    for name in {*given, *vars(made)}:
        assert name in given, f"{_name(component)} has {name} beside its fields: a component keeps no state"
        value, before = getattr(made, name), given[name]
        assert (type(value), value) == (type(before), before), (
            f"{_name(component)}({name}={before!r}) stores {value!r}: the constructor must store what it gets"
        )


def check_is_configuration(component: Component) -> None:
    """Its fields stay the same when they are written to a configuration file and read back."""
    cls: Any = type(component)
    try:
        check_fields(cls)
        back = construct(cls, json.loads(json.dumps(_values(component))))
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{_name(component)} cannot be written as configuration: {error}") from error
    assert back == component, (
        f"{component} comes back from a file as {back}: fields must be numbers, truth values, texts, or tuples "
        "of these"
    )


def check_is_found_where_it_says(component: Component) -> None:
    """Its class can be imported from its module by its name, as other processes do."""
    cls = type(component)
    module = sys.modules.get(cls.__module__) or importlib.import_module(cls.__module__)
    assert getattr(module, cls.__qualname__, None) is cls, (
        f"{cls.__module__}:{cls.__qualname__} is not this class: define it at the top of a module, by its name"
    )


@only(lambda component: bool(_spoilt(component)))
def check_refuses_what_is_not_a_number(component: Component) -> None:
    """A field that is NaN, or a tuple with NaN, is refused with a ValueError that names the field."""
    for field, value in _spoilt(component).items():
        text = refusal(partial(replace, component, **{field: value}))
        assert text is not None, (
            f"{_name(component)}({field}={value}) is accepted: check it in __post_init__, "
            f'self.require({field}="(-inf, inf)")'
        )
        assert field in text, f"{_name(component)}({field}={value}) is refused with {text!r}: name the field"


def _name(component: Component) -> str:
    return type(component).__name__


def _values(component: Component) -> dict[str, Any]:
    return {field.name: getattr(component, field.name) for field in fields(component)}


def _spoilt(component: Component) -> dict[str, Any]:
    """Return, by name, NaN for every float field, and a tuple with NaN for every field of floats."""
    found: dict[str, Any] = {}
    for name, value in _values(component).items():
        if isinstance(value, float):
            found[name] = math.nan
        elif isinstance(value, tuple) and value and isinstance(value[0], float):
            found[name] = (math.nan, *value[1:])
    return found


CHECKS = [
    check_says_what_it_is,
    check_takes_its_arguments,
    check_names_its_source,
    check_explains_its_fields,
    check_types_its_fields,
    check_is_frozen,
    check_stores_what_it_is_given,
    check_is_configuration,
    check_is_found_where_it_says,
    check_refuses_what_is_not_a_number,
]
