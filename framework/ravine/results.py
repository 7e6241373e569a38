"""Results: a study's numbers as the user wants to see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ravine.names import nearest
from ravine.study import Study
from ravine.tables import as_csv, as_text, columns

__all__ = ["Look", "table"]


@dataclass(frozen=True)
class Look:
    """What of a study is shown, and in which order.

    Parameters
    ----------
    only : sequence of str
        ``COLUMN=VALUE``: runs with these settings.
    metrics : sequence of str or None
        Which; None for those that the summary has, or in a row a run for all.
    sort : str or None
        By which column; None for the order in which runs were asked for.
    descending : bool
        Downwards.
    """

    only: Sequence[str] = ()
    metrics: Sequence[str] | None = None
    sort: str | None = None
    descending: bool = False


def table(study: Study, look: Look, *, runs: bool, csv: bool) -> str:
    """Return a table of runs, or of what they come to over their seeds.

    Parameters
    ----------
    study : Study
        Whose.
    look : Look
        What of it.
    runs : bool
        Whether every run has a row.
    csv : bool
        Whether a program reads it.

    Raises
    ------
    ValueError
        If there is no such column, value or metric: those that there are.
    """
    study = _only(study, look.only)
    return (_by_run if runs else _by_group)(study, look, csv=csv)


def _by_group(study: Study, look: Look, *, csv: bool) -> str:
    names = _known("metric", look.metrics or study.shown, study.metrics)
    if not names:
        raise ValueError(f"{study.folder}: no run has got to its end; ravine status {study.folder} tells more")
    tables = {name: _sorted(study.statistics(name), look) for name in names}
    if csv:
        return as_csv([{"metric": name, **row} for name, rows in tables.items() for row in rows])
    blocks = []
    for name, rows in tables.items():
        lines = [[name.replace("_", " "), "n", "lost", "median", "mean", "95 % interval"]]
        for row in rows:
            interval = f"{row['low']:.4g} to {row['high']:.4g}" if "low" in row else "-"
            numbers = [f"{row[key]:.4g}" if key in row else "-" for key in ("median", "mean")]
            lines.append([row["group"], str(row["n"]), _lost(row), *numbers, interval])
        blocks.append(as_text(lines))
    return "\n\n".join(blocks) + "\n"


def _by_run(study: Study, look: Look, *, csv: bool) -> str:
    rows = study.rows()
    if look.metrics:
        ends = ("final_", "best_")
        there = sorted({key.partition("_")[2] for row in rows for key in row if key.startswith(ends)})
        named = [end + name for name in _known("metric", look.metrics, there) for end in ends]
        hidden = {key for key in columns(rows) if key.startswith(ends)} - set(named)
        rows = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    rows = _sorted(rows, look)
    if csv:
        return as_csv(rows)
    keys = columns(rows)
    return as_text([keys, *([_text(row.get(key)) for key in keys] for row in rows)]) + "\n"


def _only(study: Study, words: Sequence[str]) -> Study:
    """Return a study of the runs that have some settings, as tables write them."""
    rows = study.rows()
    for word in words:
        key, found, wanted = word.partition("=")
        if not found:
            raise ValueError(f"{word!r} is no COLUMN=VALUE")
        _known("column", [key], columns(rows))
        values = {row["run"]: _text(row.get(key)) for row in rows}
        _known(f"value of {key}", [wanted], sorted(set(values.values())))
        kept = [run for run in study.ledger.runs if values[run] == wanted]
        runs = {run: study.runs[run] for run in kept if run in study.runs}
        study = replace(study, ledger=replace(study.ledger, runs=kept), runs=runs)
    return study


def _sorted(rows: list[dict[str, Any]], look: Look) -> list[dict[str, Any]]:
    """Return rows by a column; those without it come last."""
    if look.sort is None:
        return rows
    (key,) = _known("column", [look.sort], columns(rows))
    having = [row for row in rows if row.get(key) is not None]
    numbers = all(isinstance(row[key], int | float) for row in having)
    having.sort(key=lambda row: row[key] if numbers else str(row[key]), reverse=look.descending)
    return having + [row for row in rows if row.get(key) is None]


def _known(what: str, names: Sequence[str], there: Sequence[str]) -> Sequence[str]:
    for name in names:
        if name not in there:
            raise ValueError(f"there is no {what} {name!r}{nearest(name, there)}")
    return names


def _lost(row: Mapping[str, Any]) -> str:
    parts = [f"{row[what]} {what}" for what in ("diverged", "pruned", "failed") if row[what]]
    return ", ".join(parts) or "-"


def _text(value: Any) -> str:
    return "-" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
