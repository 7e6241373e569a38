"""Claims: those of a study, of several together, or of every study in a folder, judged and printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ravine.base.errors import IncompleteError
from ravine.base.names import shown
from ravine.base.standard_error import say
from ravine.base.tables import as_json
from ravine.cli.show import show
from ravine.evidence.verdicts import Findings, judge_study, judge_together
from ravine.records.ledger import LEDGER
from ravine.records.study import load_study
from ravine.registry.provenance import warn_of_changes
from ravine.reports.chapter import by_section, findings_in
from ravine.reports.pages import claims_page

__all__ = ["print_claims"]


def print_claims(folders: Sequence[Path], *, markdown: bool, json: bool) -> None:
    """Judge claims by the runs that have ended, and print the verdicts: as text, Markdown or JSON.

    Raises
    ------
    ValueError
        If there is no study.
    IncompleteError
        If a claim could not be judged; the verdicts of the others are printed.
    """
    folder, *others = folders
    single = bool(others) or (folder / LEDGER).exists()
    studies = [load_study(each) for each in folders] if single else []
    if others:
        found = [judge_together(studies)]
    else:
        found = [judge_study(studies[0])] if single else [*findings_in(folder)]
    if not found:
        raise ValueError(f"{folder}: neither a study nor a folder of studies")
    for study in studies or [findings.study for findings in found]:
        warn_of_changes(study)
    for findings in found:
        for text in findings.study.unreadable.values():
            say(f"ravine: warning: {text}")
    sections = {"Study": found} if single else by_section(found, lambda findings: findings.study.folder)
    if markdown:
        print(claims_page(sections), end="")
        return
    if json:
        print(as_json([findings.as_dict() for findings in found]))
    else:
        _print_verdicts([findings for section in sections.values() for findings in section], single=single)
    if lost := [sentence for findings in found for sentence in findings.lost]:
        raise IncompleteError("\nravine: ".join(lost))


def _print_verdicts(found: Sequence[Findings], *, single: bool) -> None:
    empty = [findings.study.folder.as_posix() for findings in found if not findings.verdicts]
    for findings in found:
        if findings.verdicts:
            if not single:
                print(f"\n{shown(findings.study.folder.as_posix())}")
            show(str(findings))
    if empty:
        print("no claims" if single else f"\nno claims: {shown(', '.join(empty))}")
