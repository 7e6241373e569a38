"""Registry: all components by kind and name, and what became of every plugin.

A distribution declares an entry point in the group ``ravine``, and ravine itself does so for what is built in.
It names a plugin, or a package whose modules are plugins. A plugin that fails is left out, with its name and
the reason; everything else goes on.

``RAVINE_DISABLE_PLUGINS=a,b`` leaves plugins out by name, or all of an entry point by its name;
``RAVINE_STRICT_PLUGINS=1`` makes a failure fatal.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from ravine.base.errors import MissingPackageError, PluginError, PluginWarning, UnknownNameError, masked
from ravine.base.names import nearest
from ravine.base.warn import warn
from ravine.contracts.component import Component
from ravine.registry import hookspecs
from ravine.registry.blame import call_plugin, quiet, reason, where
from ravine.registry.discovery import entry_points, modules
from ravine.registry.elsewhere import how_to_get
from ravine.registry.entry import Entry, Plugin
from ravine.registry.installed import version_of
from ravine.registry.kinds import GROUPS, KINDS
from ravine.registry.vetting import (
    OFFERS_NOTHING,
    check_hooks,
    check_offer,
    check_version,
    has_hooks,
    offers,
    wrong_arguments,
)

__all__ = ["PluginError", "PluginWarning", "Registry", "UnknownNameError", "load", "survey"]


# So many of the plugins that have one cause are named in its line.
_NAMED = 3


@dataclass
class Registry:
    """All components and plugins of this process.

    Attributes
    ----------
    entries : dict of kind to dict of name to Entry
        In the alphabetical order of names.
    plugins : list of Plugin
        All plugins that were found, the built-in ones first.
    """

    manager: pluggy.PluginManager
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    plugins: list[Plugin] = field(default_factory=list)
    # By kind and name of a component, the name of the plugin that has offered it last, even if it is left out.
    _offered: dict[tuple[str, str], str] = field(default_factory=dict)
    _ambiguous: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    # By the name of a plugin that a script or a notebook has added, what it calls its distribution.
    _added: dict[str, str] = field(default_factory=dict)
    # By who has raised them and where, how many errors stopped nothing, and the last of them.
    _errors: dict[tuple[str, str], tuple[int, PluginError]] = field(default_factory=dict)

    @property
    def failures(self) -> list[Plugin]:
        """The plugins that were left out, completely or partly."""
        return [plugin for plugin in self.plugins if plugin.reason]

    def tell(self, hook: str, **news: Any) -> None:
        """Call the listeners of a hook one by one; if one raises an error, there is a warning.

        Further errors from the same place are counted: see ``sum_up``.
        """
        # The last one first: this is also pluggy's order.
        for implementation in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            arguments = [news[name] for name in implementation.argnames]
            try:
                call_plugin(functools.partial(implementation.function, *arguments))
            except PluginError as error:
                self.note(f"{self._called(str(implementation.plugin_name))}: {hook}", error)

    def note(self, who: str, error: PluginError, remedy: str = "") -> None:
        """Warn of an error that stops nothing; further ones from the same place are counted: see ``sum_up``.

        Parameters
        ----------
        who : str
            The listener or the tracker that has raised it.
        error : PluginError
            The error.
        remedy : str
            What can be done about it.
        """
        key = who, where(error)
        times, _ = self._errors.get(key, (0, error))
        self._errors[key] = times + 1, error
        if not times:
            _warn(who, error, remedy)

    def sum_up(self) -> None:
        """Warn of who has raised more than the one error that was told, with their number."""
        errors, self._errors = self._errors, {}
        for (who, place), (times, last) in errors.items():
            if times > 1:
                at = f" at {place}" if place else ""
                more = f"{times - 1} more errors{at}" if times > 2 else f"one more error{at}"
                warn(f"{who}: {more}, the last: {masked(reason(last))}", PluginWarning)

    def config_folders(self) -> dict[Path, str]:
        """Return the folders of configurations that plugins offer, each with its plugin's name."""
        folders = {}
        # The plugin that was found first comes first.
        for implementation in self.manager.hook.ravine_config_dirs.get_hookimpls():
            try:
                given = call_plugin(implementation.function)
                if not isinstance(given, list | tuple):
                    raise PluginError(
                        f"it returned {given!r}, not a list of folders: "
                        "return [Path(__file__).with_name('my_conf')], for example"
                    )
                for folder in map(Path, given):
                    if not folder.is_dir():
                        raise PluginError(f"there is no folder {folder}")
                    folders[folder] = str(implementation.plugin_name)
            except (PluginError, TypeError) as error:
                _warn(f"{self._called(str(implementation.plugin_name))}: ravine_config_dirs", error)
        return folders

    def _called(self, name: str) -> str:
        owner = self.owner(name)
        return f"plugin {name} of {owner}" if owner else f"plugin {name}"

    def owner(self, name: str) -> str:
        """Return the distribution of the loaded plugin with this name; nothing if there is none."""
        owners = (
            plugin.distribution for plugin in self.plugins if plugin.name == name and plugin.status == "loaded"
        )
        return next(owners, "")

    def among(self, group: str) -> dict[str, Entry]:
        """Return by name the components among which a group chooses; of other words, none."""
        return {name: entry for kind in GROUPS.get(group, ()) for name, entry in self.entries[kind].items()}

    def get(self, kind: str | Sequence[str], name: str) -> type[Any]:
        """Return a component's class.

        Raises
        ------
        UnknownNameError
            If there is none: the nearest names, or all of them.
        MissingPackageError
            If it is in a package of ravine's that is not installed: how to get it.
        PluginError
            If its plugin cannot deliver it.
        """
        return self.entry(kind, name).cls

    def entry(self, kind: str | Sequence[str], name: str) -> Entry:
        """Return the entry of a component of a kind, or of one of several kinds; see ``get``."""
        kinds = _several(kind)
        for one in kinds:
            if owners := self._ambiguous.get((one, name)):
                told = " and ".join(f"{entry.plugin} of {entry.distribution}" for entry in owners)
                raise UnknownNameError(
                    f"{one} {name!r} is offered by {told}; uninstall one of them, or leave its plugin out, "
                    f"RAVINE_DISABLE_PLUGINS={owners[-1].plugin}"
                )
            if name in self.entries[one]:
                return self.entries[one][name]
            if way := how_to_get(one, name):
                raise MissingPackageError(way)
        why = self.missing(kind, name) or nearest(name, self._names(kinds))
        raise UnknownNameError(f"no {' or '.join(kinds)} is named {name!r}{why}")

    def _names(self, kinds: Sequence[str]) -> list[str]:
        return [name for kind in kinds for name in self.entries[kind]]

    def entry_of(self, component: Component) -> Entry | None:
        """Return the entry of the class that a component is made of; None if it is not registered."""
        cls = type(component)
        targets = (cls, f"{cls.__module__}:{cls.__qualname__}")
        return next(
            (entry for entry in self.entries.get(cls.kind, {}).values() if entry.target in targets), None
        )

    def missing(self, kind: str | Sequence[str], name: str) -> str:
        """Return the end of a sentence: which plugin has a component of that name, and why it is not here.

        Nothing if none is known to; what a disabled plugin offers is known where its file is called so, in a
        folder of its kind.
        """
        kinds = _several(kind)
        for plugin in self.plugins:
            offered = [self._offered.get((kind, name)) for kind in kinds]
            if plugin.status == "left out" and plugin.name in offered:
                return f": {plugin}"
            files = tuple(f".{KINDS[kind].plural}.{name}" for kind in kinds)
            if plugin.status == "disabled" and plugin.part_of and plugin.name.endswith(files):
                return f": {plugin}"
        off = [plugin.name for plugin in self.plugins if plugin.status == "disabled"]
        known = set(self._offered.values())
        why = [
            str(plugin) for plugin in self.plugins if plugin.status == "left out" and plugin.name not in known
        ]
        why += [f"RAVINE_DISABLE_PLUGINS leaves out {', '.join(off)}"] if off else []
        suggestion = nearest(name, self._names(kinds))
        return f"{suggestion}{' ' if suggestion.endswith('?') else '; '}{'; '.join(why)}" if why else ""

    def __iter__(self) -> Iterator[Entry]:
        return (entry for kind in self.entries.values() for entry in kind.values())

    # ---- loading ---------------------------------------------------------------------------------------------

    def add(self, plugin: object, name: str, distribution: str) -> str:
        """Take in a plugin of a script or a notebook; if anything is wrong with it, nothing of it is taken in.

        A plugin that the same module has added under this name is replaced: the cell was run again.

        Parameters
        ----------
        plugin : module or object
            With hook implementations.
        name, distribution : str
            Its name; the distribution that it comes from.

        Returns
        -------
        str
            Which of its components were left out because their names are taken; nothing if none was.

        Raises
        ------
        PluginError
            If something is wrong with it; the message says what.
        """
        before, entries = self.manager.get_plugin(name), self.entries
        if before is not None and name in self._added:
            whose, module = self._added[name], _module(before)
            if (whose, module) != (distribution, _module(plugin)):
                owner = f"{name} of {whose}" if whose else name
                raise PluginError(
                    f"there is already a plugin named {name}: {owner}, registered by {module}, keeps the name: "
                    "give this one another name"
                )
            self.manager.unregister(name=name)
            self.entries = {
                kind: {key: entry for key, entry in found.items() if entry.plugin != name}
                for kind, found in entries.items()
            }
        ambiguous = {key: [*entries] for key, entries in self._ambiguous.items()}
        try:
            taken = self.admit(plugin, name, distribution)
        except PluginError:
            if name in self._added:
                self.manager.register(before, name)
                self.entries = entries
            raise
        # Who adds it is told, and the first keeps the name.
        self._ambiguous = ambiguous
        self._added[name] = distribution
        return taken

    def admit(self, plugin: object, name: str, distribution: str) -> str:
        """Take in one plugin that no other has the name of; see ``add``."""
        if self.manager.has_plugin(name):
            raise PluginError(
                f"there is already a plugin named {name}, that of {self.owner(name)}, which keeps the name: "
                "rename the entry point of one of the two, or uninstall one"
            )
        if self.manager.is_registered(plugin):
            raise PluginError(f"it is already loaded as plugin {self.manager.get_name(plugin)}")
        call_plugin(functools.partial(check_version, plugin))
        try:
            self.manager.register(plugin, name)
            hooks = check_hooks(self.manager, plugin)
            offered = [
                Entry(kind, key, name, distribution, target) for kind, key, target in offers(hooks, plugin)
            ]
            self._offered |= {(entry.kind, entry.name): name for entry in offered}
            for entry in offered:
                check_offer(entry.kind, entry.name, entry.target)
        except Exception as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            wrong = wrong_arguments(error) if isinstance(error, pluggy.PluginValidationError) else reason(error)
            raise PluginError(wrong) from error
        taken = []
        for entry in offered:
            first = self._first(entry)
            owner = f"{first.plugin} of {first.distribution}"
            if first is entry:
                self.entries[entry.kind][entry.name] = entry
            elif first.kind == entry.kind:
                taken.append(f"{entry.kind} {entry.name!r} is offered twice, {owner} keeps it")
                if not first.built_in:
                    self._ambiguous.setdefault((entry.kind, entry.name), [first]).append(entry)
            else:
                chosen = f"{KINDS[entry.kind].setting}={entry.name}"
                taken.append(
                    f"{entry.kind} {entry.name!r}: {chosen} is the {first.kind} of {owner}, which keeps it"
                )
        return "; ".join(taken)

    def _first(self, entry: Entry) -> Entry:
        """Return the component that is chosen by the same words as this one and came first, or this one."""
        kinds = GROUPS.get(KINDS[entry.kind].setting or "", (entry.kind,))
        return next((found for kind in kinds if (found := self.entries[kind].get(entry.name))), entry)

    def discover(self) -> None:
        """Find and take in the built-in plugins, then third parties'.

        Raises
        ------
        PluginError
            If none of the built-in ones can be had: what to do.
        """
        disabled = {name.strip() for name in os.environ.get("RAVINE_DISABLE_PLUGINS", "").split(",")} - {""}
        for plugin, import_plugin in entry_points():
            self.plugins += self._take_in(plugin, import_plugin, disabled)
        built_in = [plugin for plugin in self.plugins if plugin.built_in]
        if all(plugin.status != "loaded" for plugin in built_in):
            raise PluginError(_nothing_works(built_in))
        self.entries = {kind: dict(sorted(found.items())) for kind, found in self.entries.items()}
        for name in sorted(disabled - {plugin.name for plugin in self.plugins}):
            names = [plugin.name for plugin in self.plugins if not plugin.built_in]
            warn(f"RAVINE_DISABLE_PLUGINS: no plugin is named {name}{nearest(name, names)}", PluginWarning)

    def _take_in(self, plugin: Plugin, import_plugin: Callable[[], object], disabled: set[str]) -> list[Plugin]:
        """Take in one plugin, or of a package without hooks its modules; return what became of each."""
        if plugin.name in disabled:
            plugin.status = "disabled"
            return [plugin]
        try:
            with quiet(f"plugin {plugin.name} of {plugin.distribution}"):
                found = call_plugin(import_plugin)
                inner = list(modules(found, plugin))
                if not inner or has_hooks(self.manager, found):
                    plugin.reason = self.admit(found, plugin.name, plugin.distribution)
                    return [plugin]
                call_plugin(functools.partial(check_version, found))
        except PluginError as error:
            plugin.status, plugin.reason, plugin.where = "left out", str(error), where(error)
            return [plugin]
        parts = [part for module in inner for part in self._take_in(*module, disabled)]
        if all(part.reason.startswith(OFFERS_NOTHING) for part in parts):
            names = ", ".join(part.name for part in parts)
            plugin.status, plugin.reason = "left out", f"{OFFERS_NOTHING}, nor in {names}"
            return [plugin]
        for part in parts:
            if part.reason == OFFERS_NOTHING:
                part.reason += "; the name of a module that is not a plugin begins with _"
        return parts


def _warn(who: str, error: Exception, remedy: str = "") -> None:
    place = where(error)
    text = f"{who}: {masked(reason(error))}{f' ({place})' if place else ''}"
    warn(f"{text}; {remedy}" if remedy else text, PluginWarning)


def _several(kind: str | Sequence[str]) -> Sequence[str]:
    return (kind,) if isinstance(kind, str) else kind


def _module(plugin: object) -> str:
    """Return the name of the module that a plugin is, or that its hooks are in."""
    if isinstance(plugin, ModuleType):
        return plugin.__name__
    hooks = (getattr(plugin, name) for name in dir(plugin) if name.startswith("ravine_"))
    return next((hook.__module__ for hook in hooks), type(plugin).__module__)


def _nothing_works(built_in: list[Plugin]) -> str:
    """Return why there are no built-in plugins, and what to do: an old install may be the reason."""
    try:
        installed = f"the installed metadata of ravine {version_of('ravine')} name no built-in plugins"
    except metadata.PackageNotFoundError:
        installed = "ravine is not installed"
    why = str(built_in[0]) if built_in else installed
    if built_in and built_in[0].status == "disabled":
        return f"{why}: without the built-in plugins nothing works"
    return f"{why}; install ravine again, in a checkout by pip install -e ."


@functools.cache
def load() -> Registry:
    """Return the registry of this process. The first call loads it and warns of every failure.

    Raises
    ------
    PluginError
        With ``RAVINE_STRICT_PLUGINS=1``, if a plugin was left out, wholly or in part; if the variable is
        something else than 1 or 0; if none of the built-in plugins can be had.
    """
    strict = os.environ.get("RAVINE_STRICT_PLUGINS", "")
    if strict not in ("", "0", "1"):
        raise PluginError(f"RAVINE_STRICT_PLUGINS={strict}: it must be 1 or 0")
    loaded = survey()
    failures = [str(plugin) for plugin in loaded.failures]
    if failures and strict == "1":
        raise PluginError("\n".join([*failures, "RAVINE_STRICT_PLUGINS=1 makes this fatal"]))
    for text in _by_cause(loaded.failures):
        warn(text, PluginWarning)
    return loaded


def _by_cause(failures: Sequence[Plugin]) -> list[str]:
    """Return what is wrong with plugins; what one cause does to several of a distribution is one line."""
    causes: dict[tuple[str, str, str], list[Plugin]] = {}
    for plugin in failures:
        causes.setdefault((plugin.distribution, plugin.status, plugin.reason), []).append(plugin)
    lines: list[str] = []
    for (distribution, status, why), plugins in causes.items():
        if len(plugins) == 1 or status != "left out":
            lines += map(str, plugins)
            continue
        names = ", ".join(plugin.name for plugin in plugins[:_NAMED])
        more = len(plugins) - _NAMED
        rest = f" and {more} more; ravine doctor names all" if more > 0 else ""
        place = f" ({plugins[0].where})" if plugins[0].where else ""
        lines.append(f"{len(plugins)} plugins of {distribution} are left out: {why}{place}: {names}{rest}")
    return lines


def survey() -> Registry:
    """Return a registry made anew; failures are kept in it, and nothing is said.

    Raises
    ------
    PluginError
        If none of the built-in plugins can be had: what to do.
    """
    manager = pluggy.PluginManager("ravine")
    manager.add_hookspecs(hookspecs)
    registry = Registry(manager)
    registry.discover()
    return registry
