"""The numbers of other libraries that travel with the plugins, row by row, and how far a component is from them."""

import importlib
import json
from importlib.resources import files

import pytest
from ravine import registry
from ravine.contracts.fields import construct

EQUAL, APART = 1e-12, 1e-9
"""Relative differences up to which two are equal, and from which on they differ."""


def sources(kind, name):
    text = (files("ravine_plugins") / "references" / kind / f"{name}.json").read_text("utf-8")
    return json.loads(text)["sources"]


def names(kind):
    return sorted(
        file.name.removesuffix(".json") for file in (files("ravine_plugins") / "references" / kind).iterdir()
    )


def rows(kind):
    return [
        pytest.param(name, source, id=f"{name} {source['call']} {source['fields']}")
        for name in names(kind)
        for source in sources(kind, name)
    ]


def made(kind, name, source):
    return construct(registry.load().get(kind, name), source["fields"])


def apart(component, source):
    """Return the largest difference between a component and a source."""
    module = importlib.import_module(f"ravine.testing.references.{component.kind}")
    return max(module.differences(component, source).values())


def disagrees(component, source):
    """Whether a component is not what a source says that it is equal to."""
    return not apart(component, source) <= source.get("tolerance", EQUAL)


def check(component, source):
    """What differs by its own words does differ, and all others are equal."""
    if source["differs"]:
        assert apart(component, source) > APART
    else:
        assert not disagrees(component, source), apart(component, source)
