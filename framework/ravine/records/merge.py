"""Merge: which searches may share a study's folder, and how their records are joined.

A command that asks for a search again, with more trials, adds these trials to it. A command with a different
sampler, or a different seed of the search, adds a search; space, objective and all other settings must be the
same, because only then trials can be compared. Different seeds of the runs, or a different ``search.prune``,
change the values of trials. They are accepted only if the command asks for all trials again and no sampler has
learned from the old values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ravine.records.searches import SearchRecord
from ravine.records.space import Choice, Dimension, Interval

__all__ = [
    "description",
    "differences",
    "joined",
]


def joined(before: SearchRecord | None, now: SearchRecord | None) -> SearchRecord | None:
    """Return the searches and trials of a command, joined with those of earlier commands."""
    if not before or not now:
        return now
    trials = {trial.key: trial for trial in before.trials}
    for trial in now.trials:
        earlier = trials.get(trial.key, trial)
        # Otherwise the earlier record is right: the trial is made in this folder.
        if earlier.elsewhere or not trial.elsewhere:
            pruned = earlier.pruned if now.prune and earlier.pruned else trial.pruned
            trials[trial.key] = replace(trial, pruned=pruned)
    whole = replace(now, trials=tuple(trials.values()))
    searches = {search.key: search for search in (*before.searches, *now.searches)}
    return replace(
        whole,
        samplers={**before.samplers, **now.samplers},
        made_with={**before.made_with, **now.made_with},
        # A search has at least the trials that are proposed: an earlier command asked for them.
        searches=tuple(
            replace(search, trials=max(search.trials, whole.proposed[key])) for key, search in searches.items()
        ),
    )


def description(search: SearchRecord | None) -> str:
    """Return in words what a study holds: a search of some settings, or runs without a search."""
    return f"a search of {', '.join(search.keys)}" if search else "runs without a search"


def differences(holds: SearchRecord, asked: SearchRecord) -> list[str]:
    """Return what keeps searches from sharing a folder: ``["training.steps = 20, not 30"]``."""
    space, other = (
        {dimension.key: _values(dimension) for dimension in record.space.dimensions}
        for record in (holds, asked)
    )
    differ = {key: (space.get(key, "one value"), other.get(key, "one value")) for key in space | other}
    both: list[tuple[str, Any, Any]] = [(key, *values) for key, values in differ.items()]
    both += [(key, getattr(holds, key), getattr(asked, key)) for key in ("objective", "maximize")]
    # In a different space the settings of its middle differ anyway. The order of the settings counts too:
    # samplers draw in this order.
    if space == other:
        both += [("the order of the space", ", ".join(space), ", ".join(other))]
        both += _shared("", holds.settings, asked.settings)
    for name in holds.samplers.keys() & asked.samplers.keys():
        both += _shared(f"{name}'s ", holds.samplers[name], asked.samplers[name])
    theirs, mine = ({search.key: search for search in record.searches} for record in (holds, asked))
    anew = all(key in mine and mine[key].trials >= holds.proposed[key] for key in theirs)
    if not anew or any(search.learns for search in (*theirs.values(), *mine.values())):
        both += [("search.prune", holds.prune, asked.prune)]
        n, m = (len(next(iter(searches.values())).seeds) for searches in (theirs, mine))
        both += [("seeds of a trial", n, m)]
        both += [("seed", list(theirs[key].seeds), list(mine[key].seeds)) for key in theirs if key in mine]
    return list(dict.fromkeys(f"{key} = {was}, not {now}" for key, was, now in both if was != now))


def _values(dimension: Dimension) -> str:
    """Return the values of a dimension, with all digits: ``1.0 to 9.0, log``."""
    if isinstance(dimension, Interval):
        flags = ", log" * dimension.log + ", integer" * dimension.integer
        return f"{dimension.low} to {dimension.high}{flags}"
    assert isinstance(dimension, Choice)
    return ", ".join(map(str, dimension.values))


def _shared(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return, for every key that both mappings have, the key and both values."""
    return [(prefix + key, one[key], other[key]) for key in one if key in other]
