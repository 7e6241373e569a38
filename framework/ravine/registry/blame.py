"""Blame: whose fault an error is, and where."""

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

from ravine.base.errors import PluginError, PluginWarning

__all__ = [
    "called",
    "definition",
    "failure",
    "imported",
    "package",
    "quiet",
    "reason",
    "where",
]


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
    return file.is_relative_to(Path(__file__).parents[1]) or (
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


@contextlib.contextmanager
def quiet(who: str) -> Iterator[None]:
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


def definition(cls: type) -> str:
    """Return file and line where a class begins."""
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):  # there is no source
        return cls.__module__


def source_file(cls: type) -> str | None:
    """Return the file that a class was read from, where there is one."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)
