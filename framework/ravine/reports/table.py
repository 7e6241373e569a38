"""Table: a study's numbers, filtered and sorted as the user asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from ravine.base.averages import median
from ravine.base.colour import STRONG, styled
from ravine.base.tables import as_csv, as_json, as_text, columns
from ravine.base.types import Named
from ravine.records.axes import value_of
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.records.summary import LOST, interval_text, lost_text
from ravine.records.tuned import lost_arms, tuned
from ravine.reports.filters import as_shown, digits, kept, known, only, order_of, setting_digits
from ravine.reports.measures import STATISTICS, Better, Measure, measures, parting, row_of
from ravine.reports.tasks import by_task, of_each
from ravine.reports.typeset import Cell, as_latex, as_markdown

__all__ = ["FORMS", "Form", "Look", "table"]

Form: TypeAlias = Literal["text", "csv", "json", "markdown", "latex"]

FORMS: tuple[Form, ...] = ("text", "csv", "json", "markdown", "latex")


@dataclass(frozen=True)
class Look:
    """Which runs and metrics of a study are shown, and in which order.

    Parameters
    ----------
    only : sequence of str
        ``COLUMN=VALUE``: runs with these settings.
    metrics : sequence of str or mapping, or None
        The metrics to show, by the names that they have at the end of a run, or with fields as in a claim. None
        for those of the summary; with one row for each run, None for all.
    sort : str or None
        The column to sort by; None for the order in which runs were asked for.
    descending : bool
        Whether the highest comes first.
    statistics : sequence of str
        Which columns a metric has: names of ``STATISTICS``, and ``interval``; none for the usual ones.
    better : "higher", "lower" or None
        Which value is the better one, of metrics of which that is not known.
    best_per : str or None
        An axis: of the groups that have the same value of it, and the same to learn, only the best is shown, by
        the first metric.
    """

    only: Sequence[str] = ()
    metrics: Sequence[Named] | None = None
    sort: str | None = None
    descending: bool = False
    statistics: Sequence[str] = ()
    better: Better | None = None
    best_per: str | None = None


@dataclass(frozen=True)
class _Group:
    """Runs that differ in the seed only, or those of a trial.

    Parameters
    ----------
    head : mapping
        What stands before its numbers: its name, or what it has tried.
    order : sequence
        What it is sorted by if its name is.
    runs : sequence of Run
        Its runs.
    """

    head: Mapping[str, Any]
    order: Sequence[Any]
    runs: Sequence[Run]


def table(study: Study, look: Look, *, runs: bool, form: Form, bold: bool = False) -> str:
    """Return a table of runs, or of their statistics over seeds.

    Parameters
    ----------
    study : Study
        The study.
    look : Look
        Which runs and metrics, in which order.
    runs : bool
        Whether every run has a row.
    form : "text", "csv", "json", "markdown" or "latex"
        How it is written. Markdown and LaTeX have a row a group and a column a metric.
    bold : bool, optional
        Whether text is for a terminal that has bold letters: they show the best, as in Markdown.

    Raises
    ------
    ValueError
        If there is no such column, value or metric; it names those that there are.
    """
    known("statistic", look.statistics, _ALL)
    if look.statistics and (runs or form in ("csv", "json")):
        raise ValueError(
            "--statistics is for groups, as text, Markdown or LaTeX; CSV and JSON have all of them"
        )
    if look.best_per and (runs or not look.metrics):
        raise ValueError(
            "--best-per keeps groups, and not runs, by the first --metric NAME, validation_accuracy for example"
        )
    if runs:
        return _by_run(study, look, form)
    if not study.runs:
        raise ValueError(f"{study.folder}: no run has ended yet; ravine status {study.folder} says more")
    # Who has nothing but lost runs is told how many.
    found = measures(look.metrics or _shown(study), study, look.better) or [Measure("no_metric", _none, None)]
    all_groups = _groups(study, look)
    groups = _best(all_groups, found[0], look, study)
    rows = {one.name: [{**group.head, **row_of(group.runs, one)} for group in groups] for one in found}
    order = {repr(group.head.get("group")): group.order for group in groups}
    rows = {name: _sorted(of, look, order) for name, of in rows.items()}
    if form == "csv":
        return as_csv([{"metric": one.name, **row} for one in found for row in rows[one.name]])
    if form == "json":
        of = {repr(group.head): group.runs for group in groups}
        content = {**_of(study), "metrics": {name: _placed(study, each, of) for name, each in rows.items()}}
        return as_json(content) + "\n"
    if form != "text":
        return _typeset(found, groups, rows, look, form)
    repeated = "" if study.ledger.search else only(study, look.only).repeated
    leading = {one.name: _leading(groups, one) if bold else set() for one in found}
    blocks = [_block(one.title, rows[one.name], look.statistics, leading[one.name]) for one in found]
    note = _bold(groups, found) if any(leading.values()) else ""
    chosen = _chosen(all_groups, found[0], look.best_per) if look.best_per else ""
    return "\n\n".join(filter(None, (chosen, *blocks, repeated, note))) + "\n"


def _none(run: Run) -> None:
    """Return what a run has of no metric."""


def _of(study: Study) -> dict[str, Any]:
    """Return the folder of a study, for a program, those of several together, and what searches have chosen."""
    folders = [folder.as_posix() for folder in study.folders]
    chosen, lost = ([], []) if study.places else (tuned(study), lost_arms(study))
    arms = {"tuned": [arm.as_dict() for arm in chosen], "lost_arms": [arm.as_dict() for arm in lost]}
    return {"study": folders[0], "studies": folders, **arms}


def _placed(
    study: Study, rows: Sequence[Mapping[str, Any]], runs: Mapping[str, Sequence[Run]]
) -> list[dict[str, Any]]:
    """Return rows of groups; of several studies, each with the folders that its runs lie in."""
    if not study.places:
        return [dict(row) for row in rows]
    placed = []
    for row in rows:
        of = runs[repr({name: value for name, value in row.items() if name not in _NUMBERS})]
        folders = dict.fromkeys(study.places[run.id].as_posix() for run in of)
        placed.append({**row, "studies": [*folders]})
    return placed


def _shown(study: Study) -> list[str]:
    """Return the metrics that a table shows by default: for a search, its objective."""
    objective = study.ledger.search.objective if study.ledger.search else None
    return [objective] if objective in study.metrics else study.shown


def _groups(study: Study, look: Look) -> list[_Group]:
    """Return the groups of runs, or the trials, that are shown."""
    if study.ledger.search:
        return _trials(study, look)
    study = only(study, look.only)
    axes = [axis for axis in study.axes if axis != "seed"]
    settings = study.settings
    return [
        _Group(
            {"group": name, **(_gradients(runs) if study.asks_again else {})},
            [value_of(settings[runs[0].id], axis) for axis in axes],
            runs,
        )
        for name, runs in study.groups(failed=True).items()
    ]


def _trials(study: Study, look: Look) -> list[_Group]:
    assert study.ledger.search is not None
    trials: dict[tuple[Any, ...], list[Run]] = {}
    keys = ["sampler", "search.seed", "trial", *study.ledger.search.keys]
    for row in kept(study.rows(), look.only):
        if row["trial"] is not None:
            runs = trials.setdefault(tuple(row[key] for key in keys), [])
            runs += [study.runs[row["run"]]] if row["run"] in study.runs else []
    heads = {of: dict(zip(keys, of, strict=True)) for of in trials}
    more = {of: _gradients(runs) if study.asks_again else {} for of, runs in trials.items()}
    return [_Group({**heads[of], **more[of]}, of, runs) for of, runs in trials.items()]


def _gradients(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the column of the gradients that some runs have taken, their median."""
    done = [float(run.gradients[-1]) for run in runs if run.status == "completed"]
    return {"gradients": median(np.array(done)) if done else None}


def _best(groups: list[_Group], measure: Measure, look: Look, study: Study) -> list[_Group]:
    """Return, of the groups that share a value of an axis and a task, the one with the best mean."""
    if look.best_per is None:
        return groups
    if measure.better is None:
        raise ValueError(f"{measure.name}: is more of it better? --better higher or --better lower")
    settings = {row["run"]: {**study.settings.get(row["run"], {}), **row} for row in study.rows()}
    measured = {"run", "seed", "status", "step", "seconds", "gradients", "stopped"}
    there = list(dict.fromkeys(key.removesuffix(".name") for of in settings.values() for key in of))
    there = [key for key in there if key not in measured and not key.startswith(("final_", "best_"))]
    (axis,) = known("column", [look.best_per], there)
    arms: dict[tuple[int, str], list[tuple[tuple[int, float], _Group]]] = {}
    sign = -1 if measure.better == "higher" else 1
    tasks = by_task({_key(group.head): group.runs for group in groups}, measure)
    task = {key: i for i, of in enumerate(tasks) for key in of}
    for group in groups:
        row = row_of(group.runs, measure)
        if "mean" in row:
            value = value_of(settings[group.runs[0].id], axis)
            # One that has lost runs would be chosen by those that are left.
            of = arms.setdefault((task[_key(group.head)], repr(value)), [])
            of.append(((_gone(row), sign * row["mean"]), group))
    return [min(found, key=lambda each: each[0])[1] for found in arms.values()]


def _chosen(groups: Sequence[_Group], measure: Measure, best_per: str) -> str:
    """Return a sentence that says of what each group that is shown is the best."""
    tasks = of_each([group.runs for group in groups], [measure])
    of = " and ".join(filter(None, dict.fromkeys((best_per, tasks))))
    return f"the best of each {of} by {measure.title}"


def _key(row: Mapping[str, Any]) -> str:
    """Return what tells a group from others: what stands before its numbers."""
    return repr([value for name, value in row.items() if name not in _NUMBERS])


_ALL = (*STATISTICS, "interval")


def _block(
    title: str, rows: Sequence[Mapping[str, Any]], statistics: Sequence[str], leading: Collection[str]
) -> str:
    """Return a metric's rows as text, with its name above the first column; those that lead are bold."""
    _, *keys = [key for key in columns(rows) if key not in _NUMBERS]
    shown = statistics or ("median", "mean", "interval")
    names = ["its 95 % interval" if name == "interval" else name for name in shown]
    lines = [[title, *keys, "n", "lost", *names]]
    enough = {key: digits(row.get(key) for row in rows) for key in columns(rows)}
    for row in rows:
        of = [as_shown(value, enough[key]) for key, value in row.items() if key not in _NUMBERS]
        lines.append([*of, str(row["n"]), lost_text(row), *(_number(row, name) for name in shown)])
    head, *body = as_text(lines).split("\n")
    body = [
        styled(line, STRONG) if _key(row) in leading else line for line, row in zip(body, rows, strict=True)
    ]
    return "\n".join([head, *body])


def _number(row: Mapping[str, Any], statistic: str) -> str:
    if statistic == "interval":
        return interval_text(row)
    return f"{row[statistic]:.4g}" if row.get(statistic) is not None else "-"


_NUMBERS = ("n", *LOST, "without", *STATISTICS, "low", "high")


def _gone(row: Mapping[str, Any]) -> int:
    """Return how many runs have no number, because they were lost or never reached a level."""
    return sum(row[what] for what in (*LOST, "without"))


def _typeset(
    found: Sequence[Measure],
    groups: Sequence[_Group],
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    look: Look,
    form: Form,
) -> str:
    """Return a table with a row a group and a column a metric, the best of each column marked."""
    shown = look.statistics or ("mean", "interval")
    by_key = {_key(group.head): group for group in groups}
    marked = {one.name: _leading(groups, one) for one in found}
    order = [_key(row) for row in rows[found[0].name]]
    cells = {one.name: {_key(row): row for row in rows[one.name]} for one in found}
    lines: list[list[str | Cell]] = [
        [
            " ".join(as_shown(value, 6) for value in by_key[key].head.values()),
            *(Cell(_cell(cells[one.name][key], shown), key in marked[one.name]) for one in found),
        ]
        for key in order
    ]
    n = sorted({row["n"] for of in rows.values() for row in of})
    note = f"{_words(shown)}; {_runs(n)} a row"
    if any(marked.values()):
        note += f"; {_bold(groups, found)}"
    head = ["", *(one.title for one in found)]
    return (as_latex if form == "latex" else as_markdown)(head, lines, note)


def _bold(groups: Sequence[_Group], found: Sequence[Measure]) -> str:
    each = of_each([group.runs for group in groups], found)
    of = f" of each {each}" if each else ""
    return f"bold: the best{of}, and what the runs, paired by seed, do not tell apart from it"


def _leading(groups: Sequence[_Group], measure: Measure) -> set[str]:
    """Return the keys of the best group of each task, and of those not told apart from it."""
    tasks = by_task({_key(group.head): group.runs for group in groups}, measure)
    return set[str]().union(*(_leading_of_one(runs, measure) for runs in tasks))


def _leading_of_one(runs: Mapping[str, Sequence[Run]], measure: Measure) -> set[str]:
    rows = {key: row_of(of, measure) for key, of in runs.items()}
    # Who has lost runs would be judged by those that are left.
    there = {key: row["mean"] for key, row in rows.items() if "mean" in row and not _gone(row)}
    if measure.better is None or len(there) < 2:
        return set()
    pick = max if measure.better == "higher" else min
    best = pick(there, key=lambda key: there[key])
    # One run each tells nothing apart.
    if len(runs[best]) < 2:
        return set()
    return {key for key in there if key == best or not parting(runs[best], runs[key], measure)}


def _cell(row: Mapping[str, Any], statistics: Sequence[str]) -> str:
    first, *rest = [_number(row, name) for name in statistics]
    lost = lost_text(row)
    inner = ", ".join([*(part for part in rest if part != "-"), *([lost] if lost != "-" else [])])
    return f"{first} ({inner})" if inner else first


def _words(statistics: Sequence[str]) -> str:
    names = ["95 % interval of the mean" if name == "interval" else name for name in statistics]
    return names[0] + (f" ({', '.join(names[1:])})" if names[1:] else "")


def _runs(n: Sequence[int]) -> str:
    return f"{n[0]} run{'s' if n[0] != 1 else ''}" if len(n) == 1 else f"{n[0]} to {n[-1]} runs"


def _by_run(study: Study, look: Look, form: Form) -> str:
    rows = kept(study.rows(), look.only) if study.ledger.search else only(study, look.only).rows()
    if look.metrics:
        rows = _with_measures(study, rows, look)
    rows = _sorted(rows, look)
    if form == "csv":
        return as_csv(rows)
    if form == "json":
        return as_json({**_of(study), "runs": rows}) + "\n"
    enough = {key: setting_digits(rows, key) for key in columns(rows)}
    lines = [[*enough], *([as_shown(row.get(key), enough[key]) for key in enough] for row in rows)]
    if form == "text":
        return as_text(lines) + "\n"
    head, *body = lines
    # A metric with fields is a column of its own, and for a page it is called in words.
    asked = [item for item in look.metrics or () if not isinstance(item, str)]
    words = {one.name: one.title for one in measures(asked, study, look.better)}
    head = [words.get(key, key) for key in head]
    return (as_latex if form == "latex" else as_markdown)(head, [[*line] for line in body], "")


def _with_measures(study: Study, rows: list[dict[str, Any]], look: Look) -> list[dict[str, Any]]:
    """Return rows with the metrics that are asked for instead of all."""
    ends = ("final_", "best_")
    there = {key.partition("_")[2] for row in rows for key in row if key.startswith(ends)}
    plain = [item for item in look.metrics or () if isinstance(item, str) and item in there]
    shown = {end + name for name in plain for end in ends}
    hidden = {key for key in columns(rows) if key.startswith(ends)} - shown
    others = measures([item for item in look.metrics or () if item not in plain], study, look.better)
    return [
        {key: value for key, value in row.items() if key not in hidden}
        | {one.name: one.of(study.runs[row["run"]]) if row["run"] in study.runs else None for one in others}
        for row in rows
    ]


def _sorted(
    rows: list[dict[str, Any]], look: Look, groups: Mapping[str, Sequence[Any]] | None = None
) -> list[dict[str, Any]]:
    """Return rows sorted by a column, groups by their values; rows without a value there come last."""
    if look.sort is None:
        return rows
    (key,) = known("column", [look.sort], columns(rows))
    of = (lambda value: groups[repr(value)]) if groups and key == "group" else lambda value: value
    having = [row for row in rows if row.get(key) is not None]
    having.sort(key=lambda row: order_of(of(row[key])), reverse=look.descending)
    return having + [row for row in rows if row.get(key) is None]
