"""Normalisation of images, however they lie in memory: a channel is a unit, and each place counts."""

from types import SimpleNamespace

import numpy as np
import pytest
from ravine import registry
from ravine_plugins.layers._channels import by_channel, examples_of, places_by_channel, sums_by_channel

SHAPES = [(6, 5), (6, 5, 4), (6, 5, 4, 3), (1, 5, 4, 3), (6, 1, 4, 3), (6, 5, 1, 1)]
LAYOUTS = {
    "examples first": np.ascontiguousarray,
    "examples last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0),
    "channels last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1),
    "from its end": lambda x: np.ascontiguousarray(x[::-1])[::-1],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_are_places_and_go_back_to_where_they_were(shape, layout):
    x = LAYOUTS[layout](np.random.default_rng(0).normal(size=shape))
    axes = by_channel(x)
    rows = places_by_channel(x, axes)
    assert rows.shape == (x.size // shape[1], shape[1])
    for channel in range(shape[1]):
        assert sorted(rows[:, channel]) == sorted(x[:, channel].ravel())
    np.testing.assert_array_equal(examples_of(rows, shape, axes), x)
    np.testing.assert_allclose(
        sums_by_channel(x), x.swapaxes(0, 1).reshape(shape[1], -1).sum(axis=1), rtol=1e-12
    )
    if x.ndim > 2:
        assert rows.T.flags.c_contiguous


def test_what_a_convolution_returns_is_not_copied():
    x = LAYOUTS["examples last"](np.zeros((6, 5, 4, 3)))
    assert np.shares_memory(places_by_channel(x, by_channel(x)), x)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(256, 3, 16, 16), (65_536, 3, 1, 1)])
def test_sums_over_many_places_keep_the_digits_of_float32(shape, layout):
    """Against float64: with numbers that are far from 0, sums one after the other lose two digits."""
    rng = np.random.default_rng(1)
    x, dy = (LAYOUTS[layout](rng.normal(30, 1, shape).astype(np.float32)) for _ in range(2))
    made = []
    for dtype in (np.float32, np.float64):
        layer = registry.load().get("layer", "batch_norm")()
        p = SimpleNamespace(grad=SimpleNamespace())
        for name, spec in (*layer.parameters(shape[1:]).items(), *layer.buffers(shape[1:]).items()):
            setattr(p, name, np.full(spec.shape, spec.fill, dtype))
            setattr(p.grad, name, np.zeros(spec.shape, dtype))
        _, back = layer.forward(x.astype(dtype), p, training=True, rng=rng)
        back(dy.astype(dtype))
        made.append([p.grad.beta, p.mean, p.var])
    for single, double in zip(*made, strict=True):
        np.testing.assert_allclose(single, double, rtol=5e-7)
