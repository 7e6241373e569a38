"""What can never act, or is not what it says it is, is told once."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Function, Metric, Probe

SMALL = ["dataset=gaussian", "dataset.train=50", "dataset.test=10", "network.hidden=[]", "training.steps=4",
         "training.evaluate_every=1", "figures=[]", "study=s", "probes=[blind]"]  # fmt: skip


@dataclass(frozen=True)
class Blind(Probe):
    late: bool = False

    def watch(self, problem, rng):
        theta = problem.parameters.theta
        start = theta.copy()
        return lambda: {"a": 1.0 if self.late and (theta != start).any() else np.nan}


WORDS = {
    "stop target": ["stop=[{name:target,metric:probe.blind.a,direction:maximize,value:3}]"],
    "stop patience": ["stop=[{name:patience,metric:probe.blind.a,direction:maximize,evaluations:9}]"],
    "schedule": ["schedule=plateau", "schedule.metric=probe.blind.a", "schedule.direction=maximize"],
    "schedules.momentum": [
        "optimizer=momentum", "schedules.momentum={name:plateau,metric:probe.blind.a,direction:maximize}",
    ],
}  # fmt: skip


@pytest.mark.parametrize("who", WORDS)
def test_a_metric_that_is_never_a_number_is_told_with_who_follows_it(who):
    ravine.register(Blind)
    says = f"{who}: probe.blind.a was not a number at any evaluation, and so it did nothing"
    with pytest.warns(UserWarning, match=says) as told:
        ravine.sweep([*SMALL, "seed=0,1", *WORDS[who]])
    assert len({str(one.message) for one in told}) == 1
    ravine.register(Blind)
    ravine.run([*SMALL[:-1], "probes=[{name:blind,late:true}]", *WORDS[who]])


@dataclass(frozen=True)
class Wrong(Function):
    at: float = 5.0

    def start(self, data, rng):
        return {"x": np.full(3, 4.0)}

    def value(self, p, data):
        return float((p.x**2).sum())

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": 2 * p.x}

    def minimum(self, data):
        return {"x": np.full(3, self.at)}


def test_a_minimum_that_is_not_the_lowest_is_told():
    ravine.register(Wrong)
    words = ["problem=wrong", "optimizer.lr=0.1", "training.steps=30", "figures=[]", "study=s"]
    with pytest.warns(
        UserWarning,
        match="problem wrong: .* of its minimum is 75, and .* was reached at step 30: excess is not a ",
    ):
        ravine.run(words)
    ravine.run([*words, "problem.at=0"])


@dataclass(frozen=True)
class NotANumber(Metric):
    gives: str = "odd"

    def measure(self, run):
        return {"odd": float("nan"), "nothing": None}[self.gives]


@pytest.mark.parametrize("gives", ["odd", "nothing"])
def test_a_claims_metric_that_is_not_a_number_is_told_as_such(gives, ravine_here):
    ravine.register(NotANumber, name="odd")
    claim = f"claims=[{{says: it is low,metric: {{name: odd,gives: {gives}}},is: lower,than: 1,exact: true}}]"
    done = ravine_here("problem=sphere", claim, "figures=[]", "study=s")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("inconclusive: it is low")]
    assert ("its metric is not a finite number (nan) in 1 of 1 runs" in line) == (gives == "odd")
