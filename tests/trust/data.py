"""Data: hostile files for the datasets ``idx``, ``csv`` and ``npz``, the cache of the digits, and a run's arrays."""

import contextlib
import gzip
import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from ravine import registry
from ravine.records.files import sha256
from ravine.records.study import load_study

from trust.battery import Result, TooLongError, command, fault, limited, little_memory

WHAT = "IDX, gzip, npz and CSV files that lie, bombs, pipes and links: the right numbers, or an error that names the file"
BOUNDED = 600
LONG = 10_000

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
SHAPES = ((10, 3, 3), (10,), (5, 3, 3), (5,))
MEMORY = 1 << 29
BOMB = 1 << 30  # bytes that a bomb unpacks to: more than the memory that is given


def written(shape: tuple[int, ...], values: bytes) -> bytes:
    """Return an IDX file."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


def read(content: bytes) -> tuple[tuple[int, ...], bytes] | None:
    """Read an IDX file by what LeCun says of it; None if it is not one."""
    # Labels, which have one dimension, may be signed bytes.
    if len(content) < 4 or content[:3] not in (b"\0\0\x08", b"\0\0\x09" if content[3] == 1 else b""):
        return None
    begin = 4 + 4 * content[3]
    if len(content) < begin:
        return None
    shape = struct.unpack(f">{content[3]}I", content[4:begin])
    expected = 1
    for n in shape:
        expected *= n
    return (shape, content[begin:]) if len(content) - begin == expected else None


def whole(rng: np.random.Generator) -> dict[str, bytes]:
    """Return four files that belong together."""
    return {
        name: written(
            shape, bytes(rng.integers(0, 3 if len(shape) == 1 else 256, int(np.prod(shape)), np.uint8))
        )
        for name, shape in zip(NAMES, SHAPES, strict=True)
    }


# ---- IDX -----------------------------------------------------------------------------------------------------

SIZES = (0, 1, 2, 3, 9, 10, 2**16, 2**31 - 1, 2**31, 2**32 - 1)


def hostile_idx(content: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    """Draw a change of an IDX file."""
    kind = int(rng.integers(7))
    if kind == 0:
        magic = bytes(rng.integers(0, 16, 4, np.uint8))
        return magic + content[4:], f"magic {magic!r}"
    if kind == 1:
        n = int(rng.integers(0, 256))
        return content[:3] + bytes([n]) + content[4:], f"{n} dimensions"
    if kind == 2:
        at, size = int(rng.integers(content[3])), SIZES[int(rng.integers(len(SIZES)))]
        return content[: 4 + 4 * at] + struct.pack(">I", size) + content[
            8 + 4 * at :
        ], f"dimension {at} is {size}"
    if kind == 3:
        at = int(rng.integers(len(content)))
        return content[:at], f"cut at {at}"
    if kind == 4:
        more = int(rng.integers(1, 30))
        return content + b"\0" * more, f"{more} bytes more"
    if kind == 5:
        shape = tuple(SIZES[int(i)] for i in rng.integers(len(SIZES), size=int(rng.integers(1, 6))))
        return written(shape, b"")[: int(rng.integers(4, 30))] + content[16:], f"shape {shape}"
    at, bit = int(rng.integers(len(content))), int(rng.integers(8))
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[
        at + 1 :
    ], f"bit {bit} of byte {at} flipped"


def expected(files: dict[str, bytes | None]) -> list[tuple[tuple[int, ...], bytes]] | None:
    """Return what the four files hold; None if they are not a dataset."""
    parts = [read(files[name]) if files[name] is not None else None for name in NAMES]
    if any(part is None for part in parts):
        return None
    shapes = [shape for shape, _ in parts]
    fit = all(
        len(labels) == 1 and len(images) >= 1 and labels[0] == images[0] > 0
        for images, labels in (shapes[:2], shapes[2:])
    )
    return parts if fit and shapes[0][1:] == shapes[2][1:] else None


def loaded(folder: Path, files: dict[str, bytes | None]) -> str:
    """Return how loading a dataset is not as it should be, or ""."""
    should = expected(files)
    try:
        data = registry.load().get("dataset", "idx")(folder=str(folder)).load()
    except (ValueError, OSError) as error:
        if "\n" in str(error) or str(folder) not in str(error):
            return f"the error does not name the place, or has several lines: {str(error)[:200]!r}"
        return f"whole files are refused: {error}" if should else ""
    if should is None:
        return "files that are not a dataset are taken for one"
    got = [data.train.x, data.train.target, data.test.x, data.test.target]
    right = all(
        array.shape == shape and array.tobytes() == values
        for array, (shape, values) in zip(got, should, strict=True)
    )
    return "" if right else "other numbers than those of the files"


def try_idx(rng: np.random.Generator, folder: Path) -> Result:
    """Change one of four files, as it is or packed."""
    files: dict[str, bytes | None] = dict(whole(rng))
    name = NAMES[int(rng.integers(4))]
    content, said = hostile_idx(files[name], rng)
    files[name] = content
    packed = bool(rng.integers(2))
    for other, bytes_of in files.items():
        path = folder / (f"{other}.gz" if packed else other)
        path.write_bytes(gzip.compress(bytes_of, 1) if packed else bytes_of)
    if packed and rng.random() < 0.3:
        damaged = bytearray((folder / f"{name}.gz").read_bytes())
        at = int(rng.integers(10, len(damaged)))
        if rng.random() < 0.5:
            damaged[at] ^= 1 << int(rng.integers(8))
            said += f"; bit in byte {at} of the packed file flipped"
        else:
            del damaged[at:]
            said += f"; packed file cut at {at}"
        (folder / f"{name}.gz").write_bytes(bytes(damaged))
        try:
            files[name] = gzip.decompress(bytes(damaged))
        except (OSError, EOFError, ValueError, gzip.zlib.error):
            files[name] = None
    return Result("idx", f"{name}: {said}", loaded(folder, files))


# ---- what is not a file, and what is too much ----------------------------------------------------------------


def bomb(header: bytes) -> bytes:
    """Return a small packed file that unpacks to zeros without end."""
    block = gzip.compress(b"\0" * (1 << 24), 9)
    return gzip.compress(header) + block * (BOMB >> 24)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(path if target == "itself" else target)


LARGE = "a bomb, whose header is as large"
PLACES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a pipe": ("", os.mkfifo),
    "a pipe, packed": (".gz", os.mkfifo),
    "a folder": ("", lambda path: path.mkdir()),
    "a folder, packed": (".gz", lambda path: path.mkdir()),
    "a link to itself": ("", _link("itself")),
    "a link to nothing": ("", _link("nothing-of-that-name")),
    "a link to /dev/zero": ("", _link("/dev/zero")),
    "a link to /dev/zero, packed": (".gz", _link("/dev/zero")),
    "a bomb, whose header is small": (".gz", lambda path: path.write_bytes(bomb(written((10, 3, 3), b"")))),
    LARGE: (
        ".gz",
        lambda path: path.write_bytes(bomb(written((BOMB >> 4, 4, 4), b""))),
    ),
    "a bomb without a header": (".gz", lambda path: path.write_bytes(bomb(b""))),
    "nothing": (".gz", lambda path: path.write_bytes(b"")),
}


def try_place(what: str, rng: np.random.Generator, folder: Path) -> Result:
    """Put something else where a file of images should be; load it, and give a command that does."""
    files: dict[str, bytes | None] = dict(whole(rng))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / NAMES[0]).unlink()
    ending, put = PLACES[what]
    put(folder / f"{NAMES[0]}{ending}")
    files[NAMES[0]] = None
    # What the header asks for may be too much for this machine: a command says so.
    failure = "" if what == LARGE else loaded(folder, files)
    if not failure:
        with contextlib.chdir(folder):
            told = command("dataset=idx", f"dataset.folder={folder}", "--dry-run", waiting=60)
            failure = fault(told, (1, 2) if what == LARGE else (2,))
    return Result("where an idx file should be", what, failure)


def try_cache(what: str, rng: np.random.Generator, folder: Path) -> Result:
    """Put something else where an unpacked file of the digits should be: they are the digits all the same."""
    mnist = registry.load().get("dataset", "mnist")
    right = mnist().load()
    cache = folder / "cache" / "mnist"
    cache.mkdir(parents=True)
    for name in NAMES[:3]:
        os.link(Path(os.environ["RAVINE_CACHE"]) / "mnist" / name, cache / name)
    PLACES[what][1](cache / NAMES[3])
    before, os.environ["RAVINE_CACHE"] = os.environ["RAVINE_CACHE"], str(folder / "cache")
    try:
        labels = mnist().load().test.target
    except (ValueError, OSError) as error:
        named = NAMES[3] in str(error) and "\n" not in str(error)
        return Result("the cache", what, "" if named else f"the error does not name the file: {error}")
    finally:
        os.environ["RAVINE_CACHE"] = before
    same = np.array_equal(labels, right.test.target)
    return Result("the cache", what, "" if same else "other digits than those of the package")


# ---- arrays of a run -----------------------------------------------------------------------------------------


def npy(header: str, values: bytes = b"", version: int = 1) -> bytes:
    """Return an .npy file with a header of any text."""
    text = header.encode("latin-1") + b"\n"
    size = struct.pack("<H", len(text)) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + values


def archive(**members: bytes) -> bytes:
    """Return a packed archive of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, value in members.items():
            file.writestr(name, value)
    return content.getvalue()


def _header(shape: str, descr: str = "'<f8'", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


class _Canary:
    """What a pickle would make: a file."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("canary",)


def _pickled() -> bytes:
    content = io.BytesIO()
    np.save(content, np.array([_Canary()], dtype=object), allow_pickle=True)
    return content.getvalue()


ZEROS = "a bomb of zeros"
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "a pickle": lambda: archive(**{"loss.npy": _pickled()}),
    "a pickle beside good arrays": lambda: archive(
        **{"a.npy": npy(_header("(1,)"), b"\0" * 8), "loss.npy": _pickled()}
    ),
    "a shape of 10^15": lambda: archive(**{"loss.npy": npy(_header("(1000000000000000,)"))}),
    "a shape of 10^30": lambda: archive(**{"loss.npy": npy(_header("(" + "1" + "0" * 30 + ",)"))}),
    "a negative shape": lambda: archive(**{"loss.npy": npy(_header("(-1,)"))}),
    "a header that is code": lambda: archive(**{"loss.npy": npy("__import__('os').mkdir('canary')")}),
    "a header of 100,000 brackets": lambda: archive(**{"loss.npy": npy("[" * 100_000, version=2)}),
    "a header of another type": lambda: archive(**{"loss.npy": npy("[]")}),
    "an unknown type": lambda: archive(**{"loss.npy": npy(_header("(1,)", "'x9'"))}),
    "fields in an array": lambda: archive(**{"loss.npy": npy(_header("(1,)", "[('a', '<f8')]"), b"\0" * 8)}),
    "dates": lambda: archive(**{"loss.npy": npy(_header("(1,)", "'<M8[s]'"), b"\0" * 8)}),
    "text": lambda: archive(**{"loss.npy": npy(_header("(1,)", "'<U2'"), b"\0" * 8)}),
    "a table where a row should be": lambda: archive(**{"loss.npy": npy(_header("(2, 2)"), b"\0" * 32)}),
    "a bomb": lambda: archive(**{"loss.npy": npy(_header(f"({BOMB >> 3},)")) + b"\0" * (1 << 20)}),
    ZEROS: lambda: archive(
        **dict.fromkeys((f"{i}.npy" for i in range(20)), npy(_header(f"({1 << 22},)"), b"\0" * (1 << 25)))
    ),
    "a member outside": lambda: archive(**{"../../canary.npy": npy(_header("(1,)"), b"\0" * 8)}),
    "a member that is not an array": lambda: archive(loss=b"hello"),
    "no members": lambda: archive(),
    "no archive": lambda: b"hello",
    "an array, not an archive": lambda: npy(_header("(1,)"), b"\0" * 8),
    "nothing": lambda: b"",
}


def study_of_one(folder: Path) -> Path:
    """Make a study of one run; return the run's folder."""
    with contextlib.chdir(folder):
        told = command("problem=sphere", "training.steps=3", "figures=[]", "study=one")
    assert told.status == 0, told
    return next((folder / "runs" / "one").glob("*/run.json")).parent


def _not_named(run: Path) -> str:
    """Return "" if a study loads a run's arrays, or an error names their file in one line."""
    try:
        study = load_study(run.parent)
        told = study.unreadable.get(run.name, f"{run.name} metrics.npz")
    except ValueError as error:
        told = str(error)
    named = "metrics.npz" in told and run.name in told and "\n" not in told
    return "" if named else f"the error does not name the file: {told[:200]!r}"


def try_archive(what: str, place: Path, folder: Path) -> Result:
    """Give a run other arrays, with the hash of these in its record, as a stranger can."""
    shutil.copytree(place.parent, folder / "one")
    run = folder / "one" / place.name
    content = ARCHIVES[what]()
    (run / "metrics.npz").write_bytes(content)
    record = json.loads((run / "run.json").read_bytes())
    record["sha256"]["metrics.npz"] = sha256(content)
    (run / "run.json").write_text(json.dumps(record, indent=2) + "\n")
    failure = ""
    with contextlib.chdir(folder):
        # Arrays that are too large for this machine are not a lie: commands say so.
        if what != ZEROS:
            failure = _not_named(run)
        for words in (["status"], ["table", "--runs"], ["claims"]):
            failure = failure or fault(command(*words, "one", waiting=60), (0, 1, 2))
    if [*folder.rglob("canary*")]:
        failure = "the arrays have made a file"
    return Result("metrics.npz with its own hash", what, failure)


# ---- tables and arrays of one's own --------------------------------------------------------------------------

OWN = {"csv": {"target": "kind"}, "npz": {}}


def own(name: str, path: Path) -> tuple[list[tuple[float, ...]] | None, str]:
    """Return the rows that a dataset reads from a file, each with its target, and how its error is not as it should be."""
    try:
        data = registry.load().get("dataset", name)(file=str(path), **OWN[name]).load()
    except (ValueError, OSError) as error:
        named = "\n" not in str(error) and str(path) in str(error)
        return None, "" if named else f"the error does not name the file in one line: {str(error)[:200]!r}"
    parts = (data.train, data.test)
    return sorted(
        (*x, t) for part in parts for x, t in zip(part.x.tolist(), part.target.tolist(), strict=True)
    ), ""


def try_own_place(name: str, what: str, folder: Path) -> Result:
    """Put something else where a table or an archive should be."""
    path = folder / f"mine.{name}"
    PLACES[what][1](path)
    rows, failure = own(name, path)
    return Result(f"where a {name} should be", what, "it is read" if rows else failure)


def try_own_archive(what: str, folder: Path) -> Result:
    """Give the arrays of an archive the names that ``npz`` reads."""
    content = ARCHIVES[what]()
    path = folder / "mine.npz"
    if zipfile.is_zipfile(io.BytesIO(content)):
        with (
            zipfile.ZipFile(io.BytesIO(content)) as before,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after,
        ):
            for i, member in enumerate(before.namelist()[:2]):
                after.writestr(f"{'xy'[i]}.npy", before.read(member))
            if len(before.namelist()) == 1:
                after.writestr("y.npy", npy(_header("(1,)", "'|i1'"), b"\0"))
    else:
        path.write_bytes(content)
    rows, failure = own("npz", path)
    failure = "it is read" if rows else failure
    return Result(
        "arrays of one's own", what, "the arrays have made a file" if [*folder.rglob("canary*")] else failure
    )


def damaged(content: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    """Draw a change of any file."""
    at, kind = int(rng.integers(len(content))), int(rng.integers(3))
    if kind == 0:
        return content[:at], f"cut at {at}"
    if kind == 1:
        bit = int(rng.integers(8))
        return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[
            at + 1 :
        ], f"bit {bit} of byte {at} flipped"
    more = [b'"', b"\0", b"\r", b"\xff", b",", b"nan", b"\n\n", b"1" * 400, b"9" * 150_000][
        int(rng.integers(9))
    ]
    return content[:at] + more + content[at:], f"{more[:9]!r} at {at}"


def in_npz(content: bytes) -> list[tuple[float, ...]] | None:
    """Read x and y as NumPy does, whatever stands before the archive; None if it cannot."""
    try:
        with np.load(io.BytesIO(content[content.index(b"PK") :]), allow_pickle=False) as arrays:
            x, y = arrays["x"], arrays["y"]
        return sorted((*row, t) for row, t in zip(x.tolist(), y.tolist(), strict=True))
    except Exception:
        return None


def in_csv(content: bytes) -> list[tuple[float, ...]] | None:
    """Read a table without quotes by its commas; None if it cannot be read so."""
    try:
        lines = [line for line in content.decode("utf-8").splitlines() if line]
        rows = [[cell.strip() for cell in line.split(",")] for line in lines[1:]]
        kinds = sorted({row[2] for row in rows})
        return sorted((float(x), float(y), kinds.index(kind)) for x, y, kind in rows)
    except (ValueError, IndexError):
        return None


def try_own(rng: np.random.Generator, folder: Path) -> Result:
    """Change a table or an archive of numbers; what is read is what is there."""
    x = np.round(rng.standard_normal((12, 2)), 3)
    if rng.integers(2):
        name, read_as = "csv", in_csv
        rows = [f"{a},{b},{'up' if i % 3 else 'down'}" for i, (a, b) in enumerate(x.tolist())]
        content = "\n".join(["x,y,kind", *rows, ""]).encode()
    else:
        name, read_as = "npz", in_npz
        made = io.BytesIO()
        (np.savez, np.savez_compressed)[int(rng.integers(2))](made, x=x, y=np.arange(12) % 3)
        content = made.getvalue()
    content, said = damaged(content, rng)
    (folder / f"mine.{name}").write_bytes(content)
    rows, failure = own(name, folder / f"mine.{name}")
    # What stands in quotes, or after a sole carriage return, a reader by commas does not understand.
    known = name == "npz" or not {*content} & {*b'"\r\0\x0b\x0c\x1c\x1d\x1e\x85'}
    if rows is not None and known and rows != read_as(content):
        failure = "other numbers than those of the file"
    return Result(name, said, failure)


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Try every place and archive once, and changes of files for the rest."""
    registry.load().get("dataset", "mnist")().load()
    run = study_of_one(folder)
    little_memory(MEMORY)
    tries: list[Callable[[Path], Result]] = [
        lambda place, what=what: try_place(what, rng, place) for what in PLACES
    ]
    tries += [
        lambda place, what=what: try_cache(what, rng, place)
        for what in PLACES
        if not PLACES[what][0] or what == "nothing"
    ]
    tries += [lambda place, what=what: try_archive(what, run, place) for what in ARCHIVES]
    tries += [
        lambda place, name=name, what=what: try_own_place(name, what, place)
        for name in OWN
        for what in PLACES
        if not PLACES[what][0] or what == "nothing"
    ]
    tries += [lambda place, what=what: try_own_archive(what, place) for what in ARCHIVES]
    left = max(0, number - len(tries))
    tries += [lambda place: try_idx(rng, place), lambda place: try_own(rng, place)] * (left // 2 + 1)
    for i, attempt in enumerate(tries[:number]):
        place = folder / f"{i}"
        place.mkdir()
        try:
            with limited(waiting=20):
                result = attempt(place)
        except (Exception, TooLongError) as error:
            named = (*PLACES, *[w for w in PLACES if not PLACES[w][0] or w == "nothing"], *ARCHIVES)
            what = named[i] if i < len(named) else f"try {i}"
            result = Result("hostile data", what, f"{type(error).__name__}: {str(error)[:200]}")
        yield result
        shutil.rmtree(place, ignore_errors=True)
