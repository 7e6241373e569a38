"""Mistakes that have been made with initial weights: the numbers of others do not agree with any of them."""

from dataclasses import dataclass

import compared
import numpy as np
import pytest
from ravine import registry
from ravine.contracts.initializer import draw


def limit_for_std(self, rng, shape, fan_in, fan_out):
    std = self.std_for(fan_in, fan_out)
    return rng.uniform(-std, std, shape)


def cut_and_not_widened(self, rng, shape, fan_in, fan_out):
    std = self.std_for(fan_in, fan_out)
    w = rng.normal(0, std, shape)
    while (far := np.abs(w) > 2 * std).any():
        w[far] = rng.normal(0, std, int(far.sum()))
    return w


def clipped(self, rng, shape, fan_in, fan_out):
    return self.std * np.clip(rng.normal(size=shape), -self.cut, self.cut)


def few_for_each_input(self, rng, shape, fan_in, fan_out, *, place):
    chosen = rng.random(shape).argsort(axis=1) < self.connections * shape[1] / shape[0]
    return chosen * rng.normal(0, self.std, shape)


def with_chance(self, rng, shape, fan_in, fan_out, *, place):
    return (rng.random(shape) < self.connections / fan_in) * rng.normal(0, self.std, shape)


def in_a_corner(self, rng, shape, fan_in, fan_out, *, place):
    w = np.zeros(shape)
    w[(0,) * (len(shape) - 2)] = np.eye(*shape[-2:])
    return w


def everywhere(self, rng, shape, fan_in, fan_out, *, place):
    return np.broadcast_to(np.eye(*shape[-2:]), shape).copy()


def nearly_orthogonal(self, rng, shape, fan_in, fan_out, **_):
    return rng.normal(0, self.std_for(fan_in, fan_out), shape)


def gain_squared(cls):
    def sample(self, rng, shape, fan_in, fan_out, *, place):
        return self.gain * draw(cls(gain=self.gain), rng, (fan_in, fan_out), place)

    return sample


CLASSES = {entry.name: entry.cls for entry in registry.load() if entry.kind == "initializer"}
TWO_FANS = {"std_for": lambda self, i, o: (2 / (i + o)) ** 0.5}
MISTAKES = [
    ("he", {"std_for": lambda self, i, o: 2 / i}),
    ("he", {"std_for": lambda self, i, o: (2 / o) ** 0.5}),
    ("he_uniform", {"sample": limit_for_std}),
    ("lecun", TWO_FANS),
    ("lecun", {"sample": cut_and_not_widened}),
    ("lecun_uniform", {"sample": limit_for_std}),
    ("xavier", TWO_FANS),
    ("glorot", {"std_for": lambda self, i, o: (1 / (i + o)) ** 0.5}),
    ("glorot_uniform", {"limit": lambda self, i, o: (3 / (i + o)) ** 0.5}),
    ("heuristic_uniform", {"limit": lambda self, i, o: (3 / i) ** 0.5}),
    ("variance_scaling", {"sample": cut_and_not_widened}),
    ("variance_scaling", {"sample": limit_for_std}),
    ("variance_scaling", TWO_FANS),
    ("truncated_normal", {"sample": clipped}),
    ("truncated_normal", {"std_for": lambda self, i, o: self.std}),
    ("sparse", {"sample": few_for_each_input}),
    ("sparse", {"sample": with_chance}),
    ("dirac", {"sample": in_a_corner}),
    ("dirac", {"sample": everywhere}),
    ("orthogonal", {"sample": nearly_orthogonal}),
    ("orthogonal", {"sample": gain_squared(CLASSES["orthogonal"])}),
    ("delta_orthogonal", {"sample": nearly_orthogonal}),
    ("delta_orthogonal", {"sample": gain_squared(CLASSES["delta_orthogonal"])}),
    ("identity", {"sample": lambda self, rng, shape, i, o: np.eye(*shape)}),
]


@pytest.mark.parametrize(
    ("name", "wrong"), [pytest.param(*each, id=f"{each[0]} {i}") for i, each in enumerate(MISTAKES)]
)
def test_a_mistake_is_not_what_others_have(name, wrong):
    cls = dataclass(frozen=True)(type("Wrong", (CLASSES[name],), wrong))
    equal = [source for source in compared.sources("initializer", name) if not source["differs"]]
    assert any(compared.disagrees(cls(**source["fields"]), source) for source in equal)
