"""The digits, their cache, and IDX files of one's own."""

import gc
import gzip
import hashlib
import io
import os
import struct
import tempfile
import tracemalloc
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine import Data, Dataset, Examples, hookimpl, registry
from ravine.engine import data as data_of_runs
from ravine.engine.data import examples_of, forget
from ravine.registry import sources
from ravine.registry.provenance import origin
from ravine_plugins.datasets import mnist
from ravine_plugins.datasets.idx import FILES

MNIST, IDX = (registry.load().get("dataset", name) for name in ("mnist", "idx"))


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RAVINE_CACHE", str(tmp_path / "own cache"))
    mnist.weak.cache_clear()
    yield tmp_path / "own cache" / "mnist"
    mnist.weak.cache_clear()


def idx_bytes(array):
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    """Four small IDX files, two of them packed."""
    place = tmp_path / "fashion"
    place.mkdir()
    rng = np.random.default_rng(0)
    for part, name in FILES.items():
        n = 30 if part.startswith("train") else 12
        array = rng.integers(256, size=(n, 4, 5)) if part.endswith("x") else np.arange(n) % 3
        content = idx_bytes(array.astype(np.uint8))
        if part.startswith("train"):
            (place / name).write_bytes(content)
        else:
            (place / f"{name}.gz").write_bytes(gzip.compress(content))
    return place


def test_the_digits_are_the_real_ones():
    data = MNIST().load()
    assert (data.train.x.shape, data.test.x.shape, data.n_out) == ((60_000, 28, 28), (10_000, 28, 28), 10)
    assert data.train.x.dtype == np.uint8
    assert data.train.target[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(data.train.target).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert data.train.x.mean() * data.scale == pytest.approx(0.1307, abs=1e-4)
    digest = hashlib.sha256(idx_bytes(np.ascontiguousarray(data.test.x))).hexdigest()
    assert digest == mnist.SHA256["t10k-images-idx3-ubyte"]


def test_the_digits_are_unpacked_once(empty_cache):
    first = MNIST().load().train.x
    assert sorted(path.name for path in empty_cache.iterdir()) == sorted(FILES.values())
    stamps = {path.name: path.stat().st_mtime_ns for path in empty_cache.iterdir()}
    mnist.weak.cache_clear()
    again = MNIST().load().train.x
    assert {path.name: path.stat().st_mtime_ns for path in empty_cache.iterdir()} == stamps
    assert not again.flags.writeable
    assert type(again) is np.ndarray
    assert (again[:100] == first[:100]).all()


def test_what_is_in_use_does_not_change_what_a_dataset_is(empty_cache):
    """The hash of its sources is part of a run's id, and has to be the same in every process."""

    def found():
        sources._KNOWN.clear()
        return origin(registry.load().entry("dataset", "mnist"))["sha256"]

    before, in_use = found(), MNIST().load()
    assert found() == before
    assert in_use.n_out == 10


@pytest.mark.parametrize(("figures", "left"), [("loss_curves", 0), ("", 4)])
def test_digits_are_read_once_for_all_runs_and_gone_before_figures_are_drawn(
    empty_cache, monkeypatch, figures, left
):
    # The first time they are unpacked; from then on their files are opened.
    again = []
    before = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *how, **words: again.append(path) or before(path, *how, **words)
    )
    monkeypatch.setattr(data_of_runs, "_LAST", {})
    small = ["dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=5"]
    ravine.sweep(["seed=0,1", "optimizer=sgd,adam", "workers=1", *small, f"figures=[{figures}]"])
    assert sorted(path.name for path in empty_cache.iterdir()) == sorted(FILES.values())
    assert [path for path in again if path.parent == empty_cache] == []
    gc.collect()
    kept = [mnist.weak(name, empty_cache.parent) for name in FILES.values()]
    assert sum(reference() is not None for references in kept for reference in references) == left


@pytest.mark.parametrize("change", ["rewritten", "cut"])
def test_what_becomes_of_the_cache_does_not_change_digits_that_were_checked(empty_cache, change):
    MNIST().load()
    mnist.weak.cache_clear()
    data = MNIST().load()
    expected = hashlib.sha256(data.test.x).hexdigest()
    for path in empty_cache.iterdir():
        with path.open("r+b") as file:
            if change == "cut":
                file.truncate(16)
            else:
                file.write(bytes(path.stat().st_size))
    assert hashlib.sha256(data.test.x).hexdigest() == expected
    assert data.test.target[:5].tolist() == [7, 2, 1, 0, 4]


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless"])
def test_a_cache_that_is_not_a_file_is_not_waited_for(empty_cache, kind):
    path = empty_cache / "t10k-labels-idx1-ubyte"
    empty_cache.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 1 << 40)
    if kind == "folder":
        with pytest.warns(UserWarning, match="MNIST stays in memory"):
            target = MNIST().load().test.target
    else:
        target = MNIST().load().test.target
        assert path.stat().st_size == 10_008
    assert target[:5].tolist() == [7, 2, 1, 0, 4]


def test_what_a_killed_process_has_left_of_the_digits_is_removed_after_a_while(empty_cache):
    empty_cache.mkdir(parents=True)
    old, new = (empty_cache / f".train-images-idx3-ubyte.{name}.half" for name in ("old", "new"))
    for half in (old, new):
        half.write_bytes(b"x" * 1000)
    os.utime(old, (0, 0))
    assert MNIST().load().n_out == 10
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_cache_is_made_again(empty_cache, damage):
    name = "t10k-labels-idx1-ubyte"
    expected = MNIST().load().test.target.copy()
    content = damage if damage is not None else (empty_cache / name).read_bytes()[:-1] + b"\x07"
    (empty_cache / name).unlink()
    (empty_cache / name).write_bytes(content)
    mnist.weak.cache_clear()
    assert (MNIST().load().test.target == expected).all()
    assert hashlib.sha256((empty_cache / name).read_bytes()).hexdigest() == mnist.SHA256[name]


def test_a_cache_that_cannot_be_written_falls_back_to_memory(empty_cache):
    empty_cache.parent.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="MNIST stays in memory"):
        data = MNIST().load()
    assert data.train.target[:5].tolist() == [5, 0, 4, 1, 9]


def test_packed_digits_that_are_not_the_digits_are_refused(empty_cache, tmp_path, monkeypatch):
    (tmp_path / "packed").mkdir()
    for name in FILES.values():
        (tmp_path / "packed" / f"{name}.gz").write_bytes(gzip.compress(b"other"))
    monkeypatch.setattr(mnist, "PACKED", tmp_path / "packed")
    with pytest.raises(ValueError, match=r"train-images.*expected the digits with SHA-256"):
        MNIST().load()
    assert not list(empty_cache.glob("*"))


def test_idx_files_of_ones_own_train_a_network(folder):
    cfg = ravine.compose(
        [
            "dataset=idx",
            f"dataset.folder={folder}",
            "network.hidden=[6]",
            "training.steps=20",
            "training.batch_size=10",
        ]
    )
    run = ravine.build(cfg).run()
    assert run.status == "completed"
    data = IDX(folder=str(folder)).load()
    assert (data.n_out, data.train.x.shape, len(data.test)) == (3, (30, 4, 5), 12)


DAMAGES = {
    "missing": (None, "no such file, nor train-images-idx3-ubyte.gz"),
    "truncated": (lambda content: content[:-1], r"expected 616 bytes for shape \(30, 4, 5\), got 615"),
    "other file": (lambda content: b"other", "expected an IDX file, got one that begins b'othe'"),
    "header only": (lambda content: content[:5], "it ends within its header"),
    "empty": (lambda content: b"", "is empty"),
    "too many dimensions": (lambda content: b"\0\0\x08\xff" + content[4:], "expected an IDX file"),
    "no dimension": (lambda content: b"\0\0\x08\0x", "expected images or labels, got an array of no dimension"),
    "huge": (
        lambda content: content[:4] + b"\xff" * 12 + content[16:],
        "expected at most 2147483648 bytes, got a header with shape",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_idx_file_is_named_with_what_was_expected(folder, damage):
    change, text = DAMAGES[damage]
    path = folder / FILES["train_x"]
    content = path.read_bytes()
    path.unlink()
    if change:
        path.write_bytes(change(content))
    with pytest.raises((ValueError, OSError), match=text) as caught:
        IDX(folder=str(folder)).load()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_packed_file_is_named(folder):
    path = folder / f"{FILES['test_x']}.gz"
    for content in (path.read_bytes()[:-9], path.read_bytes()[:20] + b"\xff" * 30):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"expected a whole gzip file|expected at most") as caught:
            IDX(folder=str(folder)).load()
        assert str(path) in str(caught.value)


def packed(size):
    """A gzip of many zeros, of which a kilobyte says a megabyte."""
    content = io.BytesIO()
    with gzip.open(content, "wb") as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return content.getvalue()


def test_a_packed_file_that_is_longer_than_it_says_is_not_unpacked(folder):
    path = folder / f"{FILES['test_x']}.gz"
    path.write_bytes(packed(1 << 26))
    with pytest.raises(ValueError, match="expected an IDX file") as caught:
        IDX(folder=str(folder)).load()
    assert str(path) in str(caught.value)
    whole = idx_bytes(np.zeros((12, 4, 5), np.uint8))
    path.write_bytes(gzip.compress(whole + bytes(1 << 26)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"expected 256 bytes for shape \(12, 4, 5\), got more: "):
        IDX(folder=str(folder)).load()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 22


@pytest.mark.parametrize("name", [FILES["train_x"], f"{FILES['test_x']}.gz"])
def test_a_pipe_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(OSError, match=r"no such file|not a regular file"):
        IDX(folder=str(folder)).load()


def test_labels_that_do_not_belong_to_the_images_are_refused(folder):
    (folder / FILES["train_target"]).write_bytes(idx_bytes(np.zeros(29, np.uint8)))
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte: 29 labels for 30 images"):
        IDX(folder=str(folder)).load()


def test_more_examples_than_there_are_is_refused(folder):
    dataset = IDX(folder=str(folder), train=31)
    with pytest.raises(ValueError, match="train = 31, but there are 30 examples"):
        dataset.split(dataset.load(), np.random.default_rng(0))
    dataset = IDX(folder=str(folder), train=2, validation=0.9)
    with pytest.raises(ValueError, match="leaves 0 to train and 2 to validate on"):
        dataset.split(dataset.load(), np.random.default_rng(0))


# ---- data that no network can learn from -----------------------------------------------------------------------

X, CLASSES = np.zeros((8, 3)), np.arange(8) % 2


@dataclass(frozen=True, kw_only=True)
class Given(Dataset):
    """Given: the examples that a test puts in ``there``."""

    def load(self):
        return self.there


def given(x=X, target=CLASSES, test=None, n_out=2):
    forget()  # what was given before
    Given.there = Data(Examples(x, target), Examples(X, CLASSES) if test is None else test, n_out=n_out)
    return Given()


def with_nan(array):
    array = array.astype(float)
    array[[3, 5]] = np.nan
    return array


UNUSABLE = {
    "a column of classes": (
        {"target": CLASSES[:, None]},
        "train targets have shape (8, 1): with n_out = 2 it must be (8,), class numbers, or (8, 2), a row for "
        "each example",
    ),
    "too many classes": (
        {"target": np.arange(8)},
        "train targets are class numbers from 0 to 7: with n_out = 2 they must be 0 to 1",
    ),
    "classes from 1": (
        {"target": CLASSES + 1},
        "train targets are class numbers from 1 to 2: with n_out = 2 they must be 0 to 1",
    ),
    "a class below 0": (
        {"target": -CLASSES},
        "train targets are class numbers from -1 to 0: with n_out = 2 they must be 0 to 1",
    ),
    "a test class": (
        {"test": Examples(X, np.full(8, 2))},
        "test targets are class numbers from 2 to 2: with n_out = 2 they must be 0 to 1",
    ),
    "classes that are floats": (
        {"target": CLASSES / 1},
        "train targets of shape (8,) are class numbers and must be whole numbers; these are of type float64 "
        "(with a row for each example the shape is (8, 2))",
    ),
    "inputs": ({"x": with_nan(X)}, "train inputs of 2 examples are not finite, the first at 3"),
    "rows": (
        {"target": with_nan(np.ones((8, 2)))},
        "train targets of 2 examples are not finite, the first at 3",
    ),
    "shapes": (
        {"test": Examples(np.zeros((8, 4)), CLASSES)},
        "a train example has shape (3,), a test example (4,)",
    ),
    "words": ({"x": X.astype(str)}, "train inputs are of type <U32: they must be real numbers"),
    "none to test": ({"test": Examples(X[:0], CLASSES[:0])}, "there are no test examples"),
    "lists": ({"x": X.tolist()}, "train.x is a list: it must be a NumPy array"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_data_that_no_network_can_learn_from_are_refused(what):
    fields, says = UNUSABLE[what]
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        examples_of(given(**fields))
    assert str(caught.value) == f"Given: {says}"


def test_nothing_loaded_is_refused():
    Given.there = None
    with pytest.raises(ValueError, match=r"^Given: load returns None: it must return a ravine.Data$"):
        examples_of(Given())


@pytest.mark.parametrize(
    "fields",
    [
        {"target": CLASSES.astype(np.uint8)},
        {"target": np.eye(2)[CLASSES]},
        {"target": X[:, :1], "test": Examples(X, X[:, :1]), "n_out": 1},
        {"x": X.astype(bool)},
        {"x": X.reshape(8, 1, 3, 1), "test": Examples(X.reshape(8, 1, 3, 1), CLASSES)},
    ],
)
def test_classes_and_rows_and_inputs_of_any_shape_are_taken(fields):
    dataset = given(**fields)
    assert examples_of(dataset) is dataset.there


def test_the_command_refuses_unusable_data_before_it_trains(ravine_here, tmp_path):
    plugin = types.ModuleType("given")
    plugin.ravine_datasets = hookimpl(specname="ravine_datasets")(lambda: {"given": Given})
    given(target=CLASSES[:, None])
    registry.load().add(plugin, "given", "a test")
    try:
        done = ravine_here("dataset=given", "network.hidden=[4]", "training.steps=5", "training.epochs=null")
    finally:
        registry.load.cache_clear()
    assert done.returncode == 2
    assert f"Given: {UNUSABLE['a column of classes'][1]}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_where_the_cache_is(monkeypatch):
    monkeypatch.setenv("RAVINE_CACHE", "/somewhere")
    assert ravine.cache_folder().as_posix() == "/somewhere"
    monkeypatch.delenv("RAVINE_CACHE")
    if os.name == "posix" and os.uname().sysname == "Linux":
        monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
        assert ravine.cache_folder().as_posix() == "/caches/ravine"


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="as on Linux")
def test_the_cache_is_where_the_standard_says(monkeypatch):
    monkeypatch.setenv("RAVINE_CACHE", "~/cache")
    monkeypatch.setenv("HOME", "/home/someone")
    assert ravine.cache_folder().as_posix() == "/home/someone/cache"
    monkeypatch.delenv("RAVINE_CACHE")
    # A path that is not absolute is ignored.
    monkeypatch.setenv("XDG_CACHE_HOME", "rel/ative")
    assert ravine.cache_folder().as_posix() == "/home/someone/.cache/ravine"
    monkeypatch.delenv("XDG_CACHE_HOME")

    def nobody(_):
        raise KeyError("getpwuid(): uid not found: 54321")

    import pwd

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(tempfile, "tempdir", "/scratch")
    assert ravine.cache_folder().as_posix() == f"/scratch/ravine-{os.getuid()}"


def test_a_cache_that_cannot_be_written_is_told_once(empty_cache, ravine):
    empty_cache.parent.write_text("a file where the folder should be")
    words = [
        "dataset.train=100",
        "dataset.test=100",
        "network.hidden=[4]",
        "training.steps=1",
        "training.epochs=null",
        "figures=[]",
    ]
    done = ravine(*words, PYTHONWARNINGS="error")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "warning" in line]
    assert told == [
        f"ravine: warning: MNIST stays in memory: {empty_cache} cannot be written ({empty_cache.parent} is not a folder)"
    ]


def test_an_image_is_its_own_target_and_a_narrow_network_learns_of_it():
    data = registry.load().get("dataset", "mnist_autoencoding")().load()
    assert (data.n_out, data.test.target.dtype) == (784, np.float32)
    assert (data.test.target.reshape(-1, 28, 28) == data.test.x.astype(np.float32) / np.float32(255)).all()
    small = ["dataset.train=1000", "dataset.test=200", "network.hidden=[50]", "training.steps=200"]
    small += ["network.activation=tanh", "initializer=xavier", "optimizer=adam", "optimizer.lr=0.005"]
    words = ["loss=mean_squared_error", "scores=[r2]"]
    run = ravine.build(ravine.compose(["dataset=mnist_autoencoding", *small, *words])).run()
    # The mean image explains nothing, by what R² means.
    assert run.final["test_r2"] > 0.5
    assert run.final["test_loss"] < 0.035
