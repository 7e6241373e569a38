"""Zipped: settings of a sweep whose values go together, as Hydra's authors plan to write them.

``rates=zip(seed=choice(0,1),optimizer.lr=choice(0.1,0.2))`` has two runs and not four. To Hydra's
parser a member is a setting with several values, like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ravine.base.errors import ConfigError

__all__ = ["FORM", "Zip", "as_zip", "members", "refuse_zips", "whole"]

FORM = "NAME=zip(SETTING=choice(A,B),SETTING=choice(C,D))"
"""How it is written."""


@dataclass(frozen=True)
class Zip:
    """Settings whose values go together.

    Parameters
    ----------
    name : str
        What the user calls it.
    word : str
        As it is typed.
    members : tuple of str
        A word for each setting, with all of its values: ``seed=choice(0,1)``.
    """

    name: str
    word: str
    members: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """The settings."""
        return [member.partition("=")[0] for member in self.members]

    def rows(self, values: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return what goes together, given the values of each setting.

        Raises
        ------
        ConfigError
            If one has more values than another: how many each has.
        """
        if len({*map(len, values)}) > 1:
            counts = ", ".join(f"{key} has {len(its)}" for key, its in zip(self.keys, values, strict=True))
            raise ConfigError(f"{self.word}: {counts} values; what goes together has as many")
        return list(zip(*values, strict=True))


def as_zip(word: str) -> Zip | None:
    """Read a word; None if it is a setting.

    Raises
    ------
    ConfigError
        If it is written in another way than ``FORM``, or sets what is not of a run.
    """
    name, _, value = word.partition("=")
    found = re.fullmatch(r"zip\((.*)\)", value.strip(), re.DOTALL)
    typed = [*map(str.strip, _split(found[1]))] if found else []
    if not typed:
        if re.search(r"(^|[\[(,{:])\s*zip\(", re.sub(_QUOTED, "", value), re.IGNORECASE):
            raise ConfigError(f"{word}: a zip stands alone, with its brackets closed: {FORM}")
        return None
    if not re.fullmatch(r"\w+", name):
        raise ConfigError(f"{word}: a zip has a name of its own, which is a word: {FORM}")
    for part in typed:
        key, given, _ = part.partition("=")
        if not (given and key.strip()):
            raise ConfigError(f"{word}: {part!r} is not SETTING=VALUES; it is written {FORM}")
        if re.search(r"=\s*(\[\s*\]|choice\(\s*\))$", part):
            raise ConfigError(f"{word}: {part} has no value")
        if re.match(r"[+~]*(hydra\b|experiment$)|.*@", key):
            raise ConfigError(
                f"{word}: {key}: a sweep has settings of runs, and neither Hydra's nor experiments"
            )
    made = Zip(name, word, tuple(map(_member, typed)))
    if len(typed) < 2:
        raise ConfigError(f"{word}: it has one setting; two or more go together, {FORM}")
    if twice := [key for key in made.keys if made.keys.count(key) > 1]:
        raise ConfigError(f"{word}: {twice[0]} is there twice")
    return made


def members(word: str) -> tuple[str, ...]:
    """Return the settings of a word: those of a zip, or itself."""
    made = as_zip(word)
    return made.members if made else (word,)


def whole(params: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return an experiment's words and a command's; what a zip of the command sets counts for both."""
    zipped = {key for word in words if (made := as_zip(word)) for key in made.keys}
    return [*(word for word in params if word.partition("=")[0] not in zipped), *words]


def refuse_zips(words: Collection[str], this: str) -> None:
    """Refuse a zip where samplers propose each setting by itself.

    Raises
    ------
    ConfigError
        Naming it, and what takes its place.
    """
    for word in words:
        if made := as_zip(word):
            raise ConfigError(
                f"{word}: {this} proposes each setting by itself, {made.members[0]}; values that go together "
                "are for a grid, or stand in a preset of the component"
            )


def _member(typed: str) -> str:
    """Return a member with its values as Hydra sweeps them; a list in brackets is one value to Hydra."""
    key, _, value = (part.strip() for part in typed.partition("="))
    return f"{key}=choice({value[1:-1]})" if value[:1] == "[" and value[-1:] == "]" else f"{key}={value}"


def _split(text: str) -> list[str]:
    """Return the parts between commas outside of brackets and quotes; none if a bracket is missing."""
    depth, parts = 0, [""]
    for part in re.findall(rf"{_QUOTED}|.", text, re.DOTALL):
        depth += (part in "([{") - (part in ")]}")
        if depth < 0:
            return []
        if part == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += part
    return parts if depth == 0 else []


_QUOTED = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
