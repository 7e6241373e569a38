"""Promises of every component: a documented, frozen set of hyperparameters that configuration can hold."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import sys
from dataclasses import fields

from ravine.component import Component, summary
from ravine.fields import construct
from ravine.schema import node
from ravine.testing.numerics import only

_WITH_SOURCE = ("optimizer", "layer", "initializer", "regularizer", "loss", "schedule", "surface")


def check_says_what_it_is(component: Component) -> None:
    """The first line of the docstring says what it is, as a sentence."""
    line = summary(type(component))
    assert line.endswith("."), (
        f"{_name(component)}: the docstring begins with {line!r}: say what it is in a sentence with a full stop, "
        f"which ravine list prints"
    )


@only(lambda component: component.kind in _WITH_SOURCE)
def check_names_its_source(component: Component) -> None:
    """The docstring names its paper in a section References, or, where there is none, has its formula."""
    doc = type(component).__doc__ or ""
    assert "References\n" in doc or ".. math::" in doc, (
        f"{_name(component)}: the docstring has neither a section References, with paper and algorithm, "
        f"nor a formula, .. math::"
    )


def check_explains_its_fields(component: Component) -> None:
    """The docstring explains every field, or that of the class it inherits it from does."""
    docs = " ".join(cls.__doc__ or "" for cls in type(component).__mro__)
    for field in fields(component):
        assert field.name in docs, f"{_name(component)}: the docstring does not explain the field {field.name}"


def check_is_frozen(component: Component) -> None:
    """Nothing can be changed or added once it is made."""
    for name in (*(field.name for field in fields(component)), "something_new"):
        try:
            setattr(component, name, getattr(component, name, 0))
        except dataclasses.FrozenInstanceError:
            continue
        raise AssertionError(f"{_name(component)}.{name} can be set: decorate it with @dataclass(frozen=True)")


def check_stores_what_it_is_given(component: Component) -> None:
    """The constructor stores its fields as they are given, and nothing else."""
    given = {field.name: getattr(component, field.name) for field in fields(component)}
    made = type(component)(**given)
    for name, value in vars(made).items():
        assert name in given, (
            f"{_name(component)} has {name} beside its fields: state belongs to whoever runs it"
        )
        same = value == given[name] and type(value) is type(given[name])
        assert same, (
            f"{_name(component)}({name}={given[name]!r}) stores {value!r}: the constructor only stores and checks"
        )


def check_is_configuration(component: Component) -> None:
    """Its fields go through a configuration file and come back the same."""
    plain = {field.name: getattr(component, field.name) for field in fields(component)}
    node(type(component))
    back = construct(type(component), json.loads(json.dumps(plain)))
    assert back == component, (
        f"{_name(component)}: {component} comes back from a file as {back}: fields are numbers, truth values, texts, "
        f"or tuples of these"
    )


def check_is_found_where_it_says(component: Component) -> None:
    """Its class can be imported from its module under its name, as other processes do."""
    cls = type(component)
    module = sys.modules.get(cls.__module__) or importlib.import_module(cls.__module__)
    assert getattr(module, cls.__qualname__, None) is cls, (
        f"{cls.__module__}:{cls.__qualname__} is not this class: define it at the top of a module"
    )


@only(lambda component: any(isinstance(value, float) for value in vars(component).values()))
def check_refuses_what_is_no_number(component: Component) -> None:
    """A field that is NaN is refused with a ValueError that names the field."""
    for field in fields(component):
        if isinstance(getattr(component, field.name), float):
            try:
                dataclasses.replace(component, **{field.name: math.nan})
            except ValueError as error:
                assert field.name in str(error), (
                    f"{_name(component)}: {error} does not name the field {field.name}"
                )
                continue
            raise AssertionError(
                f"{_name(component)}({field.name}=nan) is accepted: check its range in __post_init__, "
                f'self.require({field.name}="[0, inf)")'
            )


def _name(component: Component) -> str:
    return type(component).__name__


CHECKS = [
    check_says_what_it_is,
    check_names_its_source,
    check_explains_its_fields,
    check_is_frozen,
    check_stores_what_it_is_given,
    check_is_configuration,
    check_is_found_where_it_says,
    check_refuses_what_is_no_number,
]
