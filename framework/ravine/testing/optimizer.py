"""Promises of an optimizer: those of rules, and that it goes downhill at the rate it is given."""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, fields, replace

import numpy as np

from ravine.contracts.optimizer import Optimizer
from ravine.testing.numerics import meant, only, refusal, source
from ravine.testing.rule import CHECKS as of_rules
from ravine.testing.rule import MANY, RATE, Trial, assert_same


def hint(error: BaseException, optimizer: Optimizer) -> str:
    """Return what may have caused an error of ``step``, arrays of an unexpected shape; or nothing."""
    _, line = source(error, optimizer)
    of_shapes = re.search(r"unpack|index|shape|dimension|axis|broadcast|size|square", str(error))
    if not line or not isinstance(error, ValueError | IndexError) or not of_shapes or meant(error, optimizer):
        return ""
    if "state" in line:
        return (
            f"state has an array for each slot, slots = {optimizer.slots}: declare them, "
            'for example slots=("m", "v")'
        )
    if optimizer.sees == "named":
        return 'with sees="named" theta, g and state are by name: theta[name] is an array in its own shape'
    if optimizer.sees == "array":
        return 'with sees="array" step gets every array in its own shape, also biases, which have one axis'
    return f'with sees="{optimizer.sees}" step gets flat arrays, with sees="array" each in its own shape'


# ---- what is written -----------------------------------------------------------------------------------------


def check_moves_parameters_in_place(optimizer: Optimizer) -> None:
    """An update changes the given array of parameters in place."""
    assert _moves(optimizer), (
        "no parameter changed: was theta rebound (theta = …) instead of changed (theta -= …)?"
    )


def _moves(optimizer: Optimizer) -> bool:
    """Whether a rule moves at all: of one that does not, one promise says so."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    trial.run(last=MANY)
    return bool((trial.theta != before).any())


@only(_moves)
def check_moves_arrays_of_any_shape(optimizer: Optimizer) -> None:
    """Weights with four axes, biases and single numbers are all changed."""
    for weight, bias in (((2, 3, 4, 4), (5,)), ((3, 2), (1,))):
        trial = Trial(optimizer, weight=weight, bias=bias)
        before = trial.parameters.named(trial.theta.copy())
        trial.run(last=MANY)
        for name, array in trial.parameters.named(trial.theta).items():
            what = f"an array of shape {array.shape}"
            assert np.isfinite(array).all(), f"{what} is not finite after {MANY} updates: is it divided by 0?"
            moved = (array != before[name]).any()
            assert moved or array.size == 1, f"{what} never changes: step must update it too"


def check_spares_the_gradient(optimizer: Optimizer) -> None:
    """The gradient is not changed."""
    # The engine gives an array that cannot be written to.
    Trial(optimizer).run()


# ---- the rate ------------------------------------------------------------------------------------------------


def check_has_a_rate_of_its_own(optimizer: Optimizer) -> None:
    """The field ``lr`` has a default, a positive number."""
    (default,) = (field.default for field in fields(optimizer) if field.name == "lr")
    assert default is not MISSING, "lr has no default: users need one to try the rule, lr: float = …"
    positive = isinstance(default, float) and 0 < default < math.inf
    assert positive, f"lr = {default!r} by default: it must be a number above 0, lr: float = 0.01"


def check_refuses_a_negative_rate(optimizer: Optimizer) -> None:
    """A learning rate below 0 is refused with a ValueError that names the field."""
    text = refusal(lambda: replace(optimizer, lr=-1.0))
    assert text is not None, (
        'lr = -1 is accepted, and a rate is 0 or more: write self.require(lr="[0, inf)") in __post_init__'
    )
    assert "lr" in text, f"lr = -1 is refused with {text!r}, which does not name lr"


@only(_moves)
def check_takes_the_rate_it_is_given(optimizer: Optimizer) -> None:
    """An update uses the argument ``lr``, which a schedule changes, and not the field."""
    ours, theirs = Trial(optimizer).run(), Trial(replace(optimizer, lr=optimizer.lr / 2)).run()
    assert_same(ours, theirs, "step reads self.lr: use the argument lr, which has the schedule's factor")
    whole, half = Trial(optimizer), Trial(optimizer)
    for t in range(1, MANY + 1):
        whole.step(t, lr=RATE)
        half.step(t, lr=RATE / 2)
    assert (whole.theta != half.theta).any(), (
        "half the learning rate makes the same step: the argument lr is not used"
    )


def check_stands_still_without_a_rate(optimizer: Optimizer) -> None:
    """With a learning rate of 0 no parameter changes."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    for t in (1, 2, 3):
        trial.step(t, lr=0.0)
    # Rounding is accepted.
    moved = int(np.count_nonzero(abs(trial.theta - before) > 1e-12 * abs(before)))
    assert not moved, (
        f"{moved} of {before.size} parameters change with lr = 0: multiply every term of the step by lr"
    )


# ---- the way -------------------------------------------------------------------------------------------------


@only(_moves)
def check_goes_downhill(optimizer: Optimizer) -> None:
    """Half the squared norm of the parameters is lower after 200 updates at its own learning rate."""
    trial = Trial(optimizer)
    start = float(trial.theta @ trial.theta) / 2
    with np.errstate(all="ignore"):
        for t in range(1, 201):
            trial.step(t, optimizer.lr, downhill=True)
    end = float(trial.theta @ trial.theta) / 2
    assert end < start, (
        f"|θ|² / 2 went from {start:.4g} to {end:.4g} in 200 updates at lr = {optimizer.lr}: is the sign "
        "right, and the default rate?"
    )


CHECKS = [
    check_moves_parameters_in_place,
    check_moves_arrays_of_any_shape,
    check_spares_the_gradient,
    *of_rules,
    check_has_a_rate_of_its_own,
    check_refuses_a_negative_rate,
    check_takes_the_rate_it_is_given,
    check_stands_still_without_a_rate,
    check_goes_downhill,
]
