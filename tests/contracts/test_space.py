"""Spaces: points by shares, ends that are reached, and numbers that are short to write."""

import json

import numpy as np
import pytest
from ravine import Choice, Interval, Space


def test_points_go_through_a_file_and_the_command_line_unchanged():
    space = Space(
        (Interval("a", 1e-6, 1.0, log=True), Interval("b", 1, 9, integer=True), Choice("c", ("x", "y")))
    )
    assert Space.from_description(json.loads(json.dumps(space.describe()))) == space
    for u in np.random.default_rng(0).random((200, 3)).tolist():
        point = space.at(u)
        assert float(repr(point["a"])) == point["a"]
        assert len(repr(point["a"])) <= len("1.23456e-06")
        shares = space.shares(point)
        assert shares[0] == pytest.approx(u[0], abs=1e-6)
        assert space.at(shares) == point


def test_whole_numbers_are_as_likely_and_ends_are_reached():
    whole = Interval("n", 1, 4, integer=True)
    drawn = [whole.at(u) for u in np.linspace(0, 1, 4001)]
    counts = [drawn.count(n) for n in (1, 2, 3, 4)]
    assert max(counts) - min(counts) <= 2
    assert (whole.at(0), whole.at(1)) == (1, 4)
    log = Interval("lr", 1e-6, 1e-2, log=True)
    assert (log.at(0), log.at(1)) == (1e-6, 1e-2)
    assert log.at(0.5) == 1e-4
    assert log.steps(5) == pytest.approx([1e-6, 1e-5, 1e-4, 1e-3, 1e-2], rel=1e-5)
    assert whole.steps(9) == [1, 2, 3, 4]
    assert whole.steps(2) == [1, 4]


def test_ends_that_lie_close_together_leave_all_that_is_between():
    assert {Interval("n", 1234560, 1234570, integer=True).at(i / 100) for i in range(101)} == {
        *range(1234560, 1234571)
    }
    assert Interval("n", 1, 10**7, integer=True).at(0.54321) == 5432100
    values = {Interval("x", 0.999999, 1.000001).at(i / 100) for i in range(101)}
    assert len(values) == 101
    assert all(len(repr(value)) <= len("0.999999123456") for value in values)
    assert repr(Interval("lr", 1e-6, 1e-2).at(1 / 3)) == "0.003334"
