"""Together: several studies as one, whose runs can be shown beside each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ravine.base.names import shown
from ravine.records.axes import value_text
from ravine.records.run import question
from ravine.records.study import Study

__all__ = ["apart", "remade", "together"]


def together(studies: Sequence[Study]) -> Study:
    """Return one study with the runs of several; a run that several have is there once.

    Its folder is that of the first. It has no claims: each study judges its own.

    Raises
    ------
    ValueError
        If one of them is a search, whose trials belong together.
    """
    first, *others = studies
    if not others:
        return first
    for study in studies:
        if study.ledger.search:
            raise ValueError(
                f"{study.folder}: it is a search, which is shown alone: its trials belong together"
            )
    ledgers = [study.ledger for study in studies]
    ledger = replace(
        first.ledger,
        runs=list(dict.fromkeys(run for ledger in ledgers for run in ledger.runs)),
        asked={run: values for ledger in ledgers for run, values in ledger.asked.items()},
        chosen={run: names for ledger in ledgers for run, names in ledger.chosen.items()},
        claims=[],
    )
    runs = {name: run for study in studies for name, run in study.runs.items()}
    unreadable = {name: why for study in studies for name, why in study.unreadable.items()}
    places = {name: study.folder for study in reversed(studies) for name in study.ledger.runs}
    in_order = {name: runs[name] for name in ledger.runs if name in runs}
    return Study(first.folder, ledger, in_order, unreadable, {name: places[name] for name in ledger.runs})


def apart(studies: Sequence[Study], compared: Collection[str] = ()) -> list[str]:
    """Return sentences on the settings in which studies differ although nothing compares these.

    Whoever shows them together should know: a difference of their runs may come from there.

    Parameters
    ----------
    studies : sequence of Study
        The studies; the axes of each are compared.
    compared : collection of str
        Other settings that are compared, as by a claim.
    """
    axes = {*compared, *(axis for study in studies for axis in study.axes)}
    values: dict[str, dict[str, list[str]]] = {}
    for study in studies:
        settings = [*study.settings.values()]
        for key in {key for one in settings for key in one}:
            if _is_of(key, axes):
                continue
            found = {value_text(one[key]) for one in settings if key in one}
            for text in found:
                values.setdefault(key, {}).setdefault(text, []).append(shown(study.folder.as_posix()))
    common = {key: of for key, of in values.items() if len(of) > 1}
    return [
        f"{key} is {' and '.join(f'{text} in {_named(of[text])}' for text in of)}"
        for key, of in sorted(common.items())
    ]


def remade(studies: Sequence[Study]) -> list[str]:
    """Return sentences on runs of two studies that have the same settings, but other code or data."""
    sentences = []
    for i, study in enumerate(studies):
        for other in studies[:i]:
            ids = {question(run): run for run in other.ledger.runs}
            n = sum(ids.get(question(run), run) != run for run in study.ledger.runs)
            if n:
                of, one = (shown(each.folder.as_posix()) for each in (study, other))
                has = (
                    "1 run of {} has the settings of one"
                    if n == 1
                    else f"{n} runs of {{}} have the settings of runs"
                )
                sentences.append(f"{has.format(of)} of {one}, and other code or data")
    return sentences


def _named(folders: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(folders))


def _is_of(key: str, axes: set[Any]) -> bool:
    """Whether a setting is an axis, or comes with a component that is one."""
    return any(key == axis or key.startswith(f"{axis}.") or axis.startswith(f"{key}.") for axis in axes)
