"""Verdicts: judges all claims of a study by its runs."""

from __future__ import annotations

import html
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ravine.base.errors import ConfigError, PluginError
from ravine.base.tables import as_html
from ravine.evidence.claim import Claim, Verdict, make_claim
from ravine.evidence.families import by_chance, corrected, family
from ravine.evidence.judge import fits, judge
from ravine.records.run import NOT_SCIENCE
from ravine.records.study import Study
from ravine.records.together import apart, remade, together
from ravine.registry.blame import reason

__all__ = [
    "Findings",
    "judge_study",
    "judge_together",
]


@dataclass(frozen=True, repr=False)
class Findings:
    """A study, and the verdicts on its claims by the runs that have ended.

    Parameters
    ----------
    study : Study
        With its runs.
    verdicts : list of Verdict
        One for each claim, in the claims' order.
    lost : list of str
        Sentences on what could not be made, although its runs have ended.
    """

    study: Study
    verdicts: Sequence[Verdict]
    lost: Sequence[str] = ()

    def __repr__(self) -> str:
        counts = Counter(verdict.outcome for verdict in self.verdicts)
        outcomes = ", ".join(f"{n} {outcome}" for outcome, n in counts.items()) or "no claims"
        return f"Findings({self.study.folder.as_posix()!r}: {outcomes})"

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.scope, *map(str, self.verdicts), self.chance))) or "no claims"

    def _repr_html_(self) -> str:
        """Return a table of claims, for a notebook."""
        if not self.verdicts:
            return "<p>no claims</p>"
        head = ["", "verdict", "difference", "its 95 % interval", "rests on", "remarks"]
        table = as_html([head, *map(_cells, self.verdicts)])
        return "".join([table, *(f"<p>{html.escape(text)}</p>" for text in (self.scope, self.chance) if text)])

    @property
    def scope(self) -> str:
        """Which runs are judged, if the study has others too; else empty."""
        earlier = self.study.runs.keys() - self.study.asked.keys()
        return f"of the last command's runs, without the {len(earlier)} of earlier ones:" if earlier else ""

    def as_dict(self) -> dict[str, Any]:
        """Return study, source and verdicts as plain values, for a program."""
        return {
            "study": self.study.folder.as_posix(),
            "studies": [folder.as_posix() for folder in self.study.folders],
            "question": self.study.ledger.question,
            "source": self.study.ledger.source,
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
        }

    @property
    def chance(self) -> str:
        """How many of several claims chance would decide, and what a correction for it keeps; else empty."""
        members = family(self.verdicts)
        if len(members) < 2:
            return ""
        plain, kept = (
            sum(outcome != "inconclusive" for outcome in outcomes)
            for outcomes in ([v.outcome for v in members], [v.corrected for v in members])
        )
        n = len(members)
        judged = f"{n} claims are judged by 95 % intervals"
        by_luck = f"if nothing differed, chance would decide about {by_chance(members):.2g} of them"
        holds = f"Holm's correction for all {n} keeps {kept} of {plain} verdict{'s' * (plain != 1)}"
        return f"{judged}: {by_luck}; {holds}"


def _cells(verdict: Verdict) -> list[str]:
    """Return what a verdict is in a table."""
    low, high = verdict.interval or (None, None)
    return [
        verdict.says,
        verdict.outcome,
        "-" if verdict.difference is None else f"{verdict.difference:+.4g}",
        "-" if low is None else f"{low:+.4g} to {high:+.4g}",
        verdict.rests_on,
        "; ".join(filter(None, (*verdict.remarks, verdict.correction))),
    ]


def judge_study(study: Study) -> Findings:
    """Judge all claims of a study; a claim whose metric fails, or is not installed, costs no other."""
    return _judged(study, [(claim, study.ledger.command) for claim in study.ledger.claims])


def judge_together(studies: Sequence[Study]) -> Findings:
    """Judge the claims of several studies, each once, by the runs of all of them.

    A claim stays inconclusive if the studies differ in what neither it nor one of them compares.

    Raises
    ------
    ValueError
        If one is a search, or runs have the same settings, but other code or data.
    """
    whole = together(studies)
    if differ := remade(studies):
        raise ValueError(f"their claims are not judged together: {'; '.join(differ)}")
    once = {repr(claim): (claim, study.ledger.command) for study in studies for claim in study.ledger.claims}
    return _judged(whole, [*once.values()], studies)


def _judged(study: Study, claims: Sequence[tuple[Any, str]], parts: Sequence[Study] = ()) -> Findings:
    """Judge claims, each with the command that asks for it, by the runs of a study, or of several as one."""
    verdicts, lost = [], 0
    for i, (item, command) in enumerate(claims):
        try:
            claim = make_claim(item, f"claims[{i}]")
            differ = _differing(claim, parts)
            why = f"the studies differ: {'; '.join(differ)}"
            verdict = Verdict(claim.says, "inconclusive", 0, why=why) if differ else _verdict(claim, study)
        # Whatever a metric raises, the other claims are judged.
        except Exception as error:
            lost += 1
            why = str(error) if isinstance(error, ConfigError | PluginError) else reason(error)
            verdict = Verdict(str(item.get("says", "")), "inconclusive", 0, why=why)
        verdicts.append(replace(verdict, under=_changed(command)))
    which = "is not judged: its metric fails" if lost == 1 else "are not judged: their metrics fail"
    missing = "is missing" if lost == 1 else "are missing"
    sentence = f"{lost} of {len(verdicts)} claims {which} or {missing}"
    return Findings(study, corrected(verdicts), [sentence] if lost else [])


def _differing(claim: Claim, parts: Sequence[Study]) -> list[str]:
    """Return how the studies differ whose runs a claim is about, beside what it compares."""
    sides = [side for side in (claim.where, claim.than) if isinstance(side, Mapping)]
    about = [
        part
        for part in parts
        if any(fits(settings, side) for side in sides for settings in part.settings.values())
    ]
    return apart(about, {key for side in sides for key in side}) if len(about) > 1 else []


def _verdict(claim: Claim, study: Study) -> Verdict:
    try:
        verdict = judge(claim, study)
    except PluginError:
        raise
    except ValueError as error:
        verdict = Verdict(claim.says, "inconclusive", 0, why=str(error))
    if verdict.why and study.to_come:
        verdict = replace(verdict, why=f"{verdict.why}; {study.trials}")
    return replace(verdict, quote=claim.from_)


def _changed(command: str) -> str:
    """Return the settings in which a command differs from its experiment, if claims can depend on them."""
    words = [word for word in shlex.split(command) if "=" in word]
    keys = [word.lstrip("+~").partition("=")[0] for word in words]
    if "experiment" not in keys or "claims" in keys:
        return ""
    same = {"experiment", "seed", "search.seed", "search.storage", "root", *NOT_SCIENCE} - {"sampler", "values"}
    return " ".join(
        word for word, key in zip(words, keys, strict=True) if key not in same and not key.startswith("hydra")
    )
