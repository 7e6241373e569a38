"""Inputs that are read for a batch, into the same memory."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Data, Dataset, Examples
from ravine.engine.reader import Reader
from ravine.fusion.kernel import Fusion


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("of", [np.uint8, np.int16, np.float32, np.float64])
def test_inputs_are_converted_and_then_scaled(of, dtype):
    x = np.random.default_rng(0).integers(256, size=(50, 3, 5)).astype(of)
    numbers = np.array([4, 0, 49, 4])
    expected = x[numbers].astype(dtype) * dtype(1 / 255)
    read = Reader(x, 1 / 255, np.dtype(dtype))(numbers)
    assert read.dtype == dtype
    assert read.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1 / 255, 1.0, 1e-45, 1e38, 0.1])
def test_bytes_that_are_scaled_in_one_loop_have_the_same_bits(scale, dtype):
    pytest.importorskip("llvmlite", reason="the compiler is not installed")
    # Every byte, in rows that are no multiple of what a processor takes at a time.
    x = np.arange(3 * 7 * 37).astype(np.uint8).reshape(7, 3, 37)
    fused, plain = (Reader(x, scale, np.dtype(dtype)) for _ in range(2))
    fused.fuse()
    assert fused._scaling
    numbers = np.array([6, 0, 3, 3, 1])
    with np.errstate(over="ignore", under="ignore"):
        assert fused(numbers).tobytes() == plain(numbers).tobytes()
        for part in (x[:3], x[1:], x[:, :, ::-1], np.asfortranarray(x)):
            assert fused.scaled(part).tobytes() == plain.scaled(part).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_scale_that_is_a_numpy_number_is_a_number(dtype):
    """NumPy would compute in its type, and a loop in that of the network."""
    pytest.importorskip("llvmlite", reason="the compiler is not installed")
    x = np.random.default_rng(0).integers(256, size=(40, 6)).astype(np.uint8)
    made = Data(Examples(x, np.arange(40) % 2), Examples(x, np.arange(40) % 2), 2, scale=1 / x.max())
    assert isinstance(made.scale, np.float64)

    @ravine.register
    @dataclass(frozen=True, kw_only=True)
    class Halves(Dataset):
        def load(self):
            return made

    experiment = ravine.build(
        ravine.compose(["dataset=halves", f"training.dtype={dtype}", "network.hidden=[4]"])
    )
    plain, fused = experiment.problem(), experiment.problem()
    fused.fuse(Fusion.LOOPS)
    for one in (plain, fused):
        one.loss_and_gradient()
    assert plain._x.tobytes() == fused._x.tobytes()


def test_other_inputs_than_bytes_are_scaled_by_numpy():
    reader = Reader(np.arange(12, dtype=np.int16).reshape(4, 3), 0.5, np.dtype(np.float32))
    reader.fuse()
    assert reader._scaling is None


def test_as_many_inputs_lie_in_the_same_memory():
    reader = Reader(np.arange(12, dtype=np.uint8).reshape(4, 3), 0.5, np.dtype(np.float32))
    first = reader(np.array([0, 1]))
    assert reader(np.array([2, 3])) is first
    assert first.tolist() == [[3, 3.5, 4], [4.5, 5, 5.5]]
    assert reader(np.array([2, 3, 0])) is not first


def test_inputs_that_come_again_are_right_also_when_a_batch_of_as_many_came_between():
    x = np.arange(12, dtype=np.uint8).reshape(4, 3)
    reader = Reader(x, 0.5, np.dtype(np.float32))
    evaluated = x[:2]
    for between in ([], [[2, 3]], [[0, 1, 2]], [[2, 3], [0, 1, 2]]):
        for numbers in between:
            reader(np.array(numbers))
        np.testing.assert_array_equal(reader.scaled(evaluated), [[0, 0.5, 1], [1.5, 2, 2.5]])
    np.testing.assert_array_equal(reader.scaled(x[2:]), [[3, 3.5, 4], [4.5, 5, 5.5]])


def test_inputs_that_are_still_there_are_not_scaled_again_and_others_are():
    x = np.arange(12, dtype=np.uint8).reshape(4, 3)
    reader = Reader(x, 0.5, np.dtype(np.float32))
    evaluated, others = x[:2], x[2:]
    reader.scaled(evaluated)[0, 0] = -1
    assert reader.scaled(evaluated)[0, 0] == -1
    reader.scaled(others)
    assert reader.scaled(evaluated)[0, 0] == 0


def test_an_interruption_leaves_nothing_that_is_taken_for_inputs(monkeypatch):
    x = np.arange(12, dtype=np.uint8).reshape(4, 3)
    reader = Reader(x, 0.5, np.dtype(np.float32))
    evaluated, others = x[:2], x[2:]
    reader.scaled(evaluated)

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(np, "copyto", interrupted)
        with pytest.raises(KeyboardInterrupt):
            reader.scaled(others)
    np.testing.assert_array_equal(reader.scaled(others), [[3, 3.5, 4], [4.5, 5, 5.5]])
