"""Again: the last command of a study once more, with values that are added to what it sweeps."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence
from pathlib import Path

from ravine.base.errors import ConfigError
from ravine.base.names import nearest
from ravine.config.command import swept_by
from ravine.config.text import written
from ravine.config.values import values_of_word
from ravine.records.ledger import Ledger
from ravine.records.run import EXECUTION

__all__ = ["again"]

# Of what is one for the whole study the new value counts, and is not added.
_REPLACED = ("search.trials", "track", *EXECUTION)


def again(folder: Path, words: Sequence[str]) -> list[str]:
    """Return the words of a study's last command, with more values for what it sweeps.

    Parameters
    ----------
    folder : Path
        The study's.
    words : sequence of str
        ``SETTING=VALUES``, to be added to those of the command or of its experiment: ``seed=range(6,9)``. Of
        what is one for the whole study the new value counts.

    Raises
    ------
    ValueError
        If the folder is not a study, or the study was not made by a sweep.
    ConfigError
        If the command does not sweep a setting: then the runs that are there have no other value of it.
    """
    if folder.name in ("", ".."):
        folder = folder.resolve()
    if folder.parent.name == "tuning":
        whole = folder.parents[1]
        raise ValueError(f"{folder}: it tunes an arm of {whole}, and goes on with it: ravine again {whole}")
    program, *given = shlex.split(Ledger.read(folder).command)
    options = [word for word in given if not _is_setting(word)]
    if program != "ravine" or not {"-m", "--multirun"} & {*options}:
        raise ValueError(
            f"{folder}: the study was not made by a sweep, ravine -m, to which values can be added"
        )
    settings = [word for word in given if _is_setting(word) and _key(word) not in ("study", "root")]
    # What an experiment sweeps stands in its file; the words of the command win.
    swept = {_key(word): word for word in [*swept_by(given), *settings]}
    for word in words:
        if not _is_setting(word) or word.endswith("="):
            raise ConfigError(f"{word!r} is not SETTING=VALUES")
        key = _key(word)
        if key in _REPLACED:
            new = word
        elif key in swept and (_has_several(swept[key]) or key == "seed"):
            new = f"{key}={','.join(dict.fromkeys([*values_of_word(swept[key]), *values_of_word(word)]))}"
        else:
            raise ConfigError(_refusal(folder, word, swept, given))
        swept[key] = new
        settings = list({_key(setting): setting for setting in [*settings, new]}.values())
    return [*options, *settings, f"study={written(folder.name)}", f"root={folder.parent}"]


def _is_setting(word: str) -> bool:
    return "=" in word and not word.startswith("-")


def _key(word: str) -> str:
    return word.partition("=")[0]


def _has_several(word: str) -> bool:
    """Whether a setting has several values; an interval has none, but what a search proposes."""
    with contextlib.suppress(ConfigError):
        return len(values_of_word(word)) > 1
    return False


def _refusal(folder: Path, word: str, swept: dict[str, str], given: Sequence[str]) -> str:
    """Say why a value cannot be added, and what can."""
    key = _key(word)
    has = f"it has {swept[key]}" if key in swept else "it does not set it"
    several = [name for name, setting in swept.items() if _has_several(setting)]
    whole = shlex.join(["ravine", *(old for old in given if _key(old) not in ("study", "root"))])
    return (
        f"{key}: the command of {folder} does not sweep it, {has}, and so have all its runs"
        f"{nearest(key, several)}; a study of its own: {whole} {word} study=OTHER"
    )
