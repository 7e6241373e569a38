"""Weights & Biases."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ravine import RunLog, TrackedRun, Tracker

_OPEN: dict[str, Any] = {}
"""By id, what wandb has open in this process: it refuses a second one, although the first was interrupted."""


@dataclass(frozen=True)
class WandB(Tracker):
    """Weights & Biases, offline: a folder for each run in the study's folder wandb.

    Nothing is sent, and nobody has to log in. ``wandb sync runs/NAME/wandb/offline-run-*`` sends them later. A
    run is known there by ravine's id, and seeds of the same settings are a group.

    Parameters
    ----------
    project : str or None
        The project's name; None for the study's.
    entity : str or None
        The user or team to whom ``wandb sync`` sends them; None for the one who is logged in then.
    """

    project: str | None = None
    entity: str | None = None

    def begin(self, run: TrackedRun) -> RunLog:
        import wandb

        if interrupted := _OPEN.pop(run.id, None):
            interrupted.finish()
        # What is offline cannot be continued: wandb begins another folder each time.
        for old in run.folder.glob(f"wandb/offline-run-*-{run.id}"):
            shutil.rmtree(old)
        # Without its output, and what it notes of machine and code, which are not the run's.
        settings = wandb.Settings(
            silent=True,
            console="off",
            disable_git=True,
            disable_code=True,
            x_disable_stats=True,
            x_disable_machine_info=True,
            x_save_requirements=False,
        )
        made = _OPEN[run.id] = wandb.init(
            mode="offline",
            # Its process was perhaps started in another folder.
            dir=run.folder.resolve(),
            entity=self.entity,
            project=self.project or run.study,
            id=run.id,
            name=run.name,
            group=run.label[:128],
            config=dict(run.settings),
            # Another run of this process may be open.
            reinit="create_new",
            settings=settings,
        )
        return _Log(made)


@dataclass
class _Log(RunLog):
    """A run of wandb's."""

    made: Any

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        # Without commit it would wait for the next step.
        self.made.log(dict(metrics), step=step, commit=True)

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self.made.summary["status"] = status
        _OPEN.pop(self.made.id, None)
        self.made.finish(exit_code=1 if status == "failed" else 0)
