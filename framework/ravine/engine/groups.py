"""Groups: arrays of parameters that learn at another rate, decay otherwise, or do not learn."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.regularizer import Regularizer
from ravine.engine.parameters import Parameters
from ravine.engine.promises import penalty

__all__ = ["Decay", "Group", "Groups"]


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """Arrays of parameters by a pattern, and what is different for them.

    Parameters
    ----------
    name : str
        A pattern for full names, with ``*`` for any letters: ``1.affine.W``, ``1.*``, ``*.b``.
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

    Raises
    ------
    ValueError
        If a pattern fits no array; the message has the names that there are.
    """

    def __init__(self, groups: Sequence[Group], parameters: Parameters) -> None:
        of = {name: Group(name=name) for name in parameters.places}
        for i, group in enumerate(groups):
            names = fnmatch.filter(of, group.name)
            if not names:
                raise ValueError(
                    f"training.groups[{i}]: no array is named {group.name}; there are: {', '.join(of)}"
                )
            of |= dict.fromkeys(names, group)
        self.rates = {name: group.lr for name, group in of.items()}
        self._decays = {name: group.decay for name, group in of.items()}
        theta, grad = (parameters.named(flat) for flat in (parameters.theta, parameters.grad))
        self._frozen = [(theta[name], grad[name], theta[name].copy()) for name in of if of[name].frozen]

    def stop(self) -> None:
        """Set the gradient of frozen arrays to 0."""
        for _, g, _ in self._frozen:
            g[...] = 0

    def hold(self) -> None:
        """Put frozen arrays back to their first values, whatever an update has done to them."""
        for theta, _, first in self._frozen:
            theta[...] = first

    def decay(self, regularizer: Regularizer, parameters: Parameters) -> Decay:
        """Return a regularizer, bound to the weights that decay."""
        parts = []
        for part, first in parameters.stretches(
            lambda place: (place.decays, self._decays[place.name], self.rates[place.name])
        ):
            if first.decays:
                factors = self._decays[first.name], self.rates[first.name]
                parts.append((parameters.theta[part], parameters.grad[part], *factors))
        return Decay(regularizer, parts or [(parameters.theta[:0], parameters.grad[:0], 1.0, 1.0)])


class Decay:
    """A regularizer bound to the weights that decay.

    Parameters
    ----------
    regularizer : Regularizer
        The rule.
    parts : list of tuple
        Flat weights, their gradient, the factor of the regularizer, and that of the learning rate.
    """

    def __init__(self, regularizer: Regularizer, parts: Sequence[tuple[Array, Array, float, float]]) -> None:
        self.regularizer, self._parts = regularizer, parts

    def penalty(self) -> float:
        """Return the number that is added to the loss."""
        total = 0.0
        for w, _, factor, _ in self._parts:
            total += factor * penalty(self.regularizer, w)
        return total

    def add_gradient(self) -> None:
        """Add the penalty's derivative to the gradient."""
        for w, g, factor, _ in self._parts:
            if factor == 1:
                self.regularizer.add_gradient(w, g)
            else:
                own = np.full_like(g, 0)
                self.regularizer.add_gradient(w, own)
                g += factor * own

    def shrink(self, lr: float) -> None:
        """Shrink the weights, for an update with this learning rate."""
        for w, _, factor, rate in self._parts:
            self.regularizer.shrink(w, lr * factor * rate)
