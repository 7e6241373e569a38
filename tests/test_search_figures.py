"""Figures of searches, and the mathematics below them, of trials whose numbers are known."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from made_up import descends, run, texts
from ravine import Choice, Goal, Interval, Space, Trial, importances, registry
from ravine.ledger import Ledger
from ravine.study import Study
from ravine_plugins.figures._search import best_so_far, expected_best, expected_of_best
from ravine_plugins.figures.search_ranks import spearman
from ravine_plugins.samplers.narrowing import Narrowing

SPACE = Space(
    (Interval("optimizer.lr", 1e-6, 1e-2, log=True), Interval("regularizer.strength", 1e-8, 1e-4, log=True))
)
FIGURES = ("search_best", "search_flattery", "search_importance", "search_progress", "search_ranks", "search_rounds", "search_scatter")  # fmt: skip
N = 25


def points(n=N, seed=0):
    rng = np.random.default_rng(seed)
    return [SPACE.at(rng.random(2).tolist()) for _ in range(n)]


def learned(accuracy, seed=0, **status):
    """A run whose accuracy rises evenly over ten epochs."""
    validation = np.linspace(0.1, accuracy, 11)
    curves = {"step": 4 * np.arange(11), "validation_accuracy": validation, "train_accuracy": validation + 0.05}
    final = {
        "validation_accuracy": accuracy,
        "train_accuracy": accuracy + 0.05,
        "test_accuracy": accuracy - 0.1,
    }
    arrays = {f"evaluation.{name}": values for name, values in curves.items()}
    return run(seed=seed, step=40, final=final, arrays=arrays, training__epochs=10, **status)


def by_rate(point):
    return round(0.1 + 0.7 * SPACE.shares(point)[0], 4)


def searched(values=by_rate, tried=None, *, samplers=("random",), seeds=(0,), maximize=True, space=SPACE):
    """A study of searches, each of some points; a value of None is a run that diverged."""
    runs, trials = {}, []
    for sampler, seed in itertools.product(samplers, seeds):
        for number, point in enumerate(tried or points(seed=seed)):
            name, value = f"{sampler}-{seed}-{number}", values(point)
            runs[name] = learned(0.1, seed, status="diverged") if value is None else learned(value, seed)
            trials.append({"sampler": sampler, "seed": seed, "number": number, "point": point, "runs": [name]})
    search = {
        "objective": "validation_accuracy", "maximize": maximize, "space": space.describe(), "trials": trials,
        "samplers": {name: {"trials": 10, "best": 3} if name == "narrowing" else {} for name in samplers},
    }  # fmt: skip
    return Study(Path(), Ledger("", [], [], list(runs), search=search), runs)


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


def test_rank_correlations_are_spearmans():
    end = np.array([3.0, 1.0, 4.0, 2.0, 5.0])
    early = np.array([30.0, 20.0, 10.0, 40.0, 50.0])
    distance = np.array([2, 1, 3, 1, 4]) - np.array([2, 0, 3, 1, 4])
    squared = ((end.argsort().argsort() - early.argsort().argsort()) ** 2).sum()
    assert distance.any()
    found = spearman(np.stack([early, np.ones(5), end], axis=1))
    assert found == pytest.approx([1 - 6 * squared / (5 * 24), 0, 1])


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
    assert 0.8 < lr.low < lr.share < lr.high <= 1
    assert importances(SPACE, trials, maximize=False)[0].share == pytest.approx(lr.share)  # ranks upside down


def test_importance_of_nothing_is_seen_in_one_of_twenty_searches():
    rng = np.random.default_rng(3)
    seen = [importances(SPACE, judged(rng.random(40), seed=i), maximize=True) for i in range(60)]
    false = sum(each.informative for found in seen for each in found)
    assert 1 <= false <= 13  # of 120; 6 are expected, and 13 or more in 1 of 100
    assert np.mean([each.share for found in seen for each in found]) == pytest.approx(0, abs=0.03)


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
    with pytest.raises(ValueError, match=rf"^{name} needs a trial that is judged; there is none$"):
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
    with pytest.raises(ValueError, match=r"^title = 'lr': it is one of optimizer\.lr, regularizer\.strength$"):
        drawn("search_best", study, title="lr")


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
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("optimizer.lr", "regularizer.strength")
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


def test_of_a_sampler_that_learns_nothing_is_expected():
    axes = drawn("search_progress", searched(samplers=("narrowing",))).axes[0]
    assert len(axes.lines) == 2
    assert not axes.collections


def test_progress_of_several_searches_is_their_median_by_sampler():
    study = searched(samplers=("random", "grid"), seeds=(0, 1, 2))
    picture = drawn("search_progress", study)
    assert {"random", "grid", "median of 3 searches each, band from lowest to highest"} <= set(texts(picture))
    best = [
        np.maximum.accumulate([trial.value for trial, _ in study.searches["random", seed]]) for seed in range(3)
    ]
    np.testing.assert_array_equal(picture.axes[0].lines[0].get_ydata(), np.median(best, axis=0))
    assert picture.axes[0].lines[0].get_linestyle() != picture.axes[0].lines[1].get_linestyle()


def test_importance_says_which_setting_carries_no_information():
    study = searched(tried=points(60))
    picture = drawn("search_importance", study)
    assert texts(picture).count("carries no information") == 1
    (note,) = [text for text in picture.axes[0].texts if text.get_text()]
    rows = [label.get_text() for label in picture.axes[0].get_yticklabels()]
    assert rows[round(note.xy[1])] == "regularizer.strength"
    assert rows[-1] == "optimizer.lr"


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
        ValueError, match=r"^search_rounds shows one search with sampler=narrowing; here are 0$"
    ):
        drawn("search_rounds", searched())


def test_ranks_agree_where_curves_never_cross():
    picture = drawn("search_ranks", searched(), early=5)
    assert "all, epoch 5: ρ = 1.00 (1.00 to 1.00)" in texts(picture)
    left, right = picture.axes
    assert left.get_xlabel() == "validation accuracy, epoch 5"
    assert right.lines[0].get_ydata() == pytest.approx(np.ones(10))
    with pytest.raises(ValueError, match=r"^search_ranks takes 8 judged trials or more; there are 7$"):
        drawn("search_ranks", searched(tried=points(7)))


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
