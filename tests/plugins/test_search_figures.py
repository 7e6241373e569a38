"""Figures of searches, and the mathematics below them, of trials whose numbers are known."""

import io
import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import descends, run, texts
from ravine import (
    Choice,
    Goal,
    Interval,
    Space,
    Trial,
    bootstrap_interval,
    importances,
    optimism,
    rank_correlations,
    ranked,
    registry,
    worth,
)
from ravine.records.ledger import Ledger
from ravine.records.searches import ProposedTrial, SearchEntry, SearchRecord
from ravine.records.study import Study
from ravine_plugins.figures._search import best_so_far, chances, expected_best, expected_of_best
from ravine_plugins.samplers.narrowing import Narrowing

# They draw many pictures.
pytestmark = pytest.mark.long

SPACE = Space(
    (Interval("optimizer.lr", 1e-6, 1e-2, log=True), Interval("regularizer.strength", 1e-8, 1e-4, log=True))
)
FIGURES = ("search_best", "search_flattery", "search_importance", "search_progress", "search_ranks", "search_rounds", "search_scatter")  # fmt: skip
N = 25


def points(n=N, seed=0):
    rng = np.random.default_rng(seed)
    return [SPACE.at(rng.random(2).tolist()) for _ in range(n)]


def learned(accuracy, seed=0, *, rises=None, apart=4, epochs=10, **status):
    """A run whose accuracy rises evenly over ten epochs, judged after so many steps, 40 in all."""
    validation = np.linspace(0.1, accuracy, 40 // apart + 1) if rises is None else np.array(rises)
    steps = apart * np.arange(len(validation))
    curves = {"step": steps, "validation_accuracy": validation, "train_accuracy": validation + 0.05}
    final = {
        "validation_accuracy": accuracy,
        "train_accuracy": accuracy + 0.05,
        "test_accuracy": accuracy - 0.1,
    }
    arrays = {f"evaluation.{name}": values for name, values in curves.items()}
    return run(seed=seed, step=40, final=final, arrays=arrays, training__epochs=epochs, **status)


def by_rate(point):
    return round(0.1 + 0.7 * SPACE.shares(point)[0], 4)


def searched(
    values=by_rate,
    tried=None,
    *,
    samplers=("random",),
    seeds=(0,),
    maximize=True,
    space=SPACE,
    claims=(),
    left=0,
):
    """A study of searches, each of some points; a value of None is a run that diverged."""
    runs, trials = {}, []
    for sampler, seed in itertools.product(samplers, seeds):
        for number, point in enumerate(tried or points(seed=seed)):
            name, value = f"{sampler}-{seed}-{number}", values(point)
            lost = learned(0.1, seed, status="diverged")
            runs[name] = (
                lost if value is None else value if not isinstance(value, float) else learned(value, seed)
            )
            trials.append(ProposedTrial(sampler, seed, number, point, (name,)))
    search = SearchRecord(
        objective="validation_accuracy", maximize=maximize, prune=False, space=space, settings={}, made_with={},
        samplers={name: {"trials": 10, "best": 3} if name == "narrowing" else {} for name in samplers},
        searches=tuple(
            SearchEntry(name, name == "narrowing", seed, (seed,), len(tried or points()) + left)
            for name, seed in itertools.product(samplers, seeds)
        ),
        trials=tuple(trials),
    )  # fmt: skip
    return Study(Path(), Ledger("", [], list(claims), list(runs), search=search), runs)


def drawn(name, study, **fields):
    picture = registry.load().get("figure", name)(**fields).draw(study)
    picture.savefig(io.BytesIO(), dpi=50)
    return picture


def judged(values, seed=0):
    tried = points(len(values), seed)
    return [Trial(i, point).judged(value) for i, (point, value) in enumerate(zip(tried, values, strict=True))]


# ---- mathematics -----------------------------------------------------------------------------------------------


def test_the_expected_best_is_the_mean_over_all_ways_to_choose():
    values = np.array([0.3, 0.9, 0.1, 0.3, 0.7])
    others = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    for n in range(1, 6):
        chosen = [list(each) for each in itertools.combinations(range(5), n)]
        assert expected_best(values)[n - 1] == pytest.approx(np.mean([values[each].max() for each in chosen]))

        def other(each):
            best = [i for i in each if values[i] == values[each].max()]
            return others[best].mean()

        # The two equal ones are chosen as often as each other.
        assert expected_of_best(values, others)[n - 1] == pytest.approx(
            np.mean([other(each) for each in chosen])
        )


def test_the_best_so_far_waits_for_a_trial_that_is_judged():
    trials = [Trial(i, {}).judged(value) for i, value in enumerate([None, 0.4, 0.2, None, 0.6])]
    np.testing.assert_equal(best_so_far(trials, maximize=True), [np.nan, 0.4, 0.4, 0.4, 0.6])
    np.testing.assert_equal(best_so_far(trials, maximize=False), [np.nan, 0.4, 0.2, 0.2, 0.2])


def test_chances_are_those_of_counting_and_cheap():
    for n in (1, 2, 13):
        counted = [[math.comb(i, k - 1) / math.comb(n, k) for i in range(n)] for k in range(1, n + 1)]
        np.testing.assert_allclose(chances(n), counted, rtol=1e-12)
    np.testing.assert_allclose(chances(1000).sum(1), 1)  # with whole numbers it took half a minute


def test_the_best_come_first_and_of_equal_ones_the_first():
    trials = judged([0.5, None, 0.9, 0.5, 0.1])
    assert [trial.number for trial in ranked(trials[::-1], maximize=True)] == [2, 0, 3, 4]
    assert [trial.number for trial in ranked(trials, maximize=False)] == [4, 0, 3, 2]
    assert worth(trials, maximize=False).tolist() == [-0.5, -np.inf, -0.9, -0.5, -0.1]


def curved(curves, **fields):
    """A study of trials with these validation accuracies, evaluation by evaluation, over ten epochs."""
    runs = iter([learned(curve[-1], rises=curve, apart=40 // (len(curve) - 1), **fields) for curve in curves])
    return searched(lambda _: next(runs), points(len(curves)))


def correlated(study, **fields):
    return rank_correlations(study.tried, study.ledger.search, **fields)


def test_rank_correlations_are_spearmans():
    end = np.array([3, 1, 4, 2, 5, 6, 8, 7]) / 10
    early = np.array([3, 2, 1, 4, 5, 7, 6, 8]) / 100
    distance = end.argsort().argsort() - early.argsort().argsort()
    squared = (distance**2).sum()
    assert squared == 20
    found = correlated(curved(np.stack([early, early, np.full(8, 0.1), end], axis=1)))
    assert found.unit == "epoch"
    assert found.x == pytest.approx([3.25, 6.5, 9.75])
    assert found.rho == pytest.approx([1 - 6 * squared / (8 * 63), 0, 1])
    assert found.low[0] < found.rho[0] < found.high[0]
    # Equal values share their mean rank, of which it is Pearson's correlation.
    tied = np.array([1, 1, 2, 3, 3, 3, 4, 5]) / 10
    ranks = np.array([0.5, 0.5, 2, 4, 4, 4, 6, 7])
    found = correlated(curved(np.stack([early, tied, end], axis=1)))
    assert found.rho[0] == pytest.approx(np.corrcoef(ranks, end)[0, 1])


def test_the_best_quarter_is_chosen_anew_in_every_resample():
    rng = np.random.default_rng(0)
    end = np.sort(rng.random(40))
    curves = np.stack([np.zeros(40), rng.random(40), end], axis=1)
    found = correlated(curved(curves), best=0.25)
    assert found.end.tolist() == end[-10:].tolist()
    fixed = correlated(curved(curves[-10:]))  # its resamples have the same ten
    assert found.rho == pytest.approx(fixed.rho)
    assert found.high[0] - found.low[0] != pytest.approx(fixed.high[0] - fixed.low[0], rel=0.02)


def test_runs_are_compared_at_their_own_epochs():
    """With batches of half the size an epoch has twice the steps."""
    small = [
        learned(0.3 + i / 100, apart=4, epochs=5) for i in range(4)
    ]  # 8 steps an epoch, judged twice in each
    large = [learned(0.5 + i / 100, apart=4) for i in range(4)]  # 4 steps an epoch
    runs = iter([*small, *large])
    found = correlated(searched(lambda _: next(runs), points(8)))
    assert (found.unit, found.x.tolist()) == ("epoch", [1, 2, 3, 4, 5])
    assert found.early[:, found.at(5)] == pytest.approx([0.3, 0.31, 0.32, 0.33, 0.3, 0.305, 0.31, 0.315])
    with pytest.raises(
        ValueError, match=r"^early = 6: all runs are judged at epoch 1, 2, 3, 4, 5: one of these$"
    ):
        found.at(6)
    never = [learned(0.5, apart=40, epochs=i + 3) for i in range(8)]  # at the start and at the end
    runs = iter(never)
    with pytest.raises(
        ValueError, match=r"^there is no epoch at which all trials were judged before their end"
    ):
        correlated(searched(lambda _: next(runs), points(8)))


def test_optimism_is_what_choosing_adds_to_what_lies_between_anyway():
    study = searched(lambda point: learned_apart(point), points(30))
    distance = {t.number: t.value - runs[0].final["test_accuracy"] for t, runs in study.tried}
    best = ranked([t for t, _ in study.tried], maximize=True)[0]
    found = optimism(study.tried, study.ledger.search)
    assert found == pytest.approx(distance[best.number] - np.mean(list(distance.values())))
    assert optimism(searched().tried, searched().ledger.search) == pytest.approx(0)  # 0.1 for every trial
    for _, runs in study.tried:
        del runs[0].final["test_accuracy"]
    with pytest.raises(ValueError, match=r"^optimism compares validation_accuracy with test_accuracy, which"):
        optimism(study.tried, study.ledger.search)


def learned_apart(point):
    """A run whose validation accuracy is chance, and its test accuracy another."""
    made = learned(round(1e4 * point["optimizer.lr"] % 1, 4))
    made.final["test_accuracy"] = round(1e6 * point["regularizer.strength"] % 1, 4)
    return made


def test_importance_is_that_of_kruskal_and_wallis():
    rng = np.random.default_rng(1)
    trials = judged(rng.permutation(60) / 60)
    n, parts = 60, 5
    for about, key in zip(importances(SPACE, trials, maximize=True), trials[0].point, strict=True):
        order = np.argsort([trial.point[key] for trial in trials])
        ranks = np.array([trial.value for trial in trials]).argsort().argsort()[order] + 1
        groups = np.split(ranks, parts)  # 12 trials each
        h = 12 / (n * (n + 1)) * sum(g.sum() ** 2 / len(g) for g in groups) - 3 * (n + 1)
        assert about.share == pytest.approx((h - parts + 1) / (n - parts))


def test_importance_tells_what_matters_from_what_does_not():
    trials = judged([by_rate(point) for point in points(100, seed=1)], seed=1)
    lr, strength = importances(SPACE, trials, maximize=True)
    assert (lr.informative, strength.informative) == (True, False)
    assert 0.8 < lr.interval[0] < lr.share < lr.interval[1] <= 1
    assert importances(SPACE, trials, maximize=False)[0].share == pytest.approx(lr.share)  # ranks upside down


def test_the_interval_of_importance_covers_the_truth_about_as_often_as_it_says():
    # The share of the ranks' variance between fifths of the rate, of 200,000 trials.
    for slope, truth in ((0, 0.0), (3, 0.421)):
        covered = []
        for seed in range(120):
            noise = np.random.default_rng(seed).normal(size=40)
            values = [slope * SPACE.shares(p)[0] + e for p, e in zip(points(40, seed), noise, strict=True)]
            about = importances(SPACE, judged(values, seed), maximize=True)[0]
            low, high = about.interval
            assert 0 <= low <= max(about.share, 0) <= high <= 1
            covered.append(low <= truth <= high)
        assert np.mean(covered) >= 0.85  # the basic bootstrap's covered 0.6 to 0.8


def test_importance_of_nothing_is_seen_in_one_of_twenty_searches_whatever_the_number_of_settings():
    space = Space(tuple(Interval(name, 0, 1) for name in "abcdef"))
    rng = np.random.default_rng(3)
    seen, shares = 0, []
    for _ in range(80):
        trials = [Trial(i, space.at(rng.random(6).tolist())).judged(float(rng.random())) for i in range(40)]
        found = importances(space, trials, maximize=True)
        seen += any(about.informative for about in found)
        shares += [about.share for about in found]
    assert seen <= 10  # of 80; 4 are expected, and 11 or more in 1 of 500; without correction it is about 20
    assert np.mean(shares) == pytest.approx(0, abs=0.03)


def test_of_several_searches_importance_is_within_each():
    """Searches with other examples end higher or lower: what lies between them is not the settings' doing."""
    searches = []
    for seed in range(6):
        values = [0.2 * SPACE.shares(p)[0] + seed for p in points(30, seed)]
        searches.append(judged(values, seed))
    lr, strength = importances(SPACE, *searches, maximize=True)
    alone = [importances(SPACE, trials, maximize=True)[0].share for trials in searches]
    assert lr.shares == pytest.approx(alone)
    assert lr.share == pytest.approx(np.mean(alone))
    assert lr.interval == bootstrap_interval(np.array(alone))
    pooled = importances(SPACE, [trial for trials in searches for trial in trials], maximize=True)[0]
    assert pooled.share < 0.2 < 0.8 < lr.interval[0]
    one = importances(SPACE, searches[0], maximize=True)[1].chance
    assert strength.chance < 0.6 * one  # a mean varies less
    assert importances(SPACE, *[searches[0]] * 6, maximize=True)[1].chance < 0.6 * one  # of the same grid, too
    assert importances(SPACE, *searches[:2], maximize=True)[0].interval is None


def test_values_that_were_tried_once_tell_nothing():
    space = Space((Choice("width", tuple(range(12))), Choice("rule", ("a", "b"))))
    rng = np.random.default_rng(0)
    trials = [Trial(i, {"width": i, "rule": "ab"[i % 2]}).judged(float(rng.random())) for i in range(12)]
    width, rule = importances(space, trials, maximize=True)
    assert (width.share, width.interval, width.informative) == (0, (0.0, 1.0), False)
    assert rule.chance < 1
    often = [Trial(12 + i, {"width": 3, "rule": "a"}).judged(9.0) for i in range(12)]
    assert importances(space, [*trials, *often], maximize=True)[0].informative


def test_importance_ranks_lost_trials_last_and_leaves_running_ones_out():
    tried = points(40)
    middle = np.median([point["optimizer.lr"] for point in tried])
    lost = [Trial(i, p).judged(0.5 if p["optimizer.lr"] < middle else None) for i, p in enumerate(tried)]
    assert importances(SPACE, lost, maximize=True)[0].informative
    assert importances(SPACE, lost, maximize=False)[0].informative
    running = [Trial(i, point) for i, point in enumerate(tried[:33])]
    with pytest.raises(ValueError, match=r"^importance takes 8 trials or more that have ended; there are 7$"):
        importances(SPACE, [*running, *lost[33:]], maximize=True)


def test_importance_of_a_choice_compares_its_values():
    space = Space((Choice("optimizer", ("sgd", "adam", "rmsprop")),))
    rng = np.random.default_rng(0)
    tried = [Trial(i, space.at(rng.random(1).tolist())) for i in range(40)]
    best = [trial.judged(float(trial.point["optimizer"] == "adam") + rng.random() / 9) for trial in tried]
    assert importances(space, best, maximize=True)[0].share > 0.5
    same = [trial.judged(0.1) for trial in tried]
    assert not importances(space, same, maximize=True)[0].informative


# ---- narrowing -------------------------------------------------------------------------------------------------


def narrow(values, rounds, sampler, space=SPACE, **goal):
    """A narrowing search of some objective."""
    goal = Goal(**{"maximize": True, "trials": rounds * sampler.trials, "seed": 0} | goal)
    proposals = sampler.begin(space, goal, Path(), None)
    trials = []
    for _ in range(rounds):
        for trial in proposals.ask(sampler.trials):
            value = values(trial.point)
            proposals.tell(trial, value)
            trials.append(trial.judged(value))
    return trials


def test_narrowing_brackets_the_best_and_leaves_alone_what_carries_no_information():
    sampler = Narrowing(trials=20, best=4)
    trials = narrow(lambda p: -abs(np.log10(p["optimizer.lr"]) + 3.5), 3, sampler)
    rounds = sampler.rounds(SPACE, trials, maximize=True)
    assert [space.dimensions[1] for space, _ in rounds[:3]] == [SPACE.dimensions[1]] * 3
    assert rounds[0] == (SPACE, {})
    assert rounds[1][1]["regularizer.strength"] == "carries no information, stays as it is"
    first = sorted(trials[:20], key=lambda trial: trial.point["optimizer.lr"])
    rates = [trial.point["optimizer.lr"] for trial in first]
    best = sorted(rates.index(t.point["optimizer.lr"]) for t in sorted(first, key=lambda t: -t.value)[:4])
    low, high = rates[best[0]], rates[best[-1]]
    lr = rounds[1][0].dimensions[0]
    assert (lr.low, lr.high) == (rates[best[0] - 1], rates[best[-1] + 1])
    assert rounds[1][1]["optimizer.lr"] == (
        f"the best 4 have {low:.2g} to {high:.2g}; with their neighbours {lr.low:.2g} to {lr.high:.2g}"
    )
    for number, trial in enumerate(trials):
        bounds = rounds[number // 20][0].dimensions[0]
        assert bounds.low <= trial.point["optimizer.lr"] <= bounds.high
    assert lr.low < 10**-3.5 < lr.high


def test_narrowing_keeps_the_end_that_the_best_are_next_to_and_says_so():
    sampler = Narrowing(trials=20, best=4)
    trials = narrow(by_rate, 1, sampler)
    space, reasons = sampler.rounds(SPACE, trials, maximize=True)[-1]
    assert space.dimensions[0].high == 1e-2
    assert reasons["optimizer.lr"].endswith(" to 0.01, an end of the space")
    # The other way round the other end is the good one.
    space, _ = sampler.rounds(SPACE, trials, maximize=False)[-1]
    assert space.dimensions[0].low == 1e-6 < space.dimensions[0].high < 1e-4


def test_narrowing_keeps_of_a_choice_what_the_best_chose():
    space = Space((Choice("optimizer", ("sgd", "adam", "rmsprop")), Interval("optimizer.lr", 0.1, 1)))
    sampler = Narrowing(trials=24, best=4)
    good = {"sgd": 0.1, "adam": 0.8, "rmsprop": 0.2}
    trials = narrow(lambda point: good[point["optimizer"]], 3, sampler, space)
    _, second, third, _ = sampler.rounds(space, trials, maximize=True)
    assert second[0].dimensions[0] == Choice("optimizer", ("adam",))
    assert second[1]["optimizer"] == "the best 4 chose adam"
    assert third[1]["optimizer"] == "adam alone is left"
    assert {trial.point["optimizer"] for trial in trials[24:]} == {"adam"}


def test_narrowing_goes_on_where_nearly_all_is_lost():
    sampler = Narrowing(trials=20, best=4)
    tried = points(20)
    top = max(point["optimizer.lr"] for point in tried)
    trials = [Trial(i, p).judged(0.5 if p["optimizer.lr"] == top else None) for i, p in enumerate(tried)]
    space, reasons = sampler.rounds(SPACE, trials, maximize=True)[-1]
    assert space == SPACE
    assert set(reasons.values()) <= {
        "carries no information, stays as it is",
        "too few trials came to anything, stays as it is",
    }


def test_narrowing_refuses_rounds_that_begin_before_the_last_has_ended():
    sampler = Narrowing(trials=10)
    says = r"^Narrowing: a round of 10 trials ends before the next begins; let search\.batch divide it: search\.batch=10$"
    with pytest.raises(ValueError, match=says):
        sampler.begin(SPACE, Goal(maximize=True, trials=20, seed=0), Path(), None).ask(11)


# ---- figures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_no_search_is_refused(name):
    study = Study(Path(), Ledger("", [], [], []), {"0": descends([[0.0, 1.0], [0.5, 0.5]])})
    with pytest.raises(ValueError, match=rf"^{name} shows a search: ravine -m hydra/sweeper=search …$"):
        drawn(name, study)
    with pytest.raises(ValueError, match=rf"^{name} needs a trial that has a value; there is none$"):
        drawn(name, searched(lambda point: None))


def test_the_best_are_shown_in_order_with_what_they_came_to_and_their_rate():
    study = searched()
    picture = drawn("search_best", study, trials=7, columns=3)
    best = sorted((trial for trial, _ in study.tried), key=lambda trial: -trial.value)[:7]
    assert [axes.get_title() for axes in picture.axes] == [
        f"#{i}  {trial.value:.2f}  lr {trial.point['optimizer.lr']:.2g}" for i, trial in enumerate(best, 1)
    ]
    dashed, solid = picture.axes[0].lines
    assert (dashed.get_linestyle(), solid.get_linestyle()) == ("--", "-")
    assert solid.get_ydata()[-1] == best[0].value
    assert dashed.get_ydata()[-1] == pytest.approx(best[0].value + 0.05)
    assert solid.get_xdata()[-1] == 10
    assert "epoch; the best 7 of 25 trials" in texts(picture)
    assert best[0].value == solid.get_ydata()[-1]
    with pytest.raises(
        ValueError, match=r"^title = 'lr': it must be one of optimizer\.lr, regularizer\.strength$"
    ):
        drawn("search_best", study, title="lr")


def test_a_trial_of_several_runs_is_shown_by_the_mean_that_it_is_judged_by():
    study = searched(lambda p: round(0.1 + 0.5 * SPACE.shares(p)[0], 4))
    runs, trials = dict(study.runs), []
    for trial in study.ledger.search.trials:
        (first,) = trial.runs
        for i, more in enumerate((0.0, 0.3)):
            runs[f"{first}-{i}"] = learned(study.runs[first].final["validation_accuracy"] + more, i)
        trials.append(replace(trial, runs=(first, f"{first}-0", f"{first}-1")))
    search = replace(study.ledger.search, trials=tuple(trials))
    study = Study(study.folder, replace(study.ledger, search=search), runs)
    axes = drawn("search_best", study, trials=4).axes[0]
    best = max(trial.value for trial, _ in study.tried)
    assert axes.lines[1].get_ydata()[-1] == pytest.approx(best)  # the median is lower by 0.1
    assert f"{best:.2f}" in axes.get_title()


def test_the_scatter_has_a_point_a_trial_and_a_cross_where_one_is_lost():
    study = searched(lambda p: None if p["optimizer.lr"] > 1e-3 else by_rate(p))
    axes = drawn("search_scatter", study).axes[0]
    judged = {
        t.point["optimizer.lr"]: (t.point["regularizer.strength"], t.value) for t, _ in study.tried if t.value
    }
    lost = [
        (t.point["optimizer.lr"], t.point["regularizer.strength"]) for t, _ in study.tried if t.value is None
    ]
    (seen,) = axes.collections
    shown = zip(seen.get_offsets().tolist(), seen.get_array().tolist(), strict=True)
    assert {x: (y, value) for (x, y), value in shown} == judged
    (crosses,) = axes.lines
    assert crosses.get_xydata().tolist() == [list(point) for point in lost]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("learning rate", "strength of the regularizer")
    with pytest.raises(
        ValueError, match=r"^'lr' is not searched; there are optimizer\.lr, regularizer\.strength$"
    ):
        drawn("search_scatter", study, x="lr")


def test_the_scatter_of_one_setting_has_the_objective_upwards():
    space = Space(SPACE.dimensions[:1])
    tried = [{"optimizer.lr": point["optimizer.lr"]} for point in points()]
    study = searched(lambda p: round(float(p["optimizer.lr"]), 6), tried, space=space)
    axes = drawn("search_scatter", study).axes[0]
    assert axes.get_ylabel() == "validation accuracy"
    assert all(y == round(x, 6) for x, y in axes.collections[0].get_offsets().tolist())


def test_progress_of_one_search_has_the_best_so_far_and_what_to_expect():
    study = searched()
    values = np.array([trial.value for trial, _ in study.tried])
    axes = drawn("search_progress", study).axes[0]
    so_far, _, expected = axes.lines
    np.testing.assert_array_equal(so_far.get_ydata(), np.maximum.accumulate(values))
    np.testing.assert_allclose(expected.get_ydata(), expected_best(values))
    assert axes.get_ylabel() == "validation accuracy of the best"


@pytest.mark.parametrize(
    ("sampler", "expected", "interval"),
    [("random", 1, 1), ("halton", 1, 0), ("grid", 1, 0), ("narrowing", 0, 0)],
)
def test_what_is_expected_takes_any_order_and_its_interval_independent_draws(sampler, expected, interval):
    axes = drawn("search_progress", searched(samplers=(sampler,))).axes[0]
    assert len(axes.lines) == 2 + expected
    assert len(axes.collections) == interval


def test_a_search_of_one_trial_has_a_progress():
    axes = drawn("search_progress", searched(tried=points(1))).axes[0]
    assert axes.get_xlim() == (0.5, 1.5)


def test_progress_of_several_searches_is_their_median_by_sampler():
    study = searched(samplers=("random", "grid"), seeds=(0, 1, 2))
    picture = drawn("search_progress", study)
    said = {
        "random: best so far",
        "grid: expected best",
        "medians of 3 searches each, band from lowest to highest",
    }
    assert said <= set(texts(picture))
    best = [
        np.maximum.accumulate([trial.value for trial, _ in study.searches["random", seed]]) for seed in range(3)
    ]
    of_random, expected, of_grid, _ = picture.axes[0].lines
    np.testing.assert_array_equal(of_random.get_ydata(), np.median(best, axis=0))
    each = [expected_best(np.array([t.value for t, _ in study.searches["random", seed]])) for seed in range(3)]
    np.testing.assert_allclose(expected.get_ydata(), np.median(each, axis=0))
    assert of_random.get_linestyle() != of_grid.get_linestyle()
    assert "one search each" in texts(drawn("search_progress", searched(samplers=("random", "grid"))))


def test_importance_says_which_setting_is_not_told_from_chance():
    study = searched(tried=points(60))
    picture = drawn("search_importance", study)
    assert texts(picture).count("not told from chance") == 1
    assert {"60 trials", "share, 95 % interval"} <= set(texts(picture))
    (note,) = [text for text in picture.axes[0].texts if text.get_text()]
    rows = [label.get_text() for label in picture.axes[0].get_yticklabels()]
    assert rows[round(note.xy[1])] == "strength of the regularizer"
    assert rows[-1] == "learning rate"
    assert "share" in texts(drawn("search_importance", searched(samplers=("halton",))))  # has no interval


def test_importance_leaves_samplers_that_learn_out_and_says_so():
    both = drawn("search_importance", searched(samplers=("random", "narrowing")))
    assert "25 trials; without narrowing, which learns" in texts(both)
    alone = drawn("search_importance", searched())
    places = [[line.get_xydata().tolist() for line in p.axes[0].lines] for p in (both, alone)]
    assert places[0] == places[1]
    with pytest.raises(
        ValueError, match=r"^search_importance needs trials that are spread evenly over the space, but narrow"
    ):
        drawn("search_importance", searched(samplers=("narrowing",)))


def test_importance_of_several_searches_is_shown_by_sampler():
    study = searched(samplers=("random", "grid"), seeds=range(6))
    picture = drawn("search_importance", study)
    assert "mean of 6 searches of 25 trials, small: each" in texts(picture)
    assert {"random: mean, 95 % interval", "grid: mean, 95 % interval"} <= set(texts(picture))
    each = [[trial for trial, _ in study.searches["random", seed]] for seed in range(6)]
    found = importances(SPACE, *each, maximize=True)[0]
    drawn_at = [line.get_xdata().tolist() for line in picture.axes[0].lines]
    assert list(found.shares) in drawn_at
    assert list(found.interval) in drawn_at


def test_rounds_are_shaded_and_explained():
    sampler = Narrowing(trials=10, best=3)
    trials = narrow(by_rate, 2, sampler)
    study = searched(tried=[dict(trial.point) for trial in trials], samplers=("narrowing",))
    picture = drawn("search_rounds", study)
    said = [line for text in texts(picture) for line in text.splitlines() if line.startswith("after round")]
    reasons = [why for _, why in sampler.rounds(SPACE, trials, maximize=True)[1:]]
    assert said == [f"after round {i}, {k}: {v}" for i, why in enumerate(reasons, 1) for k, v in why.items()]
    filled = [line for line in picture.axes[0].lines if line.get_markerfacecolor() == "#000000"]
    assert sum(len(line.get_xdata()) for line in filled) == 6
    with pytest.raises(
        ValueError, match=r"^search_rounds shows a search with sampler=narrowing; there is none$"
    ):
        drawn("search_rounds", searched())
    tried = [dict(trial.point) for trial in trials]
    several = searched(tried=tried, samplers=("narrowing", "random"), seeds=(0, 1))
    assert "the search with seed 1, one of 2" in texts(drawn("search_rounds", several, seed=1))
    with pytest.raises(ValueError, match=r"there are those of seed 0, 1, not 2$"):
        drawn("search_rounds", several, seed=2)


def test_ranks_agree_where_curves_never_cross():
    picture = drawn("search_ranks", searched(), early=5)
    assert "all, epoch 5: ρ = 1.00 (1.00 to 1.00)" in texts(picture)
    left, right = picture.axes
    assert left.get_xlabel() == "validation accuracy, epoch 5"
    assert right.lines[0].get_ydata() == pytest.approx(np.ones(10))
    with pytest.raises(ValueError, match=r"^a rank correlation takes 8 judged trials or more; there are 7$"):
        drawn("search_ranks", searched(tried=points(7)))


def test_ranks_of_curves_that_cross_are_those_of_the_statistic():
    rng = np.random.default_rng(0)
    study = curved(np.column_stack([rng.random((40, 10)), np.arange(40) / 40, np.arange(40) / 40])[:, 1:])
    picture = drawn("search_ranks", study, early=2)
    for share, panel, who in ((1.0, 0, "all"), (0.25, 1, "best")):
        found = correlated(study, best=share)
        rho, low, high = (of[found.at(2)] for of in (found.rho, found.low, found.high))
        assert f"{who}, epoch 2: ρ = {rho:.2f} ({low:.2f} to {high:.2f})" in texts(picture)
        assert picture.axes[1].lines[panel].get_ydata() == pytest.approx(found.rho)
        assert abs(rho) < 0.9


def test_flattery_is_what_is_expected_of_the_chosen_here_and_there():
    study = searched(seeds=(0, 1))
    picture = drawn("search_flattery", study)
    chosen, new = picture.axes[0].lines
    np.testing.assert_allclose(chosen.get_ydata() - new.get_ydata(), 0.1)  # test accuracy is lower by that
    np.testing.assert_allclose(picture.axes[1].lines[0].get_ydata(), 0, atol=1e-12)  # whoever is chosen
    assert chosen.get_ydata()[-1] == pytest.approx(
        np.median([max(t.value for t, _ in tried) for tried in study.searches.values()])
    )
    assert "median of 2 searches, band from lowest to highest" in texts(picture)
    assert "mean, among all: 0.000" in texts(picture)


def test_flattery_of_all_is_the_statistic_that_claims_judge():
    study = searched(learned_apart, seeds=range(6))
    picture = drawn("search_flattery", study)
    added = np.array([optimism(tried, study.ledger.search) for tried in study.searches.values()])
    low, high = bootstrap_interval(added)
    assert f"mean, among all: {added.mean():.3f} ({low:.3f} to {high:.3f})" in texts(picture)
    assert picture.axes[1].lines[0].get_ydata()[-1] == pytest.approx(np.median(added))
