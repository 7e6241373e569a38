"""Files: those of a study, damaged one at a time; what is read is what was written, or the file is named."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ravine.evidence.verdicts import judge_study
from ravine.records.study import Study, load_study
from ravine.reports.status import status
from ravine.reports.table import Look, table

from trust.battery import Result, TooLongError, command, fault, limited

WHAT = "a study's files, each damaged or changed: what is read is what was written, or an error names the file"
BOUNDED = 5000
LONG = 50_000

CLAIM = ("{says: Adam ends lower., metric: {name: final, of: train_loss}, where: {optimizer: adam}, "
         "than: {optimizer: sgd}, is: lower}")  # fmt: skip
COMMANDS = {
    "grid": ["-m", "optimizer=sgd,adam", "seed=0,1", "dataset=gaussian", "dataset.samples=20", "dataset.features=4",
             "network.hidden=[3]", "training.steps=4", "dataset.validation=0.2", "weights=both", "question='Which is lower?'", f"claims=[{CLAIM}]",
             "figures=[loss_curves]", "workers=1", "study=grid"],
    "hunt": ["-m", "hydra/sweeper=search", "problem=sphere", "optimizer.lr=interval(0.1,0.5)", "search.objective=value",
             "search.trials=3", "training.steps=4", "figures=[]", "workers=1", "study=hunt"],
}  # fmt: skip


def make(folder: Path) -> None:
    """Make the studies in ``runs`` of a folder."""
    with contextlib.chdir(folder):
        for words in COMMANDS.values():
            told = command(*words)
            assert told.status == 0, told


@dataclass(frozen=True)
class Contents:
    """What a study says, in values that can be compared."""

    ledger: str
    runs: dict[str, str]
    texts: tuple[str, ...]


def contents(study: Study) -> Contents:
    """Return what a study holds and what is printed of it, without seconds, which are measured."""
    return Contents(plain(vars(study.ledger)), contents_of_runs(study), texts(study))


def plain(value: object) -> str:
    """Return values as text, in which types differ and the order of names does not."""
    return json.dumps(value, sort_keys=True, default=repr)


def texts(study: Study) -> tuple[str, ...]:
    """Return what ``status``, ``table`` and ``claims`` print."""
    rows = table(study, Look(), runs=True, form="csv").splitlines()
    by_run = "\n".join(row.rpartition(",")[0] for row in rows)
    over_seeds = table(study, Look(), runs=False, form="text")
    # It counts the files of weights that are there; one that is not read is not missed.
    told = "\n".join(line for line in status(study).splitlines() if not line.startswith("weights: "))
    return told, by_run, over_seeds, "\n".join(map(str, judge_study(study).verdicts))


# ---- changes -------------------------------------------------------------------------------------------------

RAW = {
    "@deep@": "[" * 100_000 + "]" * 100_000,
    "@digits@": "9" * 5000,
    "@huge@": "1e999",
    "@nan@": "NaN",
    "@surrogate@": '"\\ud800"',
    "@zero@": '"\\u0000"',
}
VALUES = [0, 1, -1, 2, 0.5, 1e308, -0.0, 2**63, True, False, None, "", "x", "adam", "../..", "completed", "failed", [], {}, [[]],
          {"a": 1}, [0], ["x"], *RAW]  # fmt: skip


def changed_json(content: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    """Change one value, name or item of a JSON file."""
    root = [json.loads(content)]
    places = [(root, 0, "all"), *_places(root[0])]
    holder, key, path = places[int(rng.integers(len(places)))]
    kind = int(rng.integers(6))
    if kind == 0 and isinstance(holder, dict):
        name = [f"{key}x", "x", "", key.upper(), f" {key}"][int(rng.integers(5))]
        holder[name] = holder.pop(key)
        said = f"{path}: renamed {name!r}"
    elif kind == 1 and holder is not root:
        del holder[key]
        said = f"{path}: deleted"
    elif kind == 2 and isinstance(holder, list) and holder is not root:
        holder.insert(key, holder[int(rng.integers(len(holder)))])
        said = f"{path}: an item more"
    elif kind == 3 and isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
        holder[key] = holder[key] * 2 + 1
        said = f"{path}: {holder[key]}"
    elif kind == 4:
        holder[key] = [[holder[key]], {"x": holder[key]}, str(holder[key]), [holder[key]] * 2][
            int(rng.integers(4))
        ]
        said = f"{path}: nested"
    else:
        holder[key] = VALUES[int(rng.integers(len(VALUES)))]
        said = f"{path}: {holder[key]!r}"
    text = json.dumps(root[0], indent=2)
    for word, raw in RAW.items():
        text = text.replace(f'"{word}"', raw)
    return text.encode() + b"\n", said


def _places(holder, path=""):
    """Yield every holder and key of a value in JSON, with its path."""
    for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
        yield holder, key, f"{path}.{key}".removeprefix(".")
        if isinstance(value, dict | list):
            yield from _places(value, f"{path}.{key}")


def changed(
    path: Path, content: bytes, others: list[Path], rng: np.random.Generator
) -> tuple[bytes | None, str]:
    """Draw a change of a file: what it holds then, None for nothing, and in which words."""
    kind = int(rng.choice(7, p=[0.2, 0.1, 0.03, 0.03, 0.12, 0.07, 0.45]))
    if kind == 6 and path.suffix == ".json":
        return changed_json(content, rng)
    if kind == 1:
        at = int(rng.integers(len(content) + 1))
        return content[:at], f"cut at {at}"
    if kind == 2:
        return b"", "emptied"
    if kind == 3:
        return None, "removed"
    if kind == 4 and others:
        other = others[int(rng.integers(len(others)))]
        return other.read_bytes(), f"replaced by {'/'.join(other.parts[-3:])}"
    if kind == 5:
        more = rng.bytes(int(rng.integers(1, 40)))
        return content + more, f"{more!r} at its end"
    if not content:
        return b"x", "'x' written"
    flipped = bytearray(content)
    bits = [(int(rng.integers(len(content))), int(rng.integers(8))) for _ in range(int(rng.integers(1, 4)))]
    for at, bit in bits:
        flipped[at] ^= 1 << bit
    return bytes(flipped), f"bits {bits} flipped"


# ---- judging -------------------------------------------------------------------------------------------------


def judged(folder: Path, path: Path, whole: Contents, *, removed: bool = False, replaced: bool = False) -> str:
    """Return how a study with a damaged file is not as it should be, or ""."""
    try:
        study = load_study(folder)
    except (ValueError, OSError) as error:
        return _not_named(str(error), path, folder)
    if plain(vars(study.ledger)) != whole.ledger:
        # The ledger of another study has other runs, none of which is here, and status says so.
        moved = study.ledger.runs and not study.runs and all(run in status(study) for run in study.missing)
        return "" if moved and replaced else "another ledger is taken for good"
    for name in study.ledger.runs:
        # A run without run.json has not ended, which is documented: status tells of it.
        gone = removed and path.name == "run.json" and path.parent.name == name
        if name in study.runs:
            alone = Study(folder, study.ledger, {name: study.runs[name]})
            try:
                held = contents_of_runs(alone)[name]
            except ValueError as error:
                # Of its weights, which are read when they are asked for.
                if failure := _not_named(str(error), path, folder):
                    return failure
                continue
            if held != whole.runs[name]:
                return f"another run {name} is taken for good"
        elif name in study.unreadable:
            if failure := _not_named(study.unreadable[name], path, folder):
                return failure
        elif not gone:
            return f"run {name} is silently missing"
    try:
        printed = texts(study)
    except (ValueError, OSError) as error:
        printed = None
        if "\n" in str(error):
            return f"a message of several lines: {error}"
    if printed and not study.missing and printed != whole.texts:
        return "status, table or claims are different, and nothing is told"
    if printed and study.missing and study.missing[0] not in printed[0]:
        return "status does not name the run"
    return ""


def contents_of_runs(study: Study) -> dict[str, str]:
    """Return what the runs of a study hold."""
    return {
        name: plain({key: value for key, value in vars(run).items() if key not in ("arrays", "seconds")})
        + repr(
            [
                (key, array.dtype.str, array.shape, array.tobytes())
                for arrays in (run.arrays, *map(run.weights, run.kept))
                for key, array in sorted(arrays.items())
            ]
        )
        for name, run in study.runs.items()
    }


def _not_named(text: str, path: Path, folder: Path) -> str:
    """Return "" if an error names the file that was changed, in one line."""
    if "\n" in text:
        return f"a message of several lines: {text}"
    if path.name == "study.json" and "a different version of ravine" in text:
        return "" if str(folder) in text else f"the error does not name the study: {text[:200]}"
    # If a record and a file beside it do not agree, nobody knows which of them was changed.
    names = [path.name, "config.yaml: changed", "metrics.npz: changed"][: 3 if path.name == "run.json" else 1]
    if not any(name in text for name in names) or (path.parent != folder and path.parent.name not in text):
        return f"the error does not name the file: {text[:200]}"
    return ""


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Damage files of two studies, one at a time; yield what is read then."""
    make(folder)
    runs = folder / "runs"
    wholes = {name: contents(load_study(runs / name)) for name in COMMANDS}
    paths = sorted(path for path in runs.rglob("*") if path.is_file())
    # What is read decides what is taken for good, so most changes are there.
    weights = np.array(
        [
            {"study.json": 6, "run.json": 3, "metrics.npz": 2, "weights.last.npz": 1, "config.yaml": 1}.get(
                p.name, 0.5
            )
            for p in paths
        ],
        float,
    )
    for i in range(number):
        path = paths[int(rng.choice(len(paths), p=weights / weights.sum()))]
        study = runs / path.relative_to(runs).parts[0]
        others = [p for p in paths if p.name == path.name and p != path] or [p for p in paths if p != path]
        before, stamp = path.read_bytes(), path.stat()
        after, said = changed(path, before, others, rng)
        if after == before:
            after, said = before + b" ", "a space at its end"
        path.unlink()
        if after is not None:
            path.write_bytes(after)
        try:
            with limited(waiting=60):
                failure = judged(
                    study, path, wholes[study.name], removed=after is None, replaced=said.startswith("replaced")
                )
                if not failure and i % 50 == 0:
                    failure = by_command(folder, study.name)
        except (Exception, TooLongError) as error:
            failure = f"{type(error).__name__}: {str(error)[:200]}"
        finally:
            path.unlink(missing_ok=True)
            path.write_bytes(before)
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        yield Result(path.name, f"{path.relative_to(runs).as_posix()}: {said}", failure)


def by_command(folder: Path, study: str) -> str:
    """Return what is wrong with the way commands answer, or ""."""
    with contextlib.chdir(folder):
        for words in (["status"], ["table"], ["table", "--runs", "--csv"], ["claims"]):
            told = command(*words, f"runs/{study}")
            if failure := fault(told):
                return f"ravine {' '.join(words)}: {failure}"
    return ""
