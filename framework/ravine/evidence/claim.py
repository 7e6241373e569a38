"""Claims: statements about a study that runs can support, or not.

A claim compares a metric of some runs with that of others of the same seed, or with a number. It is judged on
the paired differences: supported if their bootstrap interval lies wholly on the claimed side, not supported if
wholly on the other, inconclusive otherwise. If nothing is left to chance, a claim is exact, and is judged by
the number itself. A pair lacks the metric if a run failed, diverged or is not there. It is left out and
counted, and never filled in. If a side looks better without its runs that diverged, the verdict says what it
would be with them.

In a study of searches, a claim on a metric is about the runs that each search chose, and ``sampler`` is one of
their settings. A claim on a statistic is about searches as a whole, paired by their seeds; a single search is
judged by the statistic's interval over its trials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from ravine.base.errors import ConfigError, FieldError
from ravine.base.intervals import LEAST
from ravine.base.names import nearest, shown
from ravine.base.types import Named
from ravine.contracts.fields import construct
from ravine.contracts.metric import Metric
from ravine.evidence.statistics import STATISTICS, ImportanceOf, Statistic
from ravine.records.directions import higher_is_better
from ravine.registry.make import listed, make_component

__all__ = [
    "Claim",
    "Quote",
    "Verdict",
    "make_claim",
    "make_claims",
]


Direction = Literal["higher", "lower", "equal"]

Outcome = Literal["supported", "not supported", "inconclusive"]


@dataclass(frozen=True)
class Quote:
    """A sentence of the source, in its own words, that a claim puts to the test.

    Parameters
    ----------
    says : str
        The sentence, in the language of the source.
    where : str
        The place in the source: ``line 783``, ``section 4.1``.
    """

    says: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


@dataclass(frozen=True)
class Claim:
    """A statement that can be true or false.

    Parameters
    ----------
    says : str
        The sentence.
    metric : Metric or None
        The metric that is compared between runs.
    where : mapping
        Which runs it is about, by settings: ``{"optimizer": "mine", "optimizer.lr": 0.1}``. Empty for all runs.
        With a statistic, which searches, by their ``sampler``.
    than : mapping, float or "chance"
        The runs, or the number, with which they are compared. With a statistic it may be "chance": the value
        that the statistic stays below in 95 of 100 cases when there is nothing to find.
    than_metric : Metric or None
        The metric of the runs in ``than``; None for the same metric. With it a run can be compared with itself.
    is_ : "higher", "lower" or "equal"
        The claimed side.
    exact : bool
        Whether nothing is left to chance, so that one run decides.
    within : float
        With ``equal``: how far apart the two may be. The whole interval has to lie within it.
    seeds : int
        Pairs that are needed to judge a claim that is not exact, 6 or more. With fewer pairs, all differences
        lie on one side by chance alone more than 5 times in 100. Of a statistic, pairs of searches.
    statistic : Statistic or None
        The statistic that is compared between searches, instead of a metric of runs.
    best : str
        A metric at the end of runs, ``validation_accuracy``: of several runs of one seed that fit a side, the
        side is about the one that is best by it. Empty if one run of each seed fits. A metric of the test
        examples is refused, because they would judge a choice that was made by them.
    from_ : Quote or None
        The sentence of the source that the claim quotes; None if it is the experiment's own.
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
    best: str = ""
    from_: Quote | None = None

    def __post_init__(self) -> None:
        if isinstance(self.than, bool) or not (
            isinstance(self.than, int | float | Mapping) or self.than == "chance"
        ):
            raise ValueError(f"than = {self.than!r}: it is a number, a mapping of settings, or chance")
        if isinstance(self.than, int | float) and not math.isfinite(self.than):
            raise ValueError(f"than = {self.than}: it is a finite number")
        if (self.metric is None) == (self.statistic is None):
            raise ValueError("a claim has a metric of runs or a statistic of searches, and not both")
        if self.statistic is not None:
            self._check_of_searches(self.statistic)
        elif self.than == "chance":
            raise ValueError("than = chance is for a statistic; a metric is compared with runs, or a number")
        if self.best:
            self._check_best()
        if self.than_metric is not None and isinstance(self.than, int | float):
            raise ValueError("than_metric measures runs; than is a number")
        if self.is_ == "equal" and not self.exact and not self.within:
            raise ValueError("a claim that two things are equal says within what, unless it is exact")
        if not 0 <= self.within < math.inf:
            raise ValueError(f"within = {self.within}: it is 0 or more, and finite")
        if self.seeds < LEAST:
            raise ValueError(f"seeds = {self.seeds}: it takes {LEAST} pairs or more; fewer prove nothing")

    def _check_best(self) -> None:
        if self.best.startswith("test_"):
            instead = self.best.replace("test", "validation", 1)
            raise ValueError(f"best = {self.best}: runs are not chosen by test examples; {instead} chooses")
        if higher_is_better(self.best) is None:
            raise ValueError(f"best = {self.best}: it is an accuracy, a loss or a value")

    def _check_of_searches(self, statistic: Statistic) -> None:
        if self.than_metric is not None:
            raise ValueError("than_metric measures runs, and a statistic is of searches")
        if self.exact:
            raise ValueError("exact: trials are left to chance, and a statistic is of trials")
        if self.best:
            raise ValueError("best: it chooses among runs, and a statistic is of searches")
        for side in (self.where, self.than):
            if isinstance(side, Mapping) and (unknown := side.keys() - {"sampler"}):
                raise ValueError(f"{min(unknown)}: searches are told apart by their sampler and seed alone")
        if self.than == "chance" and not isinstance(statistic, ImportanceOf):
            raise ValueError("than = chance: it is importance that has such a level; here it is a number")


@dataclass(frozen=True)
class Verdict:
    """Whether the runs support a claim.

    Parameters
    ----------
    says : str
        The claim's sentence.
    outcome : "supported", "not supported" or "inconclusive"
        The judgement.
    n, missing : int
        Pairs that it rests on, and pairs that lack the metric. For one search, n is its trials.
    difference : float or None
        Mean of the paired differences: the metric of the claimed runs minus that of the others; None without
        pairs, or if a difference is beyond the largest number.
    interval : pair of float, or None
        Its 95 % bootstrap interval; None if the claim is exact, or there are too few pairs.
    why : str
        What is missing, if it is inconclusive; or that seeds gave the same numbers, which are one observation.
    of : str
        What n counts, if not runs or pairs of runs: ``trials``, ``searches``.
    under : str
        Settings in which the command differs from the experiment. The claim's sentence may not hold for them.
    diverged : int
        Of the missing pairs, those whose run diverged on the side for which the outcome speaks.
    with_diverged : Outcome or None
        The outcome if these counted as the worst value that was measured; None if there are none.
    p : float or None
        How likely the differences are to lead to this outcome, or a clearer one, if nothing differs: by
        Student's test, and 0.05 at most if the interval decides. For one search, of which only the interval is
        known, it is 0.05 or 1. None if the claim is exact, or there are too few pairs.
    corrected : Outcome or None
        The outcome after Holm's correction for all claims of the study that have a p; None without a p.
    family : int
        How many claims these are.
    needed : int
        Of a verdict that has too few pairs, how many the claim needs; 0 of any other.
    quote : Quote or None
        The sentence of the source that the claim quotes.
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
    diverged: int = 0
    with_diverged: Outcome | None = None
    p: float | None = None
    corrected: Outcome | None = None
    family: int = 1
    needed: int = 0
    quote: Quote | None = None

    @property
    def rests_on(self) -> str:
        """What it rests on: ``n = 6``, ``n = 100 trials``."""
        return f"n = {self.n} {self.of}".strip()

    @property
    def left_out(self) -> str:
        """What it does not rest on, in words: ``1 left out: a run or its metric is missing``."""
        return f"{self.missing} left out: a run or its metric is missing"

    @property
    def remarks(self) -> list[str]:
        """What a reader has to know besides: what is left out, why it is inconclusive, what was changed."""
        left_out, under = self.missing and self.left_out, self.under and f"with {self.under}"
        worst = f"if they counted as the worst value for this verdict: {self.with_diverged}"
        diverged = self.diverged and f"{self.diverged} diverged; {worst}"
        return [remark for remark in (left_out, diverged, self.why, under) if remark]

    @property
    def correction(self) -> str:
        """What Holm's correction makes of it, in words; empty if it changes nothing."""
        falls = self.corrected is not None and self.corrected != self.outcome
        return f"{self.corrected} with Holm's correction for {self.family} claims" if falls else ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; the quote is called ``from``, as in the configuration."""
        values = asdict(self)
        return {**values, "from": values.pop("quote")}

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.says}"]
        if self.difference is not None:
            numbers = f"{self.difference:+.4g}"
            if self.interval:
                numbers += f", 95 % {self.interval[0]:+.4g} to {self.interval[1]:+.4g}"
            parts.append(f"({numbers}, {self.rests_on})")
        remarks = filter(None, (*self.remarks, self.correction))
        return shown(" ".join([*parts, *(f"[{remark}]" for remark in remarks)]))


def make_claims(items: Any) -> list[Claim]:
    """Make claims from mappings with their fields.

    Parameters
    ----------
    items : sequence of mapping
        ``metric``, or ``statistic``, is a name, or a mapping with its name and fields.

    Raises
    ------
    ConfigError
        If a metric or statistic, its name or a field is unknown.
    """
    return [make_claim(item, f"claims[{i}]") for i, item in enumerate(listed(items, "claims"))]


def make_claim(item: Any, where: str) -> Claim:
    """Make one claim; ``where`` says which, ``claims[0]``. See ``make_claims``."""
    given = {str(key): value for key, value in item.items()} if isinstance(item, Mapping) else {}
    measure = "statistic" if "statistic" in given else "metric"
    if lacks := {"says", measure, "is"} - given.keys():
        missing = " and ".join(map(repr, sorted(lacks)))
        raise ConfigError(
            f"{where}: a claim is a mapping with says, metric or statistic, and is; this one lacks {missing}"
        )
    known = [item.name.removesuffix("_") for item in fields(Claim)]
    for key in given.keys() - {*known}:
        raise ConfigError(f"{where}: a claim has no field {key!r}{nearest(key, known)}")
    if given["is"] not in get_args(Direction):
        raise ConfigError(f"{where}: is = {given['is']!r}: it must be one of {', '.join(get_args(Direction))}")
    given["is_"] = given.pop("is")
    if "from" in given:
        given["from_"] = _quote(given.pop("from"), where)
    for key in given.keys() & {"metric", "than_metric"}:
        _, given[key] = make_component("metric", given[key], where)
    if "statistic" in given:
        given["statistic"] = _statistic(given["statistic"], where)
    try:
        made: Claim = construct(Claim, given)
    except FieldError as error:
        raise ConfigError(f"{where}: {error}") from None
    return made


def _quote(item: Any, where: str) -> Quote:
    """Make a quote from a mapping with its fields."""
    words = {"says", "where"}
    if not isinstance(item, Mapping) or item.keys() != words or not all(map(_is_text, item.values())):
        raise ConfigError(f"{where}: from = {item!r}: it is a mapping with says and where, both text")
    return Quote(item["says"], item["where"])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _statistic(item: Named, where: str) -> Statistic:
    """Make a statistic from a name, or from a mapping with its name and fields."""
    values = dict(item) if isinstance(item, Mapping) else {"name": item}
    name = values.pop("name", None)
    if name not in STATISTICS:
        raise ConfigError(f"{where}: no statistic is named {name!r}{nearest(str(name), STATISTICS)}")
    try:
        made: Statistic = construct(STATISTICS[name], values)
    except FieldError as error:
        raise ConfigError(f"{where}: {error}") from None
    return made
