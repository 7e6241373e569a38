"""Ledger: what was asked of a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ravine.records.files import clear, write_atomically
from ravine.records.locks import locked
from ravine.records.merge import called, differences, joined
from ravine.records.run import FORMAT, question
from ravine.records.searches import SearchRecord

__all__ = [
    "LEDGER",
    "Ledger",
    "OtherVersionError",
    "refuse_mixture",
]


LEDGER = "study.json"


class OtherVersionError(ValueError):
    """A study was written by a version of ravine whose files are others."""


@dataclass(frozen=True)
class Ledger:
    """What was asked of a study.

    Parameters
    ----------
    command : str
        The command that makes its runs.
    figures, claims : list
        What to draw and to judge, as the configuration has it.
    runs : list of str
        Ids of the runs of all commands, in order.
    question : str or None
        What it asks.
    asked : dict of str to dict
        By id, the settings of the runs of the last command, by their full keys; claims are judged by these.
    search : SearchRecord or None
        Its searches, and the trials that they have proposed.
    """

    command: str
    figures: list[Any]
    claims: list[Any]
    runs: list[str]
    question: str | None = None
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    search: SearchRecord | None = None

    def write(self, folder: Path, *, alone: bool = False) -> None:
        """Write it, keeping the runs and trials of earlier commands, unless it shall stand alone."""
        with locked(folder):  # another command may be adding to the same study
            pictures = folder / "figures"
            clear(folder, pictures, *(path for path in pictures.glob("*") if path.is_dir()))  # a family has one
            search = self.search
            try:
                before = self.read(folder)
                runs = [*before.runs, *self.runs]
                search = search if alone else joined(before.search, search)
            except OtherVersionError:
                raise
            except ValueError:  # none yet, or damaged: then the runs' own folders tell
                runs = [*self.runs, *sorted(record.parent.name for record in folder.glob("*/run.json"))]
            now = {question(run): run for run in self.runs}  # of other sources or data, the last is asked for
            runs = self.runs if alone else list(dict.fromkeys(now.get(question(run), run) for run in runs))
            common, differ = _factored(self.asked)
            content = {"format": FORMAT, **vars(self), "runs": runs, "common": common, "asked": differ}
            content["search"] = search.to_json() if search else None
            write_atomically(folder / LEDGER, json.dumps(content, indent=2).encode() + b"\n")

    @classmethod
    def read(cls, folder: Path) -> Ledger:
        """Read it back.

        Raises
        ------
        ValueError
            If the folder is no study, or its ledger is damaged.
        """
        path = folder / LEDGER
        try:
            content = json.loads(path.read_bytes())
            search = content.get("search")
            if not content:
                raise ValueError("empty")
            if content.get("format") != FORMAT or (search is not None and "searches" not in search):
                raise OtherVersionError(f"{folder}: a study of another version of ravine; use another folder")
            runs = [str(run) for run in content["runs"]]
            figures, claims = list(content["figures"]), list(content["claims"])
            common = dict(content["common"])
            asked = {str(run): common | differing for run, differing in content["asked"].items()}
            record = SearchRecord.from_json(search) if search else None
            return cls(str(content["command"]), figures, claims, runs, content["question"], asked, record)
        except OtherVersionError:
            raise
        except (FileNotFoundError, NotADirectoryError):
            raise ValueError(f"{folder}: not a study (it has no {LEDGER})") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"{path}: damaged; the command that made the study writes it again") from None


def refuse_mixture(folder: Path, search: SearchRecord | None) -> None:
    """Refuse what does not belong to what a study's folder holds: see ``ravine.joining``.

    Parameters
    ----------
    folder : Path
        The study's.
    search : SearchRecord or None
        What is asked for; None for a grid.

    Raises
    ------
    ValueError
        Saying what the folder holds, and what is asked for.
    """
    try:
        holds = Ledger.read(folder).search
    except OtherVersionError:
        raise
    except ValueError:  # none yet, or damaged
        return
    if search:  # as a file has it
        search = SearchRecord.from_json(json.loads(json.dumps(search.to_json())))
    if (holds is None) != (search is None):
        said = f"it holds {called(holds)}, and this asks for {called(search)}"
    elif holds is not None and search is not None and (differ := differences(holds, search)):
        said = f"it holds another search, with {'; '.join(differ[:3])}{'; …' * (len(differ) > 3)}"
    else:
        return
    raise ValueError(f"{folder}: {said}: study=OTHER keeps them apart")


def _factored(settings: Mapping[str, dict[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return what all runs' settings have in common, and by run what else it has."""
    first, *others = [*settings.values()] or [{}]
    common = {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
    rest = {run: {k: v for k, v in values.items() if k not in common} for run, values in settings.items()}
    return common, rest
