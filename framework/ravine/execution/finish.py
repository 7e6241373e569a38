"""Finish: a study's table, verdicts and figures, once its runs have ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ravine import registry
from ravine.base.errors import ConfigError, PluginError, WriteError
from ravine.base.standard_error import following
from ravine.base.types import Named, name_of
from ravine.base.warn import warn
from ravine.contracts.figure import Figure
from ravine.engine.data import release
from ravine.evidence.verdicts import Findings, judge_study
from ravine.execution.interrupt import stop_if_asked
from ravine.execution.pool import Makers
from ravine.records.files import remove, renew
from ravine.records.ledger import pictures_of
from ravine.records.run import Run
from ravine.records.study import Study, load_study
from ravine.registry.blame import reason
from ravine.registry.make import make_figures
from ravine.registry.provenance import warn_of_changes
from ravine.reports.drawing import draw

__all__ = [
    "finish",
]


def finish(
    folder: Path, makers: Makers | None = None, known: Mapping[str, Run] = MappingProxyType({})
) -> Findings:
    """Write a study's table, judge its claims and draw its figures, from the runs that have ended.

    A figure or a claim whose plugin fails, or is not installed, costs no other: there is a warning.

    Parameters
    ----------
    folder : Path
        The study's.
    makers : Makers, optional
        What has made its runs; its processes draw figures side by side.
    known : dict of str to Run, optional
        By id, runs of it that have been read just now.

    Raises
    ------
    ValueError
        If the folder is not a study's.
    """
    study = load_study(folder, known)
    warn_of_changes(study)
    study.write_table()
    findings = judge_study(study)
    if findings.verdicts:
        verdicts = [verdict.as_dict() for verdict in findings.verdicts]
        text = json.dumps(verdicts, indent=2, allow_nan=False)
        study.write("claims.json", text.encode() + b"\n")
    else:
        remove(folder / "claims.json")
    registry.load().tell("ravine_study_end", study=study.copy())
    registry.load().sum_up()
    lost = _draw_figures(study, makers)
    if not lost:
        return findings
    _warn_of(lost)
    which = f"{len(lost)} of {len(study.ledger.figures)} figures {'is' if len(lost) == 1 else 'are'} not drawn"
    return replace(findings, lost=[*findings.lost, f"{which}: {', '.join(lost)}"])


def _warn_of(lost: Mapping[str, Exception]) -> None:
    """Warn of the figures that are not drawn; those that have one cause are one warning."""
    by_cause: dict[str, list[str]] = {}
    for name, error in lost.items():
        cause = error.strerror if isinstance(error, WriteError) else _why(error.__cause__ or error)
        by_cause.setdefault(str(cause), []).append(name)
    for cause, names in by_cause.items():
        if len(names) == 1:
            text = f"figure {names[0]} is not drawn: {_why(lost[names[0]])}"
        else:
            text = f"figures {', '.join(names)} are not drawn: {cause}"
        warn(text)


def _why(error: BaseException) -> str:
    # A figure that finds nothing to draw says so in a sentence.
    return str(error) if type(error) is ValueError else reason(error)


def _draw_figures(study: Study, makers: Makers | None) -> dict[str, Exception]:
    """Draw the figures of a study; return by name the error of each that is not drawn."""
    lost: dict[str, Exception] = {}
    groups, made = study.groups(), dict[str, tuple[Named, Figure]]()
    for item in study.ledger.figures:
        name = name_of(item)
        try:
            made[name] = item, make_figures([item])[name]
        except (ConfigError, PluginError) as error:
            lost[name] = PluginError(str(error).removeprefix("figures[0]: "))
    drawn = makers.draw([item for item, _ in made.values()]) if makers and groups else set()
    for name in () if groups else made:
        _erase(study, name)
    left = [name for name in made if groups and name not in drawn]
    if left:
        release()
    for name in following(left, "drawing"):
        try:
            draw(study, name, made[name][1])
        except Exception as error:
            # Whatever a figure raises, runs and table are safe.
            lost[name] = error
        stop_if_asked()
    ended = study.ended
    for path in (path for name in made.keys() - lost.keys() for path in pictures_of(study.folder, name)):
        # What came out the same was not written again.
        if path.stat().st_mtime_ns < ended:
            renew(path)
    for name, why in lost.items():
        # A picture of the same runs is right, whatever is wrong now.
        older = any(path.stat().st_mtime_ns < ended for path in pictures_of(study.folder, name))
        if older and not isinstance(why, WriteError):
            _erase(study, name)
    return lost


def _erase(study: Study, name: str) -> None:
    """Remove a figure of earlier runs, which a reader would take for a figure of these."""
    for path in pictures_of(study.folder, name):
        if not any(part.is_symlink() for part in path.parents[: name.count("/") + 1]):
            remove(path)
