"""Samplers: points of known sequences, even draws, and rounds that narrow."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from ravine import Choice, Goal, Interval, Space, importances, registry
from ravine_plugins.samplers import narrowing
from ravine_plugins.samplers.halton import _mirrored

PLANE = Space((Interval("x", 0.0, 1.0), Interval("y", 0.0, 1.0)))
MIXED = Space(
    (Interval("rate", 1e-6, 1e-2, log=True), Choice("rule", ("plain", "heavy")), Interval("width", 1, 9, integer=True))
)  # fmt: skip


def made(name, **fields):
    return registry.load().get("sampler", name)(**fields)


def points(name, space, n, *, seed=0, place=Path(), **fields):
    proposals = made(name, **fields).begin(space, Goal(False, n, seed), place, None)
    return [trial.point for trial in proposals.ask(n)]


def bowl(trial, space):
    return sum((share - 0.7) ** 2 for share in space.shares(trial.point))


def searched(sampler, space, place, *, n=16, storage=None, maximize=False):
    """Search a bowl, four trials at a time."""
    proposals = sampler.begin(space, Goal(maximize, n, 0), place, storage)
    trials = []
    while len(trials) < n:
        batch = proposals.ask(min(4, n - len(trials)))
        trials += batch
        for trial in batch:
            proposals.tell(trial, None if trial.number == 3 else bowl(trial, space))
    return [(trial.number, trial.point) for trial in trials]


# ---- random --------------------------------------------------------------------------------------------------

EVEN = {  # a dimension; its parts, with the share of the draws that each should get; what chance exceeds in 10 000
    "interval": (Interval("x", -1.0, 3.0), [(i, 0.1) for i in range(10)], lambda v: int((v + 1) / 0.4), 33.72),
    "log": (Interval("x", 1e-4, 1e0, log=True), [(i, 0.25) for i in range(4)],
            lambda v: int(math.log10(v) + 4), 21.11),
    "whole numbers": (Interval("x", 1, 6, integer=True), [(i, 1 / 6) for i in range(1, 7)], int, 25.74),
    "whole numbers, log": (Interval("x", 1, 4, log=True, integer=True),
                           [(i, math.log((i + 0.5) / (i - 0.5), 9)) for i in range(1, 5)], int, 21.11),
    "choices": (Choice("x", ("a", "b", "c")), [(c, 1 / 3) for c in "abc"], str, 18.42),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVEN)
def test_draws_are_even_on_their_scale(kind):
    dimension, parts, part, limit = EVEN[kind]
    n = 10_000
    seen = [part(point["x"]) for point in points("random", Space((dimension,)), n)]
    assert math.isclose(sum(share for _, share in parts), 1)
    assert set(seen) == {name for name, _ in parts}
    chi_square = sum((seen.count(name) - n * share) ** 2 / (n * share) for name, share in parts)
    assert chi_square < limit


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("integer", [False, True])
def test_an_interval_has_both_its_ends(log, integer):
    dimension = Interval("x", 3, 1234567, log=log, integer=integer)
    assert [dimension.at(0.0), dimension.at(1.0)] == [3, 1234567]
    assert [dimension.at(0.0), dimension.at(1.0)] == dimension.steps(2)


# ---- halton --------------------------------------------------------------------------------------------------


def test_digits_are_mirrored_at_the_point():
    twos = [_mirrored(number, 2, [(0, 1)] * 9) for number in range(8)]
    assert twos == [0, 1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8, 7 / 8]
    threes = [_mirrored(number, 3, [(0, 1, 2)] * 9) for number in range(10)]
    assert threes == pytest.approx([0, 1 / 3, 2 / 3, 1 / 9, 4 / 9, 7 / 9, 2 / 9, 5 / 9, 8 / 9, 1 / 27])
    assert _mirrored(5, 3, [(2, 0, 1), (1, 2, 0), (0, 2, 1)]) == pytest.approx(1 / 3 + 2 / 9)  # 12, then a zero


def test_it_is_the_sequence_that_scipy_has():
    qmc = pytest.importorskip("scipy.stats.qmc")
    ours = [[_mirrored(number, base, [range(base)] * 9) for base in (2, 3, 5, 7)] for number in range(50)]
    np.testing.assert_allclose(ours, qmc.Halton(4, scramble=False).random(50), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_every_first_stretch_is_even(seed):
    cube = [[point["x"], point["y"]] for point in points("halton", PLANE, 9, seed=seed)]
    for values, n in ((np.array(cube)[:8, 0], 8), (np.array(cube)[:9, 1], 9)):
        np.testing.assert_allclose(np.diff(np.sort(values)), 1 / n, atol=2e-6)  # six digits


def test_each_seed_is_a_search_of_its_own_and_none_begins_at_an_end():
    firsts = [points("halton", PLANE, 4, seed=seed) for seed in range(50)]
    assert len({tuple(point["x"] for point in few) for few in firsts}) == 50
    assert len({tuple(point["y"] for point in few) for few in firsts}) == 50
    assert all(0.0 < few[0]["x"] < 1.0 for few in firsts)


def discrepancy(cube):
    """Of points from evenness, in the mean square over all boxes at the origin (Warnock 1972)."""
    n, d = cube.shape
    one = np.prod(1 - cube**2, axis=1).sum()
    two = np.prod(1 - np.maximum(cube[:, None], cube[None]), axis=2).sum()
    return math.sqrt(3.0**-d - 2 ** (1 - d) / n * one + two / n**2)


def test_it_fills_a_square_more_evenly_than_chance():
    found = {
        name: np.median([
            discrepancy(np.array([[*point.values()] for point in points(name, PLANE, 256, seed=seed)]))
            for seed in range(9)
        ])
        for name in ("halton", "random")
    }  # fmt: skip
    assert found["random"] == pytest.approx(math.sqrt((1 / 4 - 1 / 9) / 256), rel=0.5)  # what theory has for it
    assert found["halton"] < found["random"] / 3


# ---- grid ----------------------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_the_last_setting_changing_fastest():
    space = Space(
        (Interval("rate", 1e-4, 1e0, log=True), Choice("rule", ("b", "a")), Interval("n", 1, 2, integer=True))
    )
    seen = [tuple(point.values()) for point in points("grid", space, 99, points=3)]
    assert seen == [*product([1e-4, 1e-2, 1.0], ["b", "a"], [1, 2])]


def test_whole_numbers_of_a_grid_come_once():
    values = [
        point["n"] for point in points("grid", Space((Interval("n", 1, 100, log=True, integer=True),)), 99)
    ]
    assert values == [1, 3, 10, 32, 100]
    few = points("grid", Space((Interval("n", 1, 4, log=True, integer=True),)), 99, points=4)
    assert [point["n"] for point in few] == [1, 2, 3, 4]


def test_a_grid_that_is_larger_than_the_search_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"^Grid: 5 times 2 times 5 values are 50 points, more than search.trials = 49"
    ):
        made("grid").begin(MIXED, Goal(False, 49, 0), tmp_path, None).ask(1)


# ---- narrowing -----------------------------------------------------------------------------------------------


def test_a_round_is_narrowed_by_once(tmp_path, monkeypatch):
    rounds = []
    monkeypatch.setattr(narrowing, "importances", lambda *a, **k: rounds.append(1) or importances(*a, **k))
    searched(made("narrowing", trials=8), PLANE, tmp_path, n=40)
    assert len(rounds) == 4


# ---- the command ---------------------------------------------------------------------------------------------


def test_a_sampler_without_a_memory_has_no_use_for_a_storage(ravine_here):
    search = ["hydra/sweeper=search", "problem=ravine", "optimizer.lr=interval(0.1,1)"]
    done = ravine_here("-m", *search, "search.storage=journal:kept.log")
    said = "ravine: search.storage = 'journal:kept.log': Random does not use a storage\n"
    assert (done.returncode, done.stderr) == (2, said)
