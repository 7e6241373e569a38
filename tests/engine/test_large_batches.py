"""A batch that is asked to be larger than the training data: it is said once, and computed as before."""

import pytest
import ravine

SMALL = ["dataset.train=40", "dataset.test=20", "training.epochs=2", "network.hidden=[5]", "figures=[]"]
SAID = (
    "dataset mnist: training.batch_size = 500, and there are 40 training examples: every batch has all of them"
)


def warned(done):
    return [line for line in done.stderr.splitlines() if line.startswith("ravine: warning")]


@pytest.mark.filterwarnings("always")
def test_a_batch_larger_than_the_data_is_told_once(ravine_here):
    for words in ([], ["-m", "seed=0,1"], ["-m", "seed=0,1", "--dry-run", "study=other"]):
        done = ravine_here(*words, *SMALL, "training.batch_size=500")
        assert done.returncode == 0, done.stderr
        assert warned(done) == [f"ravine: warning: {SAID}"]


@pytest.mark.filterwarnings("always")
def test_validation_examples_are_not_training_examples(ravine_here):
    done = ravine_here(*SMALL, "dataset.validation=0.5", "training.batch_size=30")
    assert warned(done) == [
        "ravine: warning: dataset mnist: training.batch_size = 30, and there are 20 training examples: "
        "every batch has all of them"
    ]


@pytest.mark.parametrize(
    "words", [["training.batch_size=40"], [], ["training.batch_size=500", "training.sampling=replacement"]]
)
def test_batches_that_are_as_large_as_asked_for_or_by_default_are_not_told(ravine_here, words):
    done = ravine_here(*SMALL, *words)
    assert done.returncode == 0, done.stderr
    assert warned(done) == []


def test_a_large_batch_is_all_examples():
    runs = [ravine.build(ravine.compose([*SMALL, f"training.batch_size={n}"])).run() for n in (40, 500)]
    assert runs[0].step == runs[1].step == 2
    assert (runs[0].arrays["loss"] == runs[1].arrays["loss"]).all()
