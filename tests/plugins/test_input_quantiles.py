"""What a layer's units get while a network learns: the probe, the metric of how far it moves, and the figure."""

import numpy as np
import pytest
import ravine
from factories import draw, run, texts
from ravine import registry

WORDS = ["dataset.train=60", "dataset.test=20", "network.hidden=[3,2]", "network.activation=sigmoid"]


def made(kind, name, **fields):
    return registry.load().get(kind, name)(**fields)


def looked(*overrides, **fields):
    problem = ravine.build(ravine.compose([*WORDS, "training.dtype=float64", *overrides])).problem()
    kept = problem.network.buffers.theta, problem.parameters.theta
    before = [array.tobytes() for array in kept]
    seen = made("probe", "input_quantiles", **fields).watch(problem, np.random.default_rng(0))()
    assert [array.tobytes() for array in kept] == before
    return problem, seen


def test_the_last_sigmoid_gets_what_its_weights_make_of_the_sigmoids_before_it():
    problem, seen = looked(samples=40)
    views = problem.parameters.named(problem.parameters.theta)
    x = problem.inputs(problem.split.train[:40]).reshape(40, -1)
    hidden = 1 / (1 + np.exp(-(x @ views["1.affine.W"] + views["1.affine.b"])))
    ascending = np.sort(hidden @ views["3.affine.W"] + views["3.affine.b"], axis=0)
    assert {name: array.shape for name, array in seen.items()} == {
        "low": (2,), "median": (2,), "high": (2,), "spread": (2,), "shares": (3,)
    }  # fmt: skip
    assert seen["shares"].tolist() == [0.15, 0.5, 0.85]
    # Of 40 numbers the median is half-way between the 20th and the 21st.
    assert seen["median"] == pytest.approx(ascending[19:21].mean(axis=0))
    # A share of 0.15 of the way from the 1st to the 40th is 5.85 places from the 1st.
    assert seen["low"] == pytest.approx(ascending[5] + 0.85 * (ascending[6] - ascending[5]))
    assert seen["spread"] == pytest.approx(seen["high"] - seen["low"])


def test_what_is_normalised_is_looked_at_as_in_training():
    _, seen = looked("network.normalization=batch_norm", "initializer=normal", samples=60)
    assert seen["spread"] == pytest.approx([2, 2], abs=0.5)
    assert np.abs(seen["median"]).max() < 0.5


def test_a_layer_that_comes_first_gets_the_examples():
    problem, seen = looked(layer="flatten", low=0.0, high=1.0, samples=9)
    x = problem.inputs(problem.split.train[:9]).reshape(9, -1)
    assert seen["low"].tolist() == x.min(axis=0).tolist()
    assert seen["high"].tolist() == x.max(axis=0).tolist()


def test_requests_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"^InputQuantiles: low = 0\.9, high = 0\.85: low is below high$"):
        made("probe", "input_quantiles", low=0.9)
    with pytest.raises(
        ValueError, match=r"^no layer is named tanh; there are: 0\.flatten, 1\.affine, 2\.sigmoid, "
    ):
        looked(layer="tanh")


def quantiles(median, **config):
    """A run whose unit 1 has these medians, and low and high 1 below and 2 above; unit 0 has zeros."""
    middle = np.array([[0.0, y] for y in median])
    arrays = {"low": middle - 1, "median": middle, "high": middle + 2, "spread": np.full_like(middle, 3)}
    arrays["shares"] = np.tile([0.1, 0.5, 0.9], (len(median), 1))
    probed = {f"probe.input_quantiles.{name}": array for name, array in arrays.items()}
    return run(arrays={"evaluation.step": np.arange(len(median)) * 10.0, **probed}, **config)


def drift(of, subject):
    return made("metric", "drift", of=of).measure(subject)


def test_drift_is_from_lowest_to_highest_in_the_mean_over_units():
    subject = quantiles([1.0, 5.0, 3.0])
    assert drift("input_quantiles.median", subject) == 2.0
    assert drift("input_quantiles.spread", subject) == 0.0
    assert drift("input_quantiles.median", quantiles([1.0, np.inf])) is None
    assert drift("input_quantiles.median", quantiles([1.0, 2.0], status="diverged")) is None
    with pytest.raises(ValueError, match=r"^no probe saw x; there are: input_quantiles\.low, "):
        drift("x", subject)


def test_the_figure_draws_one_unit_of_one_run_of_each_group():
    runs = [
        quantiles([1.0, 5.0, 3.0], seed=1),
        quantiles([2.0, 4.0, 6.0], seed=0),
        quantiles([7.0, 7.0], optimizer__lr=2),
    ]
    picture = draw("input_quantiles", *runs, unit=1)
    first, second = picture.axes
    assert [line.get_ydata().tolist() for line in first.lines] == [[2, 4, 6], [1, 3, 5], [4, 6, 8]]
    assert first.lines[0].get_xdata().tolist() == [0, 10, 20]
    assert second.lines[0].get_ydata().tolist() == [7, 7]
    assert any("unit 2 gets,\nwith a band from its quantile 0.1 to 0.9" in text for text in texts(picture))
    with pytest.raises(
        ValueError, match=r"^input_quantiles needs completed runs with the probe input_quantiles of"
    ):
        draw("input_quantiles", *runs, unit=2)
