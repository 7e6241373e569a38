"""Averages of numbers whose sum is beyond the largest one."""

from fractions import Fraction

import numpy as np
import pytest
from ravine.base.averages import mean, median

LARGEST = float(np.finfo(float).max)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "values",
    [[LARGEST] * 6, [LARGEST, LARGEST], [-LARGEST, -LARGEST, LARGEST], [1e308, 1.5e308, 1.0], [5e-324] * 3],
    ids=["six of the largest", "two", "both signs", "an ordinary one too", "the smallest"],
)
def test_an_average_of_numbers_is_a_number(values):
    exact = float(sum(map(Fraction, values)) / len(values))
    assert mean(np.array(values)) == pytest.approx(exact, rel=1e-15, abs=0)
    ordered = sorted(map(Fraction, values))
    middle = (ordered[len(values) // 2] + ordered[(len(values) - 1) // 2]) / 2
    assert median(np.array(values)) == pytest.approx(float(middle), rel=1e-15, abs=0)


def test_of_ordinary_numbers_averages_are_numpys_to_the_bit():
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 7, 100):
        values = rng.standard_normal(n) * 10.0 ** rng.integers(-30, 30, n)
        assert (mean(values), median(values)) == (np.mean(values), np.median(values))
