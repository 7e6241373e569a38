"""Optimizers: what a class says of its slots and of what it sees."""

import pytest
import ravine


def test_a_subclass_of_an_optimizer_keeps_its_slots():
    adam = ravine.registry.load().get("optimizer", "adam")
    assert type("Mine", (adam,), {})().slots == ("m", "v")
    assert type("Whole", (type("Norm", (adam,), {}, sees="all"),), {}).sees == "all"


def test_an_optimizer_cannot_see_something_else():
    with pytest.raises(TypeError, match="Spy: sees = 'rows' is not one of block, array, named, all"):
        type("Spy", (ravine.Optimizer,), {}, sees="rows")
