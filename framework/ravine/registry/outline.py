"""Outline: what a built-in module offers and says of itself, read from its text; most are never imported."""

from __future__ import annotations

import re
import sys
from importlib.machinery import FileFinder
from pathlib import Path
from pkgutil import ModuleInfo

import pluggy

__all__ = ["Outline", "first_line", "outline"]


# As in ``hookspecs``, which is not needed for it.
_hookimpl = pluggy.HookimplMarker("ravine")

# The end of a module with one hook, which returns a dict of names and classes.
_HOOK = re.compile(
    r"^@hookimpl\ndef (ravine_\w+)\(\)[^\n]*:\n    return \{((?:\s*\"\w+\": \w+,?)+)\s*\}\s*\Z", re.MULTILINE
)
_OFFER = re.compile(r"\"(\w+)\": (\w+)")
_CLASS = re.compile(r'^class (\w+).*?:\n    r?"""([^\n]*)', re.MULTILINE | re.DOTALL)


class Outline:
    """A plugin that offers what a module does, each class by the module's name and its own.

    Parameters
    ----------
    hook : str
        The hook that the module implements.
    offered : dict of str to str
        ``"module:Class"`` by name.
    """

    def __init__(self, hook: str, offered: dict[str, str]) -> None:
        setattr(self, hook, _hookimpl(lambda: offered))

    # Otherwise pluggy asks every attribute of an object whether it is a hook.
    def __dir__(self) -> list[str]:
        return [*vars(self)]


def outline(module: ModuleInfo) -> Outline | None:
    """Return the outline of a module; None if it offers anything in another way than by a dict at its end."""
    if module.ispkg or not isinstance(module.module_finder, FileFinder):
        return None
    text = _text(Path(module.module_finder.path, f"{module.name.rpartition('.')[2]}.py"))
    found = _HOOK.search(text)
    if not found or text.count("@hookimpl") > 1:
        return None
    offered = dict(_OFFER.findall(found[2]))
    # Others are imported from elsewhere.
    own = {name for name, _ in _CLASS.findall(text)}
    if not own.issuperset(offered.values()):
        return None
    return Outline(found[1], {name: f"{module.name}:{cls}" for name, cls in offered.items()})


def first_line(target: str) -> str:
    """Return the first line of the docstring of ``"module:Class"``; nothing if it cannot be read."""
    module, _, name = target.partition(":")
    parent, _, last = module.rpartition(".")
    folders = getattr(sys.modules.get(parent), "__path__", [])
    lines = (dict(_CLASS.findall(_text(Path(folder, f"{last}.py")))) for folder in folders)
    return next((found[name].partition('"""')[0].strip() for found in lines if name in found), "")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
