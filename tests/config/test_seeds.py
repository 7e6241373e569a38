"""Runs that differ in their seed are built once; they are those that would be built alone."""

from pathlib import Path

import ravine
from ravine.config import grid

WORDS = ["dataset.train=300", "dataset.test=50", "network.hidden=[5]", "training.steps=3"]


def plan(*words):
    """The runs of a sweep."""
    made = ravine.sweep([*WORDS, *words, "figures=[]", "study=s"])
    return [*made.runs.values()]


def by_seed(runs):
    return sorted((run.config["optimizer"]["lr"], run.config["seed"], run.id) for run in runs)


def alone(*words):
    return ravine.build(ravine.compose([*WORDS, *words, "figures=[]", "study=s"]))


def test_runs_of_several_seeds_are_those_that_are_built_alone(ravine_here, monkeypatch):
    built = []
    monkeypatch.setattr(grid, "build_both", lambda cfg, true=grid.build_both: built.append(1) or true(cfg))
    runs = plan("optimizer.lr=0.1,0.2", "seed=0,7,30")
    expected = [(lr, seed) for lr in (0.1, 0.2) for seed in (0, 7, 30)]
    assert [(lr, seed) for lr, seed, _ in by_seed(runs)] == expected
    for lr, seed, id_ in by_seed(runs):
        one = alone(f"optimizer.lr={lr}", f"seed={seed}")
        assert one.id == id_
        record = next(run for run in runs if run.id == id_)
        assert dict(record.config) == dict(one.config)
        assert record.arrays["loss"].tobytes() == one.run().arrays["loss"].tobytes()
    # Two rates, and the last run, which has the claims.
    assert len(built) == 3


def test_what_is_made_of_the_seed_is_made_of_each(ravine_here):
    words = ["dataset=two_moons", "dataset.data_seed=${seed}", "network.hidden=[5]", "training.steps=3"]
    runs = ravine.sweep([*words, "seed=1,2,3", "figures=[]", "study=s"]).runs
    seeds = sorted((run.config["seed"], run.config["dataset"]["data_seed"]) for run in runs.values())
    assert seeds == [(1, 1), (2, 2), (3, 3)]


def test_a_seed_that_is_no_number_is_refused_as_before(ravine_here):
    done = ravine_here("-m", "problem=sphere", "training.steps=2", "seed=0,1,x,2")
    assert done.returncode == 2
    assert "seed" in done.stderr
    assert not Path("runs").exists()
