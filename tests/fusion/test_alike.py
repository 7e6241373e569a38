"""Arrays for which a rule does the same: it is asked what it does for one of them."""

import copy
import dataclasses
import itertools

import numpy as np
import pytest
from ravine.contracts.rule import Place
from ravine.engine.in_place import Slots
from ravine.fusion.asked import AskedPlace
from ravine.fusion.fused import Fused, Piece

DECAYS = (1.0, 0.0, 1.0, 0.0, 0.5)


def place(i, decay):
    role = "input" if i == 0 else "hidden"
    return Place(f"{i}.affine.W", (20 + i,), role, i, len(DECAYS), decay)


def arrays(decays=DECAYS):
    """Parameters and gradients, of another shape each."""
    rng = np.random.default_rng(0)
    return [tuple(rng.normal(size=20 + i).astype(np.float32) for _ in range(2)) for i, _ in enumerate(decays)]


def steps(step, updates=3, decays=DECAYS):
    """How often the step was asked in each fused update, after it has given the same bits as by NumPy."""
    by_numpy, by_loops, asked = arrays(decays), arrays(decays), []

    def counted(*given, **words):
        asked[-1] += 1
        return step(*given, **words)

    places = [place(i, decay) for i, decay in enumerate(decays)]
    fused = Fused([Piece(pair, Slots(), 1.0, {"place": at}) for pair, at in zip(by_loops, places, strict=True)])
    for t in range(1, updates + 1):
        for (theta, g), at in zip(by_numpy, places, strict=True):
            step(theta, g, Slots(), t=t, lr=0.1, place=at)
        asked.append(0)
        assert fused(counted, t, 0.1, {}), fused.fault
        for (mine, _), (due, _) in zip(by_loops, by_numpy, strict=True):
            assert mine.tobytes() == due.tobytes()
    return asked[1:]


def decaying(theta, g, state, *, t, lr, place):
    theta -= lr * place.decay * t * theta
    theta -= lr * g


def by_role(theta, g, state, *, t, lr, place):
    theta -= (lr if place.role == "input" else 2 * lr) * g


def by_name(theta, g, state, *, t, lr, place):
    theta -= lr * (0.5 if place.name.startswith("3.") else 1.0) * g


def by_size(theta, g, state, *, t, lr, place):
    theta -= lr / theta.size * g


def by_axes(theta, g, state, *, t, lr, place):
    if theta.ndim == 1 and place.decay:
        theta -= lr * g


def by_comparison(theta, g, state, *, t, lr, place):
    theta -= (lr if place == PLACE else 2 * lr) * g


PLACE = place(2, 1.0)


def by_dict(theta, g, state, *, t, lr, place):
    theta -= lr * vars(place)["decay"] * g


def by_copy(theta, g, state, *, t, lr, place):
    theta -= lr * copy.deepcopy(place).decay * g


def by_fields(theta, g, state, *, t, lr, place):
    theta -= lr * dataclasses.asdict(place)["decay"] * g


def by_replacement(theta, g, state, *, t, lr, place):
    theta -= lr * dataclasses.replace(place, name="x").decay * g


def by_text(theta, g, state, *, t, lr, place):
    theta -= (lr if "role='input'" in repr(place) else 2 * lr) * g


def by_pattern(theta, g, state, *, t, lr, place):
    match place:
        case Place(decay=0.0):
            theta -= 2 * lr * g
        case _:
            theta -= lr * g


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        (decaying, 3),  # once for each decay
        (by_role, 2),
        (by_name, 5),  # no two arrays have one name
        (by_size, 5),  # nor one size
        (by_axes, 5),  # nor one shape
        (by_comparison, 5),
        (by_pattern, 3),
        # Who reads in another way than field by field reads all.
        *((step, 5) for step in (by_dict, by_copy, by_fields, by_replacement, by_text)),
    ],
)
def test_a_rule_is_asked_once_for_arrays_of_which_it_reads_the_same(step, asked):
    assert steps(step) == [asked] * 2


def test_a_rule_is_asked_once_for_each_of_many_values():
    assert steps(decaying, decays=[i / 8 for i in range(8)] * 3) == [8, 8]


def test_zeros_of_both_signs_are_told_apart():
    def step(theta, g, state, *, t, lr, place):
        theta *= 0.0
        theta *= place.decay
        theta += place.decay

    assert steps(step, decays=(0.0, -0.0, 0.0, -0.0)) == [2, 2]


def test_a_rule_whose_numbers_come_from_elsewhere_is_not_fused():
    numbers = itertools.count(1)

    def counting(theta, g, state, *, t, lr, place):
        theta -= lr * next(numbers) * g

    places = [place(i, decay) for i, decay in enumerate(DECAYS)]
    fused = Fused([Piece(pair, Slots(), 1.0, {"place": at}) for pair, at in zip(arrays(), places, strict=True)])
    assert fused(counting, 1, 0.1, {}) is False
    assert fused.fault == "the compiled loop gives other bits in array 0"


def test_a_rule_that_reads_numbers_of_small_arrays_is_asked_for_every_array():
    asked = []

    def step(theta, g, state, *, t, lr):
        asked.append(t)
        (count,) = state
        count += 1
        theta -= lr / float(count) * g

    counts = [np.array(float(i)) for i, _ in enumerate(DECAYS)]
    own = arrays()
    fused = Fused([Piece(pair, Slots([count])) for pair, count in zip(own, counts, strict=True)])
    for t in (1, 2):
        asked.clear()
        assert fused(step, t, 0.1, {}), fused.fault
    assert len(asked) == len(DECAYS)
    assert [float(count) for count in counts] == [2, 3, 4, 5, 6]
    for i, ((theta, g), (before, _)) in enumerate(zip(own, arrays(), strict=True)):
        due = before - np.float32(0.1 / (i + 1)) * g
        assert theta.tobytes() == (due - np.float32(0.1 / (i + 2)) * g).tobytes()


def test_a_place_that_notes_what_is_read_is_a_place():
    plain = place(1, 0.5)
    noting = AskedPlace.of(plain)
    assert (noting.decay, noting.read) == (0.5, {"decay"})
    assert noting == plain
    assert plain == noting
    assert noting != place(2, 0.5)
    assert hash(noting) == hash(plain)
    assert isinstance(noting, Place)
    assert noting.read >= {"name", "shape", "role"}
