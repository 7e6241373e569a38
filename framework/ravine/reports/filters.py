"""Filters: which runs of a study are shown, by words: ``seed=0,1``, ``optimizer.lr=1e-3..0.1``."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ravine.base.names import nearest
from ravine.base.tables import columns
from ravine.records.axes import value_text
from ravine.records.labels import short
from ravine.records.study import Study
from ravine.records.unfinished import with_unfinished

__all__ = ["as_shown", "kept", "known", "only", "order_of", "selected", "setting_digits"]


def only(study: Study, words: Sequence[str]) -> Study:
    """Return a study with only those runs that have some settings, as tables write them.

    A setting that no table shows, because all runs have it or it follows from others, can be asked for too.

    Raises
    ------
    ValueError
        If there is no such column or value: those that there are.
    """
    if not words:
        return study
    rows = _with_settings(study, [_asked(word)[0] for word in words])
    found = {row["run"] for row in kept(rows, words)}
    runs = {name: run for name, run in study.runs.items() if name in found}
    names = [name for name in study.ledger.runs if name in found]
    return replace(study, ledger=replace(study.ledger, runs=names), runs=runs)


def selected(
    study: Study, words: Sequence[str], order: str | None = None, *, unfinished: bool = False
) -> Study:
    """Return a study with the runs that a picture shows.

    Parameters
    ----------
    study : Study
        The study.
    words : sequence of str
        ``COLUMN=VALUE``: runs with these settings.
    order : str or None
        ``COLUMN`` for the order of its values, lowest first; ``COLUMN=A,B`` for groups with A, then those with
        B, then the others. None for the order of the study.
    unfinished : bool
        Whether runs that go on or were stopped are there as far as they have got.

    Raises
    ------
    ValueError
        If there is no such column or value: those that there are.
    """
    study = only(with_unfinished(study) if unfinished else study, words)
    return _ordered(study, order) if order else study


def _ordered(study: Study, word: str) -> Study:
    """Return a study with its groups in another order."""
    if study.ledger.search:
        raise ValueError(f"order: {study.folder} is a search, whose figures have an order of their own")
    key, given, values = word.partition("=")
    try:
        rows = _with_settings(study, [key])
        known("column", [key], columns(rows))
        wanted = [_having(rows, key, [value], all_of_them=True) for value in _parts(values)] if given else []
    except ValueError as error:
        raise ValueError(f"order: {error}") from None
    if given:
        named = [{row["run"] for row in of} for of in wanted]
        places = {run: next((i for i, of in enumerate(named) if run in of), len(named)) for run in study.runs}
        runs = sorted(study.runs, key=lambda run: places[run])
    else:
        value = {row["run"]: order_of(row.get(key)) for row in rows}
        runs = sorted(study.runs, key=lambda run: value[run])
    return replace(study, runs={run: study.runs[run] for run in runs})


def _with_settings(study: Study, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a study, with those of some settings that no table shows."""
    rows, settings = study.rows(), study.settings
    there = {key for of in settings.values() for key in of}
    for key in {*keys} & there - {*columns(rows)}:
        for row in rows:
            row[key] = settings.get(row["run"], {}).get(key)
    return rows


def order_of(value: Any) -> tuple[Any, ...]:
    """Return what puts any two values in order: nothing, numbers, text, and lists by their items."""
    if value is None:
        return (0,)
    if isinstance(value, int | float):
        return 1, value
    if isinstance(value, list | tuple):
        return 3, [order_of(item) for item in value]
    return 2, str(value)


def kept(rows: list[dict[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows that have the values of some words: ``COLUMN=VALUE``, ``=A,B`` for several, ``=A..B``.

    Numbers are compared as numbers, so that ``1e-4`` is 0.0001. A range has both of its ends. ``COLUMN!=VALUE``
    leaves these rows out.
    """
    for word in words:
        key, wanted, without = _asked(word)
        known("column", [key], columns(rows))
        # A value may have a comma itself, as a list has.
        found = _having(rows, key, [wanted]) or _having(rows, key, _parts(wanted), all_of_them=True)
        those = {id(row) for row in found}
        rows = [row for row in rows if id(row) not in those] if without else found
        if not rows:
            raise ValueError(f"{word}: nothing is left")
    return rows


def _asked(word: str) -> tuple[str, str, bool]:
    """Return the column and the values of a word, and whether those that have them are left out."""
    key, found, wanted = word.partition("=") if isinstance(word, str) else ("", "", "")
    if not found:
        raise ValueError(f"{word!r} is not COLUMN=VALUE")
    return key.removesuffix("!"), wanted, key.endswith("!")


def _having(
    rows: list[dict[str, Any]], key: str, values: Sequence[str], *, all_of_them: bool = False
) -> list[dict[str, Any]]:
    """Return the rows with one of several values; none, or an error, if a value is not there."""
    found = set[int]()
    for value in values:
        digits = (_DIGITS, setting_digits(rows, key))
        these = {i for i, row in enumerate(rows) if _is(row.get(key), value)} or {
            i for i, row in enumerate(rows) if value in (as_shown(row.get(key), n) for n in digits)
        }
        if not these and all_of_them:
            if (ends := _range(value)) is None:
                known(f"value of {key}", [value], [_typed(row.get(key)) for row in rows])
            raise ValueError(f"no run has {key} from {ends[0]:g} to {ends[1]:g}" if ends else "")
        found |= these
    return [row for i, row in enumerate(rows) if i in found]


def _parts(text: str) -> list[str]:
    """Return the values that commas divide, but not those within brackets and quotes."""
    return re.findall(r"""(?:\[[^\]]*\]|\{[^}]*\}|'[^']*'|"[^"]*"|[^,])+""", text) or [text]


def _range(word: str) -> tuple[float, float] | None:
    low, dots, high = word.partition("..")
    with contextlib.suppress(ValueError):
        return (float(low or "-inf"), float(high or "inf")) if dots else None
    return None


def _is(value: Any, word: str) -> bool:
    """Return whether a word is a value, as someone may type it: 0.5, .5 and 5e-1 are one number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if (ends := _range(word)) is not None:
            return ends[0] <= value <= ends[1]
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


def known(kind: str, names: Sequence[str], there: Sequence[str]) -> Sequence[str]:
    """Return names, all of which must be there.

    Raises
    ------
    ValueError
        If one is not: the nearest ones, or all.
    """
    for name in names:
        if name not in there:
            raise ValueError(f"there is no {kind} {name!r}{nearest(name, there)}")
    return names


def setting_digits(rows: Sequence[Mapping[str, Any]], key: str) -> int:
    """Return the digits for a column of settings; what is measured may differ in its last bits."""
    measured = key in _MEASURED or key.startswith(("final_", "best_"))
    return _DIGITS if measured else digits(row.get(key) for row in rows)


def digits(values: Iterable[Any]) -> int:
    """Return how many digits tell the numbers of a column apart."""
    numbers = {value for value in values if isinstance(value, float)}
    enough = (n for n in range(_DIGITS, 17) if len({f"{x:.{n}g}" for x in numbers}) == len(numbers))
    return next(enough, 17)


_DIGITS = 6

_MEASURED = ("step", "gradients", "seconds")


def as_shown(value: Any, digits: int) -> str:
    """Return a value as a table shows it."""
    return "-" if value is None else f"{value:.{digits}g}" if isinstance(value, float) else short(value)
