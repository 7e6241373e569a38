"""Joining: which searches may share a study's folder, and what they are together.

A search adds trials to the same one. Another sampler, or another seed of the search, adds a search if space,
objective and all other settings are the same, for then trials can be compared. Other seeds of the runs, and
pruning, judge trials otherwise. They are taken where all trials are asked for anew and no sampler has learned
from what they came to.

A search is a mapping here, as ``Ledger.search`` describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "called",
    "differences",
    "joined",
]


def joined(before: dict[str, Any] | None, now: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a command's searches with those of earlier ones, and with their trials that it has not come to."""
    if not before or not now:
        return now
    searches = {_which(one): one for one in [*before["searches"], *now["searches"]]}
    trials = {(*_which(one), one["number"]): one for one in before["trials"]}
    for one in now["trials"]:
        there = trials.get((*_which(one), one["number"]), one)
        if "elsewhere" in there or "elsewhere" not in one:  # else it is made in this folder, as was said there
            pruned = {"pruned": there["pruned"]} if now["prune"] and "pruned" in there else {}
            trials[*_which(one), one["number"]] = one | pruned
    for which, one in searches.items():  # those that are there were asked for, be it earlier
        searches[which] = one | {"trials": max(one["trials"], _proposed(trials.values(), which))}
    return now | {
        "samplers": before["samplers"] | now["samplers"],
        "made_with": before.get("made_with", {}) | now["made_with"],
        "searches": list(searches.values()),
        "trials": list(trials.values()),
    }


def called(search: Mapping[str, Any] | None) -> str:
    """Return what to call the runs of a search, or of none."""
    return f"a search of {', '.join(search['space'])}" if search else "runs that are of no search"


def differences(holds: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return what keeps searches from sharing a folder: ``["training.steps = 20, not 30"]``."""
    space, other = ({key: _values(one) for key, one in each["space"].items()} for each in (holds, asked))
    differ = {key: (space.get(key, "one value"), other.get(key, "one value")) for key in space | other}
    both: list[tuple[str, Any, Any]] = [(key, *values) for key, values in differ.items()]
    both += [(key, holds[key], asked[key]) for key in ("objective", "maximize")]
    if space == other:  # else its middle is another one, too; samplers draw in the order of the settings
        both += [("the order of the space", ", ".join(space), ", ".join(other))]
        both += _shared("", holds["settings"], asked["settings"])
    for name in holds["samplers"].keys() & asked["samplers"].keys():
        both += _shared(f"{name}'s ", holds["samplers"][name], asked["samplers"][name])
    theirs, mine = ({_which(one): one for one in each["searches"]} for each in (holds, asked))
    anew = all(which in mine and mine[which]["trials"] >= _proposed(holds["trials"], which) for which in theirs)
    if not anew or any(one["learns"] for one in [*theirs.values(), *mine.values()]):
        both += [("search.prune", holds["prune"], asked["prune"])]
        n, m = (len(next(iter(each.values()))["seeds"]) for each in (theirs, mine))
        both += [("seeds of a trial", n, m)]
        both += [("seed", theirs[which]["seeds"], mine[which]["seeds"]) for which in theirs if which in mine]
    return list(dict.fromkeys(f"{key} = {one}, not {another}" for key, one, another in both if one != another))


def _which(of: Mapping[str, Any]) -> tuple[str, int]:
    """Return the sampler and the seed of a search, or of the one that a trial is of."""
    return of["sampler"], of["seed"]


def _proposed(trials: Iterable[Mapping[str, Any]], which: tuple[str, int]) -> int:
    return sum(_which(trial) == which for trial in trials)


def _values(dimension: Mapping[str, Any]) -> str:
    """Return the values of a dimension: ``1.0 to 9.0, log``."""
    if "values" in dimension:
        return ", ".join(map(str, dimension["values"]))
    flags = "".join(f", {name}" for name, value in dimension.items() if value is True)
    return f"{dimension['low']} to {dimension['high']}{flags}"


def _shared(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the values of both for what both have."""
    return [(prefix + key, one[key], other[key]) for key in one if key in other]
