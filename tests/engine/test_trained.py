"""A network that a run has left predicts what the run has measured."""

import numpy as np
import pytest
import ravine

SMALL = ["dataset.train=500", "dataset.test=700", "dataset.validation=0.2", "training.batch_size=50",
         "training.evaluate_every=3"]  # fmt: skip
WORDS = {
    "float32": ["optimizer=adam", "training.steps=20"],
    "float64": ["optimizer=adam", "training.steps=20", "training.dtype=float64"],
    "batch_norm and dropout": ["network.normalization=batch_norm", "network.dropout=0.3", "training.steps=20"],
    "averages": ["transform=[{name:ema,beta:0.8}]", "training.steps=20", "optimizer.lr=0.5"],
    "several averages": ["transform=[swa]", "network.normalization=batch_norm", "training.steps=20"],
    "a stop": ["training.steps=50", "stop=[{name:gradient_budget,gradients:9}]"],
    "no step": ["training.steps=0"],
    "a layer's field with a schedule": [
        "network.dropout=0.5",
        "schedules.3.dropout.ratio=cosine",
        "optimizer.lr=0.5",
        "training.steps=20",
    ],
    "a schedule that follows evaluations": [
        "network.dropout=0.5",
        "schedules.3.dropout.ratio={name:plateau,patience:1,ratio:0.5}",
        "training.steps=30",
        "optimizer.lr=1",
    ],
}


def learned(*words):
    return ravine.build(ravine.compose([*SMALL, *words])).run()


@pytest.mark.parametrize("what", WORDS)
def test_it_gives_the_numbers_that_were_recorded(what):
    run = learned(*WORDS[what])
    last, best = run.network(), run.network("best")
    assert last.evaluate() == run.final
    assert best.evaluate() == {name: value for name, value in run.best.items() if name != "step"}
    mistakes = last.mistakes()
    assert 1 - len(mistakes.where) / 700 == pytest.approx(run.final["test_accuracy"], abs=1e-12)
    assert len(best.mistakes("validation").where) == round(100 * (1 - run.best["validation_accuracy"]))


def test_the_evaluation_at_the_start_has_the_first_factor_of_a_schedule():
    """Found: it had the plain value, as if nothing were scheduled."""
    warm = "schedules.3.dropout.ratio={name:warm_up,length:1000}"
    words = ["network.hidden=[20]", "training.steps=0"]
    scheduled = learned("network.dropout=0.5", warm, *words)
    assert scheduled.final == learned("network.dropout=0.0005", *words).final
    assert scheduled.final != learned("network.dropout=0.5", *words).final


def test_the_best_are_those_at_the_lowest_validation_loss():
    words = ["network.hidden=[50]", "optimizer=adam", "optimizer.lr=0.02"]
    run = learned(*words, "training.steps=60")
    at = int(run.best["step"])
    assert 0 < at < run.step
    assert run.best["validation_loss"] == run.arrays["evaluation.validation_loss"].min()
    shorter = learned(*words, f"training.steps={at}")
    for name, array in run.weights("best").items():
        np.testing.assert_array_equal(array, shorter.weights("last")[name])


def test_mistakes_and_confusion_are_those_of_its_outputs():
    run = learned("network.hidden=[20]", "optimizer=adam", "training.steps=30")
    network = run.network()
    x, true = network.split.test.x, network.split.test.target
    # The book's network by hand: affine, ReLU, affine.
    weights = run.weights()
    hidden = np.maximum(
        x.reshape(len(x), -1) / np.float32(255) @ weights["1.affine.W"] + weights["1.affine.b"], 0
    )
    outputs = hidden @ weights["3.affine.W"] + weights["3.affine.b"]
    np.testing.assert_allclose(network.predict(x), outputs, rtol=1e-4, atol=1e-4)
    predicted = network.predict(x).argmax(axis=1)
    mistakes = network.mistakes()
    assert mistakes.where.tolist() == [i for i in range(len(x)) if predicted[i] != true[i]]
    assert (mistakes.true == true[mistakes.where]).all()
    assert (mistakes.predicted == predicted[mistakes.where]).all()
    confusion = network.confusion()
    assert confusion.shape == (10, 10)
    assert [confusion[3, 5], confusion[7, 7]] == [
        sum((true == 3) & (predicted == 5)), sum((true == 7) & (predicted == 7)),
    ]  # fmt: skip
    assert confusion.sum() == len(x)
    assert len(network.predict(x[:0])) == 0


def test_what_it_does_not_take_is_one_line():
    network = learned("dataset.validation=0", "training.steps=1").network()
    for wrong, says in (
        (np.zeros(784), r"x is float64 of shape \(784,\): it has to be numbers of shape \(n, 28, 28\)"),
        (np.full((2, 1, 28, 28), "a"), r"x is <U1 of shape \(2, 1, 28, 28\): it has to be numbers"),
    ):
        with pytest.raises(ValueError, match=says):
            network.predict(wrong)
    with pytest.raises(ValueError, match=r"^part = 'tests': it is train, validation or test$"):
        network.mistakes("tests")
    with pytest.raises(ValueError, match=r"^the run has no validation examples$"):
        network.confusion("validation")


def test_rows_of_numbers_have_no_classes():
    x = np.random.default_rng(0).normal(size=(60, 3))
    ravine.dataset_of(x, x[:, :2] * 2, name="lines")
    words = ["dataset=lines", "loss=mean_squared_error", "network.hidden=[]", "training.steps=2"]
    network = ravine.build(ravine.compose(words)).run().network()
    assert network.predict(x).shape == (60, 2)
    with pytest.raises(ValueError, match=r"^the targets are not classes: predict gives outputs"):
        network.mistakes()


def test_weights_of_another_network_are_refused():
    run = learned("training.steps=1", "network.hidden=[5]")
    other = ravine.build(ravine.compose([*SMALL, "network.hidden=[6]"]))
    with pytest.raises(
        ValueError, match=r"^1\.affine\.W is float32 of shape \(784, 5\) in the weights, and float32"
    ):
        other.network(run.weights())
    weights = run.weights()
    del weights["1.affine.b"]
    with pytest.raises(
        ValueError, match=r"^1\.affine\.b is missing in the weights, and float32 of shape \(5,\) in"
    ):
        ravine.build(run.config).network(weights)
