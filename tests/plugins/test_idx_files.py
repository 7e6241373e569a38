"""IDX files as they are found in the world: other names, packed or not, other numbers, and what is not one."""

import gzip
import struct

import numpy as np
import pytest
from ravine import registry

IDX = registry.load().get("dataset", "idx")

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.integers(256, size=(6, 4, 5)).astype(np.uint8), (np.arange(6) % 3).astype(np.uint8)
CODES = {"u1": 0x08, "i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}
MNISTS = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
DOTS = tuple(name.replace("-idx", ".idx") for name in MNISTS)
LETTERS = tuple(f"emnist-letters-{name.replace('t10k', 'test')}" for name in MNISTS)


def written(array, kind="u1"):
    header = bytes([0, 0, CODES[kind], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(kind).tobytes()


WHOLE = (written(IMAGES), written(LABELS), written(IMAGES), written(LABELS))


def made(place, names=MNISTS, contents=WHOLE, ending=""):
    place.mkdir(exist_ok=True)
    for name, content in zip(names, contents, strict=True):
        (place / f"{name}{ending}").write_bytes(content)
    return place


def is_read(folder):
    data = IDX(folder=str(folder)).load()
    whole = all((examples.x == IMAGES).all() for examples in (data.train, data.test))
    return whole and all((examples.target == LABELS).all() for examples in (data.train, data.test))


def told(folder):
    with pytest.raises((ValueError, OSError)) as caught:
        IDX(folder=str(folder)).load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("names", [MNISTS, DOTS, LETTERS], ids=lambda names: names[2])
def test_files_have_the_names_that_downloads_have(tmp_path, names, ending):
    contents = [gzip.compress(content) if ending else content for content in WHOLE]
    assert is_read(made(tmp_path / "data", names, contents, ending))


def test_of_several_datasets_in_a_folder_none_is_guessed(tmp_path):
    folder = made(tmp_path / "data", LETTERS)
    made(folder, [name.replace("letters", "digits") for name in LETTERS])
    assert told(folder) == (
        f"{folder}: there are files of emnist-digits and emnist-letters; "
        "the four files of one of them need a folder of their own"
    )
    # MNIST's own names are meant where they are.
    assert is_read(made(folder))


def test_the_file_that_is_missing_is_named_as_the_others_are(tmp_path):
    folder = made(tmp_path / "data", LETTERS)
    (folder / LETTERS[2]).unlink()
    assert told(folder) == f"{folder / LETTERS[2]}: no such file, nor {LETTERS[2]}.gz"


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_whether_a_file_is_packed_is_told_by_its_bytes(tmp_path, ending):
    contents = WHOLE if ending else [gzip.compress(content) for content in WHOLE]
    assert is_read(made(tmp_path / "data", MNISTS, contents, ending))


def test_a_folder_that_bears_the_files_name_has_the_file(tmp_path):
    for name, content in zip(MNISTS, WHOLE, strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / name.replace("-idx", ".idx")).write_bytes(content)
    assert is_read(tmp_path)
    (tmp_path / MNISTS[0] / DOTS[0]).unlink()
    assert told(tmp_path) == f"{tmp_path / MNISTS[0]}: it is a folder, without the file of that name"


@pytest.mark.parametrize("kind", CODES)
def test_labels_are_whole_numbers_of_any_type(tmp_path, kind):
    folder = made(tmp_path / "data", MNISTS, [WHOLE[0], written(LABELS, kind), WHOLE[2], written(LABELS, kind)])
    if "f" in kind:
        name = {">f4": "float32", ">f8": "float64"}[kind]
        assert (
            told(folder) == f"{folder / MNISTS[1]}: labels of {name}; labels are whole numbers, classes from 0"
        )
    else:
        assert is_read(folder)


@pytest.mark.parametrize("kind", ["i1", ">i2", ">i4", ">f4", ">f8"])
def test_images_of_other_numbers_than_unsigned_bytes_are_told_what_they_are(tmp_path, kind):
    folder = made(tmp_path / "data", MNISTS, [written(IMAGES / 255, kind), *WHOLE[1:]])
    name = np.dtype(kind).name
    assert told(folder) == (
        f"{folder / MNISTS[0]}: images of {name}; dataset=idx reads images of unsigned bytes, 0 to 255"
    )


DAMAGED = "download it again, or make it again"
NOT_IDX = {
    b"<!DOCTYPE html><html>": "is a web page, not an IDX file: download it again",
    b"\n  <HTML>no such page": "is a web page, not an IDX file: download it again",
    b"\xef\xbb\xbf<?xml version='1.0'?>": "is a web page, not an IDX file: download it again",
    b"PK\x03\x04of a zip": "is a zip archive, not an IDX file: unzip it",
    b"version https://git-lfs.github.com/spec/v1\noid": "is a pointer of Git LFS, not an IDX file: git lfs pull gets it",
    gzip.compress(gzip.compress(WHOLE[0], mtime=0), mtime=0): "is packed twice: unpack it once",
    b"": "is empty: download it again",
    b"\0\0": f"expected an IDX file, got one that begins b'\\x00\\x00': {DAMAGED}",
    b"\0\0\x0a\3": f"expected an IDX file, got one that begins b'\\x00\\x00\\n\\x03': {DAMAGED}",
    b"\3\x08\0\0" + WHOLE[0][4:]: "its header is written with the low byte first; IDX has the high byte first",
    WHOLE[0][:4] + struct.pack("<III", 6, 4, 5) + WHOLE[0][16:]: (
        "its sizes are written with the low byte first; IDX has the high byte first"
    ),
    WHOLE[0][:9]: f"it ends within its header: {DAMAGED}",
    WHOLE[0][:-1]: f"expected 136 bytes for shape (6, 4, 5), got 135: {DAMAGED}",
    WHOLE[0] + b"\0": f"expected 136 bytes for shape (6, 4, 5), got more: {DAMAGED}",
    WHOLE[1]: "images of shape (6,): images have two dimensions or more, examples first; are these labels?",
}


@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "packed"])
@pytest.mark.parametrize("content", NOT_IDX, ids=lambda content: str(content[:24]))
def test_what_is_not_an_idx_file_of_images_is_told_with_a_cure(tmp_path, content, packed):
    if packed and content[:2] == b"\x1f\x8b":
        return
    folder = made(tmp_path / "data", MNISTS, [gzip.compress(content) if packed else content, *WHOLE[1:]])
    assert told(folder) == f"{folder / MNISTS[0]}: {NOT_IDX[content]}"


LABELS_TOLD = {
    written(LABELS[:, None]): "labels of shape (6, 1): labels have one dimension, a number an image",
    WHOLE[0]: "labels of shape (6, 4, 5): labels have one dimension, a number an image",
    written(-LABELS.astype(int), "i1"): "labels from -2 to 0: labels are classes, numbered from 0",
    written(LABELS.astype(">i4").byteswap(), ">i4"): (
        "its labels are written with the low byte first; IDX has the high byte first"
    ),
    written(LABELS[:5]): "5 labels for 6 images: are the files of one dataset?",
}


@pytest.mark.parametrize("content", LABELS_TOLD, ids=lambda content: str(content[:12]))
def test_labels_that_are_none_are_told_with_a_cure(tmp_path, content):
    folder = made(tmp_path / "data", MNISTS, [WHOLE[0], content, *WHOLE[2:]])
    assert told(folder) == f"{folder / MNISTS[1]}: {LABELS_TOLD[content]}"


def test_images_of_two_sizes_are_told(tmp_path):
    folder = made(tmp_path / "data", MNISTS, [*WHOLE[:2], written(IMAGES[:, :3]), WHOLE[3]])
    assert told(folder) == (
        f"{folder / MNISTS[2]}: images of shape (3, 5), but those to train have (4, 5): are the files of one dataset?"
    )


def test_the_folder_may_begin_with_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    made(tmp_path / "fashion")
    assert is_read("~/fashion")
    assert told("~/nowhere").startswith(f"{tmp_path / 'nowhere'}: no such folder")
