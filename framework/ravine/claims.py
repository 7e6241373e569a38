"""Claims: statements about a study that runs can support, or not.

A claim compares a metric of some runs with that of others of the same seed, or with a number. It is judged on
the paired differences: supported if their bootstrap interval lies wholly on the claimed side, not supported if
wholly on the other, inconclusive otherwise. Where nothing is left to chance a claim is exact, and judged by the
number itself. Of searches, a claim is about the runs that each chose, and ``sampler`` is one of their settings.
A pair that lacks the metric, because a run failed, diverged or is not there, is left out and
counted, never filled in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from ravine.component import Array
from ravine.intervals import bootstrap_interval
from ravine.metric import Metric
from ravine.recording import Run
from ravine.study import Study

__all__ = ["Claim", "Verdict", "fits", "judge"]

Direction = Literal["higher", "lower", "equal"]
Outcome = Literal["supported", "not supported", "inconclusive"]

_LEAST = 6


@dataclass(frozen=True)
class Claim:
    """A statement that can be true or false.

    Parameters
    ----------
    says : str
        The sentence.
    metric : Metric
        What is compared.
    where : mapping
        Which runs it is about, by settings: ``{"optimizer": "mine", "optimizer.lr": 0.1}``. Empty for all.
    than : mapping or float
        Which runs, or what number, they are compared with.
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
        differences on one side more than 5 times in 100.
    """

    says: str
    metric: Metric
    where: Mapping[str, Any] = field(default_factory=dict)
    than: Mapping[str, Any] | float = 0.0
    than_metric: Metric | None = None
    is_: Direction = "higher"
    exact: bool = False
    within: float = 0.0
    seeds: int = _LEAST

    def __post_init__(self) -> None:
        if self.than_metric is not None and isinstance(self.than, int | float):
            raise ValueError("than_metric measures runs; than is a number")
        if self.is_ == "equal" and not self.exact and not self.within:
            raise ValueError("a claim that two things are equal says within what, unless it is exact")
        if self.within < 0:
            raise ValueError(f"within = {self.within}: it is 0 or more")
        if self.seeds < _LEAST:
            raise ValueError(f"seeds = {self.seeds}: it takes {_LEAST} pairs or more; fewer prove nothing")


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
        Pairs that it rests on, and pairs that lack the metric.
    difference : float or None
        Mean of the paired differences, the claimed runs' metric less the others'; None where there is no pair.
    interval : pair of float, or None
        Its 95 % bootstrap interval; None for an exact claim, or of too few pairs.
    why : str
        What an inconclusive one lacks.
    """

    says: str
    outcome: Outcome
    n: int
    missing: int = 0
    difference: float | None = None
    interval: tuple[float, float] | None = None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.says}"]
        if self.difference is not None:
            numbers = f"{self.difference:+.4g}"
            if self.interval:
                numbers += f", 95 % {self.interval[0]:+.4g} to {self.interval[1]:+.4g}"
            parts.append(f"({numbers}, n = {self.n})")
        if self.missing:
            parts.append(f"[{self.missing} missing]")
        if self.why:
            parts.append(f"[{self.why}]")
        return " ".join(parts)


def judge(claim: Claim, study: Study) -> Verdict:
    """Judge a claim by a study's runs.

    Raises
    ------
    ValueError
        If it leaves open which runs it is about: several runs of one seed fit.
    """
    against_number = isinstance(claim.than, int | float)
    left = _by_seed(study, claim.where)
    right = left if against_number else _by_seed(study, claim.than)  # type: ignore[arg-type]
    their_metric = claim.than_metric or claim.metric
    differences, seeds = [], left.keys() | right.keys()
    for seed in sorted(left.keys() & right.keys()):
        ours = _measure(claim.metric, left[seed])
        theirs = claim.than if against_number else _measure(their_metric, right[seed])
        if ours is not None and theirs is not None:
            differences.append(ours - float(theirs))  # type: ignore[arg-type]
    values, missing = np.array(differences), len(seeds) - len(differences)
    mean = float(values.mean()) if len(values) else None
    needed = 1 if claim.exact else claim.seeds
    if mean is None or len(values) < needed:
        pairs = "runs" if against_number else "pairs"
        why = f"{len(values)} of {needed} {pairs}" if left and right else "no run fits"
        return Verdict(claim.says, "inconclusive", len(values), missing, mean, why=why)
    if claim.exact:
        return Verdict(claim.says, _exact(values, claim), len(values), missing, mean)
    low, high = bootstrap_interval(values)
    if claim.is_ == "equal":
        inside, outside = (
            -claim.within <= low and high <= claim.within,
            claim.within < low or high < -claim.within,
        )
    else:
        inside, outside = (low > 0, high < 0) if claim.is_ == "higher" else (high < 0, low > 0)
    outcome: Outcome = "supported" if inside else "not supported" if outside else "inconclusive"
    return Verdict(claim.says, outcome, len(values), missing, mean, (low, high))


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
