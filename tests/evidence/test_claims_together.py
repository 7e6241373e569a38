"""Claims of several studies, judged by the runs of all."""

import json

import pytest
import ravine
from ravine.evidence.verdicts import judge_together

# A claim may be about runs that only the other study has.
pytestmark = pytest.mark.filterwarnings("ignore:.* is not judged")

WORDS = ["problem=ravine", "training.steps=20", "optimizer.lr=0.1", "figures=[]"]
CLAIM = (
    "{says: Momentum comes lower., metric: {name: final, of: value}, exact: true, "
    "where: {optimizer: momentum}, than: {optimizer: sgd}, is: lower}"
)
OTHER = "{says: Plain steps come near., metric: {name: final, of: value}, exact: true, where: {optimizer: sgd}, than: 9, is: lower}"


def made(name, *words):
    return ravine.sweep([*WORDS, f"study={name}", *words])


@pytest.fixture
def both():
    return [
        made("a", "optimizer=sgd", f"claims=[{CLAIM},{OTHER}]"),
        made("b", "optimizer=momentum", f"claims=[{CLAIM}]"),
    ]


def test_claims_are_judged_by_the_runs_of_both_each_once(both, ravine_here):
    alone = ravine_here("claims", "runs/a")
    assert (
        alone.stdout.splitlines()[0]
        == "inconclusive: Momentum comes lower. [1 left out: a run or its metric is missing] [no run fits]"
    )
    done = ravine_here("claims", "runs/a", "runs/b")
    assert done.returncode == 0, done.stderr
    said = [line.partition(" (")[0] for line in done.stdout.splitlines()]
    assert said == ["supported: Momentum comes lower.", "supported: Plain steps come near."]
    (found,) = json.loads(ravine_here("claims", "runs/a", "runs/b", "--json").stdout)
    assert (found["study"], found["studies"]) == ("runs/a", ["runs/a", "runs/b"])
    assert [verdict["outcome"] for verdict in found["verdicts"]] == ["supported", "supported"]
    assert "Momentum comes lower." in ravine_here("claims", "runs/a", "runs/b", "--markdown").stdout


def test_the_difference_is_that_of_one_study_with_all_runs(both):
    whole = made("all", "optimizer=sgd,momentum", f"claims=[{CLAIM},{OTHER}]").findings()
    assert [v.difference for v in judge_together(both).verdicts] == [v.difference for v in whole.verdicts]


def test_a_claim_is_open_if_studies_differ_in_what_it_does_not_compare(both, ravine_here):
    steps = "{says: More steps come lower., metric: {name: final, of: value}, exact: true, where: {optimizer: momentum, training.steps: 30}, than: {optimizer: sgd, training.steps: 20}, is: lower}"
    made("c", "optimizer=momentum", "training.steps=30", f"claims=[{steps}]")
    done = ravine_here("claims", "runs/a", "runs/c")
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert first == (
        "inconclusive: Momentum comes lower. [the studies differ: training.steps is 20 in runs/a and 30 in runs/c]"
    )
    # It is about the runs of one of them.
    assert second.startswith("supported: Plain steps come near. (-")
    assert third.startswith("supported: More steps come lower. (-")


def test_runs_of_other_code_with_the_same_settings_are_not_judged_together():
    from dataclasses import dataclass

    def study(name, share):
        @ravine.register
        @dataclass(frozen=True)
        class Shared(ravine.Optimizer):
            lr: float = 0.1

            def step(self, theta, g, state, *, t, lr):
                theta -= share * lr * g

        return made(name, "optimizer=shared", f"claims=[{OTHER}]")

    studies = [study("old", 0.5), study("new", 0.25)]
    with pytest.raises(
        ValueError, match="1 run of runs/new has the settings of one of runs/old, and other code or data"
    ):
        judge_together(studies)


def test_what_is_a_search_or_not_a_study_is_told(both, ravine_here):
    search = ["hydra/sweeper=search", "search.trials=2", "optimizer.lr=0.1,0.2", "optimizer=sgd"]
    ravine.sweep([*WORDS[:2], "figures=[]", "study=s", *search])
    for folder, says in (("s", "runs/s: it is a search, which is shown alone"), ("x", "runs/x: not a study")):
        done = ravine_here("claims", "runs/a", f"runs/{folder}")
        assert done.returncode == 2
        assert says in done.stderr


def test_a_table_of_several_studies_says_which_run_is_of_which(both, ravine_here):
    table = json.loads(ravine_here("table", "runs/a", "runs/b", "--runs", "--json").stdout)
    assert (table["study"], table["studies"]) == ("runs/a", ["runs/a", "runs/b"])
    assert [(row["optimizer"], row["study"]) for row in table["runs"]] == [
        ("sgd", "runs/a"),
        ("momentum", "runs/b"),
    ]
    table = json.loads(ravine_here("table", "runs/a", "runs/b", "--json").stdout)
    assert [(row["group"], row["studies"]) for row in table["metrics"]["value"]] == [
        ("sgd", ["runs/a"]),
        ("momentum", ["runs/b"]),
    ]
    assert json.loads(ravine_here("table", "runs/a", "--json").stdout)["studies"] == ["runs/a"]
    rows = ravine_here("table", "runs/a", "runs/b", "study=runs/b", "--runs").stdout.splitlines()
    assert len(rows) == 2
    assert "momentum" in rows[1]
