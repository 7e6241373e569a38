"""Vetting: the checks that a plugin and its components must pass before they are taken in."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pluggy

from ravine.base.errors import FieldError, PluginError
from ravine.base.names import is_name, nearest
from ravine.contracts.component import Component
from ravine.contracts.fields import check_fields, default
from ravine.registry import hookspecs
from ravine.registry.blame import call_plugin, reason
from ravine.registry.installed import version_of
from ravine.registry.kinds import KINDS

__all__ = [
    "OFFERS_NOTHING",
    "check_class",
    "check_hooks",
    "check_offer",
    "check_version",
    "has_hooks",
    "offers",
    "wrong_arguments",
]


OFFERS_NOTHING = "it offers nothing: no function in it is marked with @hookimpl"

_HOOKS = {hook for hook in vars(hookspecs) if hook.startswith("ravine_")}


def has_hooks(manager: pluggy.PluginManager, module: object) -> bool:
    """Whether functions of a module are hook implementations, or are called as one without being marked.

    Raises
    ------
    PluginError
        If its attributes cannot be read.
    """
    names = call_plugin(functools.partial(dir, module))
    return any(
        name in _HOOKS or call_plugin(functools.partial(manager.parse_hookimpl_opts, module, name))
        for name in names
    )


def check_version(plugin: object) -> None:
    """Refuse a plugin that was written for a different major version of the hook specs.

    Raises
    ------
    PluginError
        If it was; the message says whether to upgrade ravine or the plugin.
    """
    ours, theirs = hookspecs.VERSION, getattr(plugin, "RAVINE_HOOKS", 1)
    if not isinstance(theirs, int):
        raise PluginError(f"RAVINE_HOOKS = {theirs!r}: it must be a whole number, and this ravine has {ours}")
    if theirs != ours:
        newer = theirs > ours
        advice = f"upgrade ravine, which is {version_of('ravine')}" if newer else "upgrade the plugin"
        raise PluginError(
            f"it is written for version {theirs!r} of the hooks, and this ravine has version {ours}: {advice}"
        )


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> dict[str, pluggy.HookCaller]:
    """Return by name the hooks that a registered plugin implements, after a check that they are ravine's.

    Raises
    ------
    PluginError
        If it implements one that does not exist, or none: the hook's name, and the nearest ones or all of them.
    """
    if inspect.isclass(plugin):
        raise PluginError(f"{plugin.__name__} is a class: an entry point names a module, or an instance")
    callers = manager.get_hookcallers(plugin) or []
    for caller in callers:
        own = [hookimpl for hookimpl in caller.get_hookimpls() if hookimpl.plugin is plugin]
        optional = all(hookimpl.optionalhook for hookimpl in own)
        if caller.name not in _HOOKS and not optional:
            raise PluginError(f"there is no hook {caller.name!r}{nearest(caller.name, _HOOKS)}")
        if any(hookimpl.wrapper or hookimpl.hookwrapper for hookimpl in own):
            raise PluginError(f"{caller.name} is a wrapper: hooks of ravine cannot be wrapped")
    if not callers:
        forgotten = sorted(_HOOKS & set(dir(plugin)))
        raise PluginError(f"{forgotten[0]} is not marked with @hookimpl" if forgotten else OFFERS_NOTHING)
    return {caller.name: caller for caller in callers}


def wrong_arguments(error: pluggy.PluginValidationError) -> str:
    """Return, in one line, which arguments of a hook its spec does not have, given pluggy's error."""
    text = str(error)
    hook, extra = re.search(r"for hook '(\w+)'", text), re.search(r"\{(.*)\}", text)
    if not (hook and extra):
        return reason(error)
    given = ", ".join(inspect.signature(getattr(hookspecs, hook[1])).parameters)
    extras = extra[1].replace("'", "")
    return f"{hook[1]} asks for {extras}, and is given {given or 'nothing'}"


def offers(
    hooks: Mapping[str, pluggy.HookCaller], plugin: object
) -> Iterator[tuple[str, str, type[Component] | str]]:
    """Yield kind, name, and class or ``"module:Class"`` of everything that a plugin offers by its hooks.

    Raises
    ------
    PluginError
        If a hook raises an error, or does not return a dict.
    """
    for kind in KINDS.values():
        if kind.hook not in hooks:
            continue
        own = [hookimpl for hookimpl in hooks[kind.hook].get_hookimpls() if hookimpl.plugin is plugin]
        offered = call_plugin(own[0].function, f"{kind.hook}: ")
        if not isinstance(offered, dict):
            got = type(offered).__name__
            raise PluginError(f"{kind.hook} returned a {got}, not a dict of names and classes")
        for name, target in offered.items():
            yield kind.name, name, target


def check_offer(kind: str, name: str, target: type[Component] | str) -> None:
    """Refuse a component that cannot be chosen by its name, or is not a class of its kind.

    Raises
    ------
    PluginError
        If it is; the message names the component, and says what is possible.
    """
    if not is_name(name):
        raise PluginError(
            f"{name!r} is not a possible {kind} name: use lower-case letters, digits and _, perhaps "
            "with a family before a /"
        )
    if not isinstance(target, str):
        check_class(kind, name, target)
    elif not re.fullmatch(r"[\w.]+:\w+", target):
        module, _, last = target.rpartition(".")
        advice = f': write "{module}:{last}"' if re.fullmatch(r"[\w.]+", target) and module else ""
        raise PluginError(f'{kind} {name!r}: {target!r} is not of the form "module:Class"{advice}')


def check_class(kind: str, name: str, target: Any) -> None:
    """Refuse a target that is not a complete component of its kind, or has fields that cannot be configured.

    Raises
    ------
    PluginError
        If it is; the message names the component, its class, and what is missing.
    """
    base = KINDS[kind].base
    if not (inspect.isclass(target) and issubclass(target, base)):
        got = (
            f"the class {target.__name__}"
            if inspect.isclass(target)
            else f"an instance of {type(target).__name__}"
        )
        raise PluginError(f"{kind} {name!r} is {got}, not a subclass of ravine.{base.__name__}")
    if missing := sorted(getattr(target, "__abstractmethods__", ())):
        raise PluginError(f"{kind} {name!r}: {target.__name__} lacks {', '.join(missing)}")
    if not (is_dataclass(target) and "__dataclass_fields__" in vars(target)):
        raise PluginError(f"{kind} {name!r}: {target.__name__} is not decorated with @dataclass(frozen=True)")
    # All classes are hashable, but mypy does not know it.
    hashable: Any = target
    try:
        check_fields(hashable)
        _check_defaults(hashable)
    except FieldError as error:
        raise PluginError(f"{kind} {name!r}: {target.__name__}: {error}") from error


@functools.cache
def _check_defaults(cls: Any) -> None:
    """Try to make a component with its defaults, if all fields have one."""
    if all(default(item) is not MISSING for item in fields(cls)):
        try:
            call_plugin(cls)
        except PluginError as error:
            raise FieldError(f"it refuses its own defaults: {error}") from error
