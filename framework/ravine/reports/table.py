"""Table: a study's numbers, filtered and sorted as the user asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ravine.base.averages import median
from ravine.base.names import nearest
from ravine.base.tables import as_csv, as_text, columns
from ravine.records.axes import value_of, value_text
from ravine.records.labels import short
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.records.summary import LOST, summarized

__all__ = [
    "Look",
    "table",
]


@dataclass(frozen=True)
class Look:
    """Which runs and metrics of a study are shown, and in which order.

    Parameters
    ----------
    only : sequence of str
        ``COLUMN=VALUE``: runs with these settings.
    metrics : sequence of str or None
        The metrics to show. None for those of the summary; with one row for each run, None for all.
    sort : str or None
        The column to sort by; None for the order in which runs were asked for.
    descending : bool
        Whether the highest comes first.
    """

    only: Sequence[str] = ()
    metrics: Sequence[str] | None = None
    sort: str | None = None
    descending: bool = False


def table(study: Study, look: Look, *, runs: bool, csv: bool) -> str:
    """Return a table of runs, or of their statistics over seeds.

    Parameters
    ----------
    study : Study
        The study.
    look : Look
        Which runs and metrics, in which order.
    runs : bool
        Whether every run has a row.
    csv : bool
        Whether to return CSV, for a program.

    Raises
    ------
    ValueError
        If there is no such column, value or metric; it names those that there are.
    """
    if runs:
        return _by_run(study, look, csv=csv)
    names = _known("metric", look.metrics or _shown(study), study.metrics)
    if not names:
        raise ValueError(f"{study.folder}: no run has a final value; ravine status {study.folder} says more")
    rows = (_by_trial if study.ledger.search else _by_group)(study, look, names)
    if csv:
        return as_csv([{"metric": name, **row} for name in names for row in rows[name]])
    repeated = "" if study.ledger.search else _only(study, look.only).repeated
    return "\n\n".join(filter(None, (*(_block(name, rows[name]) for name in names), repeated))) + "\n"


def _shown(study: Study) -> list[str]:
    """Return the metrics that a table shows by default: for a search, its objective."""
    objective = study.ledger.search.objective if study.ledger.search else None
    return [objective] if objective in study.metrics else study.shown


def _by_group(study: Study, look: Look, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return by metric one row for all runs that differ only in the seed."""
    study = _only(study, look.only)
    axes = [axis for axis in study.axes if axis != "seed"]
    settings, groups = study.settings, study.groups(failed=True)
    values = {group: [value_of(settings[runs[0].id], axis) for axis in axes] for group, runs in groups.items()}
    taken = {group: _gradients(runs) for group, runs in groups.items()} if study.asks_again else {}
    rows = {
        name: [{"group": row["group"], **taken.get(row["group"], {}), **row} for row in study.statistics(name)]
        for name in names
    }
    return {name: _sorted(rows[name], look, values) for name in names}


def _gradients(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the column of the gradients that some runs have taken, their median."""
    done = [float(run.gradients[-1]) for run in runs if run.status == "completed"]
    return {"gradients": median(np.array(done)) if done else None}


def _by_trial(study: Study, look: Look, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return by metric one row for each trial."""
    assert study.ledger.search is not None
    trials: dict[tuple[Any, ...], list[Run]] = {}
    keys = ["sampler", "search.seed", "trial", *study.ledger.search.keys]
    for row in _kept(study.rows(), look.only):
        if row["trial"] is not None:
            runs = trials.setdefault(tuple(row[key] for key in keys), [])
            runs += [study.runs[row["run"]]] if row["run"] in study.runs else []
    return {
        name: _sorted(
            [
                dict(zip(keys, of, strict=True))
                | (_gradients(runs) if study.asks_again else {})
                | summarized(runs, name)
                for of, runs in trials.items()
            ],
            look,
        )
        for name in names
    }


def _block(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a metric's rows as text, with its name above the first column."""
    _, *keys = [key for key in columns(rows) if key not in _STATISTICS]
    lines = [[name.replace("_", " "), *keys, "n", "lost", "median", "mean", "its 95 % interval"]]
    digits = {key: _digits(row.get(key) for row in rows) for key in columns(rows)}
    for row in rows:
        interval = f"{row['low']:.4g} to {row['high']:.4g}" if "low" in row else "-"
        numbers = [f"{row[key]:.4g}" if key in row else "-" for key in ("median", "mean")]
        of = [_text(value, digits[key]) for key, value in row.items() if key not in _STATISTICS]
        lines.append([*of, str(row["n"]), _lost(row), *numbers, interval])
    return as_text(lines)


def _by_run(study: Study, look: Look, *, csv: bool) -> str:
    rows = _kept(study.rows(), look.only) if study.ledger.search else _only(study, look.only).rows()
    if look.metrics:
        ends = ("final_", "best_")
        there = sorted({key.partition("_")[2] for row in rows for key in row if key.startswith(ends)})
        named = [end + name for name in _known("metric", look.metrics, there) for end in ends]
        hidden = {key for key in columns(rows) if key.startswith(ends)} - set(named)
        rows = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    rows = _sorted(rows, look)
    if csv:
        return as_csv(rows)
    digits = {key: _setting_digits(rows, key) for key in columns(rows)}
    return as_text([[*digits], *([_text(row.get(key), digits[key]) for key in digits] for row in rows)]) + "\n"


def _only(study: Study, words: Sequence[str]) -> Study:
    """Return a study with only those runs that have some settings, as tables write them."""
    kept = {row["run"] for row in _kept(study.rows(), words)}
    runs = {name: run for name, run in study.runs.items() if name in kept}
    names = [name for name in study.ledger.runs if name in kept]
    return replace(study, ledger=replace(study.ledger, runs=names), runs=runs)


def _kept(rows: list[dict[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows that have the values of some words, COLUMN=VALUE."""
    for word in words:
        key, found, wanted = word.partition("=")
        if not found:
            raise ValueError(f"{word!r} is not COLUMN=VALUE")
        _known("column", [key], columns(rows))
        kept, digits = [row for row in rows if _is(row[key], wanted)], (_DIGITS, _setting_digits(rows, key))
        if not (kept := kept or [row for row in rows if wanted in (_text(row[key], n) for n in digits)]):
            _known(f"value of {key}", [wanted], [_typed(row[key]) for row in rows])
        rows = kept
    return rows


def _is(value: Any, word: str) -> bool:
    """Return whether a word is a value, as someone may type it: 0.5, .5 and 5e-1 are one number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        for number in (int, float):
            with contextlib.suppress(ValueError):
                return bool(number(word) == value)
        return False
    return _bare(word) in (_bare(_typed(value)), _bare(str(value)))


def _bare(text: str) -> str:
    """Return text without the spaces and quotes that a list can be typed with or without."""
    return text.translate(str.maketrans("", "", " \"'"))


def _typed(value: Any) -> str:
    return "-" if value is None else value_text(value)


def _sorted(
    rows: list[dict[str, Any]], look: Look, groups: Mapping[str, Sequence[Any]] | None = None
) -> list[dict[str, Any]]:
    """Return rows sorted by a column, groups by their values; rows without a value there come last."""
    if look.sort is None:
        return rows
    (key,) = _known("column", [look.sort], columns(rows))
    of = (lambda value: groups[value]) if groups and key == "group" else lambda value: value
    having = [row for row in rows if row.get(key) is not None]
    having.sort(key=lambda row: _order(of(row[key])), reverse=look.descending)
    return having + [row for row in rows if row.get(key) is None]


def _order(value: Any) -> tuple[Any, ...]:
    """Return what puts any two values in order: nothing, numbers, text, and lists by their items."""
    if value is None:
        return (0,)
    if isinstance(value, int | float):
        return 1, value
    if isinstance(value, list):
        return 3, [_order(item) for item in value]
    return 2, str(value)


def _known(kind: str, names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    for name in names:
        if name not in known:
            raise ValueError(f"there is no {kind} {name!r}{nearest(name, known)}")
    return names


_STATISTICS = ("n", *LOST, "median", "mean", "low", "high")


def _lost(row: Mapping[str, Any]) -> str:
    parts = [f"{row[what]} {what}" for what in LOST if row[what]]
    return ", ".join(parts) or "-"


def _setting_digits(rows: Sequence[Mapping[str, Any]], key: str) -> int:
    """Return the digits for a column of settings; what is measured may differ in its last bits."""
    measured = key in _MEASURED or key.startswith(("final_", "best_"))
    return _DIGITS if measured else _digits(row.get(key) for row in rows)


def _digits(values: Iterable[Any]) -> int:
    """Return how many digits tell the numbers of a column apart."""
    numbers = {value for value in values if isinstance(value, float)}
    enough = (n for n in range(_DIGITS, 17) if len({f"{x:.{n}g}" for x in numbers}) == len(numbers))
    return next(enough, 17)


_DIGITS = 6

_MEASURED = ("step", "gradients", "seconds")


def _text(value: Any, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}" if isinstance(value, float) else short(value)
