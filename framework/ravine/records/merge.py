"""Joining: which searches may share a study's folder, and what they are together.

A search adds trials to the same one. Another sampler, or another seed of the search, adds a search if space,
objective and all other settings are the same, for then trials can be compared. Other seeds of the runs, and
pruning, judge trials otherwise. They are taken where all trials are asked for anew and no sampler has learned
from what they came to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ravine.records.searches import SearchRecord
from ravine.records.space import Choice, Dimension, Interval

__all__ = [
    "called",
    "differences",
    "joined",
]


def joined(before: SearchRecord | None, now: SearchRecord | None) -> SearchRecord | None:
    """Return a command's searches with those of earlier ones, and with their trials that it has not come to."""
    if not before or not now:
        return now
    trials = {trial.key: trial for trial in before.trials}
    for trial in now.trials:
        there = trials.get(trial.key, trial)
        if there.elsewhere or not trial.elsewhere:  # else it is made in this folder, as was said there
            pruned = there.pruned if now.prune and there.pruned else trial.pruned
            trials[trial.key] = replace(trial, pruned=pruned)
    whole = replace(now, trials=tuple(trials.values()))
    searches = {search.key: search for search in (*before.searches, *now.searches)}
    return replace(
        whole,
        samplers={**before.samplers, **now.samplers},
        made_with={**before.made_with, **now.made_with},
        searches=tuple(  # those that are there were asked for, be it earlier
            replace(search, trials=max(search.trials, whole.proposed[key])) for key, search in searches.items()
        ),
    )


def called(search: SearchRecord | None) -> str:
    """Return what to call the runs of a search, or of none."""
    return f"a search of {', '.join(search.keys)}" if search else "runs that are of no search"


def differences(holds: SearchRecord, asked: SearchRecord) -> list[str]:
    """Return what keeps searches from sharing a folder: ``["training.steps = 20, not 30"]``."""
    space, other = ({one.key: _values(one) for one in each.space.dimensions} for each in (holds, asked))
    differ = {key: (space.get(key, "one value"), other.get(key, "one value")) for key in space | other}
    both: list[tuple[str, Any, Any]] = [(key, *values) for key, values in differ.items()]
    both += [(key, getattr(holds, key), getattr(asked, key)) for key in ("objective", "maximize")]
    if space == other:  # else its middle is another one, too; samplers draw in the order of the settings
        both += [("the order of the space", ", ".join(space), ", ".join(other))]
        both += _shared("", holds.settings, asked.settings)
    for name in holds.samplers.keys() & asked.samplers.keys():
        both += _shared(f"{name}'s ", holds.samplers[name], asked.samplers[name])
    theirs, mine = ({search.key: search for search in each.searches} for each in (holds, asked))
    anew = all(key in mine and mine[key].trials >= holds.proposed[key] for key in theirs)
    if not anew or any(search.learns for search in (*theirs.values(), *mine.values())):
        both += [("search.prune", holds.prune, asked.prune)]
        n, m = (len(next(iter(each.values())).seeds) for each in (theirs, mine))
        both += [("seeds of a trial", n, m)]
        both += [("seed", list(theirs[key].seeds), list(mine[key].seeds)) for key in theirs if key in mine]
    return list(dict.fromkeys(f"{key} = {one}, not {another}" for key, one, another in both if one != another))


def _values(dimension: Dimension) -> str:
    """Return the values of a dimension, with all digits: ``1.0 to 9.0, log``."""
    if isinstance(dimension, Interval):
        flags = ", log" * dimension.log + ", integer" * dimension.integer
        return f"{dimension.low} to {dimension.high}{flags}"
    assert isinstance(dimension, Choice)
    return ", ".join(map(str, dimension.values))


def _shared(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the values of both for what both have."""
    return [(prefix + key, one[key], other[key]) for key in one if key in other]
