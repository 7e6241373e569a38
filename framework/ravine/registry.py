"""Registry: every component there is, by kind and name, and what became of every plugin.

The built-in plugins are the modules found in the folders of ``ravine_plugins``; third parties declare an entry
point in the group ``ravine``. Both go through the same door. A plugin that fails is left out, with its name and
the reason; everything else goes on.

``RAVINE_DISABLE_PLUGINS=a,b`` leaves plugins out by name, ``RAVINE_STRICT_PLUGINS=1`` makes a failure fatal.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import pluggy
import ravine_plugins

from ravine import hookspecs
from ravine.component import Component, summary
from ravine.names import nearest
from ravine.vetting import (
    KINDS,
    PluginError,
    called,
    check_class,
    check_hooks,
    check_version,
    offers,
    reason,
    where,
)

__all__ = ["KINDS", "Entry", "Plugin", "PluginError", "PluginWarning", "Registry", "UnknownNameError", "load"]


class UnknownNameError(ValueError):
    """No component of that kind has that name."""


class PluginWarning(UserWarning):
    """A plugin, or something it offers, was left out."""


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
            target = called(
                lambda: getattr(importlib.import_module(module), name),
                f"{self.kind} {self.name!r} of {self.distribution}: ",
            )
        check_class(self.kind, self.name, target)
        return target

    @property
    def summary(self) -> str:
        """The first line of the component's docstring, or why there is none."""
        try:
            return summary(self.cls)
        except PluginError as error:
            return f"cannot be used: {error}"


@dataclass
class Plugin:
    """What became of one plugin.

    Parameters
    ----------
    name, distribution : str
        What it is called, and where it came from, with the version.
    status : "loaded", "disabled" or "left out"
        A loaded plugin may have parts that are left out.
    reason : str
        Why it, or a part of it, was left out, in one line.
    where : str
        File and line of an error in the plugin's own code.
    built_in : bool
        Whether it belongs to ravine itself.
    """

    name: str
    distribution: str
    status: Literal["loaded", "disabled", "left out"] = "loaded"
    reason: str = ""
    where: str = ""
    built_in: bool = False

    def __str__(self) -> str:
        how = "left out in part" if self.status == "loaded" else "left out"
        return f"plugin {self.name} of {self.distribution} is {how}: {self.reason}"


@dataclass
class Registry:
    """All components and plugins of this process.

    Attributes
    ----------
    entries : dict of kind to dict of name to Entry
        In alphabetical order of names.
    plugins : list of Plugin
        All that were found, the built-in ones first.
    """

    manager: pluggy.PluginManager
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    plugins: list[Plugin] = field(default_factory=list)

    @property
    def failures(self) -> list[Plugin]:
        """Plugins that were left out, wholly or in part."""
        return [plugin for plugin in self.plugins if plugin.reason]

    def tell(self, hook: str, **news: Any) -> None:
        """Call the listeners of a hook one by one; one that raises is a warning and stops nothing."""
        for implementation in reversed(
            getattr(self.manager.hook, hook).get_hookimpls()
        ):  # as pluggy calls them
            arguments = [news[name] for name in implementation.argnames]
            try:
                called(functools.partial(implementation.function, *arguments))
            except PluginError as error:
                self._warn(implementation, hook, str(error))

    def config_folders(self) -> dict[Path, str]:
        """Return the folders of configurations that plugins bring, each with its plugin's name."""
        folders = {}
        for implementation in self.manager.hook.ravine_config_dirs.get_hookimpls():  # who came first is first
            try:
                given = called(implementation.function)
                if not isinstance(given, list | tuple):
                    raise PluginError(
                        f"it returned an object of type {type(given).__name__}, not a list of folders"
                    )
                for folder in map(Path, given):
                    if not folder.is_dir():
                        raise PluginError(f"there is no folder {folder}")
                    folders[folder] = str(implementation.plugin_name)
            except (PluginError, TypeError) as error:
                self._warn(implementation, "ravine_config_dirs", reason(error))
        return folders

    def _warn(self, implementation: pluggy.HookImpl, hook: str, reason: str) -> None:
        name = implementation.plugin_name
        owner = next((f" of {plugin.distribution}" for plugin in self.plugins if plugin.name == name), "")
        warnings.warn(f"plugin {name}{owner}: {hook}: {reason}", PluginWarning, stacklevel=3)

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

    def add(self, plugin: object, name: str, distribution: str) -> str:
        """Take in one plugin, wholly or, where it is not right, not at all.

        Parameters
        ----------
        plugin : module or object
            With hook implementations.
        name, distribution : str
            What to call it, and where it came from.

        Returns
        -------
        str
            Which of its components were left out because their names are taken; nothing if none was.

        Raises
        ------
        PluginError
            Saying what is wrong with it.
        """
        if self.manager.has_plugin(name):
            raise PluginError(f"another plugin is called {name} already")
        if self.manager.is_registered(plugin):
            raise PluginError(f"it is plugin {self.manager.get_name(plugin)} already")
        called(functools.partial(check_version, plugin))
        try:
            self.manager.register(plugin, name)
            check_hooks(self.manager, plugin)
            offered = [
                Entry(kind, key, name, distribution, target)
                for kind, key, target in offers(self.manager, plugin)
            ]
        except Exception as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            raise PluginError(reason(error)) from error
        taken = []
        for entry in offered:
            there = self.entries[entry.kind].setdefault(entry.name, entry)
            if there is not entry:
                owner = f"{there.plugin} of {there.distribution}"
                taken.append(f"{entry.kind} {entry.name!r} is offered twice, {owner} keeps it")
        return "; ".join(taken)

    def discover(self) -> None:
        """Find and take in the built-in plugins, then third parties'."""
        disabled = {name.strip() for name in os.environ.get("RAVINE_DISABLE_PLUGINS", "").split(",")} - {""}
        for plugin, import_plugin in [*_builtin(), *_third_parties()]:
            self.plugins.append(plugin)
            if plugin.name in disabled:
                plugin.status = "disabled"
                continue
            try:
                plugin.reason = self.add(called(import_plugin), plugin.name, plugin.distribution)
            except PluginError as error:
                plugin.status, plugin.reason, plugin.where = "left out", str(error), where(error)
        self.entries = {kind: dict(sorted(found.items())) for kind, found in self.entries.items()}
        for name in sorted(disabled - {plugin.name for plugin in self.plugins}):
            others = [plugin.name for plugin in self.plugins if not plugin.built_in]
            warnings.warn(
                f"RAVINE_DISABLE_PLUGINS: no plugin is called {name}{nearest(name, others)}",
                PluginWarning,
                stacklevel=2,
            )


@functools.cache
def load() -> Registry:
    """Return the registry of this process, loaded at the first call; every failure is a warning.

    Raises
    ------
    PluginError
        With ``RAVINE_STRICT_PLUGINS=1``, if a plugin was left out, wholly or in part.
    """
    loaded = survey()
    failures = [str(plugin) for plugin in loaded.failures]
    if failures and os.environ.get("RAVINE_STRICT_PLUGINS") == "1":
        raise PluginError("\n".join([*failures, "RAVINE_STRICT_PLUGINS=1 makes this fatal"]))
    for text in failures:
        warnings.warn(text, PluginWarning, stacklevel=2)
    return loaded


def survey() -> Registry:
    """Return a registry made anew; failures are kept in it, and nothing is said."""
    manager = pluggy.PluginManager("ravine")
    manager.add_hookspecs(hookspecs)
    found = Registry(manager)
    found.discover()
    return found


def _builtin() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    distribution = f"ravine {_version('ravine')}"
    for package in pkgutil.iter_modules(ravine_plugins.__path__, "ravine_plugins."):
        folder = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(folder.__path__, f"{package.name}."):
            if not module.name.rpartition(".")[2].startswith("_"):
                yield (
                    Plugin(module.name, distribution, built_in=True),
                    functools.partial(importlib.import_module, module.name),
                )


def _third_parties() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Yield plugins by entry point; one distribution that cannot be read costs no other."""
    found: dict[tuple[str, str], tuple[str, metadata.EntryPoint]] = {}
    for distribution in metadata.distributions():
        try:
            for point in distribution.entry_points.select(group="ravine"):
                owner = _owner(distribution)
                package = re.sub(r"[-_.]+", "-", owner.partition(" ")[0]).lower()
                found.setdefault(
                    (point.name, package), (owner, point)
                )  # of two versions, the one that is imported
        except Exception as error:
            if _means_us(distribution):
                owner = _owner(distribution)
                yield Plugin(owner, owner), functools.partial(_refuse, f"its entry points: {reason(error)}")
    for (name, _), (owner, point) in sorted(found.items(), key=lambda item: item[0]):
        readable = point.pattern.match(point.value)
        refuse = functools.partial(_refuse, f"its entry point {point.value!r} is no module, nor module:object")
        yield Plugin(name, owner), point.load if readable else refuse


def _means_us(distribution: metadata.Distribution) -> bool:
    """Whether entry points that cannot be read have a group of ours; others' are not our business."""
    try:
        return "[ravine]" in (distribution.read_text("entry_points.txt") or "")
    except Exception:
        return False


def _owner(distribution: metadata.Distribution) -> str:
    try:
        return f"{distribution.name or 'a distribution without a name'} {distribution.version or ''}".strip()
    except Exception:  # its metadata are damaged
        return "a distribution without a name"


def _refuse(why: str) -> None:
    raise PluginError(why)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def source_file(cls: type) -> str | None:
    """Return the file that a class was read from, where there is one."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)
