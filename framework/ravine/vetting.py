"""Vetting: what a plugin and its components must be to be taken in."""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import pkgutil
import re
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pluggy

from ravine import hookspecs
from ravine.architecture import Architecture
from ravine.component import Component
from ravine.dataset import Dataset
from ravine.fields import FieldError, check_fields, default
from ravine.figure import Figure
from ravine.initializer import Initializer
from ravine.layer import Layer
from ravine.loss import Loss
from ravine.metric import Metric
from ravine.names import is_name, nearest
from ravine.optimizer import Optimizer
from ravine.probe import Probe
from ravine.regularizer import Regularizer
from ravine.sampler import Sampler
from ravine.schedule import Schedule
from ravine.surface import Surface

__all__ = [
    "ALIASES",
    "KINDS",
    "PluginError",
    "called",
    "check_class",
    "check_hooks",
    "check_offer",
    "check_version",
    "failure",
    "imported",
    "nearest_kind",
    "offers",
    "package",
    "reason",
    "where",
    "wrong_arguments",
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
    "sampler": ("ravine_samplers", Sampler),
    "figure": ("ravine_figures", Figure),
}


ALIASES = {
    "problem": "surface",
    "activation": "layer",
    **{hook.removeprefix("ravine_"): kind for kind, (hook, _) in KINDS.items()},
}
"""Words that one may take for a kind, and which is meant."""


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
    if not isinstance(theirs, int):
        raise PluginError(f"RAVINE_HOOKS = {theirs!r}: it is a whole number, here {ours}")
    if theirs != ours:
        newer = theirs > ours
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


def wrong_arguments(error: pluggy.PluginValidationError) -> str:
    """Return what pluggy says of a hook with arguments that its spec has not, in one line."""
    text = str(error)
    hook, extra = re.search(r"for hook '(\w+)'", text), re.search(r"\{(.*)\}", text)
    if not (hook and extra):
        return reason(error)
    given = ", ".join(inspect.signature(getattr(hookspecs, hook[1])).parameters)
    extras = extra[1].replace("'", "")
    return f"{hook[1]} asks for {extras}, and is given {given or 'nothing'}"


def nearest_kind(word: str) -> str:
    """Return the end of an error's sentence: the kind that ``word`` may have meant."""
    return f"; did you mean {ALIASES[word]}?" if word in ALIASES else nearest(word, KINDS)


def offers(manager: pluggy.PluginManager, plugin: object) -> Iterator[tuple[str, str, type[Component] | str]]:
    """Yield kind, name, and class or ``"module:Class"`` of everything that a registered plugin offers.

    Raises
    ------
    PluginError
        If a hook raises, or returns no dict.
    """
    for kind, (hook, _) in KINDS.items():
        made = [one for one in getattr(manager.hook, hook).get_hookimpls() if one.plugin is plugin]
        if not made:
            continue
        offered = called(made[0].function, f"{hook}: ")
        if not isinstance(offered, dict):
            raise PluginError(f"{hook} returned a {type(offered).__name__}, not a dict of names and classes")
        for name, target in offered.items():
            yield kind, name, target


def check_offer(kind: str, name: str, target: type[Component] | str) -> None:
    """Refuse a component that cannot be chosen, or is not what it should be.

    Raises
    ------
    PluginError
        Naming it, and what it should be.
    """
    if not is_name(name):
        raise PluginError(
            f"{name!r} is no name of any {kind}: it is lower-case letters, digits and _, perhaps "
            "with a family before a /"
        )
    if not isinstance(target, str):
        check_class(kind, name, target)
    elif not re.fullmatch(r"[\w.]+:\w+", target):
        module, _, last = target.rpartition(".")
        meant = f': write "{module}:{last}"' if re.fullmatch(r"[\w.]+", target) and module else ""
        raise PluginError(f'{kind} {name!r}: {target!r} is not of the form "module:Class"{meant}')


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
        _check_defaults(hashable)
    except FieldError as error:
        raise PluginError(f"{kind} {name!r}: {target.__name__}: {error}") from error


@functools.cache
def _check_defaults(cls: Any) -> None:
    """Make a component of its defaults, where all fields have one."""
    if all(default(item) is not MISSING for item in fields(cls)):
        try:
            called(cls)
        except PluginError as error:
            raise FieldError(f"it refuses its own defaults: {error}") from error


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
    """Return file and line of the last call in a plugin's own code, where the error came from there.

    That is not the library that the plugin has called: whose code it is, the first call tells that is not ours.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    calls = [
        (package(frame.f_globals.get("__name__", "")), f"{frame.f_code.co_filename}:{line}")
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith("<")  # the import machinery, and what dataclasses write
    ]
    theirs = [call for call in calls if call[0] not in {"ravine", "pluggy", *sys.stdlib_module_names}]
    return next((place for name, place in reversed(theirs) if name == theirs[0][0]), "")


def failure(text: str) -> tuple[str, str]:
    """Return an error's type with the first line of its text, and ``file.py:12`` in a plugin's code or ``""``.

    Parameters
    ----------
    text : str
        The traceback, as it is written down where a run failed; see ``where`` for an error itself.
    """
    last = text.strip().rpartition("Traceback (most recent call last):\n")[2]
    said = next((line for line in last.splitlines() if not line.startswith(" ")), "").rstrip(": ")
    calls = [(Path(file), line) for file, line in re.findall(r'^  File "([^"<]+)", line (\d+)', last, re.M)]
    theirs = [(file, line) for file, line in calls if not _is_ours(file)]
    places = [f"{file.name}:{line}" for file, line in theirs if file.parent == theirs[0][0].parent]
    return said, places[-1] if places else ""


def _is_ours(file: Path) -> bool:
    """Whether a file belongs to the engine or to Python itself, and not to a plugin or a library."""
    library = file.is_relative_to(sysconfig.get_path("stdlib"))  # others' packages are in a folder of it
    return file.is_relative_to(Path(__file__).parent) or (
        library and not {"site-packages", "dist-packages"} & set(file.parts)
    )


def package(module: str) -> str:
    """Return the top-level package of a module."""
    return module.partition(".")[0]


def imported(module: str, attributes: str) -> Any:
    """Import a module of a plugin, and return what it has under a name.

    Parameters
    ----------
    module : str
        Its full name.
    attributes : str
        ``"Class"``, ``"made.plugin"``; nothing for the module itself.

    Raises
    ------
    PluginError
        If there is no such module or name: the nearest one.
    Exception
        Whatever the module raises.
    """
    try:
        made: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # it is another that the plugin's own imports
        parent, _, last = str(error.name).rpartition(".")
        folders = getattr(sys.modules[parent], "__path__", []) if parent else None  # None: all there are
        known = [one.name for one in pkgutil.iter_modules(folders)]
        raise PluginError(reason(error) + _close(last, known)) from error
    for name in filter(None, attributes.split(".")):
        try:
            made = getattr(made, name)
        except AttributeError as error:
            raise PluginError(reason(error) + _close(name, dir(made))) from error
    return made


def _close(word: str, known: Iterable[str]) -> str:
    """Return the end of an error's sentence, if a name is close: of all there are many."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
