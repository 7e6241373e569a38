"""What a step costs, counted and not timed: Python's calls, and memory that is asked for.

Numbers are limits, a tenth above what is needed now. Who needs more knows why, and writes it here.
"""

import sys
import tracemalloc
from collections import Counter

import numpy as np
import pytest
import ravine
from ravine.engine import training
from ravine.fusion.kernel import Fusion

HIDDEN, UNITS, BATCH, INPUTS = 4, 100, 128, 784
WORDS = [
    f"network.hidden={[UNITS] * HIDDEN}".replace(" ", ""), f"training.batch_size={BATCH}", "training.steps=50",
    "training.dtype=float32", "dataset.train=2000", "dataset.test=100",
]  # fmt: skip


@pytest.fixture
def loop(request, monkeypatch):
    """The loop of a network of five layers, after the steps in which things are made once."""
    optimizer, fusion = request.param
    monkeypatch.setattr(training, "fusion_of", lambda parameters, updates: fusion)
    experiment = ravine.build(ravine.compose([*WORDS, f"optimizer={optimizer}"]))
    made = experiment.bind(experiment.problem())
    with np.errstate(all="ignore"):
        for _ in range(3):
            made.step()
        yield made


def calls(loop):
    """How many of Python's functions a step calls, and how many of C's that are no operators."""
    counted = Counter()
    sys.setprofile(lambda frame, event, argument: counted.update([event]))
    try:
        loop.step()
    finally:
        sys.setprofile(None)
    return counted["call"], counted["c_call"]


@pytest.mark.parametrize(
    ("loop", "python", "c"),
    [
        (("sgd", Fusion.NOTHING), 170, 215),
        (("adam", Fusion.NOTHING), 170, 215),
        (("sgd", Fusion.BOTH), 130, 95),
        (("adam", Fusion.BOTH), 185, 145),
    ],
    indirect=["loop"],
    ids=["sgd", "adam", "sgd fused", "adam fused"],
)
def test_a_step_calls_few_functions(loop, python, c):
    of_python, of_c = calls(loop)
    assert python / 1.3 < of_python <= python
    assert c / 1.3 < of_c <= c


@pytest.mark.parametrize(
    "loop", [("adam", Fusion.NOTHING), ("adam", Fusion.BOTH)], indirect=True, ids=["numpy", "fused"]
)
def test_a_step_asks_for_little_more_memory_than_a_batch_and_what_layers_keep(loop):
    tracemalloc.start()
    try:
        loop.step()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        loop.step()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The batch, and for each hidden layer what the way back needs: outputs, before and after the activation.
    needed = 4 * BATCH * (INPUTS + 2 * HIDDEN * UNITS)
    assert peak - before < needed
    # Nothing is left behind but a loss.
    assert after - before < 5_000
