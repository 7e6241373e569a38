"""Studies: those that a command is about: several folders as one study, or a study with those that tune it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ravine.base.standard_error import say
from ravine.records.ledger import LEDGER
from ravine.records.study import Study, load_study
from ravine.records.together import apart, together
from ravine.records.tuned import searches_below
from ravine.registry.provenance import warn_of_changes

__all__ = ["as_one", "say_what_is_missing", "stages"]


def as_one(folders: Sequence[Path]) -> Study:
    """Return the study of a folder, or those of several as one; say in what these differ."""
    studies = list(map(load_study, folders))
    for study in studies:
        warn_of_changes(study)
    if len(studies) > 1:
        for sentence in apart(studies):
            say(f"ravine: {sentence}")
    return together(studies)


def stages(folder: Path) -> list[Study]:
    """Return the study of a folder, after the searches that tune its arms; only these while they go on."""
    folders = searches_below(folder)
    # A comparison begins when its searches have ended.
    folders += [folder] if (folder / LEDGER).exists() or not folders else []
    return list(map(load_study, folders))


def say_what_is_missing(study: Study, folder: str) -> None:
    """Say how many runs of a study have not ended, if there are such runs; ``folder`` is where more is said."""
    if study.missing:
        lacks = f"{len(study.missing)} of {len(study.ledger.runs)} runs have not ended, or are damaged"
        say(f"ravine: {lacks}: ravine status {folder} says which")
