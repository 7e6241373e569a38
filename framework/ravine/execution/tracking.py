"""Tracking: trackers are told of a run while it is made, or of runs that have ended."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ravine.base.errors import masked
from ravine.base.types import Named, name_of
from ravine.contracts.tracker import TrackedRun, Tracker
from ravine.engine.experiment import Experiment
from ravine.records.axes import flat
from ravine.records.ledger import Ledger
from ravine.records.locks import locked
from ravine.records.study import Study
from ravine.registry.make import make_trackers
from ravine.registry.registry import load
from ravine.registry.trackers import Tracking

__all__ = ["export", "live", "untold"]


def live(folder: Path, experiment: Experiment, track: Sequence[Named]) -> Tracking:
    """Return what tells trackers of a run of a study while it is made; other listeners hear of it as before.

    Parameters
    ----------
    folder : Path
        The study's.
    experiment : Experiment
        The run.
    track : list
        The trackers, as the configuration has them.
    """
    run = _tracked(folder, experiment.id, experiment.config, _labels(folder, [*flat(experiment.config)]))
    remedies = {name_of(item): f"{_command(folder, [item])} tells it of all runs" for item in track}
    return Tracking(make_trackers(track), run, experiment.listener, remedies)


def _labels(folder: Path, order: Sequence[str]) -> dict[str, str]:
    """Return by id what runs will be called in the tables of a study, before any has ended.

    A label has its words in the order of the settings, which a configuration has and a ledger has not.
    """
    try:
        ledger = Ledger.read(folder)
    # A script may make a run without a command, which would have written it.
    except ValueError:
        return {}
    places = {key: place for place, key in enumerate(order)}
    asked = {
        run: dict(sorted(values.items(), key=lambda item: places.get(item[0], len(order))))
        for run, values in ledger.asked.items()
    }
    return Study(folder, replace(ledger, asked=asked), {}).labels({"seed"})


def untold(folder: Path, ended: int, track: Sequence[Named]) -> list[str]:
    """Return sentences on runs that had ended before a command, so that trackers are told nothing of them."""
    if not ended or not track:
        return []
    of = "1 run that had ended before" if ended == 1 else f"{ended} runs that had ended before"
    return [f"trackers are not told of {of}: {_command(folder, track)} tells them"]


def export(study: Study, tracker: Named) -> dict[str, str]:
    """Tell a tracker of the runs of a study that have ended; return by id why it did not take some of them.

    Raises
    ------
    ConfigError
        If there is no such tracker, or it has no such fields.
    """
    trackers: Mapping[str, Tracker] = make_trackers([tracker], "--to")
    labels = study.labels({"seed"})
    lost: dict[str, str] = {}
    for name, run in study.runs.items():
        tracking = Tracking(trackers, _tracked(study.folder, name, run.config, labels))
        # Another command may be exporting it too, or making it again.
        with locked(study.folder / name):
            tracking.replay(run)
        for error in tracking.failed.values():
            lost[name] = str(error)
    load().sum_up()
    return lost


def _command(folder: Path, track: Sequence[Named]) -> str:
    """Return the command that tells trackers of the runs of a study afterwards."""
    to = [word for item in track for word in ("--to", masked(_typed(item)))]
    return shlex.join(["ravine", "export", folder.as_posix(), *to])


def _typed(item: Named) -> str:
    """Return a tracker as it is typed."""
    if isinstance(item, str):
        return item
    return f"{{{', '.join(f'{key}: {_text(value)}' for key, value in item.items())}}}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[\w/.:-]+", value) else json.dumps(value)


def _tracked(folder: Path, run: str, config: Mapping[str, Any], labels: Mapping[str, str]) -> TrackedRun:
    return TrackedRun(run, folder, labels.get(run, run), flat(config), int(config["seed"]))
