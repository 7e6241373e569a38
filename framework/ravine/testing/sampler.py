"""Promises of a sampler: points of the space, the same after a stop, and better points if it learns."""

from __future__ import annotations

import contextlib
import copy
import functools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import numpy as np

from ravine.base.types import Point, Value
from ravine.contracts.sampler import Goal, Proposals, Sampler, StatelessSampler
from ravine.records.space import Choice, Dimension, Interval, Space
from ravine.records.trial import Trial
from ravine.testing.numerics import (
    assert_keeps_nothing,
    meant,
    only,
    only_given_chance,
    rng,
    same_chance,
    told,
)
from ravine.testing.runs import Same, in_words

SPACES = {
    "six settings": Space(
        (
            Interval("rate", 1e-6, 1e-2, log=True),
            Interval("shift", -1.0, 1.0),
            Interval("width", 1, 64, log=True, integer=True),
            Choice("rule", ("plain", "heavy", "wild")),
            Choice("drop", (0.0, 0.5)),
            Choice("fast", (False, True)),
        )
    ),
    "one interval": Space((Interval("rate", 1e-6, 1e-2, log=True),)),
    "six points": Space((Choice("rule", ("plain", "heavy")), Interval("depth", 1, 3, integer=True))),
}
PLANE = Space((Interval("rate", 1e-6, 1e-2, log=True), Interval("shift", -1.0, 1.0)))

TRIALS = 2000
"""Trials of a goal, enough for a grid of the six settings."""

ASKED = 16
"""Trials of most searches; a sampler may draw the first ones at random."""

BATCH = 4

STOPS = ((2, 0), (4, 0), (4, 3), (8, 4), (11, 8), (12, 10), (16, 16))
"""How many trials have been asked for, and how many have got their value, when a search is stopped."""

SEEDS = range(1, 9)

BOUND = 0.35
"""Largest share of random points that are as good as the better half of a learning sampler's late points."""

DRAWN = 512
"""Number of points for the test of independence."""

CHI_SQUARED = (2.1, 46.0)
"""Limits for 15 degrees of freedom; chance is outside of them in 1 of 10,000 cases."""

SERIAL = 0.2
"""Largest correlation of neighbours; chance is above it in 1 of 100,000 cases."""

Objective: TypeAlias = Callable[[Trial], float | None]


def _bowl(space: Space) -> Callable[[Trial], float]:
    return lambda trial: sum((share - 0.7) ** 2 for share in space.shares(trial.point))


def _with_losses(space: Space) -> Objective:
    return lambda trial: None if trial.number == 5 else _bowl(space)(trial)


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """Provide the path of a study's folder, not made yet; its parent is the working folder and the home."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, HOME=folder),
        mock.patch.object(tempfile, "tempdir", folder),
    ):
        yield Path(folder) / "study"


def _begun(sampler: Sampler, space: Space, place: Path, *, seed: int = 0, maximize: bool = False) -> Proposals:
    return replace(sampler).begin(space, Goal(maximize, TRIALS, seed), place, None)


def _searched(
    sampler: Sampler, space: Space, objective: Objective, *, n: int = ASKED, batch: int = BATCH, **goal: Any
) -> list[Trial]:
    """Return the trials of a search, ``n`` or all if there are fewer."""
    with _place() as place:
        return _go_on(_begun(sampler, space, place, **goal), objective, n, n, batch)


def _go_on(
    proposals: Proposals, objective: Objective, n: int, with_value: int, batch: int = BATCH
) -> list[Trial]:
    """Return ``n`` trials of a search; the first ``with_value`` of them get their value."""
    trials: list[Trial] = []
    while len(trials) < n and (asked := proposals.ask(min(batch, n - len(trials)))):
        trials += asked
        for trial in asked:
            if trial.number < with_value:
                proposals.tell(trial, objective(trial))
    return trials


@functools.lru_cache(maxsize=16)
def _error(sampler: Same, what: str) -> Exception | None:
    """Return the error with which a sampler refuses a space, or None."""
    try:
        with _place() as place:
            _begun(sampler.component, copy.deepcopy(SPACES[what]), place).ask(1)  # type: ignore[arg-type]
    except Exception as error:
        return error
    return None


def _taken(sampler: Sampler) -> list[tuple[str, Space]]:
    """Return copies of the kit's spaces that a sampler searches, with their names."""
    return [(w, copy.deepcopy(space)) for w, space in SPACES.items() if _error(Same(sampler), w) is None]


def _largest(sampler: Sampler) -> list[Space]:
    """Return the largest of these spaces, if there is one."""
    return [space for _, space in _taken(sampler)][:1]


@functools.lru_cache(maxsize=4)
def _whole(sampler: Same, space: Space) -> list[Trial]:
    """Return the trials of a search that was not stopped."""
    return _searched(sampler.component, space, _with_losses(space))  # type: ignore[arg-type]


def _assert_same(seen: Sequence[Trial], expected: Sequence[Trial], when: str, advice: str) -> None:
    for one, other in zip(seen, expected, strict=False):
        assert one.point == other.point, (
            f"trial {other.number} is {dict(one.point)} {when}, and {dict(other.point)} otherwise: {advice}"
        )
    assert len(seen) == len(expected), (
        f"there are {len(seen)} trials {when}, and {len(expected)} otherwise: {advice}"
    )


def _outside(space: Space, point: Point) -> str:
    """Return what is wrong with a point; nothing if it is in the space."""
    keys = [dimension.key for dimension in space.dimensions]
    if sorted(point) != sorted(keys):
        return f"has values of {', '.join(point) or 'nothing'}: it must have a value of {', '.join(keys)}"
    for dimension in space.dimensions:
        if not _holds(dimension, point[dimension.key]):
            value = point[dimension.key]
            return (
                f"has {dimension.key} = {value!r}, of type {type(value).__name__}, which is not in "
                f"{dimension}: space.at(shares) gives values of the right type"
            )
    return ""


def _holds(dimension: Dimension, value: Value) -> bool:
    if isinstance(dimension, Choice):
        return any(type(value) is type(choice) and value == choice for choice in dimension.values)
    assert isinstance(dimension, Interval)
    return type(value) is (int if dimension.integer else float) and dimension.low <= value <= dimension.high


# ---- points --------------------------------------------------------------------------------------------------


def check_searches_a_space(sampler: Sampler) -> None:
    """At least one of the kit's spaces is searched; the rest is refused with a ValueError that says why."""
    found = {what: _error(Same(sampler), what) for what in SPACES}
    for what, error in found.items():
        assert error is None or meant(error, sampler), (
            f"of {what} it breaks with {told(error, sampler)}: refuse a space that cannot be searched with a "
            "ValueError that says why"
        )
        assert error is None or in_words(error), f"of {what} it says {str(error)!r}: say in a sentence why not"
    assert None in found.values(), "none of the kit's spaces is searched: " + "; ".join(
        f"of {what}: {error}" for what, error in found.items()
    )


def check_proposes_points_of_the_space(sampler: Sampler) -> None:
    """Every point has a value for every setting, of the right type, in its interval or among its choices."""
    for what, space in _taken(sampler):
        for trial in _searched(sampler, space, _bowl(space)):
            wrong = _outside(space, trial.point)
            assert not wrong, f"of {what}, trial {trial.number} {wrong}"


def check_numbers_its_trials(sampler: Sampler) -> None:
    """Trials are numbered from 0, one after the other, and have no value when they are proposed."""
    for space in _largest(sampler):
        trials = _whole(Same(sampler), space)
        numbers = [trial.number for trial in trials]
        assert numbers == [*range(len(trials))], (
            f"trials are numbered {numbers}: number them from 0, in the order of proposal"
        )
        for trial in trials:
            assert trial == Trial(trial.number, trial.point), (
                f"trial {trial.number} is {trial}: a new trial must be running, and have no value"
            )


def check_gives_as_many_as_are_asked_for(sampler: Sampler) -> None:
    """It returns as many trials as are asked for; fewer if the space is used up, and none after that."""
    for what, space in _taken(sampler):
        for batch in (1, BATCH):
            with _place() as place:
                proposals, short = _begun(sampler, space, place), False
                for _ in range(3):
                    asked = proposals.ask(batch)
                    assert len(asked) <= batch, (
                        f"of {what}, ask returns {len(asked)} trials, but {batch} were asked for"
                    )
                    assert not (short and asked), (
                        f"of {what}, ask returns {len(asked)} trials after it had returned fewer than were "
                        "asked for: fewer must mean that the space is used up"
                    )
                    short = len(asked) < batch
                    for trial in asked:
                        proposals.tell(trial, _bowl(space)(trial))


# ---- randomness ----------------------------------------------------------------------------------------------


def check_is_repeatable(sampler: Sampler) -> None:
    """The same goal gives the same proposals, also in a different folder."""
    for space in _largest(sampler):
        again = _searched(sampler, space, _with_losses(space))
        advice = "draw only from goal.seed and the trial's number, np.random.default_rng([goal.seed, number])"
        _assert_same(again, _whole(Same(sampler), space), "when the same is searched again", advice)


def check_draws_by_the_seed(sampler: Sampler) -> None:
    """If proposals are random, a different seed of the search gives different proposals."""
    for space in _largest(sampler):
        if not _has_chance(sampler, space):
            continue
        first = _whole(Same(sampler), space)[:BATCH]
        others = (_searched(sampler, space, _bowl(space), n=BATCH, seed=seed) for seed in SEEDS)
        assert any([trial.point for trial in other] != [trial.point for trial in first] for other in others), (
            f"seeds 0 to {SEEDS[-1]} give the same points: draw from np.random.default_rng([goal.seed, number])"
        )


def _has_chance(sampler: Sampler, space: Space) -> bool:
    """Return whether a sampler reads the seed, or makes a generator without it."""
    read: list[str] = []

    class Watched(Goal):
        def __getattribute__(self, name: str) -> Any:
            read.append(name)
            return super().__getattribute__(name)

    try:
        with _place() as place, only_given_chance(sampler):
            replace(sampler).begin(space, Watched(False, TRIALS, 0), place, None).ask(1)
    except AssertionError:
        return True
    return "seed" in read


def check_draws_nothing_global(sampler: Sampler) -> None:
    """No global random number is drawn."""
    for space in _largest(sampler):
        with same_chance(sampler):
            _searched(sampler, space, _bowl(space), n=2 * BATCH)


@only(lambda sampler: sampler.independent)
def check_draws_independently(sampler: Sampler) -> None:
    """With ``independent = True`` points are spread as at random, neither more evenly nor in clusters."""
    if not _largest(sampler) or _error(Same(sampler), "one interval"):
        return
    plane = copy.deepcopy(PLANE)
    cube = np.array([plane.shares(trial.point) for trial in _searched(sampler, plane, _bowl(plane), n=DRAWN)])
    advice = "independent: ClassVar[bool] = True is for points that are drawn one by one from the whole space"
    for dimension, shares in zip(plane.dimensions, cube.T, strict=True):
        counts = np.bincount(np.minimum((16 * shares).astype(int), 15), minlength=16)
        # This is chi-squared with 15 degrees of freedom.
        spread = float(((counts - DRAWN / 16) ** 2).sum() / (DRAWN / 16))
        low, high = CHI_SQUARED
        assert low < spread < high, (
            f"of {DRAWN} values of {dimension.key} {counts.min()} to {counts.max()} lie in each sixteenth, "
            f"{'more evenly' if spread <= low else 'less evenly'} than at random: {advice}"
        )
        serial = float(np.corrcoef(shares[:-1], shares[1:])[0, 1])
        assert abs(serial) < SERIAL, (
            f"values of {dimension.key} depend on the value before (r = {serial:.2f}): {advice}"
        )


# ---- stops ---------------------------------------------------------------------------------------------------


def check_goes_on_where_it_stopped(sampler: Sampler) -> None:
    """A search that was stopped and begun again in its folder makes the same proposals as without a stop."""
    for space in _largest(sampler):
        with _place() as place:
            for asked, with_value in STOPS:
                seen = _go_on(_begun(sampler, space, place), _with_losses(space), asked, with_value)
                _assert_same(
                    seen,
                    _whole(Same(sampler), space)[:asked],
                    "in a search that was stopped and begun again in its folder",
                    "a search that continues asks for all trials again, and tells their values; if it needs "
                    "anything else, keep that in place",
                )


def check_serves_two_searches(sampler: Sampler) -> None:
    """While a second search goes on, a search makes the same proposals as alone."""
    for space in _largest(sampler):
        with _place() as place, _place() as place2:
            first, second = _begun(sampler, space, place), _begun(sampler, space, place2, seed=1, maximize=True)
            seen: list[Trial] = []
            for _ in range(0, ASKED, BATCH):
                batch = first.ask(BATCH)
                _go_on(second, _bowl(space), BATCH, ASKED)
                for trial in batch:
                    first.tell(trial, _with_losses(space)(trial))
                seen += batch
        advice = "keep what belongs to a search in its Proposals"
        _assert_same(seen, _whole(Same(sampler), space), "while a second search goes on", advice)


# ---- values of trials ----------------------------------------------------------------------------------------


def check_bears_lost_trials(sampler: Sampler) -> None:
    """It goes on after trials that diverged or failed, even if all of them did."""
    for space in _largest(sampler):
        objectives: tuple[Objective, ...] = (
            lambda _: None,
            lambda trial: None if trial.number < 6 or trial.number % 2 else 1.0,
        )
        for objective in objectives:
            try:
                trials = _searched(sampler, space, objective)
            except Exception as error:
                raise AssertionError(
                    f"if trials diverged or failed, which is told as None, it breaks with "
                    f"{told(error, sampler)}: leave them out, or count them as the worst"
                ) from error
            for trial in trials:
                wrong = _outside(space, trial.point)
                assert not wrong, f"if trials diverged or failed, trial {trial.number} {wrong}"


def _learns(sampler: Sampler) -> bool:
    return sampler.learns


@only(lambda sampler: not _learns(sampler))
def check_needs_no_results(sampler: Sampler) -> None:
    """With ``learns = False`` proposals depend neither on values nor on how many are asked for at a time."""
    for space in _largest(sampler):
        objectives: tuple[Objective, ...] = (
            lambda trial: float(trial.number),
            lambda trial: -float(trial.number),
        )
        expected = _whole(Same(sampler), space)
        for objective, batch in zip(objectives, (ASKED, 1), strict=True):
            seen = _searched(sampler, space, objective, batch=batch)
            advice = "learns: ClassVar[bool] = True says that proposals depend on the values of earlier trials"
            _assert_same(seen, expected, f"with different values, told for {batch} trials at a time", advice)


@only(_learns)
def check_mirrors_the_goal(sampler: Sampler) -> None:
    """To maximise an objective it makes the same proposals as to minimise minus the objective."""
    for space in _largest(sampler):
        up = _searched(sampler, space, _upside_down(_with_losses(space)), maximize=True)
        advice = "the larger value is better if goal.maximize is true, else the smaller"
        _assert_same(up, _whole(Same(sampler), space), "if minus the objective is maximised", advice)


def _upside_down(objective: Objective) -> Objective:
    def turned(trial: Trial) -> float | None:
        value = objective(trial)
        return None if value is None else -value

    return turned


@only(_learns)
def check_beats_chance(sampler: Sampler) -> None:
    """After 20 trials of a bowl its points are better than random points, by the median."""
    # The bowl is a function of intervals.
    if not _largest(sampler) or _error(Same(sampler), "one interval"):
        return
    plane = copy.deepcopy(PLANE)
    bowl = _bowl(plane)
    late = [bowl(trial) for seed in range(3) for trial in _searched(sampler, plane, bowl, n=40, seed=seed)[20:]]
    drawn = [bowl(Trial(0, plane.at(cube))) for cube in rng().random((4000, len(plane)))]
    share = float(np.mean(np.array(drawn) <= np.median(late)))
    assert share <= BOUND, (
        f"{share:.0%} of random points are as good as the better half of its trials 20 to 39 of a bowl, more "
        f"than {BOUND:.0%}: it has not learned where the smaller values are"
    )


# ---- what it leaves behind -----------------------------------------------------------------------------------


def check_spares_what_it_is_given(sampler: Sampler) -> None:
    """Space and trials are not changed, and trials that were returned stay as they were."""
    for space in _largest(sampler):
        before, kept, proposed = space.describe(), list[list[Trial]](), list[list[Trial]]()
        with _place() as place:
            proposals = _begun(sampler, space, place)
            for _ in range(0, ASKED, BATCH):
                asked = proposals.ask(BATCH)
                proposed.append(asked)
                kept.append(copy.deepcopy(asked))
                for trial in list(asked):
                    proposals.tell(trial, _bowl(space)(trial))
        assert proposed == kept, "trials that it has returned change later: make new ones, replace(trial, …)"
        if isinstance(sampler, StatelessSampler):
            trials = [trial.judged(_bowl(space)(trial)) for trial in _whole(Same(sampler), space)]
            copied = copy.deepcopy(trials)
            sampler.propose(space, trials, number=len(trials), goal=Goal(False, TRIALS, 0))
            assert trials == copied, (
                "propose changes the trials that it is given: work on a copy, sorted(trials, …)"
            )
        assert space.describe() == before, "the space is changed: only read it"


def check_writes_only_in_its_place(sampler: Sampler) -> None:
    """Files are written only into the study's folder, which the sampler makes if it is not there."""
    for space in _largest(sampler):
        with _place() as place:
            _go_on(_begun(sampler, space, place), _bowl(space), BATCH, BATCH)
            found = sorted(path.name for path in place.parent.iterdir() if path != place)
            assert not found, (
                f"{', '.join(found)} was written beside the study's folder: write files into place / …"
            )


def check_refuses_a_storage_that_is_none(sampler: Sampler) -> None:
    """A storage that it cannot use is refused with a ValueError that names it."""
    storage = "nowhere://nothing"
    for space in _largest(sampler):
        with _place() as place:
            try:
                sampler.begin(space, Goal(False, TRIALS, 0), place, storage)
            except Exception as error:
                assert isinstance(error, ValueError) and storage in str(error), (  # noqa: PT017, PT018 - one promise
                    f"the storage {storage!r} is refused with {told(error, sampler)}: raise a ValueError that "
                    "names it"
                )
                return
        raise AssertionError(
            f"the storage {storage!r} is accepted and ignored: raise a ValueError in begin if it cannot be used"
        )


def check_keeps_nothing_in_itself(sampler: Sampler) -> None:
    """A search changes nothing in the component or its class."""
    for space in _largest(sampler):
        goal = Goal(False, TRIALS, len(SEEDS) + 1)
        with _place() as place:
            assert_keeps_nothing(
                sampler,
                lambda: _go_on(sampler.begin(space, goal, place, None), _bowl(space), BATCH, BATCH),  # noqa: B023
            )


CHECKS = [
    check_searches_a_space,
    check_proposes_points_of_the_space,
    check_numbers_its_trials,
    check_gives_as_many_as_are_asked_for,
    check_is_repeatable,
    check_draws_by_the_seed,
    check_draws_nothing_global,
    check_draws_independently,
    check_goes_on_where_it_stopped,
    check_serves_two_searches,
    check_bears_lost_trials,
    check_needs_no_results,
    check_mirrors_the_goal,
    check_beats_chance,
    check_spares_what_it_is_given,
    check_writes_only_in_its_place,
    check_refuses_a_storage_that_is_none,
    check_keeps_nothing_in_itself,
]
