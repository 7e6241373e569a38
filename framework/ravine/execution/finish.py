"""Finish: a study's table, verdicts and figures, once its runs have ended."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from ravine import registry
from ravine.base.errors import WriteError
from ravine.evidence.verdicts import Findings, judge_study
from ravine.execution.interrupt import stop_if_asked
from ravine.execution.pool import Makers
from ravine.records.files import remove
from ravine.records.study import Study, load_study
from ravine.registry.blame import where
from ravine.registry.make import make_figures
from ravine.registry.provenance import warn_of_changes
from ravine.reports.drawing import draw

__all__ = [
    "finish",
]


def finish(folder: Path, makers: Makers | None = None) -> Findings:
    """Write a study's table, judge its claims and draw its figures, from the runs that have ended.

    Parameters
    ----------
    folder : Path
        The study's.
    makers : Makers, optional
        What has made its runs; its processes draw figures side by side.

    Raises
    ------
    ValueError
        If the folder is not a study's.
    ConfigError
        If a figure or metric that it asks for is not installed.
    """
    study = load_study(folder)
    warn_of_changes(study)
    figures = make_figures(study.ledger.figures)
    study.write_table()
    findings = judge_study(study)
    if findings.verdicts:
        verdicts = [verdict.as_dict() for verdict in findings.verdicts]
        text = json.dumps(verdicts, indent=2, allow_nan=False)
        study.write("claims.json", text.encode() + b"\n")
    else:
        remove(folder / "claims.json")
    registry.load().tell("ravine_study_end", study=study.copy())
    groups = study.groups()
    drawn = makers.draw(study.ledger.figures) if makers and groups else set()
    for name, figure in figures.items():
        if name in drawn:
            continue
        if not groups:
            _erase(study, name)
            continue
        try:
            draw(study, name, figure)
        except WriteError as error:
            warnings.warn(f"figure {name} is not drawn: {error}", stacklevel=2)
        except Exception as error:
            # Whatever a figure raises, runs and table are safe.
            _erase(study, name)
            place = "" if isinstance(error, ValueError) else where(error)
            why = f"{type(error).__name__}: {error}" + (f" ({place})" if place else "")
            warnings.warn(f"figure {name} is not drawn: {why}", stacklevel=2)
        stop_if_asked()
    return findings


def _erase(study: Study, name: str) -> None:
    """Remove a figure of earlier runs, which a reader would take for a figure of these."""
    for suffix in ("png", "svg", "gif"):
        path = study.folder / "figures" / f"{name}.{suffix}"
        if not any(part.is_symlink() for part in path.parents[: name.count("/") + 1]):
            remove(path)
