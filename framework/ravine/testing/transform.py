"""Promises of a transform: those of rules, and that it changes what it may change, and something."""

from __future__ import annotations

from ravine.contracts.transform import Transform
from ravine.testing.numerics import only
from ravine.testing.rule import CHECKS as of_rules
from ravine.testing.rule import MANY, Trial


def _overrides(method: str, transform: Transform) -> bool:
    return getattr(type(transform), method) is not getattr(Transform, method)


def check_changes_something(transform: Transform) -> None:
    """Updates end at other parameters than without it, or a run is evaluated at others."""
    for size in (1e-3, 1.0, 1e3):
        ours, plain = Trial(transform), Trial(None)
        for t in range(1, MANY + 1):
            for trial in (ours, plain):
                trial.take(t, size * trial.gradient(t))
        theirs = ours.all
        if (theirs.get("evaluated parameters", ours.theta) != plain.theta).any():
            return
    raise AssertionError(
        "nothing changes with gradients from 0.001 to 1000: was g rebound (g = …) instead of changed (g *= …)?"
    )


@only(lambda transform: _overrides("before", transform))
def check_spares_the_parameters_before(transform: Transform) -> None:
    """Before the step the gradient changes, and the parameters do not."""
    # The engine gives what must not be changed as arrays that cannot be written to.
    Trial(transform).run(last=MANY)


@only(lambda transform: _overrides("after", transform))
def check_spares_the_gradient_after(transform: Transform) -> None:
    """After the step the parameters change, and the gradient and the earlier parameters do not."""
    Trial(transform).run(last=MANY)


@only(lambda transform: _overrides("waits", transform))
def check_lets_steps_follow(transform: Transform) -> None:
    """Which gradients are followed by a step depends on their number only, and some are."""
    answers = [[bool(transform.waits(t)) for t in range(1, MANY + 1)] for _ in range(2)]
    assert answers[0] == answers[1], "waits answers differently when it is asked again: use t and fields only"
    assert not all(answers[0]), f"no step follows any of {MANY} gradients: waits must return False for some t"


@only(lambda transform: not _overrides("waits", transform))
def check_lets_the_step_be_made(transform: Transform) -> None:
    """Over many updates the parameters move."""
    trial = Trial(transform)
    before = trial.theta.copy()
    trial.run(last=MANY)
    assert (trial.theta != before).any(), (
        f"no parameter changes in {MANY} updates: are g or theta set to the same numbers every time?"
    )


CHECKS = [
    check_changes_something,
    check_spares_the_parameters_before,
    check_spares_the_gradient_after,
    check_lets_steps_follow,
    check_lets_the_step_be_made,
    *of_rules,
]
