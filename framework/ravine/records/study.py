"""Study: many runs in one folder, what differs between them, and what they add up to.

``study.json`` lists the runs that were asked for, in order, with the command and the figures; every run has a
folder of its own, named by the hash of its configuration. Table and figures are derived from them and can be
made again at any time.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ravine.base.names import nearest
from ravine.base.tables import as_csv, as_html, as_text, columns
from ravine.base.types import Array
from ravine.records.axes import axes_of, flat, label, owned_fields, value_of
from ravine.records.checkpoint import NEWEST, PREVIOUS
from ravine.records.files import write_atomically
from ravine.records.ledger import LEDGER, Ledger
from ravine.records.locks import is_locked, locked
from ravine.records.run import Run
from ravine.records.searches import Searched, SearchKey
from ravine.records.summary import LOST, SHOWN, as_array, median_text, summarized
from ravine.records.trial import Trial

__all__ = ["STATUSES", "Study", "load_study"]


STATUSES = ("completed", "diverged", "pruned", "failed", "damaged", "running", "stopped", "missing")
"""What may become of a run: it ended in one of four ways, or its files are not what was written, or it goes on
now, or it was stopped and can go on from a checkpoint, or it was never begun."""


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

    def __repr__(self) -> str:
        counts = Counter(self.status(run) for run in self.ledger.runs)
        parts = [f"{counts[what]} {what}" for what in STATUSES if counts[what]]
        runs = f"{len(self.ledger.runs)} run{'s' if len(self.ledger.runs) != 1 else ''}"
        return f"Study({self.folder.as_posix()!r}: {', '.join([runs, *parts])})"

    def copy(self) -> Study:
        """Return the same study for a plugin: if that drops runs, nobody else misses them."""
        return replace(self, runs=dict(self.runs))

    @property
    def missing(self) -> list[str]:
        """Ids of runs that were asked for and have not ended."""
        return [run for run in self.ledger.runs if run not in self.runs]

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        """By id, the settings of the runs that the last command asked for, made or not."""
        return self.ledger.asked or {name: flat(run.config) for name, run in self.runs.items()}

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """By id, the settings of all runs whose settings are known, by their full keys."""
        return {name: flat(run.config) for name, run in self.runs.items()} | self.ledger.asked

    @property
    def axes(self) -> list[str]:
        """What differs between the runs: ``["optimizer", "seed"]``.

        A component counts by its name; one of its fields only if it differs between runs that chose the same
        component, so that the fields that come with a choice are no axes of their own.
        """
        ended = [flat(run.config) for run in self.runs.values()]  # first, for theirs is the order of settings
        return axes_of([*ended, *(values for run, values in self.settings.items() if run not in self.runs)])

    def status(self, run: str) -> str:
        """Return what has become of a run: one of ``ravine.study.STATUSES``."""
        ended = self.runs[run].status if run in self.runs else None
        if ended in (None, "failed", "pruned") and is_locked(self.folder / run):
            return "running"  # again, perhaps
        if ended:
            return ended
        if run in self.unreadable:
            return "damaged"
        return (
            "stopped" if any((self.folder / run / name).exists() for name in (NEWEST, PREVIOUS)) else "missing"
        )

    def groups(self, *, failed: bool = False) -> dict[str, list[Run]]:
        """Return runs that differ in nothing but the seed, by a label that says what they have in common.

        Parameters
        ----------
        failed : bool
            Whether runs that failed are among them; they have recorded nothing.
        """
        axes = [axis for axis in self.axes if axis != "seed"] or ["optimizer"]
        known = {owned for run in self.runs.values() for owned in owned_fields(flat(run.config), axes)}
        groups: dict[str, list[Run]] = {}
        for run in self.runs.values():
            if failed or run.status != "failed":
                groups.setdefault(label(flat(run.config), axes, known), []).append(run)
        return groups

    @functools.cached_property
    def searched(self) -> Searched | None:
        """How far its searches have got; None of a grid."""
        return Searched.of(self.ledger.search, self.runs) if self.ledger.search else None

    @property
    def searches(self) -> dict[SearchKey, list[tuple[Trial, list[Run]]]]:
        """By sampler and seed, the trials of a search with their runs that have ended; none of a grid."""
        return dict(self.searched.tried) if self.searched else {}

    @property
    def tried(self) -> list[tuple[Trial, list[Run]]]:
        """The trials of all searches in their order, each with those of its runs that have ended."""
        return [trial for search in self.searches.values() for trial in search]

    @property
    def elsewhere(self) -> dict[SearchKey, list[int]]:
        """By sampler and seed, numbers of trials that other machines make, of which nothing is known yet."""
        return self.searched.elsewhere if self.searched else {}

    @property
    def to_come(self) -> dict[SearchKey, int]:
        """By sampler and seed, how many trials of a search are not proposed yet; of one that has all, none."""
        return self.searched.to_come if self.searched else {}

    @property
    def trials(self) -> str:
        """How many trials there are, and of how many that are asked for: ``12 of 40 trials``."""
        there, left = len(self.tried), sum(self.to_come.values())
        return f"{there} of {there + left} trials" if left else f"{there} trials"

    @property
    def chosen(self) -> list[tuple[dict[str, Any], Run | None]]:
        """The runs that searches chose, those of each one's best trial, with their settings and ``sampler``.

        None for the runs of a search that has not ended, that is one with trials to come, running, or not known
        from elsewhere, and for runs that another machine has.
        """
        return self.searched.chosen if self.searched else []

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a run: id, what differs, status, step, final and best metrics, seconds.

        Of searches a run has a row for every trial that it is of, with ``sampler``, ``search.seed`` and
        ``trial``. What is not there is None.
        """
        axes, settings = self.axes, self.settings
        trials = self.ledger.search.trials if self.ledger.search else ()
        here = {*self.ledger.runs}
        asked: list[tuple[str, dict[str, Any]]] = [
            (run, {"sampler": of.sampler, "search.seed": of.seed, "trial": of.number, **of.point})
            for of in trials
            for run in of.runs
            if run in here
        ]
        known = {run for run, _ in asked}
        rows = []
        for name, trial in [*asked, *((run, {}) for run in self.ledger.runs if run not in known)]:
            values = settings.get(name, {})
            row = {"run": name} | trial | {axis: value_of(values, axis) for axis in axes} | trial
            row["status"] = self.status(name)
            if run := self.runs.get(name):
                row["step"] = run.step
                row |= {f"final_{key}": value for key, value in run.final.items()}
                row |= {f"best_{key}": value for key, value in run.best.items()}
                row["seconds"] = round(run.seconds, 3) if math.isfinite(run.seconds) else None
            rows.append(row)
        order = [key for key in columns(rows) if key != "seconds"]  # measured, and so never twice the same
        return [{key: row.get(key) for key in [*order, "seconds"]} for row in rows]

    def table(self) -> dict[str, Array]:
        """Return the rows as arrays by column: ``pandas.DataFrame(study.table())``.

        What is not there is NaN in a column of numbers, and None in others.
        """
        rows = self.rows()
        return {key: as_array([row.get(key) for row in rows]) for key in columns(rows)}

    def curves(self, name: str) -> dict[str, Array]:
        """Return a metric of all runs by step, one below the other: arrays of run, axes, step, value.

        Parameters
        ----------
        name : str
            ``loss``, that of every step's batch, or a metric of the evaluations such as ``test_accuracy``.

        Raises
        ------
        ValueError
            If no run has it.
        """
        axes = self.axes
        parts: dict[str, list[Any]] = {key: [] for key in ("run", *axes, "step", "value")}
        for run in self.runs.values():
            values = run.arrays.get("loss" if name == "loss" else f"evaluation.{name}", np.empty(0))
            steps = np.arange(len(values)) if name == "loss" else run.arrays.get("evaluation.step", values)
            settings = flat(run.config)
            parts["run"] += [run.id] * len(values)
            for axis in axes:
                parts[axis] += [value_of(settings, axis)] * len(values)
            parts["step"] += map(int, steps[: len(values)])
            parts["value"] += values.tolist()
        if not parts["value"]:
            there = {key.removeprefix("evaluation.") for run in self.runs.values() for key in run.arrays}
            raise ValueError(f"{self.folder}: no run has {name!r}; there are {', '.join(sorted(there))}")
        return {key: as_array(values) for key, values in parts.items()}

    def statistics(self, metric: str) -> list[dict[str, Any]]:
        """Return what runs that differ in the seed alone come to: one row a group.

        Parameters
        ----------
        metric : str
            One of the metrics at the end.

        Returns
        -------
        list of dict
            ``group``; ``n`` runs that have the metric; how many ``diverged``, were ``pruned`` and ``failed``;
            of those n ``median``, ``mean``, and ``low`` and ``high``, the mean's 95 % interval.

        Raises
        ------
        ValueError
            If no run has such a metric: those that there are.
        """
        if self.metrics and metric not in self.metrics:
            raise ValueError(f"no run has {metric!r}{nearest(metric, self.metrics)}")
        groups = self.groups(failed=True)
        return [{"group": group, **summarized(runs, metric)} for group, runs in groups.items()]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that runs have at their end."""
        return list(dict.fromkeys(name for run in self.runs.values() for name in run.final))

    @property
    def shown(self) -> list[str]:
        """Names of the metrics that tables show unless others are asked for."""
        return [name for name in self.metrics if name in SHOWN] or self.metrics

    def _lines(self) -> list[list[str]]:
        lines = [["", "runs", *(name.replace("_", " ") for name in self.shown), "seconds"]]
        for text, runs in self.groups(failed=True).items():
            done = [run for run in runs if run.status == "completed"]
            count = str(len(runs)) + "".join(
                f", {sum(run.status == status for run in runs)} {status}"
                for status in LOST
                if any(run.status == status for run in runs)
            )
            cells = [median_text([run.final[name] for run in done if name in run.final]) for name in self.shown]
            seconds = [run.seconds for run in runs if math.isfinite(run.seconds)]
            lines.append([text, count, *cells, f"{np.median(seconds):.1f}" if seconds else "-"])
        return lines

    def summary(self) -> str:
        """Return a text table: a line a group, medians over seeds with ranges; of a search the best trials."""
        if not self.searched:
            return as_text(self._lines())
        tried = [trial for trial, _ in self.tried]
        lost = sum(trial.state == "lost" for trial in tried)
        left = sum(trial.state == "running" for trial in tried)
        theirs = sum(map(len, self.elsewhere.values()))
        parts = [self.trials, *[f"{lost} lost"] * bool(lost), *[f"{left} not ended"] * bool(left)]
        parts += [f"{theirs} of them made elsewhere"] * bool(theirs)
        best = "the best of each search" if len(self.searches) > 1 else "the best of them"
        return f"{', '.join(parts)}; {best}:\n{as_text(self.searched.best())}"

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return as_html(self.searched.best() if self.searched else self._lines())

    def write(self, name: str, content: bytes) -> None:
        """Write a file that is made of the runs, beside what other commands may be writing.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with locked(self.folder):
            write_atomically(self.folder / name, content)

    def write_table(self) -> None:
        """Write ``table.csv``, one row a run, and ``table.txt``, the summary."""
        self.write("table.csv", as_csv(self.rows()).encode())
        self.write("table.txt", self.summary().encode() + b"\n")


def load_study(folder: str | Path) -> Study:
    """Read a study's runs, each checked against its recorded hashes.

    Parameters
    ----------
    folder : path
        ``runs/NAME``.

    Raises
    ------
    ValueError
        If the folder is no study, or its runs are not in it.

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
        if name in ("", "..") or Path(name).name != name:
            raise ValueError(f"{folder / LEDGER}: a run is a folder beside it, and {name!r} is none")
        try:
            runs[name] = Run.load(folder / name)
        except FileNotFoundError:
            continue
        except ValueError as error:
            unreadable[name] = str(error)
    return Study(folder, ledger, runs, unreadable)
