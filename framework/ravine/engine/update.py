"""Update: an optimizer and its transforms, bound to parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.rule import Rule, is_evaluated_elsewhere
from ravine.contracts.transform import Transform, has_waits
from ravine.engine.bound import Bound
from ravine.engine.denormals import EVERY, flush
from ravine.engine.groups import Groups
from ravine.engine.parameters import Parameters
from ravine.engine.promises.transform import waits
from ravine.engine.promises.writing import to_read

__all__ = [
    "Update",
    "refuse_rivals",
]


class Update:
    """An optimizer and its transforms, bound to parameters, with their state.

    After every sixteenth step, numbers that have faded until they are denormal are 0.

    Parameters
    ----------
    optimizer : Optimizer
        The rule.
    parameters : Parameters
        The parameters that it changes, at their first values, in the pieces that each rule's ``sees`` asks for.
    transforms : dict of str to Transform, optional
        By name, what stands before and after it.
    asked : dict of str to callable, optional
        What methods may ask for by name: each function returns what the word stands for now.
    groups : Groups, optional
        Arrays with another rate, or that are frozen.
    fuses : bool
        Whether rules run as compiled loops where these give the same bits.

    Attributes
    ----------
    made : int
        Number of steps made.
    state : dict of str to array
        The optimizer's arrays, one for each slot; of a slot that not every array of parameters has in its own
        shape, one for each that has it.
    kept : dict of str to array
        The arrays of transforms, ``NAME.SLOT``.
    bound : dict of str to Bound
        The optimizer, as ``optimizer``, and the transforms, ``transform.NAME``.
    asks_again : bool
        Whether a rule asks for gradients at other parameters.
    knows_decay : bool
        Whether a rule asks where an array is, and so knows whether it decays.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Parameters,
        transforms: Mapping[str, Transform] | None = None,
        asked: Mapping[str, Callable[[], Any]] | None = None,
        groups: Groups | None = None,
        *,
        fuses: bool = False,
    ) -> None:
        self.made = 0
        self._theta, self._previous = parameters.theta, np.empty_like(parameters.theta)
        self._groups = groups or Groups((), parameters)
        transforms, asked = transforms or {}, asked or {}
        of_arrays = self._groups.places, self._groups.rates
        rule = Bound(optimizer, parameters, asked, *of_arrays, fuses=fuses)
        bound = {name: Bound(t, parameters, asked, *of_arrays, fuses=fuses) for name, t in transforms.items()}
        self._rules = [rule, *bound.values()]
        self.bound = {"optimizer": rule} | {f"transform.{name}": one for name, one in bound.items()}
        self.state = rule.state
        self.kept = {f"{name}.{slot}": array for name, b in bound.items() for slot, array in b.state.items()}
        theta, g = parameters.theta, parameters.grad
        self._before = [
            one.calls("before", to_read(theta), g) for one in bound.values() if _has(one.rule, "before")
        ]
        self._step = rule.calls("step", theta, to_read(g))
        then = theta, to_read(self._previous), to_read(g)
        self._after = [one.calls("after", *then) for one in bound.values() if _has(one.rule, "after")]
        self._waiting = [transform for transform in transforms.values() if has_waits(transform)]
        self._factors = self._groups.factors(optimizer, parameters)
        self.asks_again = any(one.asks("gradient_at") for one in self._rules)
        self.knows_decay = any(one.asks("place") or one.asks("places") for one in self._rules)

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, with the fields that it has in this update."""
        rule = self._rules[0].rule
        assert isinstance(rule, Optimizer)
        return rule

    @property
    def fused(self) -> dict[str, str]:
        """By method, ``optimizer.step``, why NumPy runs it; "" if it is fused. Empty without fusion."""
        return {
            f"{name}.{method}": fused.fault
            for name, one in self.bound.items()
            for method, fused in one.fused.items()
        }

    def before(self, t: int, lr: float) -> bool:
        """Let the transforms change gradient number ``t``, from 1; return whether a step follows."""
        self._groups.stop()
        for before in self._before:
            before(t, lr)
        self._groups.stop()
        return self.steps_after(t)

    def __call__(self, t: int, lr: float) -> None:
        """Make the step that follows gradient ``t``, with learning rate ``lr``, and what comes after it."""
        self.made = self.made + 1 if self._waiting else t
        # Decay has moved what is frozen too.
        self._groups.hold(self._theta)
        if self._after or self._factors is not None:
            self._previous[:] = self._theta
        self._step(self.made, lr)
        if self._factors is not None:
            self._theta[:] = self._previous + self._factors * (self._theta - self._previous)
        self._groups.hold(self._theta)
        for after in self._after:
            after(self.made, lr)
        self._groups.hold(self._theta)
        if self.made % EVERY == 0:
            for array in (self._theta, *self.state.values(), *self.kept.values()):
                flush(array)

    def resume(self, gradients: int) -> None:
        """Count the steps that were made in so many gradients."""
        self.made = sum(map(self.steps_after, range(1, gradients + 1))) if self._waiting else gradients

    def steps_after(self, t: int) -> bool:
        """Whether a step follows gradient ``t``."""
        return not self._waiting or not any(waits(transform, t) for transform in self._waiting)

    def evaluated(self) -> Array | None:
        """Return the parameters at which a run is evaluated now; None if these are θ itself."""
        found = [there for one in self._rules if (there := one.evaluated(self.made)) is not None]
        for there in found:
            self._groups.hold(there)
        return found[0] if found else None


def refuse_rivals(rules: Sequence[tuple[str, Rule]]) -> None:
    """Refuse rules, with their names, of which more than one says where a run is evaluated, or waits.

    Of two that wait the first would hand on what it has gathered when the second waits, and it would be lost.

    Raises
    ------
    ValueError
        With their names.
    """
    names = [name for name, rule in rules if is_evaluated_elsewhere(type(rule))]
    if len(names) > 1:
        raise ValueError(f"{' and '.join(names)} each say where a run is evaluated; it can be one place")
    names = [name for name, rule in rules if has_waits(rule)]
    if len(names) > 1:
        raise ValueError(f"{' and '.join(names)} each let gradients pass without a step; it can be one of them")


def _has(transform: Rule, method: str) -> bool:
    """Whether a transform has a method of its own."""
    return getattr(type(transform), method) is not getattr(Transform, method)
