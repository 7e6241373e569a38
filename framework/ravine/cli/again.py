"""Again: the last command of a study once more, with values that are added to what it sweeps."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ravine.base.errors import ConfigError
from ravine.base.names import nearest
from ravine.config.command import swept_by
from ravine.config.text import written
from ravine.config.values import values_of_word
from ravine.config.zipped import Zip, as_zip
from ravine.records.ledger import RUNS, Ledger
from ravine.records.run import EXECUTION
from ravine.records.tuned import last_command

__all__ = ["again", "given_in"]

# Of what is one for the whole study the new value counts, and is not added.
_REPLACED = ("search.trials", "track", *EXECUTION)


@contextlib.contextmanager
def given_in(folder: Path) -> Iterator[Path]:
    """Be in the folder in which a study's command was given, and provide the study's folder as seen from there.

    It follows from where the study lies and from ``root``. It counts only if more of the files that the
    command names are there than in the current folder, because a study may have been moved.

    Raises
    ------
    ValueError
        If the folder is not a study.
    """
    _, *given = shlex.split(last_command(folder))
    root = next((word.partition("=")[2] for word in reversed(given) if _key(word) == "root"), str(RUNS))
    there = folder.resolve().parent
    for _ in Path(root).parts:
        there = there.parent

    def named(place: Path) -> int:
        return sum(os.path.exists(place / word.rpartition("=")[2]) for word in given)

    if os.path.isabs(root) or ".." in Path(root).parts or named(there) <= named(Path.cwd()):
        yield folder
        return
    seen = Path(os.path.relpath(folder.resolve(), there))
    with contextlib.chdir(there):
        yield seen


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
    program, *given = shlex.split(last_command(folder))
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
        elif key in swept and (made := as_zip(swept[key])):
            new = _with_rows(made, word)
        elif key == "seed" or (key in swept and _has_several(swept[key])):
            there = swept.get(key) or _seeds(folder)
            new = f"{key}={','.join(dict.fromkeys([*values_of_word(there), *values_of_word(word)]))}"
        else:
            raise ConfigError(_refusal(folder, word, swept, given))
        swept[key] = new
        settings = list({_key(setting): setting for setting in [*settings, new]}.values())
    return [*options, *settings, f"study={written(folder.name)}", f"root={folder.parent}"]


def _seeds(folder: Path) -> str:
    """Return the seeds of the runs of a study whose command says none, as a word."""
    seeds = {values["seed"] for values in Ledger.read(folder).asked.values() if "seed" in values}
    return f"seed={','.join(map(str, sorted(seeds)))}"


def _is_setting(word: str) -> bool:
    return "=" in word and not word.startswith("-")


def _key(word: str) -> str:
    return word.partition("=")[0]


def _with_rows(made: Zip, word: str) -> str:
    """Return a zip with the rows of another one."""
    more = as_zip(word)
    if not more or {*more.keys} != {*made.keys}:
        form = ",".join(f"{key}=[VALUE]" for key in made.keys)
        raise ConfigError(f"{word}: rows are added with the same settings, {made.name}=zip({form})")
    first, then = (each.rows([*map(values_of_word, each.members)]) for each in (made, more))
    places = [more.keys.index(key) for key in made.keys]
    rows = dict.fromkeys([*first, *(tuple(row[place] for place in places) for row in then)])
    columns = zip(made.keys, map(",".join, zip(*rows, strict=True)), strict=True)
    return f"{made.name}=zip({','.join(f'{key}=choice({its})' for key, its in columns)})"


def _has_several(word: str) -> bool:
    """Whether a setting has several values; an interval has none, but what a search proposes."""
    with contextlib.suppress(ConfigError):
        return len(values_of_word(word)) > 1
    return False


def _refusal(folder: Path, word: str, swept: dict[str, str], given: Sequence[str]) -> str:
    """Say why a value cannot be added, and what can."""
    key = _key(word)
    for made in filter(None, map(as_zip, swept.values())):
        if key in made.keys:
            form = ",".join(f"{each}=[VALUE]" for each in made.keys)
            return f"{word}: {key} goes together with others in {made.word}; {made.name}=zip({form}) adds a row"
    has = f"it has {swept[key]}" if key in swept else "it does not set it"
    several = [name for name, setting in swept.items() if _has_several(setting)]
    whole = shlex.join(["ravine", *(old for old in given if _key(old) not in ("study", "root"))])
    return (
        f"{key}: the command of {folder} does not sweep it, {has}, and so have all its runs; a study of its "
        f"own is {whole} {word} study=OTHER{nearest(key, several)}"
    )
