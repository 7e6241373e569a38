"""Groups: arrays of parameters that learn at another rate, decay otherwise, or do not learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Annotated, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.regularizer import Regularizer, acts
from ravine.contracts.rule import Place, asks, is_evaluated_elsewhere
from ravine.engine.parameters import Parameters
from ravine.engine.promises.regularizer import penalty
from ravine.engine.promises.writing import refuse_returned, sparing, to_read

__all__ = ["Decay", "Group", "Groups"]


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """Arrays of parameters by a pattern, and what is different for them.

    Parameters
    ----------
    name : str
        A pattern for full names, as of files: ``*`` for any text, ``?`` for a letter, ``[13]`` for one of some:
        ``1.affine.W``, ``1.*``, ``*.b``.
    lr, decay : float
        Factors of the learning rate and of the regularizer.
    frozen : bool
        Whether the arrays do not learn at all.
    """

    kind = "group"

    name: str
    lr: float = 1.0
    decay: float = 1.0
    frozen: bool = False

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", decay="[0, inf)")
        if self.frozen and (self.lr, self.decay) != (1, 1):
            raise ValueError("Group: what is frozen has neither lr nor decay")


class Groups:
    """What groups say of every array; the last group that fits an array counts.

    Parameters
    ----------
    groups : sequence of Group
        In the order of the configuration.
    parameters : Parameters
        The parameters, at their first values.

    Attributes
    ----------
    rates : dict of str to float
        By the full name of an array, the factor of its learning rate.
    places : dict of str to Place
        By the full name of an array, its place, with the factor of its decay.

    Raises
    ------
    ValueError
        If a pattern fits no array, or a group changes nothing; the message says why.
    """

    def __init__(self, groups: Sequence[Group], parameters: Parameters) -> None:
        of = {name: Group(name=name) for name in parameters.places}
        for i, group in enumerate(groups):
            where = f"training.groups[{i}]"
            fitting = [place for name, place in parameters.places.items() if fnmatchcase(name, group.name)]
            if not fitting:
                there = f"there are: {', '.join(of)}" if of else "there are none"
                raise ValueError(f"{where}: no array is named {group.name}; {there}")
            if group.decay != 1 and not any(place.decay for place in fitting):
                raise ValueError(f"{where}: decay = {group.decay}, and no array named {group.name} decays")
            of |= dict.fromkeys((place.name for place in fitting), group)
        for i, group in enumerate(groups):
            if not any(one is group for one in of.values()):
                raise ValueError(f"training.groups[{i}]: later groups take all arrays named {group.name}")
            without = _in_effect([*groups[:i], *groups[i + 1 :]], parameters)
            if without == _in_effect(groups, parameters):
                raise ValueError(
                    f"training.groups[{i}] changes nothing: arrays named {group.name} learn the same without it"
                )
        if of and all(group.frozen for group in of.values()):
            raise ValueError("training.groups: every array is frozen, and nothing would learn")
        self.rates = {name: group.lr for name, group in of.items()}
        self._decays = {name: group.decay for name, group in of.items()}
        self.places = {
            name: replace(place, decay=place.decay * self._decays[name])
            for name, place in parameters.places.items()
        }
        self._grad = parameters.grad
        stretches = parameters.stretches(lambda place: of[place.name].frozen)
        self._frozen = [
            (part, parameters.theta[part].copy()) for part, place in stretches if of[place.name].frozen
        ]

    def stop(self) -> None:
        """Set the gradient of frozen arrays to 0."""
        for part, _ in self._frozen:
            self._grad[part] = 0

    def hold(self, theta: Annotated[Array, "n"]) -> None:
        """Put frozen arrays back to their first values, whatever has been done to them."""
        for part, first in self._frozen:
            theta[part] = first

    def factors(self, optimizer: Optimizer, parameters: Parameters) -> Annotated[Array, "n"] | None:
        """Return the factor of every parameter's step, if an optimizer sees arrays of several rates at once.

        Raises
        ------
        ValueError
            If a run is evaluated elsewhere: its state would move at the whole rate. Also if the rule asks for
            gradients at other parameters: its state may describe the steps to them.
        """
        if optimizer.sees in ("block", "array") or all(rate == 1 for rate in self.rates.values()):
            return None
        if is_evaluated_elsewhere(type(optimizer)):
            raise ValueError(
                f"training.groups: {type(optimizer).__name__} sees all arrays in one call and is evaluated "
                "elsewhere; its arrays have one rate"
            )
        if "gradient_at" in asks(type(optimizer), "step"):
            raise ValueError(
                f"training.groups: {type(optimizer).__name__} sees all arrays in one call and asks for other "
                "gradients; its arrays have one rate"
            )
        factors = np.empty_like(parameters.theta)
        for name, view in parameters.named(factors).items():
            view[...] = self.rates[name]
        return factors

    def decay(self, regularizer: Regularizer, parameters: Parameters, rule_decays: bool) -> Decay:
        """Return a regularizer, bound to the weights that decay.

        Raises
        ------
        ValueError
            If groups have a factor of decay, but neither the regularizer nor a rule can decay anything.
        """
        if not (rule_decays or acts(regularizer) or all(factor == 1 for factor in self._decays.values())):
            raise ValueError("training.groups: decay is a factor, and there is nothing that decays")
        theta, grad = (parameters.named(flat) for flat in (parameters.theta, parameters.grad))

        def parts(factor: Callable[[str], float]) -> list[_Part]:
            if regularizer.sees == "array":
                return [
                    (theta[name], grad[name], factor(name), place)
                    for name, place in parameters.places.items()
                    if place.decay
                ]
            found: list[_Part] = [
                (parameters.theta[part], parameters.grad[part], factor(first.name), first)
                for part, first in parameters.stretches(lambda place: (place.decay, factor(place.name)))
                if first.decay
            ]
            return found or [(parameters.theta[:0], parameters.grad[:0], 1.0, None)]

        return Decay(
            regularizer,
            parts(lambda name: self._decays[name]),
            parts(lambda name: self._decays[name] * self.rates[name]),
        )


def _in_effect(groups: Sequence[Group], parameters: Parameters) -> list[tuple[float, float, bool]]:
    """Return what each array gets: the factors of its rate and of its decay, and whether it is frozen."""
    found = []
    for name, place in parameters.places.items():
        fitting = [group for group in groups if fnmatchcase(name, group.name)]
        last = fitting[-1] if fitting else Group(name=name)
        found.append((last.lr, last.decay * place.decay, last.frozen))
    return found


_Part: TypeAlias = tuple[Array, Array, float, Place | None]
"""Weights, their gradient, a factor, and the place of the weights, or of the first of several."""


class Decay:
    """A regularizer bound to the weights that decay.

    Parameters
    ----------
    regularizer : Regularizer
        The rule.
    added, shrunk : list of tuple
        Weights as it sees them, their gradient, a factor, and their place. The factor is of the penalty, and of
        the rate at which weights shrink.
    """

    def __init__(
        self,
        regularizer: Regularizer,
        added: Sequence[_Part],
        shrunk: Sequence[_Part],
    ) -> None:
        self.regularizer, self._shrunk = regularizer, shrunk
        self._added = [(to_read(w), g, factor, place) for w, g, factor, place in added]

    def penalty(self) -> float:
        """Return the number that is added to the loss."""
        total = 0.0
        for w, _, factor, place in self._added:
            total += factor * penalty(self.regularizer, w, self._asked("penalty", place))
        return total

    def add_gradient(self) -> None:
        """Add the penalty's derivative to the gradient."""
        for w, g, factor, place in self._added:
            asked = self._asked("add_gradient", place)
            if factor == 1:
                self._add(w, g, asked)
            else:
                own = np.full_like(g, 0)
                self._add(w, own, asked)
                g += factor * own

    def shrink(self, lr: float) -> None:
        """Shrink the weights, for an update with this learning rate."""
        for w, _, factor, place in self._shrunk:
            asked = self._asked("shrink", place)
            given: object = self.regularizer.shrink(w, lr * factor, **asked)  # type: ignore[func-returns-value]
            if given is not None:
                refuse_returned(self.regularizer, "shrink", given, "w")

    def _add(self, w: Array, g: Array, asked: Mapping[str, Place | None]) -> None:
        given = sparing("w", "add_gradient", self.regularizer.add_gradient, w, g, **asked)
        if given is not None:
            refuse_returned(self.regularizer, "add_gradient", given, "g")

    def _asked(self, method: str, place: Place | None) -> dict[str, Place | None]:
        return dict.fromkeys(asks(type(self.regularizer), method), place)
