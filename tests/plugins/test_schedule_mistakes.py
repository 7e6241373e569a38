"""Mistakes that have been made with schedules: the numbers of others do not agree with any of them."""

import math
from dataclasses import dataclass

import compared
import pytest
from ravine import registry

# The mistake by name, and the factor with it: of the schedule, an update and the budget.
MISTAKES = {
    "exponential": {"counts from 1": lambda c, s, n: c.gamma ** (s + 1)},
    "step": {"falls one update late": lambda c, s, n: c.gamma ** (max(s - 1, 0) // c.every)},
    "inverse_time": {
        "counts from 1": lambda c, s, n: 1 / (1 + c.rate * (s + 1)),
        "the root of it": lambda c, s, n: (1 + c.rate * s) ** -0.5,
    },
    "inverse_sqrt": {
        "counts from 0": lambda c, s, n: (c.length / max(c.length, s)) ** 0.5,
        "no root": lambda c, s, n: c.length / max(c.length, s + 1),
    },
    "linear": {
        "ends at the last update": lambda c, s, n: (
            c.start + (c.end - c.start) * min(1, s / ((c.length or n) - 1))
        ),
        "goes on below the end": lambda c, s, n: c.start + (c.end - c.start) * s / (c.length or n),
    },
    "polynomial": {
        "a power of what has gone": lambda c, s, n: 1 - (1 - c.floor) * min(1, s / (c.length or n)) ** c.power,
        "forgets the floor": lambda c, s, n: max(c.floor, (1 - min(1, s / (c.length or n))) ** c.power),
    },
    "multi_step": {
        "falls one update late": lambda c, s, n: c.gamma ** sum(m < s for m in c.milestones),
        "falls once": lambda c, s, n: c.gamma ** any(m <= s for m in c.milestones),
    },
    "cosine": {
        "ends at the last update": lambda c, s, n: (
            c.floor + (1 - c.floor) / 2 * (1 + math.cos(math.pi * s / max(n - 1, 1)))
        ),
        "adds the floor": lambda c, s, n: c.floor + (1 + math.cos(math.pi * s / n)) / 2,
        "a whole cosine": lambda c, s, n: c.floor + (1 - c.floor) / 2 * (1 + math.cos(2 * math.pi * s / n)),
    },
    "cosine_restarts": {
        "periods stay": lambda c, s, n: (
            c.floor + (1 - c.floor) / 2 * (1 + math.cos(math.pi * (s % c.period) / c.period))
        ),
        "reaches the floor": lambda c, s, n: (
            c.floor + (1 - c.floor) / 2 * (1 + math.cos(math.pi * (s % c.period) / max(c.period - 1, 1)))
        ),
    },
    "triangular": {
        "the cycle is one stepsize": lambda c, s, n: (
            c.floor + (1 - c.floor) * (1 - abs(2 * (s % c.stepsize) / c.stepsize - 1))
        ),
        "begins at the top": lambda c, s, n: (
            c.floor + (1 - c.floor) * abs(s % (2 * c.stepsize) / c.stepsize - 1)
        ),
    },
    "triangular2": {
        "halves with every stepsize": lambda c, s, n: (
            c.floor + (1 - c.floor) * (1 - abs(s % (2 * c.stepsize) / c.stepsize - 1)) / 2 ** (s // c.stepsize)
        ),
        "does not halve": lambda c, s, n: (
            c.floor + (1 - c.floor) * (1 - abs(s % (2 * c.stepsize) / c.stepsize - 1))
        ),
    },
    "exp_range": {
        "shrinks the floor too": lambda c, s, n: (
            (c.floor + (1 - c.floor) * (1 - abs(s % (2 * c.stepsize) / c.stepsize - 1))) * c.gamma**s
        ),
    },
    "linear_one_cycle": {
        "falls to the end at once": lambda c, s, n: (
            c.start + (1 - c.start) * s / (n - 1) / c.share
            if s / (n - 1) <= c.share
            else 1 + (c.end - 1) * (s / (n - 1) - c.share) / (1 - c.share)
        ),
    },
    "one_cycle": {
        "straight lines": lambda c, s, n: (
            c.start + (1 - c.start) * s / (n - 1) / c.share
            if s / (n - 1) <= c.share
            else 1 + (c.end - 1) * (s / (n - 1) - c.share) / (1 - c.share)
        ),
    },
    "warm_up": {"begins with a rate of 0": lambda c, s, n: min(1, s / c.length)},
    "warm_up_stable_decay": {
        "begins with a rate of 0": lambda c, s, n: min(1, s / (c.warm_up or 1)),
        "falls all the time": lambda c, s, n: c.floor + (1 - c.floor) * (1 - s / n),
        "stays": lambda c, s, n: min(1, (s + 1) / max(c.warm_up, 1)),
    },
    "noam": {
        "counts from 0": lambda c, s, n: c.d_model**-0.5 * min(max(s, 1) ** -0.5, s * c.warm_up**-1.5),
        "forgets the width": lambda c, s, n: min((s + 1) ** -0.5, (s + 1) * c.warm_up**-1.5),
        "the longer of both": lambda c, s, n: c.d_model**-0.5 * max((s + 1) ** -0.5, (s + 1) * c.warm_up**-1.5),
    },
}


@pytest.mark.parametrize(
    ("name", "mistake"),
    [pytest.param(name, each, id=f"{name}, {each}") for name in MISTAKES for each in MISTAKES[name]],
)
def test_a_mistake_is_not_what_others_have(name, mistake):
    cls, factor = registry.load().get("schedule", name), MISTAKES[name][mistake]
    wrong = dataclass(frozen=True)(
        type("Wrong", (cls,), {"factor": lambda self, s, n: float(factor(self, s, n))})
    )
    equal = [source for source in compared.sources("schedule", name) if not source["differs"]]
    assert any(compared.disagrees(wrong(**source["fields"]), source) for source in equal)


def reduced(values, ratio, patience, late=0, reset=True, best_of="all"):
    best, waited, factor = math.inf, 0, 1.0
    for value in values:
        better = value < best
        best = min(best, value) if best_of == "all" else value
        waited = 0 if better else waited + 1
        if waited > patience + late:
            factor, waited = factor * ratio, 0 if reset else waited
    return factor


@pytest.mark.parametrize("wrong", [{"late": -1}, {"late": 1}, {"reset": False}, {"best_of": "last"}], ids=str)
def test_a_mistake_with_a_plateau_is_not_what_others_have(wrong):
    cls = registry.load().get("schedule", "plateau")

    def factor(self, step, steps, *, evaluations=()):
        return reduced([row["value"] for row in evaluations], self.ratio, self.patience, **wrong)

    source = compared.sources("schedule", "plateau")[0]
    equal = cls(**source["fields"])
    assert reduced(source["evaluations"], equal.ratio, equal.patience) == source["factors"][-1]
    assert compared.disagrees(type("Wrong", (cls,), {"factor": factor})(**source["fields"]), source)
