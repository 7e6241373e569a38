"""What samplers of Optuna have in common: a study that outlives the process."""

from __future__ import annotations

import math
import os
import platform
import re
import sqlite3
import time
import warnings
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from ravine import (
    Choice,
    Dimension,
    Goal,
    Interval,
    MissingPackageError,
    Point,
    Proposals,
    Sampler,
    Space,
    Trial,
)

if TYPE_CHECKING:
    import optuna

fcntl: Any
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

_OWN = "sqlite:///search.db"
_PATIENCE = 10  # seconds
_LONGEST = 1 << 16  # bytes of a journal's first line
_MOVE = "move it away, and the same command proposes anew from the runs that there are"


@dataclass(frozen=True)
class OptunaSampler(Sampler):
    """A sampler of Optuna, whose study is kept in a storage.

    Every proposal's chance comes from the search's seed and the trial's number, and not from how often the
    search was stopped. So a search that goes on proposes what it would have proposed, if it was stopped at the
    end of a batch, or before.
    """

    learns: ClassVar[bool] = True

    @abstractmethod
    def made(self, seed: int) -> optuna.samplers.BaseSampler:
        """Return Optuna's sampler with some seed."""

    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        """Open its study: in SQLite in its folder, in a journal, ``journal:FILE``, or in a database's URL.

        Raises
        ------
        MissingPackageError
            If Optuna, or what the sampler needs besides, is not installed.
        ValueError
            If the storage cannot be used, or its study of this name is another search.
        """
        return OptunaProposals(self, space, goal, place, storage)


class OptunaProposals(Proposals):
    """Trials of a study of Optuna, by their numbers."""

    def __init__(
        self, sampler: OptunaSampler, space: Space, goal: Goal, place: Path, storage: str | None
    ) -> None:
        try:
            import optuna
        except ImportError:
            name = type(sampler).__name__
            raise MissingPackageError(f"{name} needs Optuna: pip install 'ravine[optuna]'") from None
        try:
            _made(sampler, 0)
        except ImportError as error:
            raise MissingPackageError(f"{type(sampler).__name__} needs more than Optuna: {error}") from None
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._sampler, self._space, self._goal = optuna, sampler, space, goal
        self._owner = f"{platform.node()}:{place.resolve()}"
        self._shared = storage is not None
        self._next = 0
        self._study = self._open(place, storage)

    def _open(self, place: Path, storage: str | None) -> optuna.Study:
        place.mkdir(parents=True, exist_ok=True)
        url = storage or _OWN
        self._called = f"search.storage = {url}" if storage else str(place / "search.db")
        try:
            study = self._created(place, url)
            kept = study.user_attrs.get("search")
        except Exception as error:  # of any database's driver
            raise ValueError(f"{self._called}: it cannot be used: {self._why(error)}") from error
        ours = {
            "space": self._space.describe(),
            "sampler": repr(self._sampler),
            "seed": self._goal.seed,
            "maximize": self._goal.maximize,
        }
        if kept not in (None, ours):
            another = f"its study {place.name!r} is another search: study=NAME keeps them apart"
            raise ValueError(f"{self._called}: {another}")
        if kept is None:
            with self._storing():
                study.set_user_attr("search", ours)
        return study

    def _created(self, place: Path, url: str, attempts: int = 5) -> optuna.Study:
        from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

        storages = self._optuna.storages
        where: Any = url
        try:
            if url.startswith("journal:"):
                file = url.removeprefix("journal:")
                _refuse_other(Path(file))
                backend = storages.journal.JournalFileBackend(file, _Held(file) if fcntl else None)
                where = storages.JournalStorage(backend)
            elif url == _OWN:
                # Not by its URL: a folder's name may have signs that mean something there.
                connect = partial(sqlite3.connect, place / "search.db", check_same_thread=False)
                where = storages.RDBStorage(url, engine_kwargs={"creator": connect})
            return self._optuna.create_study(
                storage=where,
                study_name=place.name,
                direction="maximize" if self._goal.maximize else "minimize",
                load_if_exists=True,
                sampler=_by_number(self._sampler, self._goal.seed),
            )
        except (IntegrityError, OperationalError, ProgrammingError) as error:
            if attempts == 1 or not re.search("(?i)duplicate|exists|unique", str(error)):
                raise
        time.sleep(0.2)  # others, who began at the same moment, are making the database's tables
        return self._created(place, url, attempts - 1)

    def ask(self, n: int) -> list[Trial]:
        """Return the trials that are there already, then new ones."""
        made: list[Trial] = []
        with self._storing():
            while len(made) < n:
                there = self._study.get_trials(deepcopy=False)[self._next : self._next + n - len(made)]
                made += [self._known(trial) for trial in there]
                self._next += len(there)
                if not there:
                    self._drawn(self._study.ask())  # whose number is the next, unless others ask too
        return made

    def tell(self, trial: Trial, value: float | None) -> None:
        """Tell it to the study, unless it knows; lost trials count as pruned, which the tree counts as bad.

        Raises
        ------
        ValueError
            If it knows another value, which proposals have come of.
        """
        with self._storing():
            known = self._study.get_trials(deepcopy=False)[trial.number]
            if known.state.is_finished():
                self._compare(known, value)
                return
            if value is None:
                self._study.tell(trial.number, state=self._optuna.trial.TrialState.PRUNED)
            else:
                self._study.tell(trial.number, value)

    def elsewhere(self, trial: Trial) -> Trial | None:
        """Return a trial of another machine, or folder, as the storage has it."""
        with self._storing():
            known = self._study.get_trials(deepcopy=False)[trial.number]
        if self._is_ours(known):
            return None
        judged = known.value if known.state == self._optuna.trial.TrialState.COMPLETE else None
        return trial.judged(judged) if known.state.is_finished() else trial

    def _is_ours(self, known: optuna.trial.FrozenTrial) -> bool:
        return bool(known.user_attrs.get("owner", "" if self._shared else self._owner) == self._owner)

    def _compare(self, known: optuna.trial.FrozenTrial, value: float | None) -> None:
        """Refuse a value of a trial that was told another: its runs were made again of something else."""
        told = known.value  # None of a lost one
        if told is not None and (value is None or not math.isclose(told, value, rel_tol=1e-6)):
            now = "nothing" if value is None else f"{value:.6g}"
            why = f"trial {known.number} came to {told:.6g}, by which others were proposed, and comes to {now}"
            raise ValueError(f"{self._called}: {why}; {_MOVE}")

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Say in one line that a storage is lost."""
        damaged = (JSONDecodeError, UnicodeDecodeError)  # a journal's
        try:
            yield
        except (self._optuna.exceptions.StorageInternalError, OSError, *damaged) as error:
            rest = "" if _is_damaged(error) else "; the same command goes on when it is back"
            raise ValueError(f"{self._called}: it is lost: {self._why(error)}{rest}") from error

    def _why(self, error: Exception) -> str:
        """Return what a driver says, and what to do where it reads what is not its own."""
        return f"{_reason(error)}; {_MOVE}" if _is_damaged(error) else _reason(error)

    def _drawn(self, trial: optuna.Trial) -> Trial:
        """Return a trial that is begun with a value of every setting; those that it has are kept."""
        trial.set_user_attr("owner", self._owner)
        return Trial(trial.number, self._point({one.key: _value(trial, one) for one in self._space.dimensions}))

    def _known(self, trial: optuna.trial.FrozenTrial) -> Trial:
        until = time.monotonic() + _PATIENCE
        while len(trial.params) < len(self._space):
            if self._is_ours(trial) or time.monotonic() > until:  # the process that drew them is dead
                return self._drawn(self._optuna.Trial(self._study, trial._trial_id))
            time.sleep(0.05)
            trial = self._study.get_trials(deepcopy=False)[trial.number]
        return Trial(trial.number, self._point(trial.params))

    def _point(self, params: Mapping[str, Any]) -> Point:
        return {one.key: one.rounded(params[one.key]) for one in self._space.dimensions}


def _refuse_other(file: Path) -> None:
    """Refuse a file that is there and is not a journal: Optuna would append to whatever it is.

    Raises
    ------
    ValueError
        If it is not a journal.
    """
    if not file.exists():
        return
    first = b""
    if file.is_file():
        with file.open("rb") as lines:
            first = lines.readline(_LONGEST)
            if not first:
                return
    # A line of JSON that says what was done; of a damaged one Optuna tells.
    if not first.startswith(b'{"op_code":'):
        raise ValueError("it is not a journal of Optuna; a file that is not there is made")


class _Held:
    """A lock of a journal that the kernel lets go of when its holder dies.

    Optuna's own is a file, which a process that was killed leaves behind: others then stand still for 30 s.
    """

    def __init__(self, journal: str) -> None:
        self._file = f"{journal}.held"

    def acquire(self) -> bool:
        assert fcntl
        self._handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        os.close(self._handle)


def _cause(error: BaseException) -> BaseException:
    """Return what a driver says; Optuna's own errors only say that it said something."""
    hidden = type(error).__module__.startswith("optuna") or isinstance(error, ImportError)
    return error.__cause__ if hidden and error.__cause__ else error


def _reason(error: Exception) -> str:
    why = _cause(error)
    first, *_ = str(why).strip().splitlines() or [type(why).__name__]
    return first


def _is_damaged(error: Exception) -> bool:
    """Whether a file is not what was written."""
    broken = isinstance(error, JSONDecodeError | UnicodeDecodeError | AssertionError)
    return broken or bool(re.search("not a database|malformed|unsupported file format", str(_cause(error))))


def _value(trial: optuna.Trial, dimension: Dimension) -> Any:
    if isinstance(dimension, Choice):
        return trial.suggest_categorical(dimension.key, dimension.values)
    assert isinstance(dimension, Interval)
    if dimension.integer:
        return trial.suggest_int(dimension.key, int(dimension.low), int(dimension.high), log=dimension.log)
    return trial.suggest_float(dimension.key, dimension.low, dimension.high, log=dimension.log)


def _made(sampler: OptunaSampler, seed: int) -> optuna.samplers.BaseSampler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that some are experimental is said in their docstrings
        return sampler.made(seed)


def _by_number(sampler: OptunaSampler, seed: int) -> optuna.samplers.BaseSampler:
    """Return a sampler that begins anew with every trial, its chance that of the trial's number.

    A value that is drawn on its own has chance of its own, so that those before it need not be drawn again.
    """
    from optuna.samplers import BaseSampler

    class ByNumber(BaseSampler):
        def _of(self, trial: optuna.trial.FrozenTrial, name: str = "") -> BaseSampler:
            chance = np.random.SeedSequence([seed, trial.number, *name.encode()]).generate_state(1)
            return _made(sampler, int(chance[0]))

        def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
            return self._of(trial).infer_relative_search_space(study, trial)

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
            return self._of(trial).sample_relative(study, trial, search_space)

        def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:
            own = self._of(trial, param_name)
            return own.sample_independent(study, trial, param_name, param_distribution)

    return ByNumber()
