"""What works in place: nothing that it returns or puts elsewhere is dropped without a word."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Initializer, Optimizer, Regularizer, Transform

SMALL = ("dataset=gaussian", "dataset.train=60", "dataset.test=20", "network.hidden=[]", "training.steps=2")


@dataclass(frozen=True)
class Plain(Optimizer, slots=("v",)):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Named(Plain, sees="named"):
    def step(self, theta, g, state, *, t, lr):
        for name in theta:
            theta[name] -= lr * g[name]
            state[name][0] += g[name]


@dataclass(frozen=True)
class ReturnsParameters(Plain):
    def step(self, theta, g, state, *, t, lr):
        return theta - lr * g


@dataclass(frozen=True)
class ReturnsByName(Named):
    def step(self, theta, g, state, *, t, lr):
        return {name: theta[name] - lr * g[name] for name in theta}


@dataclass(frozen=True)
class SetsParameters(Named):
    def step(self, theta, g, state, *, t, lr):
        for name in theta:
            theta[name] = theta[name] - lr * g[name]


@dataclass(frozen=True)
class SetsGradients(Named):
    def step(self, theta, g, state, *, t, lr):
        for name in g:
            g[name] = 2 * g[name]


@dataclass(frozen=True)
class SetsPlaces(Named):
    def step(self, theta, g, state, *, t, lr, places):
        for name in places:
            places[name] = None


@dataclass(frozen=True)
class SetsStates(Named):
    def step(self, theta, g, state, *, t, lr):
        for name in state:
            state[name] = [state[name][0] + g[name]]


@dataclass(frozen=True)
class SetsSlots(Named):
    def step(self, theta, g, state, *, t, lr):
        for name in state:
            state[name][0] = state[name][0] + g[name]


@dataclass(frozen=True)
class SetsSlotsOfBlocks(Plain):
    def step(self, theta, g, state, *, t, lr):
        state[0] = state[0] + g


@dataclass(frozen=True)
class SetsWhereItIsJudged(Named):
    def evaluated(self, theta, state, *, t):
        for name in theta:
            theta[name] = theta[name] + 1
        return theta


@dataclass(frozen=True)
class DoublesGradients(Plain):
    def step(self, theta, g, state, *, t, lr):
        g *= 2


@dataclass(frozen=True)
class DoublesGradientsByName(Named):
    def step(self, theta, g, state, *, t, lr):
        for array in g.values():
            array[...] = 2 * array


@dataclass(frozen=True)
class ReturnsGradients(Transform):
    def before(self, theta, g, state, *, t, lr):
        return g * 2


@dataclass(frozen=True)
class ReturnsAfterwards(Transform):
    def after(self, theta, previous, g, state, *, t, lr):
        return theta


@dataclass(frozen=True)
class MovesBefore(Transform):
    def before(self, theta, g, state, *, t, lr):
        theta += 1


@dataclass(frozen=True)
class DoublesAfterwards(Transform, sees="array"):
    def after(self, theta, previous, g, state, *, t, lr):
        g += 1


@dataclass(frozen=True)
class MovesThePast(Transform, sees="all"):
    def after(self, theta, previous, g, state, *, t, lr):
        previous[...] = 7


@dataclass(frozen=True)
class ReturnsDerivative(Regularizer):
    def add_gradient(self, w, g):
        return g + w


@dataclass(frozen=True)
class ShrinksInAdding(Regularizer):
    def add_gradient(self, w, g):
        w *= 0.5


@dataclass(frozen=True)
class ShrinksInPenalty(Regularizer):
    def penalty(self, w):
        w *= 0.5
        return 0.0


@dataclass(frozen=True)
class ReturnsShrunk(Regularizer):
    def shrink(self, w, lr):
        return w * (1 - lr)


@dataclass(frozen=True)
class ReturnsSettled(Initializer):
    def std_for(self, fan_in, fan_out):
        return 1.0

    def sample(self, rng, shape, fan_in, fan_out):
        return rng.normal(size=shape)

    def settle(self, weight, outputs):
        return weight / 2


# By kind and class: what is said of it.
WRONG = {
    "optimizer": {
        ReturnsParameters: "step returned an array; it must change theta and state in place, and return nothing",
        ReturnsByName: "step returned a dict; it must change theta and state in place, and return nothing",
        SetsParameters: "no other array can take the place of '1.affine.W'; change it in place: [name][...] = …",
        SetsGradients: "no other array can take the place of '1.affine.W'; change it in place: [name][...] = …",
        SetsPlaces: "'mappingproxy' object does not support item assignment",
        SetsStates: "no other array can take the place of '1.affine.W'; change it in place: [name][...] = …",
        SetsSlots: "no other array can take the place of state[0]; change it in place: state[0][...] = …",
        SetsSlotsOfBlocks: "no other array can take the place of state[0]; change it in place: state[0][...] = …",
        DoublesGradients: "step must not change g (output array is read-only)",
        DoublesGradientsByName: "step must not change g (assignment destination is read-only)",
    },
    "transform": {
        ReturnsGradients: "before returned an array; it must change g and state in place, and return nothing",
        ReturnsAfterwards: "after returned an array; it must change theta and state in place, and return nothing",
        MovesBefore: "before must not change theta (output array is read-only)",
        DoublesAfterwards: "after must not change previous or g (output array is read-only)",
        MovesThePast: "after must not change previous or g (assignment destination is read-only)",
    },
    "regularizer": {
        ReturnsDerivative: "add_gradient returned an array; it must change g in place, and return nothing",
        ShrinksInAdding: "add_gradient must not change w (output array is read-only)",
        ShrinksInPenalty: "penalty must not change w (output array is read-only)",
        ReturnsShrunk: "shrink returned an array; it must change w in place, and return nothing",
    },
}  # fmt: skip


def failed(ravine_here, kind, classes):
    """Register classes, and return what a command says of each."""
    names = {cls.__name__.lower(): cls for cls in classes}
    for cls in classes:
        ravine.register(cls, name=cls.__name__.lower())
    chosen = ",".join(f"[{name}]" if kind == "transform" else name for name in names)
    done = ravine_here("-m", f"{kind}={chosen}", *SMALL, "figures=[]", "study=s")
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if ": failed: " in line]
    return {
        cls: next((line for line in lines if f"{kind} '{name}', {cls.__name__} of " in line), done.stderr)
        for name, cls in names.items()
    }


@pytest.mark.usefixtures("registered_here")
@pytest.mark.parametrize("kind", WRONG)
def test_what_would_be_dropped_is_refused_by_name_and_place(kind, ravine_here):
    for cls, line in failed(ravine_here, kind, WRONG[kind]).items():
        assert WRONG[kind][cls] in line, (cls, line)
        assert "test_in_place.py:" in line


@pytest.mark.usefixtures("registered_here")
def test_a_weight_that_settle_returns_is_refused_before_the_run(ravine_here):
    ravine.register(ReturnsSettled, name="settled")
    done = ravine_here("initializer=settled", *SMALL, "figures=[]", "study=s")
    assert done.returncode == 2
    says = "settle returned an array; it must change weight in place, and return nothing"
    assert says in done.stderr


@pytest.mark.usefixtures("registered_here")
def test_what_evaluated_sets_by_name_is_refused_before_the_run(ravine_here):
    ravine.register(SetsWhereItIsJudged, name="sets")
    done = ravine_here("optimizer=sets", *SMALL, "figures=[]", "study=s")
    assert done.returncode == 2
    assert (
        "no other array can take the place of '1.affine.W'; change it in place: [name][...] = …" in done.stderr
    )


@pytest.mark.usefixtures("registered_here")
def test_operators_that_work_in_place_are_what_they_look_like():
    ravine.register(Named, name="named")
    ours = ravine.run(["optimizer=named", *SMALL, "study=a"])
    theirs = ravine.run(["optimizer=sgd", "optimizer.lr=0.1", *SMALL, "study=b"])
    np.testing.assert_array_equal(ours.arrays["loss"], theirs.arrays["loss"])
