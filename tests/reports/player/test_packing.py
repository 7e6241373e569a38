"""Arrays of a page: what is unpacked is what was packed, to 5 digits."""

import numpy as np
import pytest
from player_pages import unpacked
from ravine.reports.player.packing import Packer


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_what_is_unpacked_differs_by_less_than_1_in_130_000(scale):
    packer = Packer()
    values = np.random.default_rng(0).normal(size=(50, 3)) * scale
    place = packer.add(values)
    assert np.allclose(unpacked(packer.text(), place), values, rtol=1 / 130_000, atol=0)


def test_whole_numbers_to_131_072_zeros_and_what_is_not_finite_are_kept():
    packer = Packer()
    values = np.array([0.0, -0.0, 1, -1, 131_071, -131_071, np.inf, -np.inf, np.nan])
    place = packer.add(values)
    found = unpacked(packer.text(), place)[:, 0]
    assert np.array_equal(found, values, equal_nan=True)


def test_a_number_beyond_float32_is_the_largest_and_not_infinite():
    packer = Packer()
    place = packer.add(np.array([1e300, -1e300]))
    high, low = unpacked(packer.text(), place)[:, 0]
    assert 3.4e38 < high < np.inf
    assert -np.inf < low < -3.4e38


def test_equal_arrays_are_there_once():
    packer = Packer()
    first = packer.add(np.arange(5.0))
    size = len(packer.text())
    assert packer.add(np.arange(5.0)) == first
    assert len(packer.text()) == size
    assert packer.add(np.arange(6.0)) != first


def test_an_array_may_be_empty():
    packer = Packer()
    place, other = packer.add(np.empty((0, 2))), packer.add(np.ones(2))
    assert place[1:] == [0, 0]
    assert unpacked(packer.text(), other).tolist() == [[1.0], [1.0]]
