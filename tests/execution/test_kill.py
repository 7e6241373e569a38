"""Sweeps that are killed: nothing lost, nothing made twice, no byte different."""

import functools
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest
import ravine
from factories import made
from ravine.records.checkpoint import NEWEST, Checkpoint, Keeper
from ravine.records.files import sha256

pytestmark = pytest.mark.long

MEASURED = {"timing.json", "lock"}
SWEEP = ["optimizer=sgd,adam", "seed=range(3)", "dataset.train=1500", "dataset.test=200", "network.hidden=[50,50]",
         "network.normalization=batch_norm", "network.dropout=0.2", "training.epochs=12", "figures=[]",
         "checkpoint_seconds=0", "study=s", "workers=2"]  # fmt: skip
KILLS = 25


def contents(study):
    """What a study's files hold, by path; what was measured, and holds no result, left out."""
    found = {
        path.relative_to(study).as_posix(): path.read_bytes()
        for path in study.rglob("*")
        if path.is_file() and path.name not in MEASURED
    }
    found["table.csv"] = b"\n".join(line.rpartition(b",")[0] for line in found["table.csv"].splitlines())
    del found["table.txt"]  # the same, and seconds in every line
    ledger = json.loads(found["study.json"])
    del ledger["sha256"]  # which is of the command too
    found["study.json"] = json.dumps(ledger).replace("workers=1", "workers=2").encode()
    return found


def children(process):
    """The workers of a command, by their process ids."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == process.pid:
                found.append(int(stat.parent.name))
    return found


@pytest.fixture
def checkpoints(monkeypatch):
    """SHA-256 of the checkpoints that a run comes to, by run and step."""
    seen = {}
    keep = Keeper.__call__

    def kept(self, seconds, make):
        keep(self, seconds, make)
        content = (self.folder / NEWEST).read_bytes()
        seen[self.folder.name, Checkpoint.from_bytes(content).step] = sha256(content)

    monkeypatch.setattr(Keeper, "__call__", kept)
    return seen


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers by Linux' /proc")
def test_a_sweep_that_is_killed_again_and_again_is_the_one_that_was_not(checkpoints, tmp_path):
    whole = ravine.sweep([word for word in SWEEP if word != "workers=2"] + ["workers=1"], root="whole")
    expected = contents(whole.folder)
    assert len(checkpoints) == 6 * 11
    command = [Path(sys.executable).parent / "ravine", "-m", *SWEEP]
    rng = random.Random(0)
    kills = sweeps = seen = 0
    while kills < KILLS:
        place = tmp_path / f"sweep-{sweeps}"
        place.mkdir()
        study = place / "runs" / "s"
        sweeps += 1
        while True:
            ended = {path: path.stat().st_mtime_ns for path in study.glob("*/run.json")}
            with subprocess.Popen(
                command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as process:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(rng.uniform(1.0, 3.5))
                if process.poll() is None:
                    workers = children(process)
                    victim = rng.choice([process.pid, *workers])  # the command, or one that works for it
                    with suppress(ProcessLookupError):
                        os.kill(victim, signal.SIGKILL)
                        kills += 1
                printed = process.communicate(timeout=60)[0].decode()
                for worker in workers if process.returncode < 0 else ():
                    wait_for_the_end_of(worker)
            for path, stamp in ended.items():
                assert path.stat().st_mtime_ns == stamp, f"{path} was made twice"
            for path in study.glob(f"*/{NEWEST}*"):
                content = path.read_bytes()
                step = Checkpoint.from_bytes(content).step
                assert sha256(content) == checkpoints[path.parent.name, step], path
                seen += 1
            if process.returncode == 0:
                break
            assert process.returncode in (1, -signal.SIGKILL), printed
        assert contents(study) == expected
    assert seen >= 5  # some were in the midst of runs


def wait_for_the_end_of(worker):
    """Workers end when their command is gone; two seconds are promised."""
    until = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists():
        if Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        assert time.monotonic() < until, "a worker outlived its command"
        time.sleep(0.02)


# ---- every single point --------------------------------------------------------------------------------------

FEW = ["problem=sphere optimizer=adam", "dataset.train=60 dataset.test=20 network.hidden=[4] training.epochs=7 "
       "training.batch_size=20 network.normalization=batch_norm figures=[] checkpoint_seconds=0"]  # fmt: skip


@functools.cache
class Stopper:
    """Counts writes, fsyncs and renames, and stops at one of them."""

    def __init__(self, at, how):
        self.at, self.how, self.count = at, how, 0

    def point(self, do, half=None):
        self.count += 1
        if self.count != self.at:
            return do()
        if self.how == "full":
            raise OSError(28, "No space left on device")
        if self.how == "torn" and half:
            half()
        os._exit(77)

    def install(self):
        opened, fsync, replace = os.fdopen, os.fsync, os.replace
        stopper = self

        class File:
            def __init__(self, file):
                self.file = file

            def __enter__(self):
                return self

            def __exit__(self, *error):
                self.file.close()

            def write(self, content):
                def half():
                    self.file.write(content[: len(content) // 2])
                    self.file.flush()

                return stopper.point(lambda: self.file.write(content), half)

            def __getattr__(self, name):
                return getattr(self.file, name)

        os.fdopen = lambda *args: File(opened(*args))
        os.fsync = lambda handle: self.point(lambda: fsync(handle))
        os.replace = lambda *args, **named: self.point(lambda: replace(*args, **named))


def study_of_few(folder):
    return made(folder, *map(str.split, FEW))


def stopped(folder, at, how):
    """Make a study in a process that stops at some point."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    stopper = Stopper(at, how)
    stopper.install()
    try:
        study_of_few(folder)
    except OSError:
        os._exit(78)
    os._exit(0 if stopper.count < at else 79)


@pytest.mark.parametrize("how", ["torn", "full"])
def test_a_writer_that_stops_at_any_point_costs_nothing(how, tmp_path):
    expected = contents(study_of_few("whole/s").folder)
    fork = get_context("fork")  # a kill, and no second start of Python
    for at in range(1, 1000):
        folder = tmp_path / f"{at}" / "s"
        process = fork.Process(target=stopped, args=(folder, at, how))
        process.start()
        process.join()
        again = study_of_few(folder)
        assert contents(again.folder) == expected, f"stopped at point {at}"
        if process.exitcode == 0:
            break
        assert process.exitcode in ({77} if how != "full" else {78, 79}), at
    assert at > 70  # there were that many points


def test_a_writer_that_is_not_atomic_would_be_found(tmp_path, monkeypatch):
    """The test above can fail: with open("w") it does."""
    expected = contents(study_of_few("whole/s").folder)

    def careless(path, content):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(content)

    from ravine.records import checkpoint, ledger, run, study

    fork, found = get_context("fork"), 0
    for at in range(1, 20):
        folder = tmp_path / f"{at}" / "s"
        with monkeypatch.context() as patch:
            for module in (checkpoint, ledger, run, study):
                patch.setattr(module, "write_atomically", careless)
            process = fork.Process(target=stopped, args=(folder, at, "torn"))
            process.start()
            process.join()
        try:
            found += contents(study_of_few(folder).folder) != expected
        except (ValueError, UserWarning):  # told as a warning, which a test takes for an error
            found += 1
    assert found
