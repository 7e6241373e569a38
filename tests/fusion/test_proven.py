"""Programs that other networks have proven: used where layers do the same, and nowhere else."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest
from ravine import Layer
from ravine.engine.network import Node
from ravine.fusion import proof, stretch
from ravine.fusion.kernel import Fusion
from ravine.fusion.layout import OtherwiseError
from ravine.fusion.ready import Ready
from twins import Twins, made


@pytest.fixture(autouse=True)
def proofs(monkeypatch):
    """What is compared with layers: the classes of each proof."""
    differs, found = proof._differs, []

    def counted(ready, task, rng):
        found.append([type(place.forward.__self__).__name__ for place in task.places])
        return differs(ready, task, rng)

    monkeypatch.setattr(proof, "_differs", counted)
    return found


def layers(units=12, ratio=0.5):
    return [made("affine", units=units), made("batch_norm"), made("relu"), made("dropout", ratio=ratio)]


def passed(twins, **how):
    """Train and evaluate, until both are programs."""
    for _ in range(4):
        twins.step(**how)
        twins.step(training=False, **{key: value for key, value in how.items() if key == "change"})
    return twins


def test_a_program_is_proven_once_for_all_networks_of_a_form(proofs):
    for _ in range(3):
        assert len(passed(Twins(layers, (4,))).programs) == 2
    assert len(proofs) == 2


def test_networks_that_share_a_program_share_no_numbers(proofs):
    pairs = [Twins(layers, (4,)) for _ in range(3)]
    for rows in (90, 90, 90, 33, 33, 33, 90):
        for twins in pairs:
            # Of another run, or of one that went on, the stream is another one.
            twins.rngs = [np.random.default_rng(rows) for _ in range(2)]
            twins.step(rows)
            twins.step(rows, training=False)
    # Of each network two sizes of batches, trained and evaluated.
    assert [len(twins.programs) for twins in pairs] == [4, 4, 4]
    assert len(proofs) == 4


@pytest.mark.parametrize("other", [{"units": 13}, {"ratio": 0.4}], ids=["shape", "field"])
def test_another_form_or_field_is_proven_for_itself(proofs, other):
    passed(Twins(layers, (4,)))
    passed(Twins(lambda: layers(**other), (4,)))
    assert len(proofs) >= 3


def test_each_type_and_whether_there_are_loops_are_proven_for_themselves(proofs):
    for dtype in ("float32", "float64"):
        for fusion in (Fusion.BOTH, Fusion.PROGRAMS):
            passed(Twins(layers, (4,), dtype, fusion))
    assert len(proofs) == 8


def test_only_so_many_are_remembered(proofs, monkeypatch):
    monkeypatch.setattr(proof, "_MOST", 2)
    for units in (12, 13, 12):
        passed(Twins(lambda units=units: layers(units), (4,)))
        assert len(proof._PROVEN) == 2
    assert len(proofs) == 6


# ---- what notes show, and the first inputs do not -------------------------------------------------------------


class Holder:
    """Has two methods, of which a field may be one."""

    def once(self, x):
        return np.minimum(x, 10.0)

    def twice(self, x):
        return np.minimum(x, 20.0)


def helper(x):
    return np.minimum(x, OF_MODULE["cap"])


OF_MODULE = {"cap": 10.0, "helper": helper, "mode": "raise"}


@dataclass(frozen=True)
class Caps(Layer):
    """Does something to large inputs only, or to zeros."""

    how: object = helper

    def forward(self, x, p, *, training, rng):
        return self.how(x), lambda dy, need_dx=True: dy * 2


@dataclass(frozen=True, slots=True)
class Slotted:
    """A number in a slot."""

    number: float

    def __call__(self, x):
        return np.copysign(x, self.number)


class Signs(float):
    def __call__(self, x):
        return np.copysign(x, float(self))


def small(x):
    return np.clip(x, -1, 1)


def large(x):
    return x * 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (functools.partial(np.minimum, 10.0), functools.partial(np.minimum, 20.0)),
        (Holder().once, Holder().twice),
        (Slotted(0.0), Slotted(-0.0)),
        (Signs(0.0), Signs(-0.0)),
        (lambda x: np.minimum(x, 10.0), lambda x: np.minimum(x, 20.0)),
        (lambda x: np.minimum(x, 10.0), lambda x: np.maximum(x, -10.0)),
        (lambda x: np.clip(x, np.float32(0.0), 9.0), lambda x: np.clip(x, np.float32(-0.0), 9.0)),
        (np.exp, np.tanh),
        (lambda x: np.roll(x, 1), lambda x: np.roll(x, 2)),
        (lambda x: np.roll(x, 1, axis=0), lambda x: np.roll(x, 1, axis=1)),
    ],
    ids=["partial", "method", "slot", "float", "lambda", "operation", "zero", "function", "operand", "word"],
)
@pytest.mark.parametrize("fusion", [Fusion.BOTH, Fusion.PROGRAMS])
def test_layers_that_differ_where_the_first_inputs_do_not_reach(one, other, fusion):
    for how in (one, other, one):
        twins = Twins(lambda how=how: [made("identity"), Node("caps", Caps(how))], (12,), fusion=fusion)
        passed(twins, change=small)
        passed(twins, change=large)


@pytest.mark.parametrize("key", ["cap", "helper"])
def test_what_a_module_has_changed_is_seen(key, monkeypatch):
    def through(x):
        return OF_MODULE["helper"](x)

    for value in ({"cap": 10.0, "helper": helper}[key], {"cap": 20.0, "helper": abs}[key]):
        monkeypatch.setitem(OF_MODULE, key, value)
        twins = Twins(lambda: [made("identity"), Node("caps", Caps(through))], (12,))
        passed(twins, change=small)
        passed(twins, change=large)


def test_a_layer_that_does_the_same_to_notes_and_not_to_numbers_is_not_taken_for_another(proofs):
    @dataclass(frozen=True)
    class Sly(Layer):
        def forward(self, x, p, *, training, rng):
            y = x * 3 if isinstance(x, np.ndarray) else x * 2
            return y, lambda dy, need_dx=True: dy * 2

    def sly(x):
        return x * 3 if isinstance(x, np.ndarray) else x * 2

    passed(Twins(lambda: [Node("caps", Caps(lambda x: x * 2))], (12,)))
    for layer in (Sly(), Caps(sly), Caps(functools.partial(sly))):
        twins = passed(Twins(lambda layer=layer: [Node("sly", layer)], (12,)))
        assert twins.fused.fused == {"0.sly": "its program gives other bits"}


def test_layers_that_go_on_in_another_way_from_the_first_inputs_on(monkeypatch):
    def how(x):
        return x * OF_MODULE["cap"] if (x > 0).all() else x * 2

    for cap in (10.0, 20.0):
        monkeypatch.setitem(OF_MODULE, "cap", cap)
        twins = Twins(lambda: [made("identity"), Node("caps", Caps(how))], (12,))
        for change in (small, small, small, abs, abs, small, abs):
            passed(twins, change=change)


def test_a_program_that_does_not_go_the_way_of_its_notes_is_not_proven(monkeypatch):
    monkeypatch.setattr(Ready, "forward", lambda self, x, rng: False)
    twins = passed(Twins(lambda: [made("tanh")], (12,)))
    assert twins.fused.fused == {"0.tanh": "its program gives other bits"}


def test_a_program_that_does_not_go_its_way_back_is_not_proven(monkeypatch):
    def stays(self, dy):
        raise OtherwiseError

    monkeypatch.setattr(Ready, "back", stays)
    twins = Twins(lambda: [made("tanh")], (12,))
    for _ in range(3):
        twins.step()
    assert twins.fused.fused == {"0.tanh": "its program gives other bits"}


class Called:
    """Can be called, and has no hash."""

    __hash__ = None

    def __call__(self, x):
        return x * 2


def test_what_can_be_called_and_has_no_hash_is_proven_each_time(proofs):
    for _ in range(2):
        passed(Twins(lambda: [Node("caps", Caps(Called()))], (12,)))
    assert len(proofs) == 4


# ---- programs that raise ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Late(Layer):
    """Takes a column whose number depends on its inputs, and so may be one that there is not."""

    def forward(self, x, p, *, training, rng):
        return x + np.take(x, (x > 6).any(axis=1) * 30, axis=1)[:, :1], lambda dy, need_dx=True: dy * 2


@pytest.mark.parametrize("before", [["identity"], ["dropout"], ["batch_norm", "dropout"]])
def test_an_error_in_a_program_is_that_of_the_layer(before):
    def an_outlier(x):
        x[0] = 9e9
        return x

    twins = Twins(lambda: [*(made(name) for name in before), Node("late", Late())], (12,))
    assert [twins.step() for _ in range(3)] == [None] * 3
    assert len(twins.programs) == 1
    assert isinstance(twins.step(change=an_outlier), IndexError)
    assert twins.step() is None


# ---- short runs -------------------------------------------------------------------------------------------------


@pytest.fixture
def three(monkeypatch):
    """A form has come often after three passes."""
    monkeypatch.setattr(stretch, "_OFTEN", 3)
    monkeypatch.setattr(stretch, "_OFTEN_JUDGED", 3)


def counts(twins, steps):
    found = []
    for _ in range(steps):
        twins.step()
        found.append(len(twins.programs))
    return found


def test_a_short_run_has_a_program_when_its_form_has_come_often(three):
    assert counts(Twins(layers, (4,), fusion=Fusion.OFTEN), 5) == [0, 0, 0, 1, 1]
    # The form of the gradient is that of the first step.
    assert counts(Twins(layers, (4,), fusion=Fusion.OFTEN), 3) == [0, 1, 1]
    assert counts(Twins(lambda: layers(13), (4,), fusion=Fusion.OFTEN), 3) == [0, 0, 0]


def test_what_prevented_a_program_of_a_short_run_is_remembered(three, monkeypatch):
    def nodes():
        return [made("affine"), made("maxout")]

    why = "np.put_along_axis: np.put_along_axis(dx, largest, "
    first = Twins(nodes, (4,), fusion=Fusion.OFTEN)
    counts(first, 5)
    assert first.fused.fused["1.maxout"].startswith(why)
    monkeypatch.setattr(stretch, "proven", lambda task, rng: pytest.fail("it is tried again"))
    second = Twins(nodes, (4,), fusion=Fusion.OFTEN)
    counts(second, 2)
    assert second.fused.fused["1.maxout"].startswith(why)
    # A long run finds its own cause.
    refused = []
    monkeypatch.setattr(stretch, "proven", proof.proven)
    monkeypatch.setattr(stretch, "refuse", lambda form, fault: refused.append(fault))
    counts(Twins(nodes, (4,)), 3)
    assert refused
