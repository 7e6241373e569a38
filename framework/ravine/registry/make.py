"""Make: components from their names and fields."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ravine.base.errors import ConfigError, FieldError, MissingPackageError, PluginError, UnknownNameError
from ravine.base.types import Named
from ravine.contracts.composite import Composite
from ravine.contracts.figure import Figure
from ravine.contracts.layer import Layer
from ravine.contracts.rule import is_evaluated_elsewhere
from ravine.contracts.surface import Surface
from ravine.contracts.tracker import Tracker
from ravine.engine.experiment import Experiment
from ravine.engine.network import Node
from ravine.engine.promises.composite import parts_of
from ravine.records.axes import flat
from ravine.records.run import Run
from ravine.registry.entry import Entry
from ravine.registry.guard import guarded
from ravine.registry.kinds import GROUPS
from ravine.registry.registry import load

__all__ = [
    "evaluated_by",
    "listed",
    "make_component",
    "make_components",
    "make_figures",
    "make_node",
    "make_nodes",
    "make_trackers",
    "surface_of",
    "used_entries",
]


def make_component(kind: str | Sequence[str], item: Named, where: str) -> tuple[Entry, Any]:
    """Make one component from a name, or from a mapping with its name and fields.

    Parameters
    ----------
    kind : str, or several
        One of ``ravine.registry.KINDS``, or those among which the name is looked for.
    item : str or mapping
        The component's name, or a mapping with ``name`` and fields.
    where : str
        The part of a configuration that asks for it: ``optimizer``, ``figures[0]``.

    Returns
    -------
    Entry, component
        Its entry in the registry, and the component itself.

    Raises
    ------
    ConfigError
        If a name or a field is unknown; the message says where, and what is possible.
    PluginError
        If its plugin cannot deliver it.
    """
    values = {"name": item} if isinstance(item, str) else item
    if where in GROUPS and isinstance(values, Mapping) and "name" not in values:
        raise ConfigError(
            f"{where} = {item!r}: it has no name; a preset's file begins with defaults: [NAME, _self_]"
        )
    if not isinstance(values, Mapping) or not isinstance(values.get("name"), str):
        raise ConfigError(
            f"{where} = {item!r}: it must be a component's name, or a mapping with the key 'name'"
        )
    try:
        entry = load().entry(kind, values["name"])
        return entry, entry.make({key: value for key, value in values.items() if key != "name"})
    except (FieldError, UnknownNameError) as error:
        raise ConfigError(f"{where}: {error}") from None


def make_components(kind: str, items: Any, key: str) -> dict[str, tuple[Entry, Any]]:
    """Make components from a list of names, or of mappings with their fields; return them by name.

    Raises
    ------
    ConfigError
        If it is not a list, a name or a field is unknown, or a name is there twice.
    """
    components: dict[str, tuple[Entry, Any]] = {}
    for i, item in enumerate(listed(items, key)):
        component = make_component(kind, item, f"{key}[{i}]")
        name = item if isinstance(item, str) else str(item["name"])
        if name in components:
            raise ConfigError(f"{key}: {name} is asked for twice")
        components[name] = component
    return components


def make_figures(items: Sequence[Named]) -> dict[str, Figure]:
    """Make figures from names, or from mappings with their fields.

    Raises
    ------
    ConfigError
        If a name or a field is unknown.
    """
    return {name: figure for name, (_, figure) in make_components("figure", items, "figures").items()}


def make_trackers(items: Any, where: str = "track") -> dict[str, Tracker]:
    """Make trackers from names, or from mappings with their fields; ``where`` is what asks for them.

    Raises
    ------
    ConfigError
        If it is not a list, or a name or a field is unknown.
    """
    try:
        return {name: tracker for name, (_, tracker) in make_components("tracker", items, where).items()}
    except MissingPackageError as error:
        without = "; track=[] goes on without it" if where == "track" else ""
        raise MissingPackageError(f"{error}{without}") from None


def make_nodes(items: Any, where: str, make: Callable[[Named, str], Layer]) -> list[Node]:
    """Make the layers of a network, and those of their parts.

    Parameters
    ----------
    items : list of str or mapping
        Layers in order, by name or with their fields.
    where : str
        What has them, ``the network``.
    make : callable
        Makes one layer, of its item and the words that say where it is.

    Raises
    ------
    ConfigError
        As for ``make_component``; also if a layer's parts are not lists by name.
    """
    return [
        make_node(item if isinstance(item, str) else item["name"], layer, f"{i} of {where}", make)
        for i, item in enumerate(items)
        for layer in [make(item, f"layer {i} of {where}")]
    ]


def make_node(name: str, layer: Layer, where: str, make: Callable[[Named, str], Layer]) -> Node:
    """Return a layer with its name, and with the layers of its parts, which are made; see ``make_nodes``."""
    with guarded(layer):
        parts = parts_of(layer, name) if isinstance(layer, Composite) else {}
    made = {part: make_nodes(items, f"the {part} of {name}, {where}", make) for part, items in parts.items()}
    return Node(name, layer, made)


def used_entries(experiment: Experiment) -> list[Entry]:
    """Return the entries of the components that an experiment is made of."""
    components = experiment.made_of["components"].values()
    return [load().entry(origin["kind"], origin["name"]) for origin in components]


def surface_of(run: Run) -> Surface:
    """Return the surface that a run descended on.

    Parameters
    ----------
    run : Run
        A descent: see ``Run.path``.

    Raises
    ------
    ValueError
        If the run learned from data instead, or its surface is not installed or has different fields now.
    """
    _ = run.path
    values = dict(run.config["problem"])
    surface: Surface = load().entry("surface", values.pop("name")).make(values)
    return surface


def evaluated_by(run: Run) -> str:
    """Return the name of the optimizer or transform that says at which parameters a run was evaluated.

    Nothing if none does, or if it is not installed.
    """
    settings = flat(run.config)
    transforms = [flat(item).get("name") for item in settings.get("transform", ())]
    for kind, name in [
        ("optimizer", settings.get("optimizer.name")),
        *(("transform", name) for name in transforms),
    ]:
        with contextlib.suppress(UnknownNameError, MissingPackageError, PluginError):
            if is_evaluated_elsewhere(load().get(kind, str(name))):
                return str(name)
    return ""


def listed(items: Any, key: str) -> list[Any]:
    """Return the items of a setting that is a list; null is an empty list.

    Raises
    ------
    ConfigError
        If it is not a list.
    """
    items = [] if items is None else items
    if not isinstance(items, list | tuple):
        raise ConfigError(f"{key} = {items!r}: it must be a list: [{items}]")
    return list(items)
