"""Trackers with one mistake each."""

import json
from dataclasses import dataclass

from ravine import RunLog, Tracker


class Note(RunLog):
    def __init__(self, path, mode="w"):
        self.path = path
        path.parent.mkdir(exist_ok=True)
        path.open(mode).close()

    def evaluation(self, step, metrics):
        self.add({"step": step, **metrics})

    def end(self, status, final):
        self.add({"status": status, **final})

    def add(self, values):
        with self.path.open("a") as file:
            file.write(json.dumps(values) + "\n")


@dataclass(frozen=True)
class Notes(Tracker):
    """A file of lines for each run."""

    def begin(self, run):
        return self.log(run.folder / "notes" / f"{run.id}.jsonl")

    def log(self, path):
        return Note(path)


SOUND = [Notes()]


@dataclass(frozen=True)
class Nothing(Notes):
    """Forgets to return its log."""

    def begin(self, run):
        super().begin(run)


@dataclass(frozen=True)
class Appends(Notes):
    """Appends to what it has of the run."""

    def log(self, path):
        return Note(path, "a")


@dataclass(frozen=True)
class Numbered(Notes):
    """Makes another file each time, as libraries do that think of a run as a process."""

    def begin(self, run):
        folder = run.folder / "notes" / run.id
        there = len(list(folder.glob("*"))) if folder.exists() else 0
        folder.mkdir(parents=True, exist_ok=True)
        return Note(folder / f"{there}.jsonl")


class _Waits(Note):
    def __init__(self, path):
        super().__init__(path)
        self.rows = []

    def evaluation(self, step, metrics):
        self.rows.append({"step": step, **metrics})

    def end(self, status, final):
        for row in self.rows:
            self.add(row)


@dataclass(frozen=True)
class Waits(Notes):
    """Writes everything at the end."""

    def log(self, path):
        return _Waits(path)


_PATHS = []


class _Last(Note):
    def add(self, values):
        self.path = _PATHS[-1]
        super().add({**values, "to": self.path.stem[:1] * 400})


@dataclass(frozen=True)
class Current(Notes):
    """Keeps one current run for the whole process."""

    def log(self, path):
        _PATHS.append(path.with_name(f"{'a' if path.stem.startswith('0') else 'b'}.jsonl"))
        return _Last(path)


class _Strict(Note):
    def add(self, values):
        with self.path.open("a") as file:
            file.write(json.dumps(values, allow_nan=False) + "\n")


@dataclass(frozen=True)
class Strict(Notes):
    """Refuses numbers that JSON does not have."""

    def log(self, path):
        return _Strict(path)


class _Columns(Note):
    names = ()

    def evaluation(self, step, metrics):
        self.names = self.names or tuple(metrics)
        self.add({name: metrics[name] for name in self.names})


@dataclass(frozen=True)
class Columns(Notes):
    """Takes the columns of the first evaluation for all."""

    def log(self, path):
        return _Columns(path)


class _Final(Note):
    def end(self, status, final):
        self.add({"status": status, "loss": min(final.values())})


@dataclass(frozen=True)
class Final(Notes):
    """Takes it for granted that a run has final metrics."""

    def log(self, path):
        return _Final(path)


class _Puts(Note):
    def evaluation(self, step, metrics):
        metrics["step"] = step
        self.add(metrics)


@dataclass(frozen=True)
class Puts(Notes):
    """Puts the step among the metrics that it gets."""

    def log(self, path):
        return _Puts(path)


@dataclass(frozen=True)
class Inside(Notes):
    """Writes into the run's own folder."""

    def begin(self, run):
        return Note(run.folder / run.id / "notes.jsonl")


@dataclass(frozen=True)
class Remembers(Notes):
    """Keeps the logs of all runs in itself."""

    def log(self, path):
        object.__setattr__(self, "logs", Note(path))
        return self.logs


MUTANTS = [
    (Nothing(), "takes_a_run"),
    (Appends(), "takes_a_run_again"),
    (Appends(), "takes_a_run_that_goes_on"),
    (Numbered(), "takes_a_run_again"),
    (Numbered(), "takes_a_run_that_goes_on"),
    (Waits(), "shows_a_run_that_goes_on"),
    (Current(), "serves_two_runs"),
    (Strict(), "takes_what_is_not_a_number"),
    (Columns(), "takes_other_metrics_later"),
    (Final(), "takes_a_run_without_evaluations"),
    (Puts(), "spares_what_it_gets"),
    (Inside(), "spares_the_study"),
    (Remembers(), "keeps_nothing_in_itself"),
]
