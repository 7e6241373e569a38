"""Registry: every component there is, by kind and name, and what became of every plugin.

The built-in plugins are the modules found in the folders of ``ravine_plugins``; third parties declare an entry
point in the group ``ravine``. Both go through the same door. A plugin that fails is left out, with its name and
the reason; everything else goes on.

``RAVINE_DISABLE_PLUGINS=a,b`` leaves plugins out by name, ``RAVINE_STRICT_PLUGINS=1`` makes a failure fatal.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import os
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, is_dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import ravine_plugins

from ravine import hookspecs
from ravine.architecture import Architecture
from ravine.component import Component, summary
from ravine.dataset import Dataset
from ravine.figure import Figure
from ravine.initializer import Initializer
from ravine.layer import Layer
from ravine.loss import Loss
from ravine.metric import Metric
from ravine.optimizer import Optimizer
from ravine.probe import Probe
from ravine.regularizer import Regularizer
from ravine.schedule import Schedule
from ravine.surface import Surface

__all__ = ["Entry", "PluginWarning", "Registry", "UnknownNameError", "load", "nearest"]

KINDS: dict[str, tuple[str, type[Component]]] = {
    "optimizer": ("ravine_optimizers", Optimizer),
    "initializer": ("ravine_initializers", Initializer),
    "layer": ("ravine_layers", Layer),
    "regularizer": ("ravine_regularizers", Regularizer),
    "loss": ("ravine_losses", Loss),
    "schedule": ("ravine_schedules", Schedule),
    "surface": ("ravine_surfaces", Surface),
    "dataset": ("ravine_datasets", Dataset),
    "network": ("ravine_networks", Architecture),
    "probe": ("ravine_probes", Probe),
    "metric": ("ravine_metrics", Metric),
    "figure": ("ravine_figures", Figure),
}


class UnknownNameError(ValueError):
    """No component of that kind has that name."""


class PluginWarning(UserWarning):
    """A plugin, or something it offers, was left out."""


class PluginError(ValueError):
    """A plugin is not what it should be; the registry turns this into a warning."""


@dataclass(frozen=True)
class Entry:
    """One registered component.

    Parameters
    ----------
    kind, name : str
        What it is, and how it is chosen.
    plugin, distribution : str
        Who offers it; the distribution with its version.
    target : class or str
        The class, or ``"module:Class"`` until it is first needed.
    """

    kind: str
    name: str
    plugin: str
    distribution: str
    target: type[Component] | str

    @property
    def cls(self) -> type[Any]:
        """The component's class, imported if need be.

        Raises
        ------
        PluginError
            If it cannot be imported, or is not a component of its kind.
        """
        target = self.target
        if isinstance(target, str):
            module, _, name = target.partition(":")
            try:
                target = getattr(importlib.import_module(module), name)
            except (Exception, SystemExit) as error:
                raise PluginError(f"{self.kind} {self.name!r} of {self.plugin}: {_reason(error)}") from error
        _check_class(self.kind, self.name, target)
        return target

    @property
    def summary(self) -> str:
        """The first line of the component's docstring, or why there is none."""
        try:
            return summary(self.cls)
        except PluginError as error:
            return f"cannot be used: {error}"


@dataclass
class Registry:
    """All components and plugins of this process.

    Attributes
    ----------
    entries : dict of kind to dict of name to Entry
        In alphabetical order of names.
    failures : dict of plugin to str
        What was left out, and why.
    """

    manager: pluggy.PluginManager
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    failures: dict[str, str] = field(default_factory=dict)
    distributions: dict[str, str] = field(default_factory=dict)

    def tell(self, hook: str, **news: Any) -> None:
        """Call the listeners of a hook one by one; one that raises is a warning and stops nothing."""
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            try:
                implementation.function(*(news[name] for name in implementation.argnames))
            except Exception as error:
                name = implementation.plugin_name
                warnings.warn(f"plugin {name}: {hook}: {_reason(error)}", PluginWarning, stacklevel=2)

    def config_folders(self) -> list[Path]:
        """Return the folders of configurations that plugins bring."""
        folders = []
        for implementation in self.manager.hook.ravine_config_dirs.get_hookimpls():
            try:
                found: Any = implementation.function()
                folders += [Path(folder) for folder in found]
            except Exception as error:
                warnings.warn(
                    f"plugin {implementation.plugin_name}: ravine_config_dirs: {_reason(error)}",
                    PluginWarning,
                    stacklevel=2,
                )
        return folders

    def get(self, kind: str, name: str) -> type[Any]:
        """Return a component's class.

        Raises
        ------
        UnknownNameError
            If there is none: the nearest names, or all of them.
        PluginError
            If its plugin cannot deliver it.
        """
        return self.entry(kind, name).cls

    def entry(self, kind: str, name: str) -> Entry:
        """Return a component's entry; see ``get``."""
        if name not in self.entries[kind]:
            raise UnknownNameError(f"no {kind} is called {name!r}{nearest(name, self.entries[kind])}")
        return self.entries[kind][name]

    def __iter__(self) -> Iterator[Entry]:
        return (entry for kind in self.entries.values() for entry in kind.values())

    # ---- loading ---------------------------------------------------------------------------------------------

    def add(self, plugin: object, name: str, distribution: str) -> dict[str, str]:
        """Take in one plugin, wholly or, where it is not right, not at all.

        Parameters
        ----------
        plugin : module or object
            With hook implementations.
        name, distribution : str
            What to call it, and where it came from.

        Returns
        -------
        dict of str to str
            Components that were left out because their names are taken, and the reason.

        Raises
        ------
        PluginError
            Saying what is wrong with it.
        """
        if self.manager.has_plugin(name):
            raise PluginError(f"another plugin is called {name} already")
        try:
            self.manager.register(plugin, name)
        except (pluggy.PluginValidationError, ValueError) as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            raise PluginError(_reason(error)) from error
        try:
            offered = list(self._offers(plugin, name, distribution))
        except PluginError:
            self.manager.unregister(name=name)
            raise
        self.distributions[name] = distribution
        taken = {}
        for entry in offered:
            there = self.entries[entry.kind].setdefault(entry.name, entry)
            if there is not entry:
                what = f"{entry.kind} {entry.name!r}"
                taken[f"{name} ({what})"] = f"{what} is offered twice: {there.plugin} keeps it"
        return taken

    def _offers(self, plugin: object, name: str, distribution: str) -> Iterator[Entry]:
        known = {hook for hook in vars(hookspecs) if hook.startswith("ravine_")}
        for caller in self.manager.get_hookcallers(plugin) or ():
            if caller.name not in known:
                raise PluginError(f"there is no hook {caller.name!r}{nearest(caller.name, known)}")
        for kind, (hook, _) in KINDS.items():
            implementation = getattr(plugin, hook, None)
            if implementation is None or not hasattr(implementation, "ravine_impl"):
                continue
            try:
                offers = implementation()
            except (Exception, SystemExit) as error:
                raise PluginError(f"{hook}: {_reason(error)}") from error
            if not isinstance(offers, dict):
                raise PluginError(f"{hook} returned {offers!r}, not a dict of names and classes")
            for key, target in offers.items():
                if not isinstance(key, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", key):
                    raise PluginError(f"{key!r} is no name for a {kind}: lower-case letters, digits and _ are")
                if not isinstance(target, str):
                    _check_class(kind, key, target)
                yield Entry(kind, key, name, distribution, target)

    def _leave_out(self, what: str, reason: str) -> None:
        self.failures[what] = reason
        if os.environ.get("RAVINE_STRICT_PLUGINS") == "1":
            raise PluginError(f"{what}: {reason}")
        warnings.warn(f"plugin {what} is left out: {reason}", PluginWarning, stacklevel=2)

    def discover(self) -> None:
        """Find and take in the built-in plugins, then third parties'."""
        disabled = {name.strip() for name in os.environ.get("RAVINE_DISABLE_PLUGINS", "").split(",")}
        for name, distribution, import_plugin in [*_builtin(), *_third_parties()]:
            if name in disabled:
                continue
            try:
                left_out = self.add(import_plugin(), name, distribution)
            except KeyboardInterrupt:
                raise
            except PluginError as error:
                left_out = {f"{name} ({distribution})": str(error)}
            except BaseException as error:  # an import may raise anything, SystemExit too
                left_out = {f"{name} ({distribution})": _reason(error)}
            for what, reason in left_out.items():
                self._leave_out(what, reason)
        self.entries = {kind: dict(sorted(found.items())) for kind, found in self.entries.items()}


@functools.cache
def load() -> Registry:
    """Return the registry of this process, loaded at the first call."""
    manager = pluggy.PluginManager("ravine")
    manager.add_hookspecs(hookspecs)
    loaded = Registry(manager)
    loaded.discover()
    return loaded


def _builtin() -> Iterator[tuple[str, str, functools.partial[ModuleType]]]:
    distribution = f"ravine {_version('ravine')}"
    for package in pkgutil.iter_modules(ravine_plugins.__path__, "ravine_plugins."):
        folder = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(folder.__path__, f"{package.name}."):
            if not module.name.rpartition(".")[2].startswith("_"):
                yield module.name, distribution, functools.partial(importlib.import_module, module.name)


def _third_parties() -> Iterator[tuple[str, str, Any]]:
    for point in sorted(metadata.entry_points(group="ravine"), key=lambda point: point.name):
        owner = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        yield point.name, owner, point.load


def _check_class(kind: str, name: str, target: object) -> None:
    base = KINDS[kind][1]
    if not (inspect.isclass(target) and issubclass(target, base)):
        raise PluginError(f"{kind} {name!r} is {target!r}, not a subclass of ravine.{base.__name__}")
    if missing := sorted(getattr(target, "__abstractmethods__", ())):
        raise PluginError(f"{kind} {name!r}: {target.__name__} lacks {', '.join(missing)}")
    if not (is_dataclass(target) and "__dataclass_fields__" in vars(target)):
        raise PluginError(f"{kind} {name!r}: {target.__name__} is not decorated with @dataclass(frozen=True)")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of an error's sentence: the names that ``word`` may have meant, or all there are."""
    names = sorted(known)
    if close := difflib.get_close_matches(word, names, n=3, cutoff=0.5):
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are: {', '.join(names)}" if names else "; there are none"


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def source_file(cls: type) -> str | None:
    """Return the file that a class was read from, where there is one."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)
