"""Again: the last command of a study once more, with values that are added to its own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from ravine.base.errors import ConfigError
from ravine.config.values import values_of_word
from ravine.records.ledger import Ledger

__all__ = ["again"]

# Of these the new value counts, and is not added.
_ONE_FOR_ALL = (
    "search.",
    "tuning.",
    "study",
    "root",
    "workers",
    "on_error",
    "checkpoint_seconds",
    "weights",
    "figures",
)


def again(folder: Path, words: Sequence[str]) -> list[str]:
    """Return the words of a study's last command, with more values for its settings.

    Parameters
    ----------
    folder : Path
        The study's.
    words : sequence of str
        ``SETTING=VALUES``. If the command sweeps the setting, values are added: ``optimizer=mine``,
        ``seed=range(6,9)``. Of what is one for the whole study the new value counts.

    Raises
    ------
    ValueError
        If the folder is not a study, or the study was not made by a command.
    ConfigError
        If a setting is not one of the command's, so that runs that are there would lack it.
    """
    program, *given = shlex.split(Ledger.read(folder).command)
    if program != "ravine" or not given:
        raise ValueError(f"{folder}: the study was not made by a command, so none can be given again")
    settings = [word for word in given if _is_setting(word) and not word.startswith(("study=", "root="))]
    options = [word for word in given if not _is_setting(word)]
    for word in words:
        if not _is_setting(word):
            raise ConfigError(f"{word!r} is not SETTING=VALUES")
        settings = _with(settings, word, folder)
    return [*options, *settings, f"study={folder.name}", f"root={folder.parent}"]


def _is_setting(word: str) -> bool:
    return "=" in word and not word.startswith("-")


def _with(settings: Sequence[str], word: str, folder: Path) -> list[str]:
    key = word.partition("=")[0]
    keys = [setting.partition("=")[0] for setting in settings]
    if key.startswith(_ONE_FOR_ALL) or key.startswith("hydra"):
        return [*(setting for setting, of in zip(settings, keys, strict=True) if of != key), word]
    if key not in keys:
        raise ConfigError(
            f"{key}: the command of {folder} does not set it, and its runs are without it; there are: "
            f"{', '.join(keys)}; for another study of all: {shlex.join(['ravine', '-m', *settings])} {word}"
        )
    at = keys.index(key)
    both = dict.fromkeys([*values_of_word(settings[at]), *values_of_word(word)])
    return [*settings[:at], f"{key}={','.join(both)}", *settings[at + 1 :]]
