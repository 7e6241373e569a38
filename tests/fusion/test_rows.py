"""Rows that are read by a loop: the same bits as NumPy's, and no memory that is not theirs."""

import numpy as np
import pytest
from ravine.engine.reader import Reader
from ravine.fusion.rows import read, rows_of
from ravine.fusion.trial import differ, difficult

SHAPES = [(), (1,), (7,), (16,), (5, 3), (3, 28, 28)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("of", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rows_have_the_bits_of_numpy(shape, of, dtype):
    rng = np.random.default_rng(0)
    source = difficult(np.empty((50, *shape), np.float64), 1)
    with np.errstate(all="ignore"):
        source = rng.integers(256, size=source.shape, dtype=of) if of is np.uint8 else source.astype(of)
        loop = rows_of(source, np.dtype(dtype), 1 / 255)
        for n in (1, 13, 50, 128):
            rows = rng.integers(50, size=n)
            given, due = (np.full((n, *shape), 7, dtype) for _ in range(2))
            loop(rows, given)
            read(source, rows, due, 1 / 255)
            assert (due == (source[rows].astype(dtype) * dtype(1 / 255))).all() or np.isnan(due).any()
            assert not differ(given, due)


@pytest.mark.parametrize(
    ("rows", "out", "text"),
    [
        ([0, 50], np.empty((2, 4), np.float32), "rows from 0 to 50, and there are 50"),
        ([-1, 3], np.empty((2, 4), np.float32), "rows from -1 to 3, and there are 50"),
        ([0, 3], np.empty((3, 4), np.float32), "rows int64 of shape"),
        ([0, 3], np.empty((2, 4), np.float64), "rows int64 of shape"),
        ([0, 3], np.empty((2, 8), np.float32)[:, ::2], "rows int64 of shape"),
    ],
)
def test_other_memory_is_refused(rows, out, text):
    loop = rows_of(np.ones((50, 4), np.uint8), np.dtype(np.float32), 1.0)
    with pytest.raises((ValueError, IndexError), match=text):
        loop(np.array(rows), out)


def test_what_no_loop_reads_numpy_reads():
    for source in (np.ones((4, 3), np.int16), np.ones((4, 6), np.uint8)[:, ::2], np.ones((0, 3), np.uint8)):
        assert rows_of(source, np.dtype(np.float32), 1.0) is None
    reader = Reader(np.arange(12, dtype=np.int16).reshape(4, 3), 0.5, np.dtype(np.float32))
    reader.fuse()
    assert reader(np.array([2, 0])).tolist() == [[3, 3.5, 4], [0, 0.5, 1]]


def test_a_reader_uses_the_same_memory_for_as_many_inputs():
    reader = Reader(np.arange(12, dtype=np.uint8).reshape(4, 3), 0.5, np.dtype(np.float32))
    first = reader(np.array([0, 1]))
    assert reader(np.array([2, 3])) is first
    assert reader(np.array([2, 3, 0])) is not first
    assert first.tolist() == [[3, 3.5, 4], [4.5, 5, 5.5]]
