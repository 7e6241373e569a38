"""Completion: the words that may end a command line.

It answers while somebody types, so Hydra is not imported, and of ravine what the line is about.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import itertools
import re
import shlex
import typing
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ravine import registry
from ravine.cli.commands import WORDS
from ravine.config.experiments import experiments
from ravine.config.presets import conf_folder, presets
from ravine.contracts.fields import default
from ravine.records.axes import axes_of, value_of, value_text
from ravine.registry.kinds import GROUPS, KINDS

__all__ = ["OPTIONS", "answers", "read"]

OPTIONS: dict[str, tuple[str, ...]] = {
    "--cfg": ("job", "hydra", "all"),
    "--config-dir": (),
    "--config-name": (),
    "--config-path": (),
    "--dry-run": (),
    "--help": (),
    "--hydra-help": (),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
    "--multirun": (),
    "--package": (),
    "--resolve": (),
    "--version": (),
}
"""Options of a command that makes runs, each with its values; a test compares them with Hydra's parser."""

_OF_FOLDERS = ("--config-dir", "--config-path", "-cd", "-cp", "--into", "--folder")


def read(line: str) -> tuple[list[str], str]:
    """Return the words of an unfinished line after ``ravine``, without the last one, and the last one.

    Parameters
    ----------
    line : str
        As it is typed, up to the cursor; the last word may be in quotes that are still open.
    """
    for closing in ("", "'", '"'):
        with contextlib.suppress(ValueError):
            words = shlex.split(line + closing)
            break
    else:
        return [], ""
    if not closing and (not words or line[-1:].isspace()):
        words.append("")
    # An alias may stand in its place.
    start = next((i for i, word in enumerate(words) if Path(word).name == "ravine"), 0)
    return words[start + 1 : -1], words[-1]


def answers(line: str) -> list[str]:
    """Return the words that may take the place of the last one, in the order of the alphabet."""
    words, last = read(line)
    before = words[-1] if words else ""
    if before in _OF_FOLDERS:
        found: Iterable[str] = _folders(last)
    elif words and words[0] in (*WORDS, "again"):
        found = _of_word(words[0], words[1:], last)
    elif OPTIONS.get(before):
        found = OPTIONS[before]
    elif last.startswith("-"):
        found = OPTIONS
    else:
        first = () if words or "=" in last else (*WORDS, "again")
        found = [*first, *_settings(words, last)]
    return sorted({word for word in found if word.startswith(last) and word != last})


# Commands about a study, and those that take several.
_OF_STUDIES = ("again", "claims", "drop", "export", "figures", "play", "report", "status", "table", "watch")
_OF_SEVERAL = ("claims", "export", "figures", "play", "report", "table")


def _of_word(word: str, words: Sequence[str], last: str) -> Iterator[str]:
    """Yield what may come next after ``ravine WORD``."""
    from ravine.records.ledger import LEDGER

    before = words[-1] if words else ""
    if last.startswith("-") or before.startswith("--"):
        options = _options(word)
        yield from options if last.startswith("-") else options.get(before, ())
        if last.startswith("-") or options.get(before):
            return
    folders = [Path(each) for each in words if (Path(each) / LEDGER).exists()]
    if before == "--kind":
        yield from KINDS
    elif before == "--metric":
        yield from _names("metric")
    elif before == "--to":
        yield from _names("tracker")
    elif before in ("--style", "--format"):
        from ravine.reports.styling import FORMATS, STYLES

        yield from STYLES if before == "--style" else FORMATS
    elif before in ("--sort", "--best-per"):
        yield from _columns(folders)
    elif word in ("list", "check", "compare"):
        yield from _components(word, words, last)
    elif word in _OF_STUDIES:
        if not folders or word in _OF_SEVERAL:
            yield from _studies(last)
        if folders and word in ("table", "figures", "play", "drop"):
            yield from _columns(folders, last)
        if folders and word == "figures":
            yield from _names("figure")
        if folders and word == "again":
            yield from _settings(words, last)


def _options(word: str) -> dict[str, tuple[str, ...]]:
    """Return the options of a command, each with its values, as its own help names them."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        if word != "again":
            WORDS[word](["--help"])
    found = re.findall(r"(--[a-z][\w-]*)(?: \{([\w,]+)\})?", said.getvalue())
    return {option: tuple(values.split(",")) if values else () for option, values in found} or {"--dry-run": ()}


def _components(word: str, words: Sequence[str], last: str) -> Iterator[str]:
    """Yield kinds and names, for what shows or tries one component."""
    kinds = [*KINDS, *(["experiment"] if word == "list" else [])]
    if not words:
        yield from kinds
        # There are hundreds.
        yield from (entry.name for entry in registry.load() if last)
    elif words[-1] in kinds:
        yield from _experiments(words) if words[-1] == "experiment" else _names(words[-1])
    elif word == "check" and "." not in last:
        of = [
            entry
            for entry in registry.load()
            if entry.name == words[-1] and entry.kind in (words[0], entry.kind)
        ]
        yield from (f"{item.name}=" for entry in of[:1] for item in dataclasses.fields(entry.cls))


def _settings(words: Sequence[str], last: str) -> Iterator[str]:
    """Yield the settings of a run, ``optimizer=``, or the values of one."""
    # Of several values, of a list and of what goes together, the last one is completed.
    if of := re.search(r"(?:^|[(,\s])([\w/.]+)=[^=]*$", last):
        begin = re.sub(r"[^,\[(=]*$", "", last)
        yield from (f"{begin}{name}" for name in _values(words, of[1]))
        return
    key = last
    section, dot, _ = key.rpartition(".")
    if dot:
        yield from (f"{section}.{name}=" for name in _fields(words, section))
        return
    from ravine.config.explain import SETTINGS

    yield from (f"{name}=" for name in (*GROUPS, *SETTINGS, "root", "hydra/launcher", "hydra/sweeper"))
    if key:
        yield from (f"{name}." for name in (*GROUPS, "training", "search", "tuning"))


def _values(words: Sequence[str], key: str) -> Iterator[str]:
    """Yield what may be the value of a setting."""
    section, dot, name = key.rpartition(".")
    if key in GROUPS:
        yield from registry.load().among(key)
        for folder in (conf_folder(), *_own(words)):
            yield from (preset.name for preset in presets(registry.load(), folder) if preset.group == key)
    elif key in ("hydra/launcher", "hydra/sweeper"):
        yield from (file.stem for file in (conf_folder() / key).glob("*.yaml"))
    elif key == "experiment":
        yield from _experiments(words)
    elif key == "training":
        from ravine.engine.settings import TRAINING

        yield from TRAINING
    elif key == "study":
        from ravine.records.ledger import RUNS

        yield from (folder.name for folder in _below(RUNS))
    elif key == "root":
        yield from _folders("")
    elif kinds := [kind.name for kind in KINDS.values() if kind.setting == key]:
        yield from (each for kind in kinds for each in _names(kind))
    elif dot or key in _fields(words, ""):
        yield from _of_field(_fields(words, section).get(name, (None, None)))


def _of_field(field: tuple[Any, Any]) -> Iterator[str]:
    """Yield the values that a field may have, or its default, given its type and that."""
    hint, usual = field
    literals = [value for part in (hint, *typing.get_args(hint)) for value in typing.get_args(part)]
    if isinstance(usual, bool):
        yield from ("true", "false")
    elif isinstance(usual, str) and all(isinstance(value, str) for value in literals) and literals:
        yield from literals
    elif isinstance(usual, str) and usual in _names("layer"):
        yield from _names("layer")
    elif isinstance(usual, str | int | float):
        yield value_text(usual)
    elif isinstance(usual, list | tuple):
        yield value_text(list(usual)).replace(" ", "")


def _fields(words: Sequence[str], section: str) -> dict[str, tuple[Any, Any]]:
    """Return the fields of what is chosen for a section, each with its type and its default."""
    from ravine.plans.settings import Execution, Search, Tuning

    own: dict[str, Any] = {"": Execution, "search": Search, "tuning": Tuning}
    made = own.get(section) or _chosen(words, section)
    if made is None:
        return {}
    hints = typing.get_type_hints(made)
    return {item.name: (hints[item.name], default(item)) for item in dataclasses.fields(made)}


def _chosen(words: Sequence[str], section: str) -> Any:
    """Return the class of the component that the words, or our own configuration, choose."""
    from ravine.engine.settings import TRAINING

    typed = {key: value.split(",")[0] for key, _, value in (word.partition("=") for word in words)}
    main = _choices(conf_folder() / "config.yaml")
    problem = typed.get("problem", main["problem"])
    chosen = {**_choices(conf_folder() / "problem" / f"{problem}.yaml"), **main, **typed}
    if section == "training":
        surface = registry.load().among("problem").get(problem)
        return TRAINING[chosen.get("training", surface.kind if surface else problem)]
    name = chosen.get(section, "")
    entries = registry.load().among(section)
    if name not in entries:
        own = [preset for folder in (None, *_own(words)) for preset in presets(registry.load(), folder)]
        name = next((preset.of for preset in own if (preset.group, preset.name) == (section, name)), "")
    return entries[name].cls if name in entries else None


def _choices(file: Path) -> dict[str, str]:
    """Return what a file of ours chooses in its defaults, by group; of a file that is not there, nothing."""
    text = file.read_text("utf-8") if file.is_file() else ""
    return dict(re.findall(r"^  - /?(\w+): (\w+)", text, re.MULTILINE))


def _names(kind: str) -> Iterable[str]:
    return registry.load().entries[kind]


def _experiments(words: Sequence[str]) -> Iterator[str]:
    for folder in (None, *_own(words)):
        yield from (experiment.name for experiment in experiments(registry.load(), folder))


def _own(words: Sequence[str]) -> list[Path]:
    """Return the user's folders of configurations that a line names."""
    named = [after for word, after in itertools.pairwise(words) if word in _OF_FOLDERS]
    named += [value for name, _, value in (word.partition("=") for word in words) if name in _OF_FOLDERS]
    return [Path(folder) for folder in named if Path(folder).is_dir()]


def _studies(last: str) -> Iterator[str]:
    """Yield folders of studies, and folders that may have some, with a / at their end."""
    from ravine.records.ledger import LEDGER, RUNS

    typed = Path(last) if last.endswith("/") else Path(last).parent
    here = _below(RUNS) if "/" not in last else []
    there = [folder for folder in _below(typed) if not (here and folder == RUNS)] if last or not here else []
    for folder in [*here, *there]:
        is_study = (folder / LEDGER).exists()
        if is_study or any(_below(folder)):
            yield folder.as_posix() + "/" * (not is_study)


def _folders(last: str) -> Iterator[str]:
    parent = Path(last) if last.endswith("/") else Path(last).parent
    yield from (f"{folder.as_posix()}/" for folder in _below(parent))


def _below(folder: Path) -> list[Path]:
    """Return the folders in a folder; none if it cannot be read."""
    with contextlib.suppress(OSError):
        return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    return []


def _columns(folders: Sequence[Path], last: str | None = None) -> Iterator[str]:
    """Yield the settings that differ in studies; given a word, as ``COLUMN=``, or its values."""
    from ravine.records.ledger import Ledger

    for folder in folders:
        asked = list(Ledger.read(folder).asked.values())
        axes = axes_of(asked)
        if last is None:
            yield from axes
        elif "=" not in last:
            yield from (f"{axis}=" for axis in axes)
        else:
            key, _, value = last.partition("=")
            begin = f"{key}={value[: value.rfind(',') + 1]}"
            yield from (begin + value_text(value_of(of, key)) for of in asked if key in axes)
