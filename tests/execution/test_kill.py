"""Writers that stop at every single point: nothing lost, no byte different; trust/kills.py kills at any moment."""

import functools
import os
from multiprocessing import get_context

import pytest
from factories import made
from trust.kills import contents

pytestmark = pytest.mark.long

FEW = ["problem=sphere optimizer=adam training.steps=2", "dataset.train=40 dataset.test=20 dataset.validation=0.2 weights=both network.hidden=[4] training.epochs=1 "
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

        def fdopen(handle, mode="r", *rest, **named):
            file = opened(handle, mode, *rest, **named)
            return File(file) if "w" in mode else file

        os.fdopen = fdopen
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
    assert at > 40  # there were that many points


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
