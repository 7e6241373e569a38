"""Numbers that fade reach 0, and do not stay below the smallest normal number, where arithmetic is slow."""

import numpy as np
import pytest
import ravine
from ravine import ParameterSpec, registry
from ravine.engine.parameters import Parameters
from ravine.engine.training import Loop
from ravine.engine.update import Update

# The pixels at the edge are 0, so that their weights fade: they lose a tenth in each step, and are below the
# smallest normal number of float32 after some 830.
FADE = ["dataset.train=40", "dataset.test=0", "training.batch_size=8", "optimizer.lr=0.1",
        "regularizer=decoupled_l2", "regularizer.strength=1", "training.evaluate_every=10000"]  # fmt: skip
SMALL = ["network.hidden=[5]"]


def made(kind, name, **fields):
    return registry.load().get(kind, name)(**fields)


def loop(*overrides):
    experiment = ravine.build(ravine.compose([*FADE, *overrides]))
    problem = experiment.problem()
    return Loop(problem, experiment.optimizer, experiment.schedule, experiment.regularizer, experiment.training)


def denormals(array):
    return np.count_nonzero((array != 0) & (abs(array) < np.finfo(array.dtype).tiny))


@pytest.mark.parametrize(("dtype", "steps"), [("float32", 1200), ("float64", 8000)])
@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam"])
def test_a_velocity_that_fades_reaches_0(name, dtype, steps):
    parameters = Parameters({("a", "W"): ParameterSpec((3,), fill=1.0)}, dtype)
    update = Update(made("optimizer", name), parameters)
    first = next(iter(update.state.values()))
    first[:] = 1.0, -1e-3, 0.0
    for t in range(1, steps):
        update(t, 0.0)
    assert first.tolist() == [0, 0, 0]


@pytest.mark.parametrize("sees", ["block", "array", "all"])
def test_what_is_normal_is_left_alone(sees):
    parameters = Parameters({("a", "W"): ParameterSpec((2, 3), fill=0.0)}, "float32")
    smallest = np.finfo(np.float32).tiny
    kept = np.array([1.0, -smallest, smallest, -0.0, np.inf, np.nan], np.float32)
    still = type("Still", (type(made("optimizer", "sgd")),), {"sees": sees, "step": lambda *_, **__: None})
    update = Update(still(), parameters)
    for t in range(1, 65):
        parameters.theta[:] = kept
        update(t, 0.1)
        assert parameters.theta.tobytes() == kept.tobytes()


def test_weights_that_fade_reach_0():
    trained = loop(*SMALL, "training.steps=1000")
    trained.run()
    weights = trained.problem.parameters.theta[trained.problem.parameters.decayed]
    assert trained.made == 1000
    assert not denormals(weights)
    # 10 of the pixels or more are 0 in all digits, and each has 5 weights.
    assert np.count_nonzero(weights == 0) > 50


def test_running_statistics_that_fade_reach_0():
    layers = "network.layers=[flatten,batch_norm,{name:affine,units:10}]"
    faded = loop("network=layers", layers, "training.steps=1000")
    faded.run()
    kept = faded.problem.network.buffers.theta
    assert not denormals(kept)
    # Mean and variance of more than 300 pixels.
    assert np.count_nonzero(kept == 0) > 600


def test_a_run_that_goes_on_from_any_step_ends_with_the_same_bits():
    whole = loop(*SMALL, "training.steps=900")
    whole.run()
    for stop in (832, 843):
        first = loop(*SMALL, "training.steps=900")
        first.evaluate()
        while first.made < stop:
            first.step()
        then = loop(*SMALL, "training.steps=900")
        then.resume(first.snapshot(), stop, 0.0)
        then.problem._batches._rng.bit_generator.state = first.problem._batches._rng.bit_generator.state
        while then.made < 900:
            then.step()
        assert then.problem.parameters.theta.tobytes() == whole.problem.parameters.theta.tobytes()
