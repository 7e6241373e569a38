"""The tracker my_name: replace where it writes, its fields and its docstring by your own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ravine import RunLog, TrackedRun, Tracker, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Tracker):
    """Notes: a text file for each run, in a folder of the study's.

    Parameters
    ----------
    into : str
        The folder's name.
    """

    into: str = "my_name"

    def begin(self, run: TrackedRun) -> RunLog:
        path = run.folder / self.into / f"{run.id}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{run.name}\n", "utf-8")  # what it had of this run is replaced
        return Notes(path)


class Notes(RunLog):
    """The notes of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        self._add(f"step {step}: {dict(metrics)}")

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self._add(status)

    def _add(self, line: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@hookimpl
def ravine_trackers() -> dict[str, type[Tracker]]:
    return {"my_name": MyName}
