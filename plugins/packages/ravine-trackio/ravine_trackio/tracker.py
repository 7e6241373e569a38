"""Trackio."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ravine import RunLog, TrackedRun, Tracker

# A message takes some hundredths of a second: there is one a second.
_EVERY = 1.0


@dataclass(frozen=True)
class Trackio(Tracker):
    """Trackio, on this machine: a study is a project, and its runs have their metrics and settings.

    ``trackio show --project NAME`` shows it. A run is known there by ravine's id; what there is of it is
    replaced when it is told again.

    Parameters
    ----------
    project : str or None
        The project's name; None for the study's.
    """

    project: str | None = None

    def begin(self, run: TrackedRun) -> RunLog:
        # trackio.init has one run for a process, and a thread that drops what it cannot write.
        from trackio.sqlite_storage import SQLiteStorage

        project = self.project or run.study
        SQLiteStorage.validate_project_name(project)
        SQLiteStorage.delete_run(project, run.name, run_id=run.id)
        return _Log(SQLiteStorage, project, run)


@dataclass
class _Log(RunLog):
    """A run: Trackio's storage, the project, and what is not written yet."""

    storage: Any
    project: str
    run: TrackedRun
    rows: list[dict[str, float]] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    written: float = 0.0

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        # One row is left for the end, with which the status is written.
        if time.monotonic() - self.written > _EVERY:
            self._write("running")
        self.rows.append(dict(metrics))
        self.steps.append(step)

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self._write(status)

    def _write(self, status: str) -> None:
        self.storage.bulk_log(
            self.project,
            self.run.name,
            self.rows,
            self.steps,
            config={**self.run.settings, "status": status, "_Group": self.run.label},
            run_id=self.run.id,
        )
        self.rows, self.steps, self.written = [], [], time.monotonic()
