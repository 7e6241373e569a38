"""Data that are generated: signals against their authors' numbers, points and curves against geometry."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import ravine
import ravine_plugins
from ravine import registry
from ravine_plugins.datasets import mnist1d

DATASETS = {name: entry.cls for name, entry in registry.load().entries["dataset"].items()}
(PLUGINS,) = map(Path, ravine_plugins.__path__)
SOURCES = json.loads((PLUGINS / "references" / "dataset" / "mnist1d.json").read_text())["sources"]

# ---- MNIST-1D ------------------------------------------------------------------------------------------------


def apart(source):
    """How far the dataset is from a source: the largest difference of each of its numbers, relative to them."""
    data = DATASETS["mnist1d"](**source["fields"]).load()
    x = np.concatenate([data.train.x, data.test.x])
    target = np.concatenate([data.train.target, data.test.target])
    of = [x[target == digit] for digit in range(10)]
    ours = {
        "first": data.train.x[0],
        "last": data.test.x[-1],
        "classes": target[:40],
        "mean_by_place": x.mean(axis=0),
        "variance_by_class": [one.var() for one in of],
        "neighbours_by_class": [np.corrcoef(one[:, :-1].ravel(), one[:, 1:].ravel())[0, 1] for one in of],
    }
    assert ours.keys() == source.keys() - {"call", "version", "fields", "differs"}
    return max(
        np.abs(np.subtract(ours[name], source[name])).max() / np.abs(source[name]).max() for name in ours
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source['call'][:20]} {source['fields']}")
def test_mnist1d_has_the_examples_of_its_authors(source):
    assert not source["differs"]
    assert apart(source) < 1e-12


MISTAKES = {
    "zeros are one fewer at most": ("PADDING", (36, 59)),
    "shear is not halved": ("SHEAR", 1.5),
    "the filter is cut at three σ": ("RADIUS", 6),
    "translation goes to the end": ("TRANSLATION", 49),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_mnist1d_is_not_taken_for_its_numbers(mistake, monkeypatch):
    name, value = MISTAKES[mistake]
    monkeypatch.setattr(mnist1d, name, value)
    assert apart(SOURCES[0]) > 1e-3


@pytest.mark.parametrize(
    "mistake", ["a constant border", "the nearest number", "population of the training set"]
)
def test_a_mistake_in_the_arithmetic_of_mnist1d_is_not_taken_for_its_numbers(mistake, monkeypatch):
    if mistake == "a constant border":
        pad = np.pad
        monkeypatch.setattr(mnist1d.np, "pad", lambda x, by, mode="constant": pad(x, by))
    elif mistake == "the nearest number":
        monkeypatch.setattr(
            mnist1d,
            "resampled",
            lambda rows, n: rows[:, np.linspace(0, rows.shape[1] - 1, n).round().astype(int)],
        )
    else:
        monkeypatch.setattr(mnist1d, "Examples", lambda x, target: ravine.Examples(x - x[:4000].mean(), target))
    assert apart(SOURCES[0]) > 1e-6


def test_permuted_signals_are_the_same_signals_in_one_other_order():
    plain, permuted = (DATASETS["mnist1d"](permuted=yes).load() for yes in (False, True))
    order = [
        int(np.flatnonzero((plain.train.x == column[:, None]).all(axis=0))[0]) for column in permuted.train.x.T
    ]
    assert sorted(order) == list(range(40)) != order
    assert (plain.test.x[:, order] == permuted.test.x).all()
    assert (plain.test.target == permuted.test.target).all()


# ---- points in the plane -------------------------------------------------------------------------------------

PLANAR = ("two_moons", "circles", "xor", "blobs", "spiral")


def clean(name, **fields):
    """The points without noise, and their classes."""
    data = DATASETS[name](**{"samples": 300, "noise": 0.0} | fields).load()
    return data.train.x, data.train.target


@pytest.mark.parametrize("name", PLANAR)
def test_points_are_many_and_noisy_as_asked_and_of_each_class_alike(name):
    exact, noisy = (DATASETS[name](samples=3000, noise=noise).load() for noise in (0.0, 0.2))
    assert exact.train.x.shape == exact.test.x.shape == (3000, 2)
    assert np.bincount(noisy.train.target).tolist() == [1500, 1500]
    # The same draws come before the noise.
    assert (noisy.train.x - exact.train.x).std(axis=0) == pytest.approx(0.2, rel=0.05)
    assert not (noisy.train.x[:, None] == noisy.test.x[None, :100]).all(axis=2).any()
    other = DATASETS[name](samples=3000, noise=0.2, data_seed=1).load()
    assert (other.train.x != noisy.train.x).any()


def test_moons_are_half_circles_around_their_centres():
    x, target = clean("two_moons")
    for moon, centre, side in ((0, (0, 0), 1), (1, (1, 0.5), -1)):
        arm = x[target == moon] - centre
        assert np.hypot(*arm.T) == pytest.approx(1)
        assert (side * arm[:, 1] >= 0).all()
        # Of a half circle, the mean height is 2/π.
        assert (side * arm[:, 1]).mean() == pytest.approx(2 / math.pi, abs=0.06)


def test_circles_have_their_radii():
    x, target = clean("circles", factor=0.3)
    assert np.hypot(*x[target == 0].T) == pytest.approx(1)
    assert np.hypot(*x[target == 1].T) == pytest.approx(0.3)
    assert x.mean(axis=0) == pytest.approx(0, abs=0.1)


def test_xor_has_the_table_of_exclusive_or():
    x, target = clean("xor")
    seen = {(*point, t) for point, t in zip(((x + 1) / 2).astype(int).tolist(), target.tolist(), strict=True)
            for point in [tuple(point)]}  # fmt: skip
    assert seen == {(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)}


def test_blobs_overlap_as_much_as_they_say():
    data = DATASETS["blobs"](samples=20_000, noise=1.0).load()
    wrong = (data.train.x.sum(axis=1) > 0) != data.train.target
    # Φ(-√2), from tables of the normal distribution.
    assert wrong.mean() == pytest.approx(0.0786, abs=0.006)


def test_a_spiral_turns_as_often_as_it_says_and_its_arms_are_evenly_apart():
    x, target = clean("spiral", classes=3, turns=0.75)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    assert radius.max() <= 1
    turned = np.exp(1j * (angle - 2 * np.pi * 0.75 * radius))
    for arm in range(3):
        assert np.abs(turned[target == arm] - np.exp(2j * np.pi * arm / 3)).max() < 1e-9


def test_too_few_points_for_the_classes_are_refused():
    with pytest.raises(ValueError, match=r"^Spiral: samples = 3 is not in \[4, inf\)$"):
        DATASETS["spiral"](classes=4, samples=3)
    with pytest.raises(ValueError, match=r"^Circles: factor = 1\.0 is not in \[0, 1\)$"):
        DATASETS["circles"](factor=1.0)


# ---- curves --------------------------------------------------------------------------------------------------


def test_curves_have_their_values_and_their_noise():
    x, t = clean("sine", frequency=0.5)
    assert t.shape == x.shape == (300, 1)
    assert np.interp([-0.5, 0, 0.5], np.sort(x[:, 0]), t[np.argsort(x[:, 0]), 0]) == pytest.approx(
        [-1, 0, 1], abs=0.01
    )
    x, t = clean("step")
    assert ((x >= 0) == t).all()
    assert set(t[:, 0]) == {0, 1}
    noisy = DATASETS["step"](samples=3000, noise=0.5).load()
    assert (noisy.test.target - (noisy.test.x >= 0)).std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(("name", "least"), [("sine", 0.95), ("step", 0.75)])
def test_a_network_learns_a_curve(name, least):
    words = [
        f"dataset={name}", "loss=mean_squared_error", "scores=[r2]", "network.hidden=[30,30]",
        "network.activation=tanh", "optimizer=adam", "optimizer.lr=0.01", "training.steps=600", "initializer=xavier",
        "training.batch_size=50", "training.evaluate_every=600",
    ]  # fmt: skip
    run = ravine.build(ravine.compose(words)).run()
    assert run.final["test_r2"] > least
    # Nothing explains the noise, whose variance is 0.01.
    assert run.final["test_loss"] > 0.005
