"""Functions in the engine: streams, types, roles, and gradients that are asked for again."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Optimizer
from ravine.engine.function import FunctionProblem
from ravine.engine.randomness import Streams
from ravine.engine.training import Loop


def problem(*words, seed=0):
    return ravine.build(ravine.compose([*words, f"seed={seed}"])).problem()


NOISY = ["problem=noisy_quadratic", "problem.n=6", "problem.condition=6"]


def noise(made, theta):
    """Return the noise in a gradient: what is left of it without that of the bowl, 1/i."""
    made.parameters.theta[:] = theta
    made.loss_and_gradient()
    return made.parameters.grad - theta / np.arange(1, 7)


def test_runs_that_differ_see_the_same_noise_and_other_seeds_another():
    here, there, other = problem(*NOISY), problem(*NOISY), problem(*NOISY, seed=1)
    assert here.parameters.theta.tobytes() == there.parameters.theta.tobytes()
    assert (here.parameters.theta != other.parameters.theta).all()
    for _ in range(3):
        seen = noise(here, np.ones(6))
        assert noise(there, np.full(6, -3.0)) == pytest.approx(seen, abs=1e-12)
        assert (np.abs(noise(other, np.ones(6)) - seen) > 1e-9).all()


def test_data_are_those_of_the_seed():
    words = ["problem=quadratic", "problem.n=3", "problem.rotated=true"]
    one, same, other = (problem(*words, *more, seed=s)._data.H for s, more in ((0, []), (0, ["problem.condition=9"]), (1, [])))  # fmt: skip
    vectors = [np.linalg.eigh(H)[1] for H in (one, same, other)]
    assert np.abs(np.diag(vectors[0].T @ vectors[1])) == pytest.approx([1, 1, 1])
    assert (np.abs(np.diag(vectors[0].T @ vectors[2])) < 0.999).all()


def test_a_gradient_that_is_asked_for_again_has_the_same_noise_and_moves_no_stream():
    made, plain = problem(*NOISY), problem(*NOISY)
    first = made.loss_and_gradient(), made.parameters.grad.copy()
    for one in (made, plain):
        one.parameters.theta += 1
    plain_loss = plain.loss_and_gradient()
    assert made.again() == plain_loss
    assert made.parameters.grad.tobytes() == plain.parameters.grad.tobytes()
    made.parameters.theta -= 1
    assert (made.again(), made.parameters.grad.tobytes()) == (first[0], first[1].tobytes())
    assert made.loss_and_gradient() != first[0]
    plain.parameters.theta -= 1
    plain.loss_and_gradient()
    assert made.parameters.grad.tobytes() == plain.parameters.grad.tobytes()


@dataclass(frozen=True)
class Midpoint(Optimizer, sees="all"):
    """A step by the gradient half a step ahead."""

    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr, gradient_at):
        theta -= lr * gradient_at(theta - lr / 2 * g)[1]


def test_gradients_at_other_places_are_counted():
    experiment = ravine.build(ravine.compose([*NOISY, "training.steps=4", "training.evaluate_every=2"]))
    made = FunctionProblem(experiment.problem()._function, streams=Streams(0), dtype="float64")
    rules = Midpoint(), experiment.schedule, experiment.regularizer, experiment.training
    record = Loop(made, *rules).run()
    assert record.arrays["gradients"].tolist() == [0, 2, 4, 6, 8]
    assert record.arrays["evaluation.step"].tolist() == [0, 2, 4]
    assert "path" not in record.arrays


def test_evaluations_are_in_float64_and_training_in_its_own_type():
    words = [*NOISY, "training.steps=5", "training.dtype=float32"]
    narrow = problem(*words)
    assert narrow.parameters.theta.dtype == narrow._data.h.dtype == np.float32
    x = narrow.parameters.theta.astype(float)
    assert narrow.evaluate()["value"] == pytest.approx(float(np.sum(x * x / np.arange(1, 7))) / 2, rel=1e-15)
    wide = ravine.build(ravine.compose([*NOISY, "training.steps=5"])).run()
    assert ravine.build(ravine.compose(words)).run().final == pytest.approx(wide.final, rel=1e-5)
    assert wide.final.keys() == {"value", "excess"}


def test_whoever_writes_to_parameters_or_data_is_stopped():
    made = problem(*NOISY)
    for held in (made._p.x, made._data.h, made._exact_data.h):
        with pytest.raises(ValueError, match="read-only"):
            held += 1


def test_a_matrix_is_a_hidden_weight_and_a_vector_is_not():
    places = problem("problem=matrix_factorization").parameters.places
    assert {name: (place.role, place.shape) for name, place in places.items()} == {
        "function.U": ("hidden", (20, 5)),
        "function.V": ("hidden", (5, 30)),
    }
    (place,) = problem("problem=logistic_regression").parameters.places.values()
    assert (place.name, place.role, place.decay) == ("function.w", "other", 1.0)


def test_a_group_holds_one_of_the_arrays():
    words = ["problem=matrix_factorization", "training.steps=3", "optimizer.lr=0.1"]
    held = ravine.build(ravine.compose([*words, "training.groups=[{name:function.U,frozen:true}]"]))
    made = held.problem()
    before = {name: view.copy() for name, view in made.parameters.named(made.parameters.theta).items()}
    held.bind(made).run()
    after = made.parameters.named(made.parameters.theta)
    assert (after["function.U"] == before["function.U"]).all()
    assert (after["function.V"] != before["function.V"]).all()


def test_a_run_that_overflows_has_diverged():
    run = ravine.build(ravine.compose(["problem=quadratic", "optimizer.lr=1e20", "training.steps=50"])).run()
    assert (run.status, run.step < 50, run.final) == ("diverged", True, {})
