"""Blame: which plugin or component has caused an error, and where."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import inspect
import pkgutil
import re
import sys
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ravine.base.errors import PluginError, PluginWarning, WriteError
from ravine.base.warn import warn

__all__ = [
    "call_plugin",
    "definition",
    "failure",
    "imported",
    "package",
    "quiet",
    "reason",
    "where",
]


_LONG = 200  # letters of an error's text that are shown in one line


def call_plugin(function: Callable[[], Any], prefix: str = "") -> Any:
    """Call a function of a plugin; anything that it raises, except Ctrl-C, becomes a ``PluginError``.

    Raises
    ------
    PluginError
        With a message that begins with ``prefix``.
    """
    try:
        return function()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(prefix + reason(error)) from error


def reason(error: BaseException) -> str:
    """Return an error's type and its text in one line; of an error of ravine's own its text alone.

    Of a long text of several lines it is the first line.
    """
    try:
        lines = str(error).strip().splitlines()
    # The __str__ of a plugin's error may be broken too.
    except Exception:
        lines = []
    if isinstance(error, PluginError | WriteError):
        return str(error)
    text = " ".join(" ".join(lines).split())
    if len(text) > _LONG:
        text = lines[0].strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def where(error: BaseException) -> str:
    """Return file and line of the last call in a plugin's own code; nothing if the error is not from a plugin.

    A library that the plugin calls is not its own code. The first call outside of ravine and Python tells which
    package is the plugin's.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    # Names in <> are not files but the import machinery, and code that dataclasses generate.
    calls = [
        (package(frame.f_globals.get("__name__", "")), f"{frame.f_code.co_filename}:{line}")
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith("<")
    ]
    theirs = [call for call in calls if call[0] not in {"ravine", "pluggy", *sys.stdlib_module_names}]
    return next((place for name, place in reversed(theirs) if name == theirs[0][0]), "")


def failure(text: str) -> tuple[str, str]:
    """Return an error's type with the first line of its text, and its place in a plugin's code.

    Parameters
    ----------
    text : str
        The traceback of a failed run, as it was recorded; see ``where`` for an error object.

    Returns
    -------
    message, place : str
        The place is ``file.py:12``, or ``""`` if the error is not from a plugin.
    """
    last = text.strip().rpartition("Traceback (most recent call last):\n")[2]
    message = next((line for line in last.splitlines() if not line.startswith(" ")), "").rstrip(": ")
    # It has the component, the plugin and the place.
    message = message.removeprefix(f"{PluginError.__module__}.{PluginError.__name__}: ")
    calls = [(Path(file), line) for file, line in re.findall(r'^  File "([^"<]+)", line (\d+)', last, re.M)]
    theirs = [(file, line) for file, line in calls if not _is_ours(file)]
    places = [f"{file.name}:{line}" for file, line in theirs if file.parent == theirs[0][0].parent]
    return message, places[-1] if places else ""


def _is_ours(file: Path) -> bool:
    """Whether a file belongs to ravine or to Python itself, and not to a plugin or a library."""
    # Installed packages are in a folder of the standard library's folder.
    library = file.is_relative_to(sysconfig.get_path("stdlib"))
    return file.is_relative_to(Path(__file__).parents[1]) or (
        library and not {"site-packages", "dist-packages"} & set(file.parts)
    )


def package(module: str) -> str:
    """Return the top-level package of a module."""
    return module.partition(".")[0]


def imported(module: str, attributes: str) -> Any:
    """Import a module of a plugin, and return an attribute of it.

    Parameters
    ----------
    module : str
        Its full name.
    attributes : str
        ``"Class"``, or ``"instance.plugin"``; nothing for the module itself.

    Raises
    ------
    PluginError
        If there is no such module or attribute; the message names the nearest one.
    Exception
        Whatever the module raises.
    """
    try:
        value: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        # A different module is missing, one that the plugin itself imports.
        if not f"{module}.".startswith(f"{error.name}."):
            raise
        parent, _, last = str(error.name).rpartition(".")
        # None stands for the whole of Python's path.
        folders = getattr(sys.modules[parent], "__path__", []) if parent else None
        names = [found.name for found in pkgutil.iter_modules(folders)]
        raise PluginError(reason(error) + _suggestion(last, names)) from error
    for name in filter(None, attributes.split(".")):
        try:
            value = getattr(value, name)
        except AttributeError as error:
            raise PluginError(reason(error) + _suggestion(name, dir(value))) from error
    return value


def _suggestion(word: str, names: Iterable[str]) -> str:
    """Return the end of an error's sentence, if a name is close to ``word``; there are too many to list all."""
    close = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


@contextlib.contextmanager
def quiet(who: str) -> Iterator[None]:
    """Send what a plugin prints to standard error, and put its name before its warnings.

    Standard output belongs to the command: a different program may read it.
    """
    told: list[warnings.WarningMessage] = []
    try:
        with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings(record=True) as caught:
            # Ctrl-C may come before this line.
            told = caught
            yield
    finally:
        for warning in told:
            text = f"{who}: {warning.category.__name__}: {warning.message}"
            warn(text, PluginWarning)


def definition(cls: type) -> str:
    """Return file and line where a class begins."""
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    # There is no source.
    except (OSError, TypeError):
        return cls.__module__


def source_file(cls: type) -> str | None:
    """Return the file that a class was read from, or None if there is none."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)
