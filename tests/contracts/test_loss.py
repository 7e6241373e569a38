"""Class numbers as rows."""

import numpy as np
import pytest
from ravine import one_hot


@pytest.mark.parametrize("n_out", [10, 300])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_class_numbers_become_rows_that_belong_to_whoever_asks(n_out, dtype):
    y = np.empty((3, n_out), dtype)
    for _ in range(2):
        rows = one_hot(np.array([n_out - 1, 0, 7], np.uint16), y)
        assert rows.shape == y.shape
        assert rows.dtype == y.dtype
        assert np.argwhere(rows == 1).tolist() == [[0, n_out - 1], [1, 0], [2, 7]]
        assert rows.sum() == 3
        rows[:] = 5


@pytest.mark.parametrize("n_out", [10, 300])
def test_a_class_that_there_is_not_is_refused(n_out):
    with pytest.raises(IndexError, match="out of bounds"):
        one_hot(np.array([n_out]), np.empty((1, n_out)))
