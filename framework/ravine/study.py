"""Study: many runs in one folder, what differs between them, and what they add up to.

``study.json`` lists the runs that were asked for, in order, with the command and the figures; every run has a
folder of its own, named by the hash of its configuration. Table and figures are derived from them and can be
made again at any time.
"""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ravine.files import locked, write_atomically
from ravine.provenance import changes
from ravine.recording import Run
from ravine.registry import PluginWarning

__all__ = ["Ledger", "Study", "load_study"]

LEDGER = "study.json"


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
    """

    command: str
    figures: list[Any]
    claims: list[Any]
    runs: list[str]
    question: str | None = None
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path, *, alone: bool = False) -> None:
        """Write it, keeping the runs that earlier commands asked for, unless it shall stand alone."""
        with locked(folder):  # another command may be adding to the same study
            try:
                runs = [*self.read(folder).runs, *self.runs]
            except ValueError:  # none yet, or damaged: then the runs' own folders tell
                runs = [*self.runs, *sorted(record.parent.name for record in folder.glob("*/run.json"))]
            runs = self.runs if alone else list(dict.fromkeys(runs))
            common, differ = _factored(self.asked)
            content = {**vars(self), "runs": runs, "common": common, "asked": differ}
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
            runs = [str(run) for run in content["runs"]]
            figures, claims = list(content["figures"]), list(content["claims"])
            common = dict(content["common"])
            asked = {str(run): common | differing for run, differing in content["asked"].items()}
            return cls(str(content["command"]), figures, claims, runs, content["question"], asked)
        except OSError:
            raise ValueError(f"{folder}: not a study (it has no {LEDGER})") from None
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}: damaged; the command that made the study writes it again") from None


def _factored(settings: Mapping[str, dict[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return what all runs' settings have in common, and by run what else it has."""
    first, *others = [*settings.values()] or [{}]
    common = {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
    rest = {run: {k: v for k, v in values.items() if k not in common} for run, values in settings.items()}
    return common, rest


@dataclass(frozen=True)
class Study:
    """The runs of a folder.

    Parameters
    ----------
    folder : Path
        Where they lie.
    ledger : Ledger
        What was asked for.
    runs : dict of str to Run
        By id, in the order of the ledger; those that have ended.
    unreadable : dict of str to str
        By id, what is wrong with a run whose files are not what was written.
    """

    folder: Path
    ledger: Ledger
    runs: Mapping[str, Run]
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """Ids of runs that were asked for and have not ended."""
        return [run for run in self.ledger.runs if run not in self.runs]

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        """By id, the settings of the runs that the last command asked for, made or not."""
        return self.ledger.asked or {name: flat(run.config) for name, run in self.runs.items()}

    @property
    def axes(self) -> list[str]:
        """What differs between the runs: ``["optimizer", "seed"]``.

        A component counts by its name; one of its fields only if it differs between runs that chose the same
        component, so that the fields that come with a choice are no axes of their own.
        """
        return _axes([flat(run.config) for run in self.runs.values()])

    def groups(self, *, failed: bool = False) -> dict[str, list[Run]]:
        """Return runs that differ in nothing but the seed, by a label that says what they have in common.

        Parameters
        ----------
        failed : bool
            Whether runs that failed are among them; they have recorded nothing.
        """
        axes = [axis for axis in self.axes if axis != "seed"] or ["optimizer"]
        groups: dict[str, list[Run]] = {}
        for run in self.runs.values():
            if failed or run.status != "failed":
                groups.setdefault(label(run, axes), []).append(run)
        return groups

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a run: id, what differs, status, step, seconds, final and best metrics."""
        axes = self.axes
        rows = []
        for name, run in self.runs.items():
            values = flat(run.config)
            row = {"run": name} | {axis: _value(values, axis) for axis in axes}
            row |= {"status": run.status, "step": run.step, "seconds": round(run.seconds, 3)}
            row |= {f"final_{key}": value for key, value in run.final.items()}
            row |= {f"best_{key}": value for key, value in run.best.items()}
            rows.append(row)
        return rows

    def summary(self) -> str:
        """Return a text table: one line a group, medians over seeds with the range."""
        groups = self.groups(failed=True)
        names = list(dict.fromkeys(name for run in self.runs.values() for name in run.final))
        shown = [name for name in names if name in _SHOWN] or names
        lines = [["", "runs", *(name.replace("_", " ") for name in shown), "seconds"]]
        for text, runs in groups.items():
            done = [run for run in runs if run.status == "completed"]
            count = str(len(runs)) + "".join(
                f", {sum(run.status == status for run in runs)} {status}"
                for status in ("diverged", "failed")
                if any(run.status == status for run in runs)
            )
            cells = [_median([run.final[name] for run in done if name in run.final]) for name in shown]
            lines.append([text, count, *cells, f"{np.median([run.seconds for run in runs]):.1f}"])
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        return "\n".join(
            "  ".join(
                cell.ljust(w) if i == 0 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        )

    def write_table(self) -> None:
        """Write ``table.csv``, one row a run, and ``table.txt``, the summary."""
        rows = self.rows()
        columns = list(dict.fromkeys(column for row in rows for column in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
        write_atomically(self.folder / "table.csv", text.getvalue().encode())
        write_atomically(self.folder / "table.txt", self.summary().encode() + b"\n")


_SHOWN = ("train_loss", "validation_accuracy", "test_accuracy", "value")


def load_study(folder: str | Path) -> Study:
    """Read a study's runs, each checked against its recorded hashes.

    Components that runs were made with, and that are missing or different now, are warned of.

    Parameters
    ----------
    folder : path
        ``runs/NAME``.

    Raises
    ------
    ValueError
        If the folder is no study.

    Examples
    --------
    >>> import ravine
    >>> study = ravine.load_study("runs/pair")
    >>> print(study.axes, list(study.groups()))
    ['optimizer.lr'] ['lr=0.1', 'lr=0.5']
    """
    folder = Path(folder)
    ledger = Ledger.read(folder)
    runs, unreadable = {}, {}
    for name in ledger.runs:
        try:
            runs[name] = Run.load(folder / name)
        except FileNotFoundError:
            continue
        except ValueError as error:
            unreadable[name] = str(error)
    for sentence in changes(runs.values()):
        warnings.warn(f"{folder}: {sentence}", PluginWarning, stacklevel=2)
    return Study(folder, ledger, runs, unreadable)


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by their full keys: ``{"optimizer.lr": 0.01}``."""
    values: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            values |= flat(value, f"{prefix}{key}.")
        else:
            values[prefix + key] = value
    return values


def label(run: Run, axes: Sequence[str]) -> str:
    """Return what a run is called by some axes: ``mine lr=0.01``."""
    values = flat(run.config)
    words = []
    for axis in axes:
        if f"{axis}.name" in values:
            words.append(str(values[f"{axis}.name"]))
        elif axis in values:
            words.append(f"{axis.rpartition('.')[2]}={_text(values[axis])}")
    return " ".join(words)


def _axes(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    def differ(key: str, among: Iterable[Mapping[str, Any]]) -> bool:
        return len({repr(config.get(key)) for config in among}) > 1

    axes = []
    for key in dict.fromkeys(key for config in configs for key in config):
        owner, _, last = key.rpartition(".")
        chosen = f"{owner}.name"
        if last == "name" and owner:
            if differ(key, configs):
                axes.append(owner)
        elif any(chosen in config for config in configs):
            choices = {config.get(chosen) for config in configs}
            if any(differ(key, [c for c in configs if c.get(chosen) == choice]) for choice in choices):
                axes.append(key)
        elif differ(key, configs):
            axes.append(key)
    return axes


def _value(values: Mapping[str, Any], axis: str) -> Any:
    return values.get(f"{axis}.name", values.get(axis))


def _text(value: Any) -> str:
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return value if isinstance(value, str) else json.dumps(value)


def _cell(value: Any) -> Any:
    """Return a value for a CSV cell that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        value = json.dumps(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" else value


def _median(values: Sequence[float]) -> str:
    if not values:
        return "-"
    text = f"{np.median(values):.4g}"
    return text if len(values) == 1 else f"{text} ({min(values):.4g} to {max(values):.4g})"
