"""Verdicts: judges all claims of a study by its runs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ravine.base.errors import ConfigError, PluginError
from ravine.evidence.claim import Claim, Verdict, make_claim
from ravine.evidence.families import by_chance, corrected, family
from ravine.evidence.judge import judge
from ravine.records.run import NOT_SCIENCE
from ravine.records.study import Study
from ravine.registry.blame import reason

__all__ = [
    "Findings",
    "judge_study",
]


@dataclass(frozen=True)
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

    @property
    def scope(self) -> str:
        """Which runs are judged, if the study has others too; else empty."""
        earlier = self.study.runs.keys() - self.study.asked.keys()
        return f"of the last command's runs, without the {len(earlier)} of earlier ones:" if earlier else ""

    def as_dict(self) -> dict[str, Any]:
        """Return study, source and verdicts as plain values, for a program."""
        return {
            "study": self.study.folder.as_posix(),
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


def judge_study(study: Study) -> Findings:
    """Judge all claims of a study; a claim whose metric fails, or is not installed, costs no other."""
    verdicts, lost = [], 0
    for i, item in enumerate(study.ledger.claims):
        try:
            verdict = _verdict(make_claim(item, f"claims[{i}]"), study)
        # Whatever a metric raises, the other claims are judged.
        except Exception as error:
            lost += 1
            why = str(error) if isinstance(error, ConfigError | PluginError) else reason(error)
            verdict = Verdict(str(item.get("says", "")), "inconclusive", 0, why=why)
        verdicts.append(replace(verdict, under=_changed(study.ledger.command)))
    which = "is not judged: its metric fails" if lost == 1 else "are not judged: their metrics fail"
    missing = "is missing" if lost == 1 else "are missing"
    sentence = f"{lost} of {len(verdicts)} claims {which} or {missing}"
    return Findings(study, corrected(verdicts), [sentence] if lost else [])


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
