"""Files that no command of ravine wrote: none is waited for, and none takes more than it may."""

import copy
import io
import json
import os
import struct
import zipfile

import numpy as np
import pytest
import ravine
from ravine.records.checkpoint import read_timing
from ravine.records.files import read_file
from ravine.records.run import Run

SHORT = ["problem=sphere", "training.steps=2", "figures=[]"]


@pytest.fixture
def study():
    return ravine.sweep([*SHORT, "seed=0,1", "study=s"])


@pytest.fixture
def folder(study):
    """The folder of a run."""
    return study.folder / next(iter(study.runs))


def replaced(path, make):
    path.unlink(missing_ok=True)
    make(path)


def endless(path):
    """A file of a terabyte that takes no room."""
    path.touch()
    os.truncate(path, 1 << 40)


NOT_FILES = {
    "pipe": (os.mkfifo, "not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "endless": (endless, r"it has 1099511627776 bytes, more than the \d+ that it may have"),
}


@pytest.mark.parametrize("kind", NOT_FILES)
def test_a_ledger_that_is_not_a_regular_file_is_one_line(study, ravine_here, kind):
    make, says = NOT_FILES[kind]
    replaced(study.folder / "study.json", make)
    for words in (["status", "runs/s"], ["claims", "runs/s"], ["-m", *SHORT, "study=s"]):
        done = ravine_here(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith("ravine: runs/s/study.json: ")
    with pytest.raises(OSError, match=says):
        read_file(study.folder / "study.json")


@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("name", ["run.json", "metrics.npz", "config.yaml"])
def test_a_runs_file_that_is_not_a_regular_file_is_damage(study, folder, ravine_here, kind, name):
    make, says = NOT_FILES[kind]
    replaced(folder / name, make)
    with pytest.raises(ValueError, match=rf"{name}: cannot be read \({says}\)"):
        Run.load(folder)
    assert "1 completed, 1 damaged" in ravine_here("status", "runs/s").stdout


@pytest.mark.parametrize("kind", NOT_FILES)
def test_seconds_that_are_not_a_regular_file_are_not_known(study, folder, kind):
    replaced(folder / "timing.json", NOT_FILES[kind][0])
    assert np.isnan(read_timing(folder).seconds)


@pytest.mark.parametrize("name", ["study.json", "run.json", "timing.json"])
@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "1" * 5000])
def test_json_that_is_nested_deep_is_damage(study, folder, ravine_here, name, content):
    path = (study.folder if name == "study.json" else folder) / name
    path.write_text(content)
    done = ravine_here("status", "runs/s")
    assert (done.returncode, done.stderr.count("\n")) == ((2, 1) if name == "study.json" else (0, 0))
    assert ("1 damaged" in done.stdout) == (name == "run.json")


def archive(name, content, compression=zipfile.ZIP_STORED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as written:
        written.writestr(name, content)
    return packed.getvalue()


def twice(content):
    """An archive of two files that are one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        written.writestr("loss.npy", content)
        other = copy.copy(written.filelist[0])
        other.filename = other.orig_filename = "more.npy"
        written.filelist.append(other)
    return packed.getvalue()


def header(shape, dtype="<f8"):
    about = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(about)) + about


ARCHIVES = {
    "packed": (archive("loss.npy", bytes(80_000_000), zipfile.ZIP_DEFLATED), "loss is packed"),
    "a header of terabytes": (
        archive("loss.npy", header("(1000000000000,)") + bytes(8)),
        "loss is not as long",
    ),
    "a header of less": (archive("loss.npy", header("(2,)") + bytes(80)), "loss is not as long"),
    "objects": (archive("loss.npy", header("(1,)", "|O") + bytes(8)), "loss is not an array of numbers"),
    "words": (archive("loss.npy", header("(1,)", "<U2") + bytes(8)), "loss is not an array of numbers"),
    "no header": (archive("loss.npy", b"nothing"), "loss is not an array"),
    "a damaged header": (archive("loss.npy", header("(1,")), "loss is not an array"),
    "files that lie on each other": (twice(header("(100,)") + bytes(800)), "not an archive of arrays"),
    "a damaged file": (
        archive("loss.npy", header("(1,)") + bytes(8)).replace(bytes(8), bytes(7) + b"1"),
        "not an archive of arrays",
    ),
    "no archive": (b"nothing", "not an archive of arrays"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_that_no_run_has_written_is_damage(folder, what):
    from ravine.records.files import sha256

    content, says = ARCHIVES[what]
    record = json.loads((folder / "run.json").read_text())
    (folder / "metrics.npz").write_bytes(content)
    hashes = record.pop("sha256")
    hashes["metrics.npz"] = sha256(content)
    (folder / "run.json").write_text(json.dumps({**record, "sha256": hashes}))
    with pytest.raises(ValueError, match=rf"metrics\.npz: .*{says}"):
        Run.load(folder)


@pytest.mark.parametrize("what", ARCHIVES)
def test_weights_that_no_run_has_written_are_damage(what, tmp_path):
    from ravine.records.files import sha256
    from ravine.records.weights import Stored

    content, says = ARCHIVES[what]
    path = tmp_path / "weights.last.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"weights\.last\.npz: .*{says}"):
        Stored(path, sha256(content)).read()


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("status", "well", "status is 'well', not 'completed' or 'diverged' or 'failed' or 'pruned'"),
        ("step", "2", "step is '2', not a whole number"),
        ("final", {"value": "3"}, r"final is \{'value': '3'\}, not a mapping of numbers"),
        ("best", [], r"best is \[\], not a mapping of numbers"),
        ("error", None, "error is None, not text"),
        ("provenance", 3, "not a run's record"),
        ("config", [], "not a run's record"),
    ],
)
def test_a_record_with_a_wrong_type_is_damage(folder, key, value, says):
    from ravine.records import run as run_files

    record = json.loads((folder / "run.json").read_text())
    hashes = record.pop("sha256")
    record[key] = value
    (folder / "run.json").write_text(
        json.dumps({**record, "sha256": {**hashes, "record": run_files._hash(record)}})
    )
    with pytest.raises(ValueError, match=rf"run\.json: .*({says}|belongs to a different run)"):
        Run.load(folder)
