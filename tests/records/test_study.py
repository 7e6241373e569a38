"""What runs and studies leave behind, and what becomes of it when something goes wrong."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import pytest
import ravine
from factories import made, run, study
from ravine.execution import finish, interrupt
from ravine.records import checkpoint
from ravine.records import run as run_files
from ravine.records.files import write_atomically
from ravine.records.ledger import Ledger
from ravine.records.locks import is_locked, locked
from ravine.records.run import Run
from ravine.registry import provenance


def study_of(folder, *overrides):
    return made(folder, *map(str.split, overrides))


SMALL = "dataset.train=200 dataset.test=100 network.hidden=[10] training.steps=12 figures=[]"


# ---- files ---------------------------------------------------------------------------------------------------


def test_a_write_is_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "file"
    write_atomically(path, b"old")
    for step in ("fsync", "replace", "chmod"):

        def fail(*_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, step, fail)
            with pytest.raises(OSError, match="No space left"):
                write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    umask = os.umask(0)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def stamps(folder):
    """Which file is where, and since when."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_what_is_there_already_is_not_written_again_so_that_a_whole_study_can_be_read_only(
    tmp_path, monkeypatch
):
    whole = study_of(tmp_path / "s", "problem=sphere seed=0", "problem=sphere seed=1")
    before = stamps(tmp_path / "s")
    assert tmp_path / "s" / "figures" / "paths.svg" in before
    opened, made = os.open, tempfile.mkstemp

    def open_read_only(path, flags, *mode):
        if str(path).startswith(str(tmp_path)) and flags & (os.O_RDWR | os.O_WRONLY):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *mode)

    def make_none(**where):
        if str(where.get("dir")).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", str(where["dir"]))
        return made(**where)

    monkeypatch.setattr(os, "open", open_read_only)
    monkeypatch.setattr(tempfile, "mkstemp", make_none)
    assert (
        study_of(tmp_path / "s", "problem=sphere seed=0", "problem=sphere seed=1").summary() == whole.summary()
    )
    assert stamps(tmp_path / "s") == before
    place = tmp_path / "s" / "study.json"
    with pytest.raises(
        OSError, match=rf"^{place} cannot be written: no permission to write in {place.parent}$"
    ):
        study_of(tmp_path / "s", "problem=sphere seed=2")


def test_a_folder_that_cannot_be_written_is_held_all_the_same(tmp_path, monkeypatch):
    with locked(tmp_path):
        pass
    opened = os.open

    def read_only(path, flags, *mode):
        if flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *mode)

    monkeypatch.setattr(os, "open", read_only)
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_a_folder_is_held_where_python_has_no_locks_of_its_own(tmp_path, monkeypatch):
    """As on Windows, where filelock has those of the system."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_a_folder_is_held_by_one_at_a_time(tmp_path):
    held, together = [], []

    def hold():
        with locked(tmp_path):
            held.append(1)
            together.append(len(held))
            time.sleep(0.02)
            held.pop()

    threads = [threading.Thread(target=hold) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert together == [1] * 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # of Python 3.12
def test_a_process_that_was_forked_holds_nothing(tmp_path):
    with locked(tmp_path):
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
    until = time.monotonic() + 10
    try:
        # It lets go as soon as it has begun.
        while is_locked(tmp_path):
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_whoever_looks_whether_a_folder_is_held_is_no_holder(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    with locked(tmp_path):
        pass
    with (tmp_path / "lock").open() as looks:
        fcntl.flock(looks, fcntl.LOCK_SH)
        assert not is_locked(tmp_path)


def test_what_cannot_be_written_is_told_with_the_reason(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path, why in {
        "file/deep/x": f"{tmp_path / 'file'} is not a folder",
        "file/x": f"{tmp_path / 'file'} is not a folder",
        "folder": "it is a folder",
    }.items():
        with pytest.raises(OSError, match=f"^{tmp_path / path} cannot be written: {why}$"):
            write_atomically(tmp_path / path, b"")
    with pytest.raises(
        OSError, match=f"^{tmp_path}/file/lock cannot be written: {tmp_path}/file is not a folder$"
    ):
        study_of(tmp_path / "file", "problem=sphere")
    assert {path.name for path in tmp_path.rglob("*")} == {"file", "folder"}


def test_a_file_where_a_run_or_a_picture_should_be_costs_nothing_else(tmp_path, capsys):
    whole = study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    first, second = (tmp_path / "s" / run for run in whole.runs)
    shutil.rmtree(first)
    first.touch()
    (second / "metrics.npz").unlink()
    (second / "metrics.npz").mkdir()
    shutil.rmtree(tmp_path / "s" / "figures")
    (tmp_path / "s" / "figures").touch()
    grid = ["problem=sphere", "problem=ravine", "problem=saddle"]
    text = f"figure paths is not drawn: {tmp_path}/s/figures/paths.png cannot be written: {tmp_path}/s/figures is not"
    with pytest.warns(UserWarning, match=text):
        again = study_of(tmp_path / "s", *grid)
    said = capsys.readouterr().err
    assert f"run 0: not made: {first}/lock cannot be written: {first} is not a folder\n" in said
    assert f"run 1: not made: {second}/metrics.npz cannot be written: it is a folder\n" in said
    assert [again.status(run) for run in again.ledger.runs] == ["damaged", "damaged", "completed"]
    assert again.unreadable[first.name] == f"{first}/run.json: cannot be read (Not a directory)"
    assert again.unreadable[second.name] == f"{second}/metrics.npz: cannot be read (Is a directory)"


def test_a_run_is_read_back_as_it_was_and_any_change_is_seen(tmp_path):
    study = study_of(tmp_path / "s", f"{SMALL} dataset.validation=0.2")
    ((name, run),) = study.runs.items()
    again = Run.load(tmp_path / "s" / name)
    assert again.config == run.config
    assert (again.final, again.best, again.status, again.step) == (run.final, run.best, "completed", 12)
    assert all(np.array_equal(again.arrays[key], run.arrays[key]) for key in run.arrays)
    record = json.loads((tmp_path / "s" / name / "run.json").read_text())
    assert {"format", "status", "step", "final", "best", "seed", "dtype", "provenance", "sha256"} <= set(record)
    assert record["provenance"]["made_of"]["components"]["layer affine"]["distribution"].startswith("ravine ")

    for file in ("metrics.npz", "config.yaml"):
        content = (tmp_path / "s" / name / file).read_bytes()
        for damaged in (content[:-1], content[:50] + bytes([content[50] ^ 1]) + content[51:]):
            (tmp_path / "s" / name / file).write_bytes(damaged)
            with pytest.raises(ValueError, match=rf"{file}: changed since it was written"):
                Run.load(tmp_path / "s" / name)
        (tmp_path / "s" / name / file).unlink()
        with pytest.raises(ValueError, match=rf"{file}: missing"):
            Run.load(tmp_path / "s" / name)
        (tmp_path / "s" / name / file).write_bytes(content)
    for damaged in (b"", b"{}", b"[]", b"\xff", b'{"sha256": 3}'):
        (tmp_path / "s" / name / "run.json").write_bytes(damaged)
        with pytest.raises(ValueError, match="not a run's record"):
            Run.load(tmp_path / "s" / name)
    (tmp_path / "s" / name / "run.json").unlink()
    with pytest.raises(FileNotFoundError):
        Run.load(tmp_path / "s" / name)


def test_a_study_goes_on_where_it_stopped(tmp_path, capsys):
    grid = [f"problem=sphere seed={seed}" for seed in range(4)]
    whole = study_of(tmp_path / "whole", *grid)
    study_of(tmp_path / "s", *grid[:2])
    keep, damaged = whole.ledger.runs[:2]
    stamp = (tmp_path / "s" / keep / "run.json").stat().st_mtime_ns
    (tmp_path / "s" / damaged / "metrics.npz").write_bytes(b"damaged")
    capsys.readouterr()
    study = study_of(tmp_path / "s", *grid)
    assert "1 done before" in capsys.readouterr().err
    assert (tmp_path / "s" / keep / "run.json").stat().st_mtime_ns == stamp
    assert list(study.runs) == list(whole.runs)
    for name in study.runs:
        for file in ("metrics.npz", "config.yaml"):
            ours, theirs = ((tmp_path / place / name / file).read_bytes() for place in ("s", "whole"))
            assert ours.replace(b"study: s", b"study: whole") == theirs


def test_a_run_that_fails_keeps_its_traceback_and_the_others_go_on(tmp_path, monkeypatch, capsys):
    from ravine_plugins.surfaces.sphere import Sphere

    def broken(self, x, y):
        raise RuntimeError("the sphere is broken")

    with monkeypatch.context() as patch:
        patch.setattr(Sphere, "gradient", broken)
        study = study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    assert [run.status for run in study.runs.values()] == ["failed", "completed"]
    failed = next(iter(study.runs.values()))
    assert failed.error.startswith("Traceback")
    assert "the sphere is broken" in failed.error
    assert failed.final == {}
    assert "failed: RuntimeError: the sphere is broken" in capsys.readouterr().err
    again = study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    assert [run.status for run in again.runs.values()] == ["completed", "completed"]


def test_a_run_whose_component_has_changed_is_made_again(tmp_path, monkeypatch, capsys):
    from ravine_plugins.surfaces.sphere import Sphere

    study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    monkeypatch.setattr(Sphere, "value", lambda self, x, y: x * x + y * y)
    capsys.readouterr()
    study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    said = capsys.readouterr().err
    assert "run 0: value" in said
    assert "1 done before" in said
    assert (
        "1 run is made again: it was made with surface 'sphere' of ravine 0.1.0, whose source has changed since"
        in said
    )
    ledger = Ledger.read(tmp_path / "s")
    assert len(ledger.runs) == 2  # the new one in the old one's place
    assert len([*(tmp_path / "s").glob("*/run.json")]) == 3  # nothing is lost


def test_a_ctrl_c_that_python_drops_stops_after_the_run_all_the_same(tmp_path, monkeypatch):
    """As in a weak reference's callback, from which no exception comes out."""
    from ravine_plugins.surfaces.sphere import Sphere

    class Dropping:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Sphere, "gradient", lambda self, x, y: (Dropping() and x, y))
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: None)
    with interrupt.listening(), pytest.raises(KeyboardInterrupt):
        study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    assert len(list((tmp_path / "s").glob("*/run.json"))) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    interrupt.stop_if_asked()  # it has been heard


def test_a_figure_of_earlier_runs_is_not_left_where_none_is_drawn(tmp_path, monkeypatch):
    from ravine_plugins.figures.paths import Paths

    study_of(tmp_path / "s", "problem=sphere")
    figures = tmp_path / "s" / "figures"
    drawn = {path.name: path.read_bytes() for path in figures.iterdir()}
    assert drawn.keys() == {"paths.png", "paths.svg"}
    (figures / "paths.txt").write_text("of the user's")
    monkeypatch.setattr(Paths, "draw", lambda self, study: 1 / 0)
    # They are of the same runs.
    with pytest.warns(UserWarning, match="figure paths is not drawn"):
        findings = finish.finish(tmp_path / "s")
    assert findings.lost == ["1 of 1 figures is not drawn: paths"]
    assert {name: (figures / name).read_bytes() for name in drawn} == drawn
    with pytest.warns(UserWarning, match="figure paths is not drawn"):
        study_of(tmp_path / "s", "problem=sphere", "problem=sphere seed=1")
    assert [path.name for path in figures.iterdir()] == ["paths.txt"]


def test_what_is_no_picture_is_told_with_the_place_where_it_is_drawn(tmp_path, monkeypatch):
    from ravine_plugins.figures.paths import Paths

    monkeypatch.setattr(Paths, "draw", lambda self, study: "a picture")
    text = r"figure 'paths', Paths of plugin .*paths of .*: TypeError: draw returned 'a picture': it is a .*Animation \(.*paths.py:\d+\)$"
    with pytest.warns(UserWarning, match=text):
        study_of(tmp_path / "s", "problem=sphere")


def test_records_that_say_too_little_of_their_components_have_not_changed():
    run = Run({}, "completed", 1, 0.0, provenance={"made_of": {"components": {"optimizer": {"name": "sgd"}}}})
    assert provenance.changes([run]) == []


def test_a_diverged_run_is_a_result_and_not_made_again(tmp_path, capsys):
    typed = "problem=ravine optimizer.lr=5 training.steps=500 figures=[]"
    study_of(tmp_path / "s", typed)
    capsys.readouterr()
    study_of(tmp_path / "s", typed)
    assert "done before" in capsys.readouterr().err


def test_run_json_is_written_last(tmp_path, monkeypatch):
    written = []
    for module in (run_files, checkpoint):
        monkeypatch.setattr(module, "write_atomically", lambda path, content: written.append(path.name))
    Run({"seed": 0, "training": {"dtype": "float32"}}, "completed", 1, 0.1).save(tmp_path, "")
    assert sorted(written[:-1]) == ["config.yaml", "metrics.npz", "timing.json"]
    assert written[-1] == "run.json"


def test_a_record_that_was_edited_or_moved_is_no_result(tmp_path):
    study = study_of(tmp_path / "s", "problem=ravine optimizer.lr=0.1", "problem=ravine optimizer.lr=0.2")
    one, two = (tmp_path / "s" / name for name in study.runs)
    record = (one / "run.json").read_text()
    (one / "run.json").write_text(record.replace('"step": 30', '"step": 31'))
    with pytest.raises(ValueError, match="changed since it was written"):
        Run.load(one)
    shutil.rmtree(two)
    (one / "run.json").write_text(record)
    shutil.copytree(one, two)
    with pytest.raises(ValueError, match="belongs to a different run"):
        Run.load(two)


def test_settings_that_differ_in_late_digits_are_no_seeds_of_each_other(tmp_path):
    study = study_of(
        tmp_path / "s", "problem=ravine optimizer.lr=0.1234567", "problem=ravine optimizer.lr=0.12345671"
    )
    assert study.axes == ["optimizer.lr"]
    assert sorted(study.groups()) == ["lr=0.1234567", "lr=0.12345671"]


def test_ctrl_c_keeps_what_has_ended(tmp_path, monkeypatch):
    from ravine_plugins.surfaces.ravine import Ravine

    def stop(self, x, y):
        raise KeyboardInterrupt

    monkeypatch.setattr(Ravine, "gradient", stop)
    with pytest.raises(KeyboardInterrupt):
        study_of(tmp_path / "s", "problem=sphere", "problem=ravine", "problem=saddle")
    study = ravine.load_study(tmp_path / "s")
    assert (len(study.runs), len(study.missing)) == (1, 2)
    rows = [row.split(",")[1:3] for row in (tmp_path / "s" / "table.csv").read_text().splitlines()]
    assert rows == [
        ["problem", "status"],
        ["sphere", "completed"],
        ["ravine", "missing"],
        ["saddle", "missing"],
    ]
    assert not [path for path in (tmp_path / "s").rglob(".*")]


# ---- the table -----------------------------------------------------------------------------------------------


def test_what_differs_between_runs_is_an_axis_and_what_comes_with_a_choice_is_not(tmp_path):
    study = study_of(
        tmp_path / "s",
        *(f"problem=sphere figures=[] {more}" for more in (
            "optimizer=sgd seed=0", "optimizer=sgd seed=1", "optimizer=adam optimizer.lr=0.1", "optimizer=adam",
            "optimizer=adam training.steps=5",
        )),
    )  # fmt: skip
    assert sorted(study.axes) == ["optimizer", "optimizer.lr", "seed", "training.steps"]
    groups = {label: len(runs) for label, runs in study.groups().items()}
    assert set(groups.values()) == {1, 2}
    assert len(groups) == 4
    with (tmp_path / "s" / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["optimizer"] for row in rows] == ["sgd", "sgd", "adam", "adam", "adam"]
    assert {"run", "seed", "status", "step", "seconds", "final_value"} <= set(rows[0])
    assert "optimizer.beta1" not in rows[0]
    assert (tmp_path / "s" / "table.txt").read_text().strip() == study.summary().strip()


def test_the_summary_counts_what_did_not_complete(tmp_path):
    study = study_of(
        tmp_path / "s", "problem=ravine optimizer.lr=5 training.steps=500", "problem=ravine training.steps=500"
    )
    lines = study.summary().splitlines()
    assert any("1, 1 diverged" in line and " - " in line for line in lines)
    with (tmp_path / "s" / "table.csv").open() as file:
        rows = {row["status"]: row for row in csv.DictReader(file)}
    assert rows["diverged"]["final_value"] == ""
    assert float(rows["completed"]["final_value"]) < 1


def test_the_summary_is_a_median_with_its_range(tmp_path):
    study = study_of(tmp_path / "s", *(f"{SMALL} seed={seed}" for seed in (0, 1, 2)))
    finals = sorted(run.final["test_accuracy"] for run in study.runs.values())
    low, middle, high = (f"{value:.4g}" for value in finals)
    assert f"{middle} ({low} to {high})" in study.summary()


# ---- folders that are not studies ----------------------------------------------------------------------------


def test_a_folder_that_is_no_study_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"not a study \(it has no study.json\)"):
        ravine.load_study(tmp_path)
    for damaged in ("{", "[]", "null", "3", '"words"', '{"format": 2}'):
        (tmp_path / "study.json").write_text(damaged)
        with pytest.raises(ValueError, match=r"study.json: (damaged|it has no digest)|different version"):
            ravine.load_study(tmp_path)


def test_runs_that_are_no_folders_of_the_study_are_refused(tmp_path):
    for name in ("../../etc", "..", "", "/etc", "a/b", "."):
        Ledger("…", [], [], [name]).write(tmp_path, alone=True)
        with pytest.raises(ValueError, match=r"study\.json: a run is a folder beside it, and '.*' is not one$"):
            ravine.load_study(tmp_path)


def test_a_command_that_is_refused_leaves_nothing_in_a_folder(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "study.json").write_text('{"format": 1}')
    with pytest.raises(ValueError, match="a study of a different version of ravine"):
        ravine.run(["problem=sphere", "study=s"], root=tmp_path)
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["study.json"]


def test_files_of_others_in_a_study_are_left_alone(tmp_path):
    folder = tmp_path / "s"
    (run,) = study_of(folder, "problem=sphere").runs
    shutil.copytree(folder / run, folder / f"{run} (copy)")
    (folder / "notes").mkdir()
    names = (
        "notes.txt",
        ".hidden",
        "figures/paths.txt",
        "figures/another.png",
        "notes/run.json",
        f"{run}/x.txt",
    )
    for name in names:
        (folder / name).write_text(name)
    before = stamps(folder)
    again = study_of(folder, "problem=sphere", "problem=ravine figures=[]")
    assert again.ledger.runs == list(again.runs)
    assert len(again.runs) == 2
    drawn = ("figures/paths.png", "figures/paths.svg")
    ours = {folder / name for name in ("study.json", "table.csv", "table.txt", *drawn)}
    assert {path for path, stamp in stamps(folder).items() if before.get(path, stamp) != stamp} == ours
    assert before.keys() <= stamps(folder).keys()


def test_a_study_is_one_line_where_it_is_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = study_of("runs/x", "problem=sphere", "problem=ravine optimizer.lr=9 training.steps=400 figures=[]")
    assert repr(study) == "Study('runs/x': 2 runs, 1 completed, 1 diverged)"
    assert repr(study_of("y", "problem=sphere figures=[]")) == "Study('y': 1 run, 1 completed)"


def test_a_ledger_keeps_the_runs_of_earlier_commands(tmp_path):
    Ledger("first", [], [], ["a", "b"]).write(tmp_path)
    Ledger("second", ["paths"], [], ["b", "c"]).write(tmp_path)
    assert Ledger.read(tmp_path) == Ledger("second", ["paths"], [], ["a", "b", "c"])


@pytest.mark.parametrize("content", [b"damaged", b"", b"{}"])
def test_a_damaged_ledger_is_written_again_with_the_runs_that_are_there(tmp_path, content):
    study = study_of(tmp_path / "s", "problem=sphere", "problem=ravine")
    (tmp_path / "s" / "study.json").write_bytes(content)
    with pytest.warns(UserWarning, match=r"study\.json: damaged \(.*\); it is kept as study\.json\.damaged"):
        again = study_of(tmp_path / "s", "problem=saddle")
    assert set(study.runs) < set(again.runs)
    assert len(again.runs) == 3


ADD = """
import sys
from pathlib import Path
from ravine.records.ledger import Ledger
folder, first = Path(sys.argv[1]), int(sys.argv[2])
for number in range(first, first + 30):
    Ledger("…", [], [], [f"run{number}"]).write(folder)
"""


def test_two_commands_at_once_lose_nothing_from_the_ledger(tmp_path):
    writers = [subprocess.Popen([sys.executable, "-c", ADD, tmp_path, first]) for first in ("0", "100")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(Ledger.read(tmp_path).runs) == 60


# ---- figures -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_every_figure_is_drawn_twice_to_the_same_bytes(tmp_path):
    descents = [f"problem=ravine optimizer={name} figures=[paths,path_overlay]" for name in ("sgd", "adam")]
    study_of(
        tmp_path / "descents",
        *descents,
        "problem=ravine optimizer.lr=9 training.steps=400 figures=[paths,path_overlay]",
    )
    learning = [f"{SMALL} optimizer={name} seed={seed}" for name in ("sgd", "adam") for seed in (0, 1)]
    study_of(tmp_path / "learning", *learning, f"{SMALL} optimizer.lr=1e30 figures=[loss_curves]")
    drawn = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("figures/*"))
    assert {path.suffix for path in drawn} == {".png", ".svg"}
    before = {path: (tmp_path / path).read_bytes() for path in drawn}
    for folder in ("descents", "learning"):
        shutil.rmtree(tmp_path / folder / "figures")
        finish.finish(tmp_path / folder)
    assert {path: (tmp_path / path).read_bytes() for path in drawn} == before


def test_a_figure_that_cannot_be_drawn_costs_no_run(tmp_path):
    with pytest.warns(UserWarning, match=r"figure paths is not drawn: only a descent"):
        study = study_of(tmp_path / "s", SMALL.replace("figures=[]", "figures=[paths]"))
    assert len(study.runs) == 1
    assert (tmp_path / "s" / "table.csv").exists()
    assert not (tmp_path / "s" / "figures").exists()


def test_a_field_that_a_component_has_got_since_is_named_where_it_was_not():
    old, new = run(), run(optimizer__decay=0.9)
    assert list(study(old, new).groups()) == ["sgd without decay", "sgd"]
    mixed = study(run(), run("adam", optimizer__beta=0.5), run("adam", optimizer__beta=0.9))
    assert list(mixed.groups()) == ["sgd", "adam beta=0.5", "adam beta=0.9"]
    assert list(study(run(), run(training__batch=5)).groups()) == ["sgd without batch", "sgd"]
