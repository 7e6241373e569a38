"""Ledger: what the commands of a study asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ravine.base.types import Named, name_of
from ravine.base.warn import warn
from ravine.records.files import clear, read_json, sha256, write_atomically, writing
from ravine.records.locks import locked
from ravine.records.merge import description, differences, joined
from ravine.records.run import FORMAT, question
from ravine.records.searches import SearchRecord
from ravine.records.typed import checked

__all__ = [
    "LEDGER",
    "RUNS",
    "DamagedLedgerError",
    "Ledger",
    "OtherVersionError",
    "pictures_of",
    "refuse_mixture",
]


LEDGER = "study.json"

RUNS = Path("runs")
"""Where studies lie unless another place is given: in the folder that the user is in."""


class DamagedLedgerError(ValueError):
    """A ledger is not what was written; the message says what is wrong, and what is possible."""


class OtherVersionError(ValueError):
    """A study was written by a version of ravine whose files have a different format."""


@dataclass(frozen=True, repr=False)
class Ledger:
    """What the commands of a study asked for.

    Parameters
    ----------
    command : str
        The command that makes its runs.
    figures, claims : list
        The figures to draw and the claims to judge, as in the configuration. A figure that an earlier command
        asked for is drawn again while its picture is there.
    runs : list of str
        Ids of the runs of all commands, in order.
    question : str or None
        The question that the study asks.
    asked : dict of str to dict
        By id, the settings of the last command's runs, by their full keys. Claims are judged by these runs.
    search : SearchRecord or None
        Its searches, and the trials that they have proposed; None for a grid.
    chosen : dict of str to dict
        By id and group, the names by which presets were chosen; of several names of one run, the first.
    source : str or None
        The paper, or the section of a book, to which the question belongs.
    """

    command: str
    figures: list[Named]
    claims: list[Any]
    runs: list[str]
    question: str | None = None
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    search: SearchRecord | None = None
    chosen: dict[str, dict[str, str]] = field(default_factory=dict)
    source: str | None = None

    def __repr__(self) -> str:
        return f"Ledger({self.command[:80]!r}: {len(self.runs)} run{'s' * (len(self.runs) != 1)})"

    def write(self, folder: Path, *, alone: bool = False) -> None:
        """Write the ledger; what earlier commands asked for is kept, unless it must stand ``alone``."""
        # Another command may be adding to the same study.
        with locked(folder):
            self._write(folder, alone=alone)

    def _write(self, folder: Path, *, alone: bool) -> None:
        """Write the ledger into a folder that is locked."""
        # A family of figures has a folder of its own in the folder of figures.
        pictures = folder / "figures"
        places = [pictures, *(path for path in pictures.glob("*") if path.is_dir())]
        if not pictures.is_symlink():
            clear(*(path for path in places if not path.is_symlink()))
        clear(folder)
        search, figures, chosen = self.search, self.figures, self.chosen
        try:
            before = self.read(folder)
            runs = [*before.runs, *self.runs]
            if not alone:
                chosen = chosen | before.chosen
                search = joined(before.search, search)
                drawn = [item for item in before.figures if pictures_of(folder, name_of(item))]
                figures = _with_fields([*drawn, *figures])
        except OtherVersionError:
            raise
        # There is no ledger yet, or it is damaged: then the runs' own folders say which runs there are.
        except ValueError as error:
            if isinstance(error, DamagedLedgerError):
                _put_aside(folder / LEDGER, error)
            runs = [*self.runs, *sorted(record.parent.name for record in folder.glob("*/run.json"))]
        # Of runs that differ in sources or data only, the last one is asked for.
        now = {question(run): run for run in self.runs}
        runs = self.runs if alone else list(dict.fromkeys(now.get(question(run), run) for run in runs))
        common, differ = _factored(self.asked)
        content = {"format": FORMAT, **vars(self), "runs": runs, "common": common, "asked": differ}
        # Studies without a source are as they were before there were any.
        if self.source is None:
            del content["source"]
        content["figures"] = figures
        content["chosen"] = {run: chosen[run] for run in runs if run in chosen}
        content["search"] = search.to_json() if search else None
        content["sha256"] = _digest(content)
        write_atomically(folder / LEDGER, json.dumps(content, indent=2).encode() + b"\n")

    @classmethod
    def drop(cls, folder: Path, runs: Collection[str]) -> None:
        """Write the ledger of a folder again, without some runs."""
        # Another command may be adding to the same study.
        with locked(folder):
            ledger = cls.read(folder)
            replace(
                ledger,
                runs=[run for run in ledger.runs if run not in runs],
                asked={run: values for run, values in ledger.asked.items() if run not in runs},
                chosen={run: names for run, names in ledger.chosen.items() if run not in runs},
            )._write(folder, alone=True)

    @classmethod
    def read(cls, folder: Path) -> Ledger:
        """Read the ledger of a folder.

        Raises
        ------
        ValueError
            If the folder is not a study, or its ledger is damaged.
        """
        path = folder / LEDGER
        try:
            content = _verified(path)
            if content["format"] != FORMAT:
                raise _other_version(path.parent)
            return cls._from_json(content)
        except OtherVersionError:
            raise
        except (FileNotFoundError, NotADirectoryError):
            if any((folder / "tuning").glob(f"*/{LEDGER}")):
                tells = (
                    f"ravine status {folder} says how far its searches are, which are in {folder / 'tuning'}"
                )
                raise ValueError(f"{folder}: a tuned comparison that has no runs yet; {tells}") from None
            inside = [str(found.parent) for found in sorted(folder.glob(f"*/{LEDGER}"))]
            more = f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
            there = f"; studies are in it: {', '.join(inside[:_SHOWN])}{more}" if inside else ""
            raise ValueError(f"{folder}: not a study (it has no {LEDGER}){there}") from None
        except KeyError as error:
            raise DamagedLedgerError(f"{path}: it has no {error.args[0]}; {_CURE}") from None
        except ValueError as error:
            raise DamagedLedgerError(f"{path}: {error}; {_CURE}") from None

    @classmethod
    def _from_json(cls, content: Mapping[str, Any]) -> Ledger:
        """Return a ledger as its file has it."""
        search = content["search"]
        names = ("command", "figures", "claims", "runs", "question", "asked")
        # Studies of before have none.
        more = {"chosen": content.get("chosen", {}), "source": content.get("source")}
        ledger = checked(cls(**{name: content[name] for name in names}, **more))
        common = content["common"]
        if not isinstance(common, dict):
            raise ValueError(f"common is {common!r:.60}, not a mapping")
        if not isinstance(search, dict | None):
            raise ValueError(f"search is {search!r:.60}, not a mapping or nothing")
        for figure in ledger.figures:
            if not isinstance(figure, str) and not isinstance(figure.get("name"), str):
                raise ValueError(f"figures has {figure!r:.60}, which has no name")
        asked = {run: common | differing for run, differing in ledger.asked.items()}
        for key, value in (
            (key, value) for settings in (common, *asked.values()) for key, value in settings.items()
        ):
            if key.endswith(".name") and not isinstance(value, str | None):
                raise ValueError(f"asked has {key} = {value!r:.60}, not text")
        return replace(ledger, asked=asked, search=SearchRecord.from_json(search) if search else None)


_CURE = "the command that made the study writes it again"

# Of the studies in a folder that is none itself, those that are named.
_SHOWN = 3


def _verified(path: Path) -> dict[str, Any]:
    """Return the content of a ledger's file, without its digest, if it is what was written.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or has changed.
    """
    try:
        content = read_json(path)
    except ValueError:
        raise ValueError("damaged (it is not JSON)") from None
    if not isinstance(content, dict) or not content:
        raise ValueError("damaged (it is not a mapping)")
    digest = content.pop("sha256", None)
    if digest is None:
        if content.get("format") != FORMAT:
            raise _other_version(path.parent)
        raise ValueError("it has no digest, which every ledger has since version 0.1.0")
    if digest != _digest(content):
        raise ValueError("changed since it was written (its SHA-256 is different)")
    return content


def _other_version(folder: Path) -> OtherVersionError:
    return OtherVersionError(f"{folder}: a study of a different version of ravine; use a different folder")


def _digest(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode())


def _put_aside(path: Path, error: DamagedLedgerError) -> None:
    """Keep a damaged ledger under another name: what was in it may be all that is known of some trials."""
    aside = path.with_name(f"{path.name}.damaged")
    with writing(aside):
        os.replace(path, aside)
    why = str(error).removesuffix(f"; {_CURE}")
    warn(f"{why}; it is kept as {aside.name}, and written again with the runs that are there")


def pictures_of(folder: Path, figure: str) -> list[Path]:
    """Return the files of a study's figure that exist."""
    paths = (folder / "figures" / f"{figure}.{suffix}" for suffix in ("png", "svg", "gif"))
    return [path for path in paths if path.exists()]


def _with_fields(figures: Sequence[Named]) -> list[Named]:
    """Return each figure once: the last one that has fields, because a name alone asks for no others."""
    once: dict[str, Named] = {}
    for item in figures:
        if not (isinstance(item, str) and item in once):
            once[name_of(item)] = item
    return list(once.values())


def refuse_mixture(folder: Path, search: SearchRecord | None) -> None:
    """Refuse a search or grid that must not share the folder of a study: see ``ravine.records.merge``.

    Parameters
    ----------
    folder : Path
        The study's folder.
    search : SearchRecord or None
        The search that the command asks for; None for a grid.

    Raises
    ------
    ValueError
        If they must not share it. The message says what the folder holds, and what the command asks for.
    """
    try:
        holds = Ledger.read(folder).search
    except OtherVersionError:
        raise
    # There is no ledger yet, or it is damaged.
    except ValueError:
        return
    # Compare it as it would be read from a file: tuples become lists.
    if search:
        search = SearchRecord.from_json(json.loads(json.dumps(search.to_json())))
    if (holds is None) != (search is None):
        said = f"it holds {description(holds)}, and the command asks for {description(search)}"
    elif holds is not None and search is not None and (differ := differences(holds, search)):
        said = f"it holds a different search, with {'; '.join(differ[:3])}{'; …' * (len(differ) > 3)}"
    else:
        return
    raise ValueError(f"{folder}: {said}: study=OTHER keeps them apart")


def _factored(settings: Mapping[str, dict[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the settings that all runs have in common, and the other settings of each run."""
    first, *others = [*settings.values()] or [{}]
    common = {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
    rest = {run: {k: v for k, v in values.items() if k not in common} for run, values in settings.items()}
    return common, rest
