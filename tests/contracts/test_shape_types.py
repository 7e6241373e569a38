"""The shapes that types of contracts and engine say: planted wrong ones are found, so that checked tests mean it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest
from ravine import Initializer, Layer, Loss, Optimizer, Regularizer, Surface
from ravine.base.types import Array
from ravine.contracts import loss
from ravine.contracts.dataset import Examples
from ravine.engine.descent import Descent
from ravine.engine.network import Network, Node
from ravine.engine.parameters import Parameters
from ravine_plugins.surfaces.himmelblau import Himmelblau
from shape_types import check_all, checked_attributes, fits


@dataclass(frozen=True)
class Turns(Layer):
    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: dy.T


@dataclass(frozen=True)
class Inherits(Turns):
    pass


@dataclass(frozen=True)
class Shortens(Layer):
    def forward(self, x, p, *, training, rng):
        return x[:, :-1], lambda gradient, need_dx=True: gradient


@dataclass(frozen=True)
class Halves(Layer):
    def forward(self, x, p, *, training, rng):
        return x[::2], lambda dy, need_dx=True: np.repeat(dy, 2, axis=0)


@dataclass(frozen=True)
class Sums(Loss):
    def __call__(self, y, target):
        return float(y.mean()), np.ones(len(y))


@dataclass(frozen=True)
class Transposed(Initializer):
    def std_for(self, fan_in, fan_out):
        return 1.0

    def sample(self, rng, shape, fan_in, fan_out):
        return rng.normal(size=shape[::-1])


@dataclass(frozen=True)
class Mean(Surface):
    start: tuple[float, float] = (1.0, 1.0)

    def value(self, x, y):
        return np.mean(x + y)

    def gradient(self, x, y):
        return x, y[:1]


@dataclass(frozen=True)
class Plain(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Ridge(Regularizer):
    def penalty(self, w):
        return float(w @ w)


@dataclass(frozen=True)
class Same(Layer):
    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: dy


class Pair:
    first: Annotated[Array, "n"]
    second: Annotated[Array, "n"]

    def __init__(self, n, m):
        self.first, self.second = np.zeros(n), np.zeros(m)


BATCH, ROWS, RNG = np.ones((4, 3)), np.zeros(4, dtype=int), np.random.default_rng(0)
NETWORK = Network([Node("same", Same())], (3,), initializer=Transposed(), rng=RNG, dtype=float)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: Turns().forward(BATCH, None, training=True, rng=RNG)[1](BATCH), "return has shape (3, 4)"),
        (lambda: Inherits().forward(BATCH, None, training=True, rng=RNG)[1](BATCH), "return has shape (3, 4)"),
        (lambda: Shortens().forward(BATCH, None, training=True, rng=RNG)[1](BATCH), "dy has shape (4, 3)"),
        (lambda: Shortens().forward(BATCH, None, training=True, rng=RNG)[1](BATCH[:, 1:]), "return has shape (4, 2)"),
        (lambda: Halves().forward(BATCH, None, training=True, rng=RNG), "return has shape"),
        (lambda: Sums()(BATCH, ROWS), "return has shape"),
        (lambda: Sums()(BATCH, ROWS[1:]), "target has shape (3,)"),
        (lambda: Sums()(BATCH, BATCH[:, 1:]), "target has shape (4, 2)"),
        (lambda: loss.one_hot(BATCH[:, 1:], BATCH), "y has shape (4, 3)"),
        (lambda: loss.one_hot(ROWS[1:], BATCH), "y has shape (4, 3)"),
        (lambda: NETWORK.forward(BATCH, training=True, rng=RNG)[1](BATCH[1:]), "0 has shape (3, 3)"),
        (lambda: Transposed().sample(RNG, (2, 3), 2, 3), "return has shape (3, 2)"),
        (lambda: Mean().value(ROWS, ROWS), "return has shape"),
        (lambda: Mean().gradient(ROWS, ROWS), "return has shape"),
        (lambda: Ridge().add_gradient(ROWS, BATCH), "g has shape (4, 3)"),
        (lambda: Examples(BATCH, np.ones((4, 2, 1))), "target has shape (4, 2, 1)"),
        (lambda: Parameters({}, float).named(BATCH), "flat has shape (4, 3)"),
        (lambda: Descent(Himmelblau(), starts=np.ones((2, 3)), dtype=float), "starts has shape (2, 3)"),
    ],
)  # fmt: skip
def test_a_planted_wrong_shape_is_found(monkeypatch, call, what):
    check_all(monkeypatch, [Turns, Inherits, Shortens, Halves, Sums, Transposed, Mean, Plain, Ridge])
    with pytest.raises(TypeError) as caught:
        call()
    assert what in str(caught.value)


def test_a_planted_wrong_attribute_is_found():
    make = checked_attributes(Pair.__init__, {"first": FLAT, "second": FLAT})
    make(Pair.__new__(Pair), 3, 3)
    with pytest.raises(TypeError, match=r"second has shape \(4,\)"):
        make(Pair.__new__(Pair), 3, 4)


FLAT = Annotated[Array, "n"]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, FLAT),
        ("abc", Annotated[Array, "*shape"]),
        (np.zeros(3), tuple[FLAT, FLAT]),
        ((np.zeros(3),), tuple[FLAT, FLAT]),
        ((np.zeros(3), np.zeros(4)), tuple[FLAT, FLAT]),
        ({"a": np.zeros(3), "b": np.zeros(4)}, dict[str, FLAT]),
        ([np.zeros(3), np.zeros((3, 1))], Sequence[FLAT]),
    ],
)
def test_what_has_no_such_shape_does_not_fit(value, hint):
    assert not fits(value, hint, {})


def test_a_word_of_a_union_is_kept():
    words = {}
    assert fits(np.zeros(3), FLAT | Annotated[Array, "n m"], words)
    assert words == {"n": 3}


@pytest.mark.parametrize(
    ("shape", "words", "is_kept"),
    [
        ((4, 3), "batch n_out", True),
        ((4,), "batch n_out", False),
        ((4, 4), "n n", True),
        ((4, 3), "n n", False),
        ((5, 2), "n 2", True),
        ((5, 3), "n 2", False),
        ((), "*shape", True),
        ((4,), "batch *shape", True),
        ((), "batch *shape", False),
        ((4, 1, 9, 9, 4), "batch *shape batch", True),
        ((4, 1, 9, 9, 5), "batch *shape batch", False),
    ],
)
def test_words_stand_for_axes(shape, words, is_kept):
    assert fits(np.zeros(shape), Annotated[Array, words], {}) is is_kept
