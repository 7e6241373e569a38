"""TensorBoard."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ravine import RunLog, TrackedRun, Tracker

from ravine_tensorboard.events import ended, event, hparams, record, scalars, started

# Numbers of fields of an Event, and of HParamsPluginData.
_VERSION, _SUMMARY, _SESSION, _STARTED, _ENDED = 3, 5, 7, 3, 4

_LONG = 120
"""Letters of a run's name in that of its folder."""


@dataclass(frozen=True)
class TensorBoard(Tracker):
    """TensorBoard: a folder of events for each run, with its metrics and, as hyperparameters, its settings.

    ``tensorboard --logdir runs`` shows all studies. Numbers have single precision there, and times are those at
    which TensorBoard was told.

    Parameters
    ----------
    folder : str or None
        The folder in which a study gets one of its own; None for the folder ``tensorboard`` in the study's.
    """

    folder: str | None = None

    def begin(self, run: TrackedRun) -> RunLog:
        place = run.folder / "tensorboard" if self.folder is None else Path(self.folder) / run.study
        called = re.sub(r"[^\w .,=+#()\[\]-]+", "_", run.name)[:_LONG]
        before = [*place.glob(f"* {run.id}/events.out.tfevents.*.ravine")]
        number = 1 + max((int(path.name.split(".")[3]) for path in before), default=0)
        # Who reads the files before takes one with a later name for what follows.
        path = place / f"{called} {run.id}" / f"events.out.tfevents.{number:010d}.ravine"
        path.parent.mkdir(parents=True, exist_ok=True)
        log = _Events(path)
        log.write(_VERSION, b"brain.Event:2")
        # A start at step 0 makes a reader forget all that it has read of the run.
        log.write(_SESSION, b"\x08\x01")
        settings = {key: value for key, value in run.settings.items() if value is not None}
        log.write(_SUMMARY, hparams("session_start_info", _STARTED, started(run.label, settings, time.time())))
        for old in before:
            if old.parent == path.parent and old.stat().st_size:
                # A reader that has it open would wait for it for ever if it were gone.
                old.write_bytes(b"")
            else:
                old.unlink()
                with contextlib.suppress(OSError):
                    old.parent.rmdir()
        return log


@dataclass
class _Events(RunLog):
    """The file of one run."""

    path: Path
    step: int = 0

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        self.step = step
        self.write(_SUMMARY, scalars(metrics))

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self.write(
            _SUMMARY, hparams("session_end_info", _ENDED, ended(2 if status == "failed" else 1, time.time()))
        )

    def write(self, number: int, content: bytes) -> None:
        """Append an event, so that it is read at once."""
        with self.path.open("ab") as file:
            file.write(record(event(time.time(), self.step, number, content)))
