"""Vetting: what a plugin and its components must be to be taken in."""

from __future__ import annotations

import importlib
import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pluggy

from ravine import hookspecs
from ravine.architecture import Architecture
from ravine.component import Component
from ravine.dataset import Dataset
from ravine.fields import FieldError, check_fields
from ravine.figure import Figure
from ravine.initializer import Initializer
from ravine.layer import Layer
from ravine.loss import Loss
from ravine.metric import Metric
from ravine.names import is_name, nearest
from ravine.optimizer import Optimizer
from ravine.probe import Probe
from ravine.regularizer import Regularizer
from ravine.schedule import Schedule
from ravine.surface import Surface

__all__ = [
    "KINDS",
    "PluginError",
    "called",
    "check_class",
    "check_hooks",
    "check_version",
    "offers",
    "reason",
    "where",
]

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


class PluginError(ValueError):
    """A plugin is not what it should be."""


def check_version(plugin: object) -> None:
    """Refuse a plugin that was written for another major version of the hook specs.

    Raises
    ------
    PluginError
        Saying which of the two is to be upgraded.
    """
    ours, theirs = hookspecs.VERSION, getattr(plugin, "RAVINE_HOOKS", 1)
    if theirs != ours:
        newer = isinstance(theirs, int) and theirs > ours
        advice = f"upgrade ravine, which is {metadata.version('ravine')}" if newer else "upgrade the plugin"
        raise PluginError(
            f"it is written for version {theirs!r} of the hooks, here is version {ours}: {advice}"
        )


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """Refuse a registered plugin that implements hooks which do not exist, or none at all.

    Raises
    ------
    PluginError
        Naming the hook, and those there are.
    """
    if inspect.isclass(plugin):
        raise PluginError(f"{plugin.__name__} is a class: an entry point names a module, or an instance")
    known = {hook for hook in vars(hookspecs) if hook.startswith("ravine_")}
    callers = manager.get_hookcallers(plugin) or []
    for caller in callers:
        optional = all(made.optionalhook for made in caller.get_hookimpls() if made.plugin is plugin)
        if caller.name not in known and not optional:
            raise PluginError(f"there is no hook {caller.name!r}{nearest(caller.name, known)}")
        for made in caller.get_hookimpls():
            if made.plugin is plugin and (made.wrapper or made.hookwrapper):
                raise PluginError(f"{caller.name} is a wrapper: there is nothing to wrap")
    if not callers:
        forgotten = sorted(known & set(dir(plugin)))
        raise PluginError(
            f"{forgotten[0]} is not marked with @hookimpl"
            if forgotten
            else "it offers nothing: no function in it is marked with @hookimpl"
        )


def offers(manager: pluggy.PluginManager, plugin: object) -> Iterator[tuple[str, str, type[Component] | str]]:
    """Yield kind, name, and class or ``"module:Class"`` of everything that a registered plugin offers.

    Raises
    ------
    PluginError
        If a hook raises or returns something else, or a component is not what it should be.
    """
    for kind, (hook, _) in KINDS.items():
        made = [one for one in getattr(manager.hook, hook).get_hookimpls() if one.plugin is plugin]
        if not made:
            continue
        offered = called(made[0].function, f"{hook}: ")
        if not isinstance(offered, dict):
            raise PluginError(f"{hook} returned a {type(offered).__name__}, not a dict of names and classes")
        for name, target in offered.items():
            if not is_name(name):
                raise PluginError(
                    f"{name!r} is no name of any {kind}: it is lower-case letters, digits and _, perhaps "
                    "with a family before a /"
                )
            if not isinstance(target, str):
                check_class(kind, name, target)
            elif not re.fullmatch(r"[\w.]+:\w+", target):
                raise PluginError(f'{kind} {name!r}: {target!r} is not of the form "module:Class"')
            yield kind, name, target


def check_class(kind: str, name: str, target: Any) -> None:
    """Refuse what is no complete component of its kind, or has fields that no configuration can hold.

    Raises
    ------
    PluginError
        Naming the component, its class, and what is missing.
    """
    base = KINDS[kind][1]
    if not (inspect.isclass(target) and issubclass(target, base)):
        what = (
            f"the class {target.__name__}"
            if inspect.isclass(target)
            else f"an instance of {type(target).__name__}"
        )
        raise PluginError(f"{kind} {name!r} is {what}, not a subclass of ravine.{base.__name__}")
    if missing := sorted(getattr(target, "__abstractmethods__", ())):
        raise PluginError(f"{kind} {name!r}: {target.__name__} lacks {', '.join(missing)}")
    if not (is_dataclass(target) and "__dataclass_fields__" in vars(target)):
        raise PluginError(f"{kind} {name!r}: {target.__name__} is not decorated with @dataclass(frozen=True)")
    hashable: Any = target  # so are all classes; mypy doubts it
    try:
        check_fields(hashable)
    except FieldError as error:
        raise PluginError(f"{kind} {name!r}: {target.__name__}: {error}") from error


def called(function: Callable[[], Any], what: str = "") -> Any:
    """Call what a plugin wrote; whatever it raises, but for Ctrl-C, is a reason to leave it out.

    Raises
    ------
    PluginError
        Beginning with ``what``.
    """
    try:
        return function()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(what + reason(error)) from error


def reason(error: BaseException) -> str:
    """Return an error's type and the last line of its text; what ravine says of a plugin as it is."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # a plugin's errors may be broken too
        lines = []
    if isinstance(error, PluginError):
        return str(error)
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__


def where(error: BaseException) -> str:
    """Return file and line of the last call in a plugin's own code, where the error came from there."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    ours = {Path(str(module.__file__)).parent for module in (hookspecs, pluggy, importlib, metadata)}
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent not in ours and not frame.filename.startswith("<frozen ")
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
