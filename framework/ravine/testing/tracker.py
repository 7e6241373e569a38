"""Promises of a tracker: each run is there once, however often it is told, and nothing else is touched.

What a tracker leaves in the study's folder is compared. What it sends elsewhere, its own tests have to look at.
"""

from __future__ import annotations

import copy
import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ravine.contracts.tracker import RunLog, TrackedRun, Tracker
from ravine.testing.evaluations import evaluations
from ravine.testing.numerics import assert_keeps_nothing, same_chance

MANY = 100
"""Evaluations of a run."""

_SETTINGS = {
    "optimizer.name": "some",
    "optimizer.lr": 0.1,
    "optimizer.nesterov": False,
    "network.hidden": [20, 20],
    "regularizer.limit": None,
    "seed": 3,
}
_LABEL = "some lr=0.1 hidden=[20, 20] µ/ν: ../#2"


def _rows(seed: int = 1) -> list[tuple[int, dict[str, float]]]:
    rows = evaluations(seed)[:MANY]
    return [(int(row["step"]), {name: row[name] for name in row if name != "step"}) for row in rows]


@contextmanager
def _study() -> Iterator[Path]:
    """Give the folder of a study with two runs, as ravine leaves it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        for name in ("", "0a1b2c3d4e5f-00112233", "5f4e3d2c1b0a-33221100"):
            (folder / name).mkdir(parents=True)
            (folder / name / ("run.json" if name else "study.json")).write_text("{}\n")
        yield folder


def _run(folder: Path, name: str = "0a1b2c3d4e5f-00112233") -> TrackedRun:
    return TrackedRun(name, folder, _LABEL, copy.deepcopy(_SETTINGS), 3)


def _begun(tracker: Tracker, run: TrackedRun) -> RunLog:
    log: Any = tracker.begin(run)
    assert isinstance(log, RunLog), f"begin returned {type(log).__name__}, not a RunLog: return MyLog(…)"
    return log


def _tell(tracker: Tracker, run: TrackedRun, rows: int = MANY, seed: int = 1) -> RunLog:
    """Tell a tracker of a run until some evaluation, as if the process were killed there."""
    log = _begun(tracker, run)
    for step, metrics in _rows(seed)[:rows]:
        log.evaluation(step, metrics)
    return log


def _tell_all(tracker: Tracker, run: TrackedRun, seed: int = 1) -> None:
    _tell(tracker, run, seed=seed).end("completed", _rows(seed)[-1][1])


def _left(folder: Path) -> Counter[str]:
    """Return how many bytes are in files of a study's folder, by names without numbers."""
    sizes: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        # What a library notes of itself is not a run's.
        if path.is_file() and path.suffix != ".log":
            sizes[re.sub(r"\d+", "0", path.relative_to(folder).as_posix())] += path.stat().st_size
    return sizes


def _grown(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """Return what there is more of, or nothing; times and their like may take some bytes more."""
    more = [name for name, size in after.items() if size > 1.2 * before.get(name, 0) + 64]
    return ", ".join(f"{name} has {before.get(name, 0)} bytes, and then {after[name]}" for name in more)


def check_takes_a_run(tracker: Tracker) -> None:
    """It can be told of a run from its begin to its end."""
    with _study() as folder:
        _tell_all(tracker, _run(folder))


def check_takes_a_run_again(tracker: Tracker) -> None:
    """Told of the same run twice, it has it once: an export can be repeated."""
    with _study() as folder:
        _tell_all(tracker, _run(folder))
        once = _left(folder)
        _tell_all(tracker, _run(folder))
        more = _grown(once, _left(folder))
        assert not more, f"a run that was told twice: {more}: replace in begin what there is of the run"


def check_takes_a_run_that_goes_on(tracker: Tracker) -> None:
    """A run that was killed is told from its first evaluation again, and has every step once."""
    with _study() as folder:
        _tell_all(tracker, _run(folder))
        whole = _left(folder)
    with _study() as folder:
        _tell(tracker, _run(folder), rows=MANY - 10)
        _tell_all(tracker, _run(folder))
        more = _grown(whole, _left(folder))
        assert not more, f"a run that was killed and went on: {more}: replace in begin what there is of the run"


def check_shows_a_run_that_goes_on(tracker: Tracker) -> None:
    """What it is told is there at once, and not only at the end: a process may be killed before."""
    with _study() as folder:
        log = _tell(tracker, _run(folder))
        so_far = _left(folder).total()
        log.end("completed", _rows()[-1][1])
        whole = _left(folder).total()
        seen = f"before the end there are {so_far} of {whole} bytes"
        assert so_far >= whole / 2, f"{seen}: write in evaluation, and close or flush the file"


def check_serves_two_runs(tracker: Tracker) -> None:
    """Two runs that are told in turn leave what each would leave alone."""
    with _study() as folder:
        first, second = _run(folder), _run(folder, "5f4e3d2c1b0a-33221100")
        _tell_all(tracker, first)
        _tell_all(tracker, second, seed=2)
        alone = _left(folder)
    with _study() as folder:
        first, second = _run(folder), _run(folder, "5f4e3d2c1b0a-33221100")
        logs = [(_begun(tracker, first), _rows()), (_begun(tracker, second), _rows(2))]
        for i in range(MANY):
            for log, rows in logs:
                log.evaluation(*rows[i])
        for log, rows in logs:
            log.end("completed", rows[-1][1])
        together = _left(folder)
    more = _grown(alone, together) or _grown(together, alone)
    assert not more, f"two runs in turn: {more}: keep what belongs to a run in its log"


def check_takes_what_is_not_a_number(tracker: Tracker) -> None:
    """Metrics that are NaN or infinite are told like others."""
    with _study() as folder:
        log = _begun(tracker, _run(folder))
        for step, value in enumerate((0.5, math.nan, math.inf, -math.inf, 1e-320)):
            _in_words(lambda: log.evaluation(step, {"probe.p.n": value}), f"a metric is {value}")  # noqa: B023
        log.end("completed", {"probe.p.n": 0.5})


def check_takes_other_metrics_later(tracker: Tracker) -> None:
    """An evaluation may have a metric more than the first, or one less."""
    with _study() as folder:
        log = _begun(tracker, _run(folder))
        for step, names in enumerate((["a", "b"], ["a", "b", "c"], ["c"], [])):
            _in_words(
                lambda: log.evaluation(step, dict.fromkeys(names, 0.5)),  # noqa: B023
                f"an evaluation has the metrics {names} after others",
            )
        log.end("completed", {"c": 0.5})


def check_takes_a_run_without_evaluations(tracker: Tracker) -> None:
    """A run may fail before it is evaluated, and diverge before its end."""
    with _study() as folder:
        for status in ("failed", "diverged", "pruned"):
            log = _begun(tracker, _run(folder))
            _in_words(lambda: log.end(status, {}), f"a run {status} without metrics")  # noqa: B023


def check_spares_what_it_gets(tracker: Tracker) -> None:
    """Metrics and settings are not changed."""
    with _study() as folder:
        run = _run(folder)
        log = _begun(tracker, run)
        (step, metrics), *_ = _rows()
        final = dict(metrics)
        log.evaluation(step, metrics)
        assert metrics == final, "evaluation changes the metrics: make a new mapping"
        log.end("completed", final)
        assert metrics == final, "end changes the metrics: make a new mapping"
        assert run.settings == _SETTINGS, "it changes the settings of the run: make a new mapping"


def check_spares_the_study(tracker: Tracker) -> None:
    """Files that ravine has written stay as they are, and runs' folders get no others."""
    with _study() as folder:
        before = {path: path.read_bytes() for path in folder.rglob("*.json")}
        _tell_all(tracker, _run(folder))
        for path, content in before.items():
            there = path.read_bytes() if path.exists() else None
            assert there == content, f"{path.name} is changed: it is ravine's"
            inside = [one.name for one in path.parent.iterdir() if one.name != "run.json"]
            assert path.name == "study.json" or not inside, (
                f"the run's own folder gets {', '.join(sorted(inside))}: use a folder of the study's, "
                'run.folder / "my_tracker"'
            )


def check_keeps_nothing_in_itself(tracker: Tracker) -> None:
    """A run that is told changes nothing in the component or its class, and draws no global random number."""
    with _study() as folder, same_chance(tracker):
        assert_keeps_nothing(tracker, lambda: _tell_all(tracker, _run(folder)))


def _in_words(tell: Callable[[], None], what: str) -> None:
    try:
        tell()
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}: write it, or leave it out") from error


CHECKS = [
    check_takes_a_run,
    check_takes_a_run_again,
    check_takes_a_run_that_goes_on,
    check_shows_a_run_that_goes_on,
    check_serves_two_runs,
    check_takes_what_is_not_a_number,
    check_takes_other_metrics_later,
    check_takes_a_run_without_evaluations,
    check_spares_what_it_gets,
    check_spares_the_study,
    check_keeps_nothing_in_itself,
]
