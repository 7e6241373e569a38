"""Explain: Hydra's and OmegaConf's errors in two lines at most: what is wrong, where, and what is possible."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

from ravine.registry import PluginError, UnknownNameError, nearest

__all__ = ["explain"]

_COMPOSERS = ("hydra", "omegaconf", "antlr4", "yaml")


def explain(error: BaseException) -> str:
    """Return what the user can do about an error of composition.

    Parameters
    ----------
    error : exception
        From Hydra, OmegaConf or the registry; its causes are looked at too.
    """
    chain = _chain(error)
    for cause in reversed(chain):  # the first cause knows best
        if isinstance(cause, UnknownNameError | PluginError):
            return str(cause)
    text = "\n".join(str(cause) for cause in chain)
    key = _search(r"full_key: (\S+)", text)

    if found := re.search(r"Could not find '([^']+)/([^'/]+)'\n\nAvailable options in '[^']*':\n((?:\t.*\n?)*)", text):
        group, name, options = found.group(1), found.group(2), found.group(3).split()
        return f"{group}={name}: there is no such {group}{nearest(name, options)}"
    if found := re.search(r"Could not override '([^']+)'\.\s*No match in the defaults list", text):
        return _unmatched_group(found.group(1))
    if found := re.search(r"Key '([^']+)' (?:is )?not in '?(\w+)'?", text):
        return _unknown_key(found.group(1), key, chain)
    if found := re.search(r"Value '(.*)' of type '\w+' could not be converted to (\w+)", text):
        kind = {"Float": "a number", "Integer": "a whole number", "Boolean": "true or false"}
        return f"{key} = {found.group(1)!r}: it is {kind.get(found.group(2), found.group(2))}"
    if found := re.search(r"Invalid value '(.*)', expected one of \[(.*)\]", text):
        return f"{key} = {found.group(1)!r}: it is one of {found.group(2)}"
    if found := re.search(r"Interpolation key '([^']+)' not found", text):
        return f"{key} refers to {found.group(1)!r}, which is not there: give {key}=VALUE"
    if found := re.search(r"[Mm]issing mandatory value: (\S+)", text):
        return f"{found.group(1)} is missing: give {found.group(1)}=VALUE"
    if found := re.search(r"Cannot find primary config '([^']+)'", text):
        return f"there is no configuration called {found.group(1)!r} where Hydra looks (see --config-dir, --config-path)"
    if not any(type(cause).__module__.partition(".")[0] in _COMPOSERS for cause in chain):
        return str(error) or type(error).__name__  # our own errors say it themselves
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    where = f"{key}: " if key and key not in lines[0] else ""
    return where + (lines[0] if lines else type(error).__name__)


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _search(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found.group(1) if found else ""


def _unmatched_group(group: str) -> str:
    from ravine.config import GROUPS, SUPERVISED

    if group in SUPERVISED:
        return f"{group} makes no sense with this problem, a surface; it goes with problem=supervised"
    return f"there is no setting {group!r}{nearest(group, [*GROUPS, *_ROOT])}"


_ROOT = ("training", "seed", "study", "figures", "experiment")


def _unknown_key(name: str, full_key: str, chain: list[BaseException]) -> str:
    from ravine.config import GROUPS, SUPERVISED

    section, _, _ = full_key.rpartition(".")
    if full_key in SUPERVISED or full_key.partition(".")[0] in SUPERVISED and not section:
        return _unmatched_group(full_key)
    known = _siblings(chain) or ([] if section else [*GROUPS, *_ROOT])
    owner = f"{section} has no field {name!r}" if section else f"there is no setting {name!r}"
    return owner + (nearest(name, known) if known else "")


def _siblings(chain: list[BaseException]) -> list[str]:
    """Return the keys beside the unknown one, where OmegaConf tells."""
    for cause in chain:
        object_type: Any = getattr(cause, "object_type", None)
        if object_type is not None and is_dataclass(object_type):
            return [item.name for item in fields(object_type) if item.name != "name"]
    return []
