"""Kills: commands that are killed at any moment, and given again; every byte is that of one that was not."""

import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from ravine import registry
from ravine.records import checkpoint
from ravine.records.checkpoint import NEWEST, Checkpoint
from ravine.records.files import sha256

from trust.battery import Result, command, ended, fork, line

WHAT = "SIGKILL in sweeps, two processes, searches and drawing; the same command again ends with the same bytes"
BOUNDED = 40
LONG = 1000

MEASURED = {"timing.json", "lock", "search.db"}  # Optuna writes times into its file
LEARN = ["dataset=gaussian", "dataset.samples=300", "dataset.features=20", "network.hidden=[20,20]",
         "network.normalization=batch_norm", "network.dropout=0.2", "training.batch_size=30", "checkpoint_seconds=0",
         "dataset.validation=0.2", "weights=both"]  # fmt: skip
COMMANDS = {
    "a sweep": ["-m", "optimizer=sgd,adam", "seed=0,1", *LEARN, "training.epochs=8", "figures=[]", "workers=1"],
    "two processes": ["-m", "optimizer=sgd,adam", "seed=0,1", *LEARN, "training.epochs=12", "figures=[]", "workers=2"],
    "a search": ["-m", "hydra/sweeper=search", "optimizer.lr=tag(log,interval(1e-3,1))", "search.trials=4", *LEARN,
                 "training.epochs=6", "figures=[]", "workers=1"],
    "a search that learns": ["-m", "hydra/sweeper=search", "sampler=tpe", "optimizer.lr=interval(0.1,0.9)", "search.trials=4",
                             "search.batch=2", "search.objective=value", "problem=sphere", "figures=[]", "workers=1"],
    "drawing": ["-m", "problem=ravine", "optimizer=sgd,adam", "training.steps=20", "figures=[paths,path_overlay]"],
}  # fmt: skip
WEIGHTS = {"a sweep": 4, "two processes": 3, "a search": 3, "a search that learns": 1, "drawing": 2}


def contents(study: Path) -> dict[str, bytes]:
    """Return what a study's files hold, by path; what was measured, and holds no result, is left out."""
    found = {
        path.relative_to(study).as_posix(): path.read_bytes()
        for path in study.rglob("*")
        if path.is_file() and path.name not in MEASURED
    }
    rows = found.pop("table.csv", b"").splitlines()
    found["table.csv"] = b"\n".join(row.rpartition(b",")[0] for row in rows)
    found.pop("table.txt", None)  # the same, and seconds in every line
    return found


def different(one: dict[str, bytes], other: dict[str, bytes]) -> str:
    """Return in which files two studies differ, or ""."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return f"different bytes: {', '.join(names[:5])}" if names else ""


def children(pid: int) -> list[int]:
    """Return the workers of a command, by their process ids."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def outlives(worker: int) -> bool:
    """Whether a worker is there long after its command; two seconds are promised, and a busy machine is slow."""
    until = time.monotonic() + 20
    with suppress(OSError):
        while Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            if time.monotonic() > until:
                return True
            time.sleep(0.02)
    return False


def recorded(place: Path) -> None:
    """In a process that is not killed: write down the SHA-256 of every checkpoint that a run comes to."""
    write = checkpoint.write_atomically

    def kept(path: Path, content: bytes) -> None:
        write(path, content)
        if path.name == NEWEST:
            (place / f"{path.parent.name}.{Checkpoint.from_bytes(content).step}").write_text(sha256(content))

    checkpoint.write_atomically = kept


class Whole:
    """A study that nobody has killed: what its files hold, its checkpoints, and how long it took."""

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        self.words, self.checkpoints = list(words), folder / "checkpoints"
        place = folder / "whole"
        self.checkpoints.mkdir(parents=True)
        place.mkdir()
        begin = time.monotonic()
        # Two processes make the same bytes as one, in which the checkpoints can be recorded.
        alone = ["workers=1" if word == "workers=2" else word for word in words]
        told = ended(*fork(alone, place, lambda: recorded(self.checkpoints)))
        assert told.status == 0, told
        self.contents = self.comparable(place / "runs" / "s")
        if alone != self.words:
            begin = time.monotonic()
            (folder / "again").mkdir()
            told = ended(*fork(words, folder / "again"))
            assert told.status == 0, told
        self.seconds = time.monotonic() - begin
        self.learns = "checkpoint_seconds=0" in words
        self.seen = 0  # checkpoints that kills have left

    def comparable(self, study: Path) -> dict[str, bytes]:
        """Return what a study's files hold, whatever the number of its workers."""
        found = contents(study)
        about = json.loads(found["study.json"])
        about["command"] = about["command"].replace("workers=1", "workers=2")
        # A digest of the whole is of the command too.
        found["study.json"] = json.dumps({key: about[key] for key in about if key != "sha256"}).encode()
        return found


def warm(folder: Path) -> None:
    """Give a command in this process, so that those that are forked from it have nothing to import."""
    (folder / "warm").mkdir()
    with contextlib.chdir(folder / "warm"):
        for words in (COMMANDS["drawing"], ["-m", "seed=0", *LEARN, "figures=[]", "workers=1"]):
            told = command(*words)
            assert told.status == 0, told


def _in_a_run(study: Path, since: int) -> bool:
    """Whether a checkpoint was written since a moment and is still there: its run goes on."""
    for path in study.glob(f"*/{NEWEST}"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime_ns > since:
                return True
    return False


def sequence(whole: Whole, kills: int, place: Path, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Kill one study some times, and let it end: yield each kill, and what is wrong after it."""
    place.mkdir()
    study = place / "runs" / "s"
    made = 0
    while True:
        there = {path: path.stat().st_mtime_ns for path in study.glob("*/run.json")}
        begin, now = time.time_ns(), time.monotonic()
        # Half of the kills come at any moment, the others in the midst of a run.
        midst = rng.random() < 0.5
        moment = now + float(rng.uniform(0.0, 0.3 if midst else 1.1)) * whole.seconds
        child, printed = fork(whole.words, place)
        killed, workers = "", []
        if made < kills:
            while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if time.monotonic() > moment and not (midst and whole.learns and not _in_a_run(study, begin)):
                    break
                time.sleep(0.002)
            moment = time.monotonic() - now
            workers = children(child)
            victims = [child, *workers]
            victim = victims[int(rng.integers(len(victims)))]
            made += 1
            killed = f"kill {made} after {moment:.3f} s of {'a worker' if victim != child else 'the command'}"
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        told = ended(child, printed)
        printed.unlink(missing_ok=True)
        failure = told.raised
        if told.status not in (0, 1, -signal.SIGKILL):
            failure = f"status {told.status}: {told.err[-200:]}"
        if "Traceback" in told.err:
            failure = f"a traceback: {told.err.strip().splitlines()[-1]}"
        if told.status == -signal.SIGKILL and any(map(outlives, workers)):
            failure = "a worker outlives its command"
        for path, stamp in there.items():
            if not path.exists() or path.stat().st_mtime_ns != stamp:
                failure = f"{path.relative_to(place)} was made twice"
        for path in study.glob(f"*/{NEWEST}*"):
            with suppress(FileNotFoundError):
                content = path.read_bytes()
                step = Checkpoint.from_bytes(content).step
                whole.seen += 1
                if (whole.checkpoints / f"{path.parent.name}.{step}").read_text() != sha256(content):
                    failure = f"{path.relative_to(place)}: another checkpoint of step {step}"
        if told.status == 0 and made >= kills:
            failure = failure or different(whole.comparable(study), whole.contents)
        if killed or failure:
            yield killed or "the last command", failure
        if told.status == 0 and made >= kills:
            break
        if not killed and told.status:
            yield "the last command", failure or f"status {told.status}: {told.err[-200:]}"
            break
    shutil.rmtree(place)


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Kill commands of all kinds; yield every kill."""
    warm(folder)
    wholes = {
        what: Whole([*words, "study=s"], folder / what.replace(" ", "-"))
        for what, words in COMMANDS.items()
        # It comes with a package of its own.
        if "sampler=tpe" not in words or "tpe" in registry.load().entries["sampler"]
    }
    kinds = [what for what in wholes for _ in range(WEIGHTS[what])]
    made = sequences = 0
    while made < number:
        what = kinds[int(rng.integers(len(kinds)))] if sequences >= len(wholes) else [*wholes][sequences]
        kills = min(int(rng.integers(1, 6)), number - made)
        sequences += 1
        history: list[str] = []
        for killed, failure in sequence(wholes[what], kills, folder / f"{sequences}", rng):
            history.append(killed)
            made += killed.startswith("kill")
            yield Result(what, f"{line(*wholes[what].words)}; {'; '.join(history)}", failure)
    seen = sum(whole.seen for whole in wholes.values())
    if number >= BOUNDED and seen < number // 8:
        yield Result(
            "the battery",
            f"{number} kills",
            f"only {seen} checkpoints were there: it kills too early, or too late",
        )
