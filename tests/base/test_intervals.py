"""Intervals of a mean: how often they cover it, and Student's for few observations."""

import tracemalloc

import numpy as np
import pytest
from ravine.base.intervals import _student, bootstrap_interval, mean_interval, mean_p


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    for n in (6, 25):
        intervals = [bootstrap_interval(values) for values in rng.normal(3.0, 2.0, size=(300, n))]
        covered = np.mean([low <= 3.0 <= high for low, high in intervals])
        assert 0.9 <= covered <= 0.99  # plain percentiles cover 0.86 with six values
    widths = [high - low for low, high in intervals]
    assert np.mean(widths) == pytest.approx(2 * 2.064 * 2.0 / 5, rel=0.06)  # Student's 97.5 % of 24: 2.064
    values = rng.normal(size=6)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    low, high = bootstrap_interval(values)
    assert values.min() <= low < values.mean() < high <= values.max()
    with pytest.raises(ValueError, match=r"^an interval needs one or more observations; there are none$"):
        bootstrap_interval(values[:0])


def test_of_skewed_observations_errors_lie_on_one_side_and_of_differences_of_two_they_do_not():
    rng = np.random.default_rng(0)

    def errors(draw):
        """How often the interval lies above the mean, 0, and how often below."""
        found = np.array([bootstrap_interval(draw()) for _ in range(600)])
        return np.mean(found[:, 0] > 0), np.mean(found[:, 1] < 0)

    above, below = errors(lambda: rng.exponential(size=6) - 1)
    assert above < 0.015
    assert 0.07 < below < 0.13
    for error in errors(lambda: rng.exponential(size=6) - rng.exponential(size=6)):
        assert error < 0.06


def test_the_interval_of_many_observations_takes_little_memory():
    values = np.random.default_rng(0).normal(size=3000)
    tracemalloc.start()
    try:
        low, high = bootstrap_interval(values)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All resamples at once are 240 MB, and their places as much.
    assert most < 50e6
    assert [low, high] == pytest.approx(
        values.mean() + np.array([-1.96, 1.96]) * values.std() / np.sqrt(3000), abs=2e-3
    )


def test_quantiles_of_student_are_those_of_the_tables():
    printed = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 9: 2.262, 24: 2.064, 120: 1.980}
    for df, quantile in printed.items():
        assert _student(0.975, df) == pytest.approx(quantile, abs=6e-4)


def test_an_interval_of_few_observations_is_students():
    from scipy import stats

    for n in range(2, 6):
        values = np.random.default_rng(n).normal(3, 2, n)
        low, high = mean_interval(values)
        expected = stats.t.interval(0.95, n - 1, loc=values.mean(), scale=stats.sem(values))
        assert (low, high) == pytest.approx(expected, rel=1e-6)
    many = np.random.default_rng(0).normal(3, 2, 6)
    assert mean_interval(many) == bootstrap_interval(many)


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_an_interval_of_huge_or_tiny_numbers_is_that_of_ordinary_ones(scale):
    for ordinary in ([1.0] * 5 + [1e8], [1.0, 2.0, 4.0, -3.0, 5.0, 6.0]):
        values = np.array(ordinary)
        expected = np.multiply(bootstrap_interval(values), scale)
        assert bootstrap_interval(values * scale) == pytest.approx(expected, rel=1e-9, abs=0)
        expected = np.multiply(mean_interval(values[:5]), scale)
        assert mean_interval(values[:5] * scale) == pytest.approx(expected, rel=1e-9, abs=0)


def test_an_interval_beyond_the_largest_number_is_without_end_and_never_nan():
    largest = np.finfo(float).max
    assert mean_interval(np.array([largest, -largest])) == (-np.inf, np.inf)
    assert bootstrap_interval(np.full(6, largest)) == (largest, largest)
    low, high = bootstrap_interval(np.array([largest, -largest] * 3))
    assert -largest <= low < 0 < high <= largest


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_observations_that_are_not_finite_have_no_interval(value):
    for interval, n in ((bootstrap_interval, 6), (mean_interval, 6), (mean_interval, 3)):
        with pytest.raises(ValueError, match=rf"^an interval needs finite observations; here is {value}$"):
            interval(np.array([1.0] * (n - 1) + [value]))


def test_the_p_of_a_mean_is_that_of_students_test():
    from scipy.stats import ttest_1samp

    rng = np.random.default_rng(0)
    for n in (2, 3, 6, 7, 30):
        for than in (0.0, -0.5, 2.0):
            values = rng.normal(1.0, 2.0, n)
            expected = ttest_1samp(values, than).pvalue
            assert mean_p(values, than) == pytest.approx(expected, rel=1e-9, abs=1e-14)
            assert mean_p(values * 1e300, than * 1e300) == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert (mean_p(np.full(6, 0.5), 0.5), mean_p(np.full(6, 0.5), 0.0)) == (1.0, 0.0)
