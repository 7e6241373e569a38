"""The chapter's searches, and several searches in one study."""

import json

import pytest
import ravine
from ravine.config.command import planned
from ravine.config.presets import conf_folder
from ravine.plans.search import SearchPlan
from ravine.reports import chapter

SEARCHES = [
    "random_search", "narrowing", "grid_against_random", "grid_of_one_setting", "bayesian_search", "short_runs_rank",
    "validation_against_test", "random_search_on_mnist", "random_search_on_mnist1d",
]  # fmt: skip
ITEMS = {item.name: item for item in chapter.chapter() if item.name in SEARCHES}


def test_these_experiments_are_the_searches_of_the_chapter():
    folder = conf_folder() / "experiment"
    found = {path.stem for path in folder.glob("*.yaml") if "/hydra/sweeper: search" in path.read_text()}
    assert found == set(SEARCHES) == set(ITEMS)


@pytest.mark.long
@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_is_chosen_by_the_experiment_and_quick_is_half_of_it_at_most(name):
    if name == "bayesian_search":
        pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    whole, quick = (planned(ITEMS[name].overrides(profile)) for profile in ("full", "quick"))
    assert isinstance(whole, SearchPlan)
    assert whole.objective == "validation_accuracy"
    assert 2 * quick.total <= whole.total


def test_every_search_shows_what_to_expect_and_what_matters_and_claims_something():
    for name in SEARCHES:
        cfg = ravine.compose([f"experiment={name}"])
        # Of a single setting there is nothing to compare.
        one = {"search_importance"} if name == "grid_of_one_setting" else set()
        assert {"search_progress", "search_importance"} - one <= set(cfg.figures), name
        assert cfg.claims, name


def test_the_book_s_search_is_as_the_book_has_it():
    plan = planned(["experiment=random_search"])
    (search,) = plan.searches
    config = search.compose(plan.space.at([0.5, 0.5]))[0][0].config
    assert (plan.total, search.called) == (100, "random")
    assert {key: str(one) for key, one in zip(("lr", "strength"), plan.space.dimensions, strict=True)} == {
        "lr": "1e-06 to 0.01, log", "strength": "1e-08 to 0.0001, log",
    }  # fmt: skip
    assert config["dataset"] | {"train": 500, "validation": 0.2} == config["dataset"]
    assert config["network"]["hidden"] == [100] * 6
    assert (config["training"]["epochs"], config["training"]["batch_size"]) == (50, 100)
    assert (config["optimizer"]["name"], config["regularizer"]["name"]) == ("sgd", "l2")


SEVERAL = [
    "hydra/sweeper=search", "problem=ravine", "study=several", "sampler=grid,random", "search.seed=0,1",
    "search.trials=5", "seed=${search.seed}", "training.steps=3", "optimizer.lr=tag(log,interval(0.01,1))",
]  # fmt: skip
CLAIM = {
    "says": "The random search ends lower.", "metric": {"name": "final", "of": "value"},
    "where": {"sampler": "random"}, "than": {"sampler": "grid"}, "is": "lower",
}  # fmt: skip


def test_a_sampler_or_seed_that_is_swept_makes_several_searches_of_one_study():
    study = ravine.sweep(SEVERAL)
    assert list(study.searches) == [("grid", 0), ("grid", 1), ("random", 0), ("random", 1)]
    assert all([trial.number for trial, _ in tried] == [0, 1, 2, 3, 4] for tried in study.searches.values())
    points = {name: [trial.point["optimizer.lr"] for trial, _ in each] for name, each in study.searches.items()}
    assert points["grid", 0] == points["grid", 1] != points["random", 0] != points["random", 1]
    seeds = {
        name: {run.config["seed"] for _, runs in each for run in runs} for name, each in study.searches.items()
    }
    assert seeds == {("grid", 0): {0}, ("grid", 1): {1}, ("random", 0): {0}, ("random", 1): {1}}
    alone = ravine.sweep([*SEVERAL, "sampler=random", "search.seed=1", "study=alone"])
    assert [trial.point["optimizer.lr"] for trial, _ in alone.tried] == points["random", 1]
    for (sampler, seed), tried in study.searches.items():
        best = min(tried, key=lambda each: each[0].value)[0]
        assert f"{sampler} seed={seed}" in study.summary()
        assert f"{best.value:.4g}" in study.summary()


def test_a_claim_on_searches_is_about_the_runs_that_they_chose(tmp_path):
    claims = tmp_path / "experiment" / "claimed.yaml"
    claims.parent.mkdir()
    claims.write_text("# @package _global_\n" + json.dumps({"claims": [CLAIM | {"exact": True}]}))
    study = ravine.sweep(["experiment=claimed", *SEVERAL], config_dir=tmp_path)
    (verdict,) = json.loads((study.folder / "claims.json").read_text())
    best = {name: min(trial.value for trial, _ in tried) for name, tried in study.searches.items()}
    differences = [best["random", seed] - best["grid", seed] for seed in (0, 1)]
    assert verdict["n"] == 2
    assert verdict["difference"] == pytest.approx(sum(differences) / 2)


def test_a_sampler_that_a_claim_names_has_to_be_there(tmp_path, capsys):
    claims = tmp_path / "experiment" / "claimed.yaml"
    claims.parent.mkdir()
    claims.write_text(
        "# @package _global_\n" + json.dumps({"claims": [CLAIM | {"where": {"sampler": "gird"}}]})
    )
    with pytest.raises(ValueError, match=r"claims\[0\]: .*gird"):
        ravine.sweep(["experiment=claimed", *SEVERAL], config_dir=tmp_path)


def claimed(tmp_path, *claims, study="claimed", words=SEVERAL):
    path = tmp_path / "experiment" / "claimed.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("# @package _global_\n" + json.dumps({"claims": claims}))
    made = ravine.sweep(["experiment=claimed", "figures=[]", *words, f"study={study}"], config_dir=tmp_path)
    return json.loads((made.folder / "claims.json").read_text())


def test_a_claim_on_a_statistic_is_about_whole_searches(tmp_path):
    claim = {"says": "x", "is": "higher", "statistic": {"name": "importance", "of": "optimizer.lr"}}
    words = [*SEVERAL, "search.trials=12"]
    (one,) = claimed(tmp_path, claim | {"than": "chance", "where": {"sampler": "random"}}, study="one",
                     words=[*words, "search.seed=0"])  # fmt: skip
    assert (one["outcome"], one["n"], one["of"]) == ("supported", 12, "trials")
    gain = claim | {"where": {"sampler": "random"}, "than": {"sampler": "grid"}}
    (two,) = claimed(tmp_path, gain | {"statistic": {"name": "gain", "parts": 2}}, words=words)
    assert (two["outcome"], two["n"], two["why"]) == ("inconclusive", 2, "2 of 6 searches")


IMPORTANCE = {"name": "importance", "of": "optimizer.lr"}
NOT_OF_THESE = [
    ({"statistic": IMPORTANCE | {"of": "optimizer.rate"}}, r"of = optimizer\.rate: it is not searched; there are optimizer\.lr$"),
    ({"statistic": IMPORTANCE, "where": {"sampler": "gird"}}, r"no search has \{'sampler': 'gird'\}; there are: grid, random$"),
    ({"statistic": "optimism"}, r"optimism is of a metric of the validation examples; here is value$"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "says"), NOT_OF_THESE)
def test_a_claim_on_a_statistic_that_no_search_will_have_is_refused_before_the_first_run(
    tmp_path, fields, says
):
    with pytest.raises(ravine.ConfigError, match=rf"^claims\[0\]: {says}"):
        claimed(tmp_path, {"says": "x", "is": "higher"} | fields)
    assert not (tmp_path / "runs" / "claimed").exists()


def test_an_importance_is_of_no_sampler_that_learns(tmp_path):
    words = [*SEVERAL, "sampler=narrowing", "search.trials=8", "search.batch=20"]
    claim = {"says": "x", "is": "higher", "statistic": IMPORTANCE}
    with pytest.raises(
        ravine.ConfigError, match=r"^claims\[0\]: narrowing learns, and tries some of the space more"
    ):
        claimed(tmp_path, claim, words=words)
    with pytest.raises(
        ravine.ConfigError, match=r"^claims\[0\]: a statistic needs a search, and this is not one"
    ):
        claimed(tmp_path, claim, words=["problem=ravine", "optimizer.lr=0.1,0.2"])


@pytest.mark.parametrize(
    ("sampler", "drawn"), [("random", True), ("narrowing", False), ("narrowing,random", True), ("grid", True)]
)
def test_importance_is_drawn_where_some_sampler_tries_all_of_the_space_alike(sampler, drawn):
    words = ["hydra/sweeper=search", "problem=ravine", "optimizer.lr=interval(0.1,1)", f"sampler={sampler}"]
    figures = planned(words).subject.figures
    assert ("search_importance" in figures) is drawn


def test_runs_that_two_searches_share_are_made_once():
    study = ravine.sweep([*SEVERAL, "seed=0", "sampler=grid"])
    first, second = study.searches.values()
    assert [runs[0].id for _, runs in first] == [runs[0].id for _, runs in second]
    assert len(study.runs) == 5


def test_the_rate_that_was_chosen_can_be_claimed():
    setting = ravine.registry.load().get("metric", "setting")
    run = ravine.run(["problem=ravine", "optimizer.lr=0.25", "training.steps=1"])
    assert setting(of="optimizer.lr").measure(run) == 0.25
    assert setting(of="seed").measure(run) == 0.0
    for key in ("optimizer", "optimizer.name", "optimizer.x", "x.y"):
        with pytest.raises(ValueError, match=rf"^runs have no number {key}$"):
            setting(of=key).measure(run)
