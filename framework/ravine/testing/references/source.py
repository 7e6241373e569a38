"""Source: what another library computed, and how a component is compared with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, resources
from importlib.util import find_spec
from typing import Any

from ravine.contracts.component import Component
from ravine.registry.entry import Entry

__all__ = ["AGREES", "Source", "sources"]

_MODULES = {"optimizer": "rule", "transform": "rule"}

AGREES = 1e-12
"""Largest relative difference of two results that are the same but for rounding: float64 has sixteen digits."""


@dataclass(frozen=True)
class Source:
    """Numbers of another library for one component.

    Parameters
    ----------
    entry : Entry
        The component.
    call : str
        What was called, ``torch.optim.Adam(lr=0.01)``.
    version : str
        The library and its version, ``torch 2.13.0``.
    fields : mapping of str
        The fields with which the component is compared.
    differs : str
        Why the two are not the same; empty if they agree.
    numbers : mapping of str
        What the library computed, as the module of the kind reads it.
    """

    entry: Entry
    call: str
    version: str
    fields: Mapping[str, Any]
    differs: str
    numbers: Mapping[str, Any]

    @property
    def component(self) -> Component:
        """The component with the fields of the comparison."""
        made: Component = self.entry.make(self.fields)
        return made

    def differences(self) -> dict[str, float]:
        """Return the largest relative differences, by what was compared."""
        compared: dict[str, float] = compared_by(self.entry.kind).differences(self.component, self.numbers)
        return compared


def compared_by(kind: str) -> Any:
    """Return the module that compares components of a kind; None if there is none."""
    name = f"ravine.testing.references.{_MODULES.get(kind, kind)}"
    return import_module(name) if find_spec(name) else None


def sources(entry: Entry) -> list[Source]:
    """Return the sources of a component; none if its package has no numbers of others."""
    package = entry.cls.__module__.partition(".")[0]
    if compared_by(entry.kind) is None:
        return []
    try:
        text = (resources.files(package) / "references" / entry.kind / f"{entry.name}.json").read_text("utf-8")
    except (OSError, TypeError):  # the second: a single module
        return []
    return [
        Source(
            entry,
            found.pop("call"),
            found.pop("version"),
            found.pop("fields"),
            found.pop("differs"),
            found,
        )
        for found in json.loads(text)["sources"]
    ]
