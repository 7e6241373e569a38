"""Study: the runs of one folder, the settings that differ between them, and their summary.

``study.json`` lists the runs that were asked for, in order, with the command and the figures. Every run has a
folder of its own, whose name is its id. Table and figures are made of the runs and can be made again at any
time.
"""

from __future__ import annotations

import functools
import html
import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

import ravine
from ravine.base.names import nearest
from ravine.base.tables import as_csv, as_html, as_text, columns
from ravine.base.types import Array
from ravine.records.axes import axes_of, flat, named, value_of, with_absent
from ravine.records.checkpoint import NEWEST, PREVIOUS
from ravine.records.files import refuse_link, write_atomically
from ravine.records.labels import labels
from ravine.records.ledger import LEDGER, Ledger
from ravine.records.locks import is_locked, locked
from ravine.records.run import Run
from ravine.records.searches import Searched, SearchKey
from ravine.records.summary import (
    LOST,
    SHOWN,
    are_one,
    as_array,
    interval_text,
    lost_text,
    median_text,
    summarized,
)
from ravine.records.trial import Trial

__all__ = ["STATUSES", "Study", "load_study"]


STATUSES = ("completed", "diverged", "pruned", "failed", "damaged", "running", "stopped", "missing")
"""What may become of a run. It ended in one of four ways, or its files are damaged, or it is running now, or it
was stopped and can continue from a checkpoint, or it is missing: it was never started."""


@dataclass(frozen=True)
class Study:
    """The runs of a folder.

    Parameters
    ----------
    folder : Path
        The folder they are in.
    ledger : Ledger
        What the commands asked for.
    runs : dict of str to Run
        By id, in the order of the ledger, the runs that have ended.
    unreadable : dict of str to str
        By id, what is wrong with a run whose files are damaged.
    places : dict of str to Path
        By id, the study's folder that a run lies in, if these are the runs of several studies together.
    """

    folder: Path
    ledger: Ledger
    runs: Mapping[str, Run]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Path] = field(default_factory=dict)

    def __repr__(self) -> str:
        counts = Counter(self.status(run) for run in self.ledger.runs)
        parts = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
        runs = f"{len(self.ledger.runs)} run{'s' if len(self.ledger.runs) != 1 else ''}"
        return f"Study({self.folder.as_posix()!r}: {', '.join([runs, *parts])})"

    def copy(self) -> Study:
        """Return a copy for a plugin: what it changes there, the study does not have; arrays are read-only."""
        return replace(self, runs={name: run.copy() for name, run in self.runs.items()})

    def place(self, run: str) -> Path:
        """Return the folder of a run."""
        return self.places.get(run, self.folder) / run

    @property
    def folders(self) -> list[Path]:
        """The folders of the studies whose runs these are."""
        return list(dict.fromkeys(self.places.values())) or [self.folder]

    @property
    def ended(self) -> int:
        """When the last of its runs ended, in nanoseconds; a picture that is older does not show them all."""
        return max(((self.place(run) / "run.json").stat().st_mtime_ns for run in self.runs), default=0)

    @property
    def missing(self) -> list[str]:
        """Ids of runs that were asked for and have not ended."""
        return [run for run in self.ledger.runs if run not in self.runs]

    @property
    def asked(self) -> dict[str, dict[str, Any]]:
        """By id, the settings of all runs that the last command asked for, whether they have ended or not."""
        return self.ledger.asked or {name: flat(run.config) for name, run in self.runs.items()}

    @property
    def left_behind(self) -> list[str]:
        """Ids of runs of a grid that are missing, and that the last command does not make."""
        if self.ledger.search or not self.ledger.asked:
            return []
        others = [run for run in self.missing if run not in self.ledger.asked]
        return [run for run in others if self.status(run) == "missing"]

    @functools.cached_property
    def settings(self) -> dict[str, dict[str, Any]]:
        """By id, the settings of all runs whose settings are known, by their full keys.

        The name of a component is the one by which it was chosen, which may be that of a preset.
        """
        # These come first: the order of their settings is the order of the axes.
        known = {name: flat(run.config) for name, run in self.runs.items()}
        known |= {name: values for name, values in self.ledger.asked.items() if name not in known}
        return {name: named(values, self.ledger.chosen.get(name, {})) for name, values in known.items()}

    @functools.cached_property
    def axes(self) -> list[str]:
        """The settings that differ between the runs: ``["optimizer", "seed"]``.

        For a component its name is compared, or that of the preset that was chosen. A field of it is an axis
        only if it differs between runs with the same component: fields that come with the choice of a component
        are not axes. Nor are settings that come with the choice of a problem. In lists of components the fields
        of these are axes, ``network.layers.1.units``, if few of them differ.
        """
        return axes_of([*self.settings.values()])

    def status(self, run: str) -> str:
        """Return what has become of a run: one of ``STATUSES``."""
        ended = self.runs[run].status if run in self.runs else None
        if ended in (None, "failed", "pruned") and is_locked(self.place(run)):
            return "running"
        if ended:
            return ended
        if run in self.unreadable:
            return "damaged"
        return "stopped" if any((self.place(run) / name).exists() for name in (NEWEST, PREVIOUS)) else "missing"

    def groups(self, *, failed: bool = False, but: Collection[str] = ()) -> dict[str, list[Run]]:
        """Return groups of runs that differ in the seed only, by a label of what they have in common.

        Parameters
        ----------
        failed : bool
            Whether failed runs are included; they have no metrics.
        but : collection of str
            Axes in which runs of one group may differ too.
        """
        groups: dict[str, list[Run]] = {}
        for name, label in self.labels({"seed", *but}).items():
            if name in self.runs and (failed or self.runs[name].status != "failed"):
                groups.setdefault(label, []).append(self.runs[name])
        return groups

    def labels(self, but: Collection[str] = ()) -> dict[str, str]:
        """Return by id what all runs are called whose settings are known, without some axes."""
        if (without := frozenset(but)) not in self._labels:
            self._labels[without] = labels([*self.settings.values()], without)
        return dict(zip(self.settings, self._labels[without], strict=True))

    @functools.cached_property
    def _labels(self) -> dict[frozenset[str], list[str]]:
        """The labels that were asked for, by the axes that they are without."""
        return {}

    @functools.cached_property
    def searched(self) -> Searched | None:
        """How far its searches have got; None for a grid."""
        return Searched.of(self.ledger.search, self.runs) if self.ledger.search else None

    @property
    def searches(self) -> dict[SearchKey, list[tuple[Trial, list[Run]]]]:
        """By sampler and seed, the trials of each search with their runs that have ended; empty for a grid."""
        return dict(self.searched.tried) if self.searched else {}

    @property
    def tried(self) -> list[tuple[Trial, list[Run]]]:
        """The trials of all searches in their order, each with those of its runs that have ended."""
        return [trial for search in self.searches.values() for trial in search]

    @property
    def elsewhere(self) -> dict[SearchKey, list[int]]:
        """By sampler and seed, the trials that are made on different machines and have no value yet."""
        return self.searched.elsewhere if self.searched else {}

    @property
    def to_come(self) -> dict[SearchKey, int]:
        """By sampler and seed, how many trials are not proposed yet; without searches that have all trials."""
        return self.searched.to_come if self.searched else {}

    @property
    def trials(self) -> str:
        """How many trials there are, and how many are asked for if that is more: ``12 of 40 trials``."""
        proposed, missing = len(self.tried), sum(self.to_come.values())
        return f"{proposed} of {proposed + missing} trials" if missing else f"{proposed} trials"

    @property
    def chosen(self) -> list[tuple[dict[str, Any], Run | None]]:
        """The settings, with ``sampler``, and the runs of each search's best trial; empty for a grid.

        A run is None if its search has not ended, or if it lies on a different machine. A search has ended if
        all its trials are proposed, and each is lost or has a value.
        """
        return self.searched.chosen if self.searched else []

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each run: id, values of the axes, status, step, final and best metrics, seconds.

        Of several studies together it has ``study``, the folder. If stops have ended some of them, ``stopped``
        is the name of the stop. If some have taken more gradients than steps, ``gradients`` is how many.
        In a study with searches a run has a row for every trial that it belongs to, with ``sampler``,
        ``search.seed`` and ``trial``. Missing values are None.
        """
        axes, settings = self.axes, self.settings
        trials = self.ledger.search.trials if self.ledger.search else ()
        here, more = {*self.ledger.runs}, self.asks_again
        asked: list[tuple[str, dict[str, Any]]] = [
            (run, {"sampler": trial.sampler, "search.seed": trial.seed, "trial": trial.number, **trial.point})
            for trial in trials
            for run in trial.runs
            if run in here
        ]
        of_trials = {run for run, _ in asked}
        rows = []
        for name, about in [*asked, *((run, {}) for run in self.ledger.runs if run not in of_trials)]:
            values = settings.get(name, {})
            row = {"run": name} | about | {axis: value_of(values, axis) for axis in axes} | about
            row |= {"study": self.places[name].as_posix()} if name in self.places else {}
            row["status"] = self.status(name)
            if run := self.runs.get(name):
                row["step"] = run.step
                row |= {"gradients": int(run.gradients[-1])} if more else {}
                if stopped := run.provenance.get("stopped"):
                    row["stopped"] = stopped["by"]
                row |= {f"final_{key}": value for key, value in run.final.items()}
                row |= {f"best_{key}": value for key, value in run.best.items()}
                row["seconds"] = round(run.seconds, 3) if math.isfinite(run.seconds) else None
            rows.append(row)
        # Seconds come last: they are measured, and differ each time.
        order = [key for key in columns(rows) if key != "seconds"]
        return [{key: row.get(key) for key in [*order, "seconds"]} for row in rows]

    def table(self) -> dict[str, Array]:
        """Return the rows as arrays by column: ``pandas.DataFrame(study.table())``.

        A missing value is NaN in a column of numbers, and None in a column of other values.
        """
        rows = self.rows()
        return {key: as_array([row.get(key) for row in rows]) for key in columns(rows)}

    def curves(self, name: str) -> dict[str, Array]:
        """Return a metric of all runs by step in one long table: arrays of run, axes, step, value.

        Parameters
        ----------
        name : str
            ``loss``, the loss of every step's batch, or a metric of the evaluations, like ``test_accuracy``.

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
            settings = with_absent(flat(run.config))
            parts["run"] += [run.id] * len(values)
            for axis in axes:
                parts[axis] += [value_of(settings, axis)] * len(values)
            parts["step"] += map(int, steps[: len(values)])
            parts["value"] += values.tolist()
        if not parts["value"]:
            names = {key.removeprefix("evaluation.") for run in self.runs.values() for key in run.arrays}
            raise ValueError(f"{self.folder}: no run has {name!r}; there are {', '.join(sorted(names))}")
        return {key: as_array(values) for key, values in parts.items()}

    def statistics(self, metric: str) -> list[dict[str, Any]]:
        """Return statistics of runs that differ in the seed only: one row for each group.

        Parameters
        ----------
        metric : str
            One of the metrics at the end.

        Returns
        -------
        list of dict
            ``group``; ``n``, how many runs have the metric; how many ``diverged``, were ``pruned`` and
            ``failed``; of these ``median``, ``mean``, and ``low`` and ``high``, the mean's 95 % interval. There
            is no interval of runs that all gave the same numbers, which are one observation.

        Raises
        ------
        ValueError
            If no run has this metric; the message names those that there are.
        """
        if self.metrics and metric not in self.metrics:
            raise ValueError(f"no run has {metric!r}{nearest(metric, self.metrics)}")
        groups = self.groups(failed=True)
        return [{"group": group, **summarized(runs, metric)} for group, runs in groups.items()]

    @functools.cached_property
    def metrics(self) -> list[str]:
        """Names of the metrics that runs have at the end, or would have if any had come to it."""
        final = dict.fromkeys(name for run in self.runs.values() for name in run.final)
        evaluated = [
            name for run in self.runs.values() for name in run.arrays if name.startswith("evaluation.")
        ]
        before = dict.fromkeys(name.removeprefix("evaluation.") for name in evaluated)
        return [*final] or [name for name in before if name != "step"]

    @property
    def shown(self) -> list[str]:
        """Names of the metrics that tables show by default."""
        return [name for name in self.metrics if name in SHOWN] or self.metrics

    @functools.cached_property
    def asks_again(self) -> bool:
        """Whether some run has taken more gradients than steps."""
        return any(
            "gradients" in run.arrays and run.gradients[-1:].max(initial=0) > run.step
            for run in self.runs.values()
        )

    def _lines(self) -> list[list[str]]:
        more = ["gradients"] * self.asks_again
        lines = [["", "runs", *(name.replace("_", " ") for name in self.shown), *more, "seconds"]]
        for text, runs in self.groups(failed=True).items():
            completed = [run for run in runs if run.status == "completed"]
            count = str(len(runs)) + "".join(
                f", {sum(run.status == status for run in runs)} {status}"
                for status in LOST
                if any(run.status == status for run in runs)
            )
            cells = [
                median_text([run.final[name] for run in completed if name in run.final]) for name in self.shown
            ]
            cells += [
                f"{np.median([run.gradients[-1] for run in completed]):g}" if completed else "-" for _ in more
            ]
            seconds = [run.seconds for run in runs if math.isfinite(run.seconds)]
            lines.append([text, count, *cells, f"{np.median(seconds):.1f}" if seconds else "-"])
        return lines

    @property
    def repeated(self) -> str:
        """Where seeds gave the same numbers, which are one observation; "" if they did nowhere."""
        groups = self.groups(failed=True)
        same = [group for group, runs in groups.items() if are_one(runs)]
        if not same:
            return ""
        if len(groups) == 1:
            return f"the {len(groups[same[0]])} seeds gave the same numbers: this is one observation"
        if len(same) == len(groups):
            return "in every row the seeds gave the same numbers: a row is one observation"
        return f"the seeds gave the same numbers, which are one observation: {'; '.join(same)}"

    def summary(self) -> str:
        """Return a text table: for each group medians over seeds with ranges; for a search the best trials."""
        if not self.searched:
            return "\n\n".join(filter(None, (as_text(self._lines()), self.repeated)))
        tried = [trial for trial, _ in self.tried]
        lost = sum(trial.state == "lost" for trial in tried)
        running = sum(trial.state == "running" for trial in tried)
        theirs = sum(map(len, self.elsewhere.values()))
        parts = [self.trials, *[f"{lost} lost"] * bool(lost), *[f"{running} not ended"] * bool(running)]
        parts += [f"{theirs} of them made elsewhere"] * bool(theirs)
        best = "the best of each search" if len(self.searches) > 1 else "the best of them"
        return f"{', '.join(parts)}; {best}:\n{as_text(self.searched.best())}"

    def _repr_html_(self) -> str:
        """Return the table that ``ravine table`` prints, or a search's best trials, for a notebook."""
        if not self.runs:
            return f"<p>{html.escape(repr(self))}</p>"
        if self.searched:
            return as_html(self.searched.best())
        return "".join(map(as_html, map(self._statistics_of, self.shown or [""])))

    def _statistics_of(self, metric: str) -> list[list[str]]:
        """Return the lines of a metric's table; if no run has a metric, of how runs were lost."""
        rows, numbers = self.statistics(metric), ("median", "mean") if metric else ()
        head = [metric.replace("_", " "), "n", "lost", *numbers, *(["its 95 % interval"] if metric else [])]
        return [head] + [
            [
                row["group"],
                str(row["n"]),
                lost_text(row),
                *(f"{row[name]:.4g}" if name in row else "-" for name in numbers),
                *([interval_text(row)] if metric else []),
            ]
            for row in rows
        ]

    def figure(self, name: str, /, **fields: Any) -> ravine.Drawing:
        """Draw a figure of these runs, which a notebook shows; nothing is written.

        Parameters
        ----------
        name : str
            The figure's name: ``accuracy_curves``.
        **fields
            Its fields, as a configuration has them: ``test=True``.

        Raises
        ------
        ConfigError
            If there is no such figure, or it has no such field.
        ValueError
            If the study has nothing that it shows; the message says what it needs.
        """
        # Records know no component. The face of the package does, and it belongs to no room.
        return ravine.drawing_of(self, {"name": name, **fields})

    def findings(self) -> ravine.Findings:
        """Judge the study's claims by the runs that have ended, as ``ravine claims`` does."""
        return ravine.judge_study(self)

    def write(self, name: str, content: bytes) -> None:
        """Write a file that is made of the runs; it waits for other commands that write in the same study.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        path = self.folder / name
        for part in path.parents[: name.count("/")]:
            refuse_link(part, path)
        with locked(self.folder):
            write_atomically(path, content)

    def write_table(self) -> None:
        """Write ``table.csv``, the ``rows``, and ``table.txt``, the ``summary``."""
        self.write("table.csv", as_csv(self.rows()).encode())
        self.write("table.txt", self.summary().encode() + b"\n")


def load_study(folder: str | Path, known: Mapping[str, Run] = MappingProxyType({})) -> Study:
    """Read a study's runs, each checked against its recorded hashes.

    Parameters
    ----------
    folder : path
        ``runs/NAME``.
    known : dict of str to Run, optional
        By id, runs of it that have been read just now, and are not read again.

    Raises
    ------
    ValueError
        If the folder is not a study, or its ledger names runs outside of it.

    Examples
    --------
    >>> import ravine
    >>> study = ravine.load_study("runs/pair")
    >>> print(study.axes, list(study.groups()))
    ['optimizer.lr'] ['lr=0.1', 'lr=0.5']
    """
    if not isinstance(folder, str | PathLike):
        name = type(folder).__name__
        a = "an" if name[0].lower() in "aeiou" else "a"
        raise ValueError(f"a study's folder is a path, 'runs/NAME', not {a} {name}")
    folder = Path(folder)
    ledger = Ledger.read(folder)
    runs, unreadable = {}, {}
    for name in ledger.runs:
        if name in ("", "..") or "\0" in name or Path(name).name != name:
            raise ValueError(f"{folder / LEDGER}: a run is a folder beside it, and {name!r} is not one")
        try:
            runs[name] = known.get(name) or Run.load(folder / name)
        except FileNotFoundError:
            continue
        except ValueError as error:
            unreadable[name] = str(error)
    return Study(folder, ledger, runs, unreadable)
