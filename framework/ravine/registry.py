"""Registry: every component there is, by kind and name, and what became of every plugin.

The built-in plugins are the modules found in the folders of ``ravine_plugins``; third parties declare an entry
point in the group ``ravine``. Both go through the same door. A plugin that fails is left out, with its name and
the reason; everything else goes on.

``RAVINE_DISABLE_PLUGINS=a,b`` leaves plugins out by name, ``RAVINE_STRICT_PLUGINS=1`` makes a failure fatal.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import os
import pkgutil
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import pluggy
import ravine_plugins

from ravine import hookspecs
from ravine.component import Component, summary
from ravine.fields import FieldError, construct
from ravine.names import nearest
from ravine.vetting import (
    KINDS,
    PluginError,
    called,
    check_class,
    check_hooks,
    check_offer,
    check_version,
    imported,
    offers,
    package,
    reason,
    where,
    wrong_arguments,
)

__all__ = [
    "KINDS",
    "Entry",
    "Plugin",
    "PluginError",
    "PluginWarning",
    "Registry",
    "UnknownNameError",
    "load",
]


class UnknownNameError(ValueError):
    """No component of that kind has that name."""


class PluginWarning(UserWarning):
    """A plugin, or something it offers, was left out, or warns of something itself."""


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
            with _quiet(f"plugin {self.plugin} of {self.distribution}"):
                target = called(
                    lambda: imported(module, name), f"{self.kind} {self.name!r} of {self.distribution}: "
                )
        check_class(self.kind, self.name, target)
        return target

    def make(self, values: Mapping[str, Any]) -> Any:
        """Return the component with some fields set; the others have their defaults.

        Raises
        ------
        FieldError
            If a field is unknown, missing or out of its range.
        PluginError
            If its plugin cannot deliver it, or its constructor is broken.
        """
        cls = self.cls
        try:
            return construct(cls, values)
        except FieldError:
            raise
        except Exception as error:
            raise PluginError(self.blame(error)) from error

    def blame(self, error: Exception) -> str:
        """Return, in one line, that this component raised an error, whose it is, and where."""
        meant = isinstance(error, ValueError | OSError) and str(error).strip()
        text = " ".join(str(error).split()) if meant else reason(error)
        place = where(error) or _definition(self.cls)
        whose = f"{self.cls.__name__} of plugin {self.plugin} of {self.distribution}"
        return f"{self.kind} {self.name!r}, {whose}: {text} ({place})"

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
        if self.status == "disabled":
            return f"plugin {self.name} of {self.distribution} is disabled (RAVINE_DISABLE_PLUGINS)"
        how = "left out in part" if self.status == "loaded" else "left out"
        place = f" ({self.where})" if self.where else ""
        return f"plugin {self.name} of {self.distribution} is {how}: {self.reason}{place}"


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
    _lost: dict[tuple[str, str], str] = field(default_factory=dict)  # kind and name, and the plugin's name

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
                self._warn(implementation, hook, error)

    def config_folders(self) -> dict[Path, str]:
        """Return the folders of configurations that plugins bring, each with its plugin's name."""
        folders = {}
        for implementation in self.manager.hook.ravine_config_dirs.get_hookimpls():  # who came first is first
            try:
                given = called(implementation.function)
                if not isinstance(given, list | tuple):
                    what = f"{given!r}, not a list of folders, such as [Path(__file__).with_name('my_conf')]"
                    raise PluginError(f"it returned {what}")
                for folder in map(Path, given):
                    if not folder.is_dir():
                        raise PluginError(f"there is no folder {folder}")
                    folders[folder] = str(implementation.plugin_name)
            except (PluginError, TypeError) as error:
                self._warn(implementation, "ravine_config_dirs", error)
        return folders

    def _warn(self, implementation: pluggy.HookImpl, hook: str, error: Exception) -> None:
        name = str(implementation.plugin_name)
        owner, place = self.owner(name), where(error)
        who = f"plugin {name} of {owner}" if owner else f"plugin {name}"
        text = f"{who}: {hook}: {reason(error)}{f' ({place})' if place else ''}"
        warnings.warn(text, PluginWarning, stacklevel=3)

    def owner(self, name: str) -> str:
        """Return the distribution of the plugin that has a name; of two that want it only one is loaded."""
        return next(
            (one.distribution for one in self.plugins if (one.name, one.status) == (name, "loaded")), ""
        )

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
            why = self.missing(kind, name) or nearest(name, self.entries[kind])
            raise UnknownNameError(f"no {kind} is called {name!r}{why}")
        return self.entries[kind][name]

    def missing(self, kind: str, name: str) -> str:
        """Return the end of a sentence: which plugin had a component of that name, and what became of it.

        Nothing if none is known to; what a disabled plugin offers is known of the built-in ones only.
        """
        for plugin in self.plugins:
            if plugin.status == "left out" and self._lost.get((kind, name)) == plugin.name:
                return f": {plugin}"
            hook, _ = KINDS[kind]
            if (
                plugin.status == "disabled"
                and plugin.name == f"ravine_plugins.{hook.removeprefix('ravine_')}.{name}"
            ):
                return f": {plugin}"
        off = [plugin.name for plugin in self.plugins if plugin.status == "disabled" and not plugin.built_in]
        if off:
            said = nearest(name, self.entries[kind])
            stop = "" if said.endswith("?") else ";"
            return f"{said}{stop} RAVINE_DISABLE_PLUGINS leaves out {', '.join(off)}"
        return ""

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
            raise PluginError(
                f"another plugin is called {name} already, that of {self.owner(name)}, which keeps the name: "
                "give the entry point of one of the two another name, or uninstall one"
            )
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
            self._lost |= {(entry.kind, entry.name): name for entry in offered}
            for entry in offered:
                check_offer(entry.kind, entry.name, entry.target)
        except Exception as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            said = wrong_arguments(error) if isinstance(error, pluggy.PluginValidationError) else reason(error)
            raise PluginError(said) from error
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
                with _quiet(f"plugin {plugin.name} of {plugin.distribution}"):
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
        With ``RAVINE_STRICT_PLUGINS=1``, if a plugin was left out, wholly or in part; if the variable is
        something else than 1 or 0.
    """
    strict = os.environ.get("RAVINE_STRICT_PLUGINS", "")
    if strict not in ("", "0", "1"):
        raise PluginError(f"RAVINE_STRICT_PLUGINS={strict}: it is 1 or 0")
    loaded = survey()
    failures = [str(plugin) for plugin in loaded.failures]
    if failures and strict == "1":
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
    for found in pkgutil.iter_modules(ravine_plugins.__path__, "ravine_plugins."):
        folder = importlib.import_module(found.name)
        for module in pkgutil.iter_modules(folder.__path__, f"{found.name}."):
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
        found_at = functools.partial(imported, point.module, point.attr or "") if readable else refuse
        yield Plugin(name, owner), found_at


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


@contextlib.contextmanager
def _quiet(who: str) -> Iterator[None]:
    """Send what a plugin prints to standard error, and put its name before its warnings.

    Standard output is the command's: what it prints may be read by another command.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings(record=True) as said:
            yield
    finally:
        for warning in said:
            text = f"{who}: {warning.category.__name__}: {warning.message}"
            warnings.warn(text, PluginWarning, stacklevel=4)


@contextlib.contextmanager
def blaming(entries: Iterable[Entry]) -> Iterator[None]:
    """Name the third party's component that raises an error in the block.

    Raises
    ------
    PluginError
        Saying so, in one line, in place of the error.
    """
    try:
        yield
    except Exception as error:
        if entry := _culprit(error, entries):
            raise PluginError(entry.blame(error)) from error
        raise


def _culprit(error: BaseException, entries: Iterable[Entry]) -> Entry | None:
    """Return the third party's component in whose methods an error was raised, or None."""
    strangers = [
        entry for entry in entries if package(entry.cls.__module__) not in ("ravine", "ravine_plugins")
    ]
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in reversed(chain):
        for frame, _ in reversed(list(traceback.walk_tb(one.__traceback__))):
            first = frame.f_locals.get(next(iter(frame.f_code.co_varnames), ""))  # self, in a method
            for entry in strangers:
                if isinstance(first, entry.cls):
                    return entry
    return None


def _definition(cls: type) -> str:
    """Return file and line where a class begins."""
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):  # there is no source
        return cls.__module__


def source_file(cls: type) -> str | None:
    """Return the file that a class was read from, where there is one."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)
