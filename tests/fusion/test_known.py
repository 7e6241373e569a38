"""Programs that are known of other networks: proven once, tried again, and never used where layers do other things."""

from dataclasses import dataclass

import numpy as np
import pytest
from ravine import Layer
from ravine.engine.network import Node
from ravine.fusion import known, stretch
from twins import Twins, made


@pytest.fixture(autouse=True)
def proofs(monkeypatch):
    """Evaluations come often before they are programs; it gives the layers of each proof."""
    monkeypatch.setattr(stretch, "_RARE", 3)
    proven, found = known.proven, []

    def counted(task, rng):
        found.append([type(place.forward.__self__).__name__ for place in task.places])
        return proven(task, rng)

    monkeypatch.setattr(known, "proven", counted)
    return found


def layers(slope=0.1, units=12):
    return [
        made("affine", units=units), made("batch_norm"), made("leaky_relu", slope=slope), made("dropout", ratio=0.5),
    ]  # fmt: skip


def passed(twins):
    """Train and evaluate, until both are programs."""
    for _ in range(4):
        twins.step()
        twins.step(training=False)
    return twins


def test_the_program_of_another_network_is_used_as_soon_as_it_can_be(proofs):
    passed(Twins(layers, (4,)))
    assert len(proofs) == 2
    twins = Twins(layers, (4,))
    twins.step(training=False)
    assert len(twins.programs) == 1
    # The form of the gradient is that of the first step.
    twins.step()
    assert len(twins.programs) == 1
    twins.step()
    assert len(twins.programs) == 2
    passed(twins)
    assert len(proofs) == 2


def test_networks_that_share_a_program_share_no_numbers(proofs):
    pairs = [Twins(layers, (4,)) for _ in range(3)]
    for rows in (90, 90, 90, 33, 90):
        for twins in pairs:
            twins.step(rows)
            twins.step(rows, training=False)
    assert len({id(ready) for twins in pairs for ready in twins.programs}) == 6
    assert len(proofs) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"slope": 0.2},
        {"slope": 0.1, "units": 13},
    ],
    ids=["field", "shape"],
)
def test_layers_with_other_fields_or_shapes_have_a_program_of_their_own(proofs, other):
    passed(Twins(layers, (4,)))
    passed(Twins(lambda: layers(**other), (4,)))
    assert len(proofs) == 4


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_each_type_has_a_program_of_its_own(proofs, dtypes):
    for dtype in dtypes:
        passed(Twins(layers, (4,), dtype))
    assert len(proofs) == 4


@dataclass(frozen=True)
class Divides(Layer):
    """Divides by a number, by one of its module, and by what a function of its own makes of the inputs."""

    by: float = 1.0
    function: object = np.abs

    def forward(self, x, p, *, training, rng):
        y = np.copysign(1.0, x) / (self.by * OF_MODULE["divisor"]) + self.function(x)
        return y, lambda dy, need_dx=True: dy * OF_MODULE["divisor"]


OF_MODULE = {"divisor": 1.0}


def absolute(x):
    return abs(x)


def doubled(x):
    return x + x


@pytest.mark.parametrize(
    ("one", "other"),
    [({"by": 0.0}, {"by": -0.0}), ({"function": absolute}, {"function": doubled}), ({"by": 1.0}, {"by": 1})],
    ids=["zero", "function", "type"],
)
def test_fields_that_python_takes_for_equal_are_told_apart(proofs, one, other):
    for fields in (one, other):
        passed(Twins(lambda fields=fields: [made("affine"), Node("divides", Divides(**fields))], (4,)))
    assert len(proofs) == 4


def test_a_number_of_the_module_that_has_changed_is_found(proofs, monkeypatch):
    def nodes():
        return [made("affine"), Node("divides", Divides())]

    passed(Twins(nodes, (4,)))
    monkeypatch.setitem(OF_MODULE, "divisor", 3.0)
    passed(Twins(nodes, (4,)))
    assert len(proofs) == 4
