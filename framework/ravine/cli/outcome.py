"""Outcome: what a command that made runs or figures has come to, printed."""

from __future__ import annotations

from collections.abc import Sequence

from ravine.base.errors import IncompleteError
from ravine.base.names import shown
from ravine.base.standard_error import say
from ravine.cli.show import show
from ravine.evidence.verdicts import Findings
from ravine.records.tuned import tuned_text

__all__ = ["tell"]


def tell(findings: Findings, asked: Sequence[str] = ()) -> None:
    """Print the table, the verdicts, and the paths of table and figures.

    Parameters
    ----------
    findings : Findings
        The study, and its verdicts.
    asked : sequence of str
        Ids of the runs that this command has asked for.

    Raises
    ------
    IncompleteError
        If some of those failed or did not end, or a figure or a verdict could not be made.
    """
    study = findings.study
    if study.runs or study.tried:
        print(study.summary())
    if chosen := tuned_text(study):
        print(f"\n{chosen}")
    if findings.verdicts:
        print(f"\n{findings.scope}" if findings.scope else "")
        show("\n".join(filter(None, (*map(str, findings.verdicts), findings.chance))))
    for text in study.unreadable.values():
        say(f"ravine: warning: {text}")
    # The figures of a family, family/name, lie in a folder of their own.
    figures = sorted(path for path in (study.folder / "figures").rglob("*") if path.suffix in (".png", ".gif"))
    older = [path for path in figures if path.stat().st_mtime_ns < study.ended]
    for path in older:
        say(f"ravine: warning: {shown(path.as_posix())} is older than the runs")
    made = [study.folder / "table.csv", *(path for path in figures if path not in older)]
    print("\n" + "\n".join(shown(path.as_posix()) for path in made))
    if left := len(study.left_behind):
        which, it = (
            ("1 run of earlier commands is", "it")
            if left == 1
            else (f"{left} runs of earlier commands are", "them")
        )
        say(f"ravine: {which} missing; ravine status {study.folder} says how to take {it} out")
    failed = sum(name in study.runs and study.runs[name].status == "failed" for name in asked)
    missing = sum(name not in study.runs for name in asked)
    lost = list(findings.lost)
    if failed or missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{missing} did not end"] * bool(missing)
        lost.append(f"of {len(asked)} runs {' and '.join(parts)}; the same command makes them again")
    if lost:
        raise IncompleteError("\nravine: ".join(lost))
