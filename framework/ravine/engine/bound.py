"""Bound: a rule with its state, cut into the pieces that it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.rule import METHODS, Place, Rule, asks
from ravine.engine.in_place import Arrays, Slots
from ravine.engine.parameters import Parameters
from ravine.engine.promises.rule import check_call, check_current, check_slots, evaluated, in_form, started
from ravine.engine.promises.writing import refuse_returned, refuse_writing
from ravine.fusion.fused import Fused, Piece

__all__ = [
    "Bound",
]


# With blocks of this size an optimizer's operands and temporaries stay in the second-level cache.
_BLOCK_BYTES = 1 << 17

# By method: what it changes, and what it must not change.
_CHANGES = {
    "step": ("theta and state", "g"),
    "before": ("g and state", "theta"),
    "after": ("theta and state", "previous or g"),
}


class Bound:
    """A rule bound to parameters, with its state.

    Parameters
    ----------
    rule : Rule
        The rule.
    parameters : Parameters
        The parameters, at their first values.
    asked : mapping of str to callable
        What its methods may ask for by name; each function returns what the word stands for now.
    places : mapping of str to Place
        By the full name of an array, where it is.
    rates : mapping of str to float
        By the full name of an array, the factor of its learning rate. A rule that sees several arrays in one
        call gets the rate without a factor.
    fuses : bool
        Whether methods run as compiled loops where these give the same bits.

    Attributes
    ----------
    fused : dict of str to Fused
        By method, how it is fused.
    state : dict of str to array
        One array for each slot; for a slot that not every array has in its own shape, one for each that has it,
        ``SLOT.ARRAY``.
    """

    def __init__(
        self,
        rule: Rule,
        parameters: Parameters,
        asked: Mapping[str, Callable[[], Any]],
        places: Mapping[str, Place],
        rates: Mapping[str, float],
        *,
        fuses: bool = False,
    ) -> None:
        check_slots(rule)
        self.rule, self._parameters, self._places = rule, parameters, places
        self._rates = rates
        self._call = 0
        self._fuses = fuses
        self.fused: dict[str, Fused] = {}
        self._asked = {**asked}
        if "gradient_at" in asked:
            self._asked["gradient_at"] = lambda: self._gradient_in_form(asked["gradient_at"]())
        alone = rule.sees in ("array", "named")
        self.state, self._states = self._start_arrays() if alone else self._start_flat()

    def calls(self, method: str, *flat: Array) -> Callable[[int, float], None]:
        """Return a function of ``t`` and ``lr`` that calls a method for all pieces of flat arrays.

        What the method must not change is given as views that cannot be written to.
        """
        words = asks(type(self.rule), method)
        check_call(self.rule, method, len(flat) + 1, words)
        pieces = list(
            zip(*map(self._cut, flat), self._states, self._factors(), self._abouts(words), strict=True)
        )
        asked = {word: value for word, value in self._asked.items() if word in words}
        asks_again = "gradient_at" in asked
        changed, spared = _CHANGES[method]
        fused = self._fused(flat, words) if self._fuses else None
        if fused:
            self.fused[method] = fused

        def called(t: int, lr: float) -> None:
            # A schedule may have put another rule in its place.
            call = getattr(self.rule, method)
            if fused and fused(call, t, lr, {word: value() for word, value in asked.items()}):
                return
            try:
                for *arrays, state, factor, about in pieces:
                    for word, value in asked.items():
                        about[word] = value()
                    given = call(*arrays, state, t=t, lr=factor * lr, **about)
                    if given is not None:
                        refuse_returned(self.rule, method, given, changed)
            except ValueError as error:
                refuse_writing(error, method, spared)
                raise
            if asks_again:
                self._call += 1

        return called

    def _fused(self, flat: Sequence[Array], words: Sequence[str]) -> Fused:
        """Return the calls of a method as they are fused: without blocks, which only NumPy needs."""
        if self.rule.sees == "named":
            return Fused([], "it sees all arrays by name")
        if several := [word for word in words if word in ("gradient_at", "rng")]:
            return Fused([], f"it asks for {several[0]}")
        if self.rule.sees == "array":
            cuts = zip(*map(self._cut, flat), strict=True)
            pieces = zip(cuts, self._states, self._factors(), self._abouts(words), strict=True)
            return Fused([Piece(*piece) for piece in pieces])
        if self.rule.sees == "all":
            return Fused([Piece(flat, self._states[0])])
        stretches = self._parameters.stretches(lambda place: self._rates[place.name])
        return Fused(
            [
                Piece(
                    [array[part] for array in flat], Slots(array[part] for array in self.state.values()), rate
                )
                for part, rate in ((part, self._rates[first.name]) for part, first in stretches)
            ]
        )

    def asks(self, word: str) -> bool:
        """Whether a method of the rule asks for something by name."""
        return any(word in asks(type(self.rule), method) for method in METHODS if hasattr(self.rule, method))

    def evaluated(self, t: int) -> Array | None:
        """Return the flat parameters at which a run is evaluated after ``t`` updates; None for θ itself."""
        if type(self.rule).evaluated is Rule.evaluated:
            return None
        flat = np.empty_like(self._parameters.theta)
        abouts = self._abouts(asks(type(self.rule), "evaluated"))
        pieces = zip(self._cut(flat), self._cut(self._parameters.theta), self._states, abouts, strict=True)
        for there, theta, state, about in pieces:
            given = evaluated(self.rule, theta, state, t, about)
            for name in there if isinstance(there, Arrays) else ():
                there[name][...] = given[name]
            if not isinstance(there, Arrays):
                there[...] = given
        return flat

    def _cut(self, flat: Array) -> Sequence[Any]:
        """Return the pieces of a flat array that one call each gets."""
        if self.rule.sees == "named":
            return [Arrays(self._parameters.named(flat))]
        if self.rule.sees == "array":
            return list(self._parameters.named(flat).values())
        if self.rule.sees == "all":
            return [flat]
        return [flat[part] for part, _ in self._blocks()]

    def _blocks(self) -> Iterator[tuple[slice, float]]:
        """Yield the parts of flat arrays that fit into the cache and have one rate, with its factor."""
        length = _BLOCK_BYTES // self._parameters.theta.itemsize
        for part, first in self._parameters.stretches(lambda place: self._rates[place.name]):
            for at in range(part.start, part.stop, length):
                yield slice(at, min(at + length, part.stop)), self._rates[first.name]

    def _factors(self) -> list[float]:
        """Return for every piece the factor of its learning rate."""
        if self.rule.sees == "array":
            return list(self._rates.values())
        if self.rule.sees == "block":
            return [factor for _, factor in self._blocks()]
        return [1.0]

    def _abouts(self, words: Sequence[str]) -> list[dict[str, Any]]:
        """Return for every piece the places that a method asks for, by word."""
        if "places" in words:
            return [{"places": MappingProxyType(self._places)}]
        if "place" in words:
            return [{"place": place} for place in self._places.values()]
        return [{} for _ in self._states]

    def _start_flat(self) -> tuple[dict[str, Array], list[Any]]:
        """Return the state by name, and that of each piece, of a rule that sees flat arrays."""
        theta = self._parameters.theta
        state = started(self.rule, theta, {})
        if self.rule.sees == "all":
            return state, [Slots(state.values())]
        cuts = [self._cut(array) for array in state.values()]
        return state, [Slots(cut[i] for cut in cuts) for i, _ in enumerate(self._cut(theta))]

    def _start_arrays(self) -> tuple[dict[str, Array], list[Any]]:
        """Return the state by name, and that of each piece, of a rule that sees arrays."""
        state: dict[str, Array] = {}
        views = self._parameters.named(self._parameters.theta)
        by_array = {name: started(self.rule, view, self._at_start(name)) for name, view in views.items()}
        states: dict[str, list[Array]] = {name: [] for name in views}
        for slot in self.rule.slots:
            arrays = {name: given[slot] for name, given in by_array.items() if slot in given}
            if arrays and {name: array.shape for name, array in arrays.items()} == {
                name: view.shape for name, view in views.items()
            }:
                state[slot] = flat = np.concatenate([array.ravel() for array in arrays.values()])
                arrays = self._parameters.named(flat)
            else:
                state |= {f"{slot}.{name}": array for name, array in arrays.items()}
            for name, array in arrays.items():
                states[name].append(array)
        slots = {name: Slots(arrays) for name, arrays in states.items()}
        return state, [Arrays(slots)] if self.rule.sees == "named" else list(slots.values())

    def _at_start(self, name: str) -> dict[str, Place]:
        asked = "place" in asks(type(self.rule), "start")
        return {"place": self._places[name]} if asked else {}

    def _gradient_in_form(
        self, gradient_at: Callable[[Array], tuple[float, Array]]
    ) -> Callable[[Any], tuple[float, Any]]:
        """Return the function that asks for the gradient, for parameters as the rule sees them, in one call."""
        self._call += 1
        during = self._call

        def at(theta: Any) -> tuple[float, Any]:
            check_current(self.rule, during == self._call)
            (like,) = self._cut(self._parameters.theta)
            given = in_form("gradient_at got", theta, like)
            if not isinstance(like, Mapping):
                return gradient_at(given)
            flat = np.empty_like(self._parameters.theta)
            for name, view in self._parameters.named(flat).items():
                view[...] = given[name]
            loss, g = gradient_at(flat)
            return loss, self._parameters.named(g)

        return at
