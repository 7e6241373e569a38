"""Lines of JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ravine import RunLog, TrackedRun, Tracker, hookimpl


@dataclass(frozen=True)
class Lines(Tracker):
    """JSON lines: a file for each run in the study's folder lines, for every other program.

    A line is an evaluation, with ``run``, ``label`` and ``seed``; the last line is how the run ended. A number
    that is not finite is null.
    """

    def begin(self, run: TrackedRun) -> RunLog:
        path = run.folder / "lines" / f"{run.id}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        return _File(path, {"run": run.id, "label": run.label, "seed": run.seed})


@dataclass
class _File(RunLog):
    path: Path
    about: Mapping[str, Any]

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        finite = {name: value if math.isfinite(value) else None for name, value in metrics.items()}
        self._add({"step": step, **finite})

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self._add({"status": status})

    def _add(self, values: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({**self.about, **values}) + "\n")


@hookimpl
def ravine_trackers() -> dict[str, type[Tracker]]:
    return {"lines": Lines}
