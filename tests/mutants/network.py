"""Networks with one mistake each."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ravine import Architecture, registry


def affine(units):
    return {"name": "affine", "units": units}


@dataclass(frozen=True)
class Good(Architecture):
    """Two layers with a curve between them.

    Parameters
    ----------
    units : int
        Of the first.
    """

    units: int = 8

    def stack(self, n_out):
        return ["flatten", affine(self.units), "tanh", affine(n_out)]


@dataclass(frozen=True)
class GivesAGenerator(Good):
    """Yields its layers one by one."""

    def stack(self, n_out):
        return (item for item in super().stack(n_out))


@dataclass(frozen=True)
class GivesNothing(Good):
    """Has no layers."""

    def stack(self, n_out):
        return []


@dataclass(frozen=True)
class MakesLayersItself(Good):
    """Gives objects instead of names."""

    def stack(self, n_out):
        return ["flatten", registry.load().get("layer", "affine")(n_out)]


@dataclass(frozen=True)
class Misspells(Good):
    """Names a layer that there is not."""

    def stack(self, n_out):
        return ["flatten", affine(self.units), "tahn", affine(n_out)]


@dataclass(frozen=True)
class InventsAField(Good):
    """Gives a layer a field that it does not have."""

    def stack(self, n_out):
        return ["flatten", {"name": "affine", "units": n_out, "bias": False}]


@dataclass(frozen=True)
class BreaksForOneOutput(Good):
    """Has half as many units before the outputs, which is none for one of them."""

    def stack(self, n_out):
        return ["flatten", affine(n_out // 2), "tanh", affine(n_out)]


@dataclass(frozen=True)
class CountsInNumPy(Good):
    """Computes units as NumPy does."""

    def stack(self, n_out):
        return ["flatten", affine(np.sqrt(self.units * n_out).astype(int)), "tanh", affine(n_out)]


@dataclass(frozen=True)
class TakesAnyWidth(Good):
    """Draws the units at random."""

    def stack(self, n_out):
        return ["flatten", affine(random.randrange(5, 10**6)), "tanh", affine(n_out)]


_kept: list[Any] = []


@dataclass(frozen=True)
class GrowsOneList(Good):
    """Adds to one list of the module."""

    def stack(self, n_out):
        _kept.extend(["flatten", affine(n_out)])
        return _kept


_ready: dict[int, list[Any]] = {}


@dataclass(frozen=True)
class RemembersItsList(Good):
    """Returns the list that it made the first time."""

    def stack(self, n_out):
        return _ready.setdefault(n_out, super().stack(n_out))


@dataclass(frozen=True)
class EmptiesItsField(Good):
    """Takes what it needs out of a field.

    Parameters
    ----------
    extra : dict
        What the curve is.
    """

    extra: Mapping[str, Any] = field(default_factory=lambda: {"activation": "tanh"})

    def stack(self, n_out):
        return ["flatten", affine(self.units), self.extra.pop("activation", "relu"), affine(n_out)]


@dataclass(frozen=True)
class ForgetsTheOutputs(Good):
    """Always ends with ten outputs."""

    def stack(self, n_out):
        return ["flatten", affine(self.units), "tanh", affine(10)]


@dataclass(frozen=True)
class HasNoWeights(Good):
    """Hands the inputs on."""

    def stack(self, n_out):
        return ["flatten", "tanh"]


@dataclass(frozen=True)
class LetsNothingThrough(Good):
    """Drops every unit while it trains."""

    def stack(self, n_out):
        return ["flatten", affine(8), {"name": "dropout", "ratio": 1 - 1e-9}, affine(n_out)]


@dataclass(frozen=True)
class DropsItsOutputs(Good):
    """Drops what it has computed."""

    def stack(self, n_out):
        return ["flatten", affine(n_out), {"name": "dropout", "ratio": 1 - 1e-9}]


SOUND = [Good()]
MUTANTS = [
    (GivesAGenerator(), "gives_a_sequence"),
    (GivesNothing(), "gives_a_sequence"),
    (MakesLayersItself(), "names_registered_layers"),
    (Misspells(), "names_registered_layers"),
    (Misspells(), "takes_an_example"),
    (InventsAField(), "gives_fields_that_layers_have"),
    (BreaksForOneOutput(), "gives_fields_that_layers_have"),
    (CountsInNumPy(), "gives_plain_values"),
    (TakesAnyWidth(), "gives_the_same_every_time"),
    (TakesAnyWidth(), "draws_nothing_global"),
    (GrowsOneList(), "gives_the_same_every_time"),
    (RemembersItsList(), "gives_a_new_list"),
    (EmptiesItsField(), "keeps_nothing_in_itself"),
    (ForgetsTheOutputs(), "ends_with_the_outputs_asked_for"),
    (HasNoWeights(), "trains_every_weight"),
    (LetsNothingThrough(), "trains_every_weight"),
    (DropsItsOutputs(), "learns"),
]
