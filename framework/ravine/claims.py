"""Claims: statements about a study that runs can support, or not.

A claim compares a metric of some runs with that of others of the same seed, or with a number. It is judged on
the paired differences: supported if their bootstrap interval lies wholly on the claimed side, not supported if
wholly on the other, inconclusive otherwise. Where nothing is left to chance a claim is exact, and judged by the
number itself. A pair that lacks the metric, because a run failed, diverged or is not there, is left out and
counted, never filled in.

Of searches, a claim on a metric is about the runs that each chose, and ``sampler`` is one of their settings. A
claim on a statistic is about searches as a whole, paired by their seeds; a single one is judged by the
statistic's interval over its trials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from ravine.component import Array
from ravine.intervals import LEAST, bootstrap_interval
from ravine.metric import Metric
from ravine.recording import Run
from ravine.statistics import Estimate, ImportanceOf, Statistic, Tried
from ravine.study import Study

__all__ = ["Claim", "Verdict", "fits", "judge", "of_searches"]

Direction = Literal["higher", "lower", "equal"]
Outcome = Literal["supported", "not supported", "inconclusive"]


@dataclass(frozen=True)
class Claim:
    """A statement that can be true or false.

    Parameters
    ----------
    says : str
        The sentence.
    metric : Metric or None
        What is compared of runs.
    where : mapping
        Which runs it is about, by settings: ``{"optimizer": "mine", "optimizer.lr": 0.1}``. Empty for all. Of a
        statistic, searches by their ``sampler``.
    than : mapping, float or "chance"
        Which runs, or what number, they are compared with; of a statistic, what it stays below in 95 of 100
        cases where there is nothing to find.
    than_metric : Metric or None
        What those are measured by; None for the same. With it a run can be compared with itself.
    is_ : "higher", "lower" or "equal"
        The claimed side.
    exact : bool
        Whether nothing is left to chance, so that one run decides.
    within : float
        For ``equal``: how far apart the two may be. The interval has to lie within it on both sides.
    seeds : int
        Pairs it takes to judge a claim that is not exact, 6 or more: of fewer, chance alone puts all
        differences on one side more than 5 times in 100. Of a statistic, pairs of searches.
    statistic : Statistic or None
        What is compared of searches, instead of a metric of runs.
    """

    says: str
    metric: Metric | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    than: Any = 0.0
    than_metric: Metric | None = None
    is_: Direction = "higher"
    exact: bool = False
    within: float = 0.0
    seeds: int = LEAST
    statistic: Statistic | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.than, int | float | Mapping) or self.than == "chance"):
            raise ValueError(f"than = {self.than!r}: it is a number, a mapping of settings, or chance")
        if (self.metric is None) == (self.statistic is None):
            raise ValueError("a claim is about a metric of runs, or a statistic of searches; one of the two")
        if self.statistic is not None:
            self._check_of_searches(self.statistic)
        elif self.than == "chance":
            raise ValueError("than = chance is for a statistic; a metric is compared with runs, or a number")
        if self.than_metric is not None and isinstance(self.than, int | float):
            raise ValueError("than_metric measures runs; than is a number")
        if self.is_ == "equal" and not self.exact and not self.within:
            raise ValueError("a claim that two things are equal says within what, unless it is exact")
        if self.within < 0:
            raise ValueError(f"within = {self.within}: it is 0 or more")
        if self.seeds < LEAST:
            raise ValueError(f"seeds = {self.seeds}: it takes {LEAST} pairs or more; fewer prove nothing")

    def _check_of_searches(self, statistic: Statistic) -> None:
        if self.than_metric is not None:
            raise ValueError("than_metric measures runs, and a statistic is of searches")
        if self.exact:
            raise ValueError("exact: trials are left to chance, and a statistic is of trials")
        for side in (self.where, self.than):
            if isinstance(side, Mapping) and (unknown := side.keys() - {"sampler"}):
                raise ValueError(f"{min(unknown)}: searches are told apart by their sampler and seed alone")
        if self.than == "chance" and not isinstance(statistic, ImportanceOf):
            raise ValueError("than = chance: it is importance that has such a level; here it is a number")


@dataclass(frozen=True)
class Verdict:
    """What the runs say of a claim.

    Parameters
    ----------
    says : str
        The claim's sentence.
    outcome : "supported", "not supported" or "inconclusive"
        The judgement.
    n, missing : int
        Pairs that it rests on, and pairs that lack the metric. Of one search, its trials.
    difference : float or None
        Mean of the paired differences, the claimed runs' metric less the others'; None where there is no pair.
    interval : pair of float, or None
        Its 95 % bootstrap interval; None for an exact claim, or of too few pairs.
    why : str
        What an inconclusive one lacks.
    of : str
        What n counts, where that is neither runs nor pairs of them: ``trials``, ``searches``.
    under : str
        What a command has set otherwise than the experiment whose claim it is, of which the sentence may not
        speak.
    """

    says: str
    outcome: Outcome
    n: int
    missing: int = 0
    difference: float | None = None
    interval: tuple[float, float] | None = None
    why: str = ""
    of: str = ""
    under: str = ""

    @property
    def rests_on(self) -> str:
        """What it rests on: ``n = 6``, ``n = 100 trials``."""
        return f"n = {self.n} {self.of}".strip()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.says}"]
        if self.difference is not None:
            numbers = f"{self.difference:+.4g}"
            if self.interval:
                numbers += f", 95 % {self.interval[0]:+.4g} to {self.interval[1]:+.4g}"
            parts.append(f"({numbers}, {self.rests_on})")
        if self.missing:
            parts.append(f"[{self.missing} missing]")
        if self.why:
            parts.append(f"[{self.why}]")
        if self.under:
            parts.append(f"[with {self.under}]")
        return " ".join(parts)


def judge(claim: Claim, study: Study) -> Verdict:
    """Judge a claim by a study's runs.

    Raises
    ------
    ValueError
        If it leaves open which runs it is about, for several of one seed fit; or a statistic cannot be of these
        searches.
    """
    if claim.statistic is not None:
        return _judge_searches(claim, claim.statistic, study)
    assert claim.metric is not None
    against_number = not isinstance(claim.than, Mapping)
    left = _by_seed(study, claim.where)
    right = left if against_number else _by_seed(study, claim.than)
    their_metric = claim.than_metric or claim.metric
    differences = []
    for seed in sorted(left.keys() & right.keys()):
        ours = _measure(claim.metric, left[seed])
        theirs = claim.than if against_number else _measure(their_metric, right[seed])
        if ours is not None and theirs is not None:
            differences.append(ours - float(theirs))
    return _judged(claim, differences, left, right, "runs" if against_number else "pairs")


def _judged(
    claim: Claim,
    differences: Sequence[float],
    left: Mapping[int, Any],
    right: Mapping[int, Any],
    what: str,
    of: str = "",
) -> Verdict:
    """Judge by the differences of those pairs that are there; both sides by seed."""
    values, missing = np.array(differences), len(left.keys() | right.keys()) - len(differences)
    mean = float(values.mean()) if len(values) else None
    needed = 1 if claim.exact else claim.seeds
    if mean is None or len(values) < needed:
        why = f"{len(values)} of {needed} {what}" if left and right else "no run fits"
        return Verdict(claim.says, "inconclusive", len(values), missing, mean, why=why, of=of)
    if claim.exact:
        return Verdict(claim.says, _exact(values, claim), len(values), missing, mean)
    interval = bootstrap_interval(values)
    return Verdict(claim.says, _side(claim, *interval), len(values), missing, mean, interval, of=of)


def _side(claim: Claim, low: float, high: float) -> Outcome:
    """Return what an interval of the difference says."""
    if claim.is_ == "equal":
        inside, outside = (
            -claim.within <= low and high <= claim.within,
            claim.within < low or high < -claim.within,
        )
    else:
        inside, outside = (low > 0, high < 0) if claim.is_ == "higher" else (high < 0, low > 0)
    return "supported" if inside else "not supported" if outside else "inconclusive"


def _judge_searches(claim: Claim, statistic: Statistic, study: Study) -> Verdict:
    """Judge a claim on a statistic: over searches, paired by their seed, or over the trials of a single one."""
    search = study.ledger.search
    if not search:
        raise ValueError("a statistic is of searches, and this study is none")
    left = _searches(claim, claim.where, study)
    right = _searches(claim, claim.than, study) if isinstance(claim.than, Mapping) else left
    than = claim.than
    ended = [tried for tried in left.values() if tried]
    if isinstance(statistic, ImportanceOf) and than == "chance" and ended:
        than = statistic.chance(ended, search)
    ours = _estimates(statistic, left, search)
    if right is left and len(left) == len(ours) == 1:
        (found,) = ours.values()
        if found.interval:
            low, high = (end - than for end in found.interval)
            outcome = _side(claim, low, high)
            return Verdict(claim.says, outcome, found.n, 0, found.value - than, (low, high), of="trials")
    theirs = ours if right is left else _estimates(statistic, right, search)
    differences = [
        ours[seed].value - (than if right is left else theirs[seed].value)
        for seed in sorted(ours.keys() & theirs.keys())
    ]
    return _judged(claim, differences, left, right, "searches", "searches")


def _estimates(
    statistic: Statistic, searches: Mapping[int, Tried | None], search: Mapping[str, Any]
) -> dict[int, Estimate]:
    """Return the statistic of those searches that have it.

    Raises
    ------
    ValueError
        If there are some, and none has it: what the first lacks.
    """
    found, errors = {}, []
    for seed, tried in searches.items():
        if tried:
            try:
                found[seed] = statistic.measure(tried, search)
            except ValueError as error:
                errors.append(error)
    if errors and not found:
        raise errors[0]
    return found


def _searches(claim: Claim, where: Mapping[str, Any], study: Study) -> dict[int, Tried | None]:
    """Return the one search of each seed that fits, None where it has not ended."""
    assert study.ledger.search is not None
    tried, to_come = study.searches, study.to_come
    fitting: dict[int, Tried | None] = {}
    for one in of_searches(claim, where, study.ledger.search):
        which = (one["sampler"], seed := one["seed"])
        if seed in fitting:
            raise ValueError(f"several searches of seed {seed} fit {dict(where)}")
        ended = which not in to_come and all(trial.state != "running" for trial, _ in tried[which])
        fitting[seed] = tried[which] if ended else None
    return fitting


def of_searches(claim: Claim, where: Mapping[str, Any], search: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the searches, as the ledger has them, that a side of a claim on a statistic is about.

    Raises
    ------
    ValueError
        If the statistic cannot be of one of them.
    """
    assert claim.statistic is not None
    claim.statistic.check(search)
    fitting = [one for one in search["searches"] if fits({"sampler": one["sampler"]}, where)]
    if (learns := [one["sampler"] for one in fitting if one["learns"]]) and not claim.statistic.of_learning:
        raise ValueError(
            f"{learns[0]} learns, and tries some of the space more than the rest: where = {{sampler: ANOTHER}}"
        )
    return fitting


def _exact(values: Array, claim: Claim) -> Outcome:
    if claim.is_ == "equal":
        holds = bool((np.abs(values) <= claim.within).all())
    else:
        holds = bool((values > 0).all() if claim.is_ == "higher" else (values < 0).all())
    return "supported" if holds else "not supported"


def _measure(metric: Metric, run: Run | None) -> float | None:
    """Return a run's number; None where the run, or a finite number of it, is not there."""
    value = None if run is None or run.status == "failed" else metric.measure(run)
    return value if value is None or math.isfinite(value) else None


def _by_seed(study: Study, where: Mapping[str, Any]) -> dict[int, Run | None]:
    """Return the one run of each seed that fits, None where it was asked for and is not there."""
    asked = [(settings, study.runs.get(name)) for name, settings in study.asked.items()]
    fitting: dict[int, Run | None] = {}
    for settings, run in study.chosen if study.ledger.search else asked:
        if fits(settings, where):
            if settings["seed"] in fitting:
                raise ValueError(f"several runs of seed {settings['seed']} fit {dict(where)}")
            fitting[settings["seed"]] = run
    return fitting


def fits(values: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Return whether a run's settings, by their full keys, are those that a side of a claim asks for."""
    return all(_same(values.get(f"{key}.name", values.get(key)), wanted) for key, wanted in where.items())


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(value, int | float):
        return math.isclose(value, wanted, rel_tol=1e-9)
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return bool(list(wanted) == value)
    return bool(value == wanted)
