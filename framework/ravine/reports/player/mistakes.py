"""Mistakes: images whose class a trained network gets wrong; those of which it is surest come first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ravine.base.errors import ConfigError, PluginError
from ravine.base.types import Array
from ravine.records.run import Run
from ravine.reports.player.packing import Packer

__all__ = ["mistakes"]

_SHOWN = 12
_SMALLEST, _IN_A_ROW = 8, 20


def mistakes(run: Run, packer: Packer) -> dict[str, Any] | None:
    """Return the mistakes on test images, if the run has kept its weights and its inputs are square images."""
    if "last" not in run.kept:
        return None
    try:
        network = run.network()
        images = _images(network.split.test.x)
        wrong = network.mistakes()
    # The data or a component is not here any more, or its examples have no classes.
    except (ConfigError, PluginError, OSError, ValueError):
        return None
    if images is None:
        return None
    outputs = network.predict(network.split.test.x[wrong.where]).astype(np.float64)
    lead = outputs[np.arange(len(outputs)), wrong.predicted] - outputs[np.arange(len(outputs)), wrong.true]
    surest = np.argsort(-lead, kind="stable")[:_SHOWN]
    return {
        "seed": run.config["seed"],
        "of": len(images),
        "n": len(wrong.where),
        "side": images.shape[1],
        "images": packer.add(images[wrong.where[surest]].reshape(len(surest), images[0].size)),
        "true": wrong.true[surest].tolist(),
        "predicted": wrong.predicted[surest].tolist(),
    }


def _images(x: Array) -> Array | None:
    """Return examples as square images, (n, side, side), from 0 to 255; None if they are not images."""
    shape = [n for n in x.shape[1:] if n > 1]
    side = math.isqrt(math.prod(shape))
    # In one row only as many numbers are taken for an image as no table has.
    if shape not in ([side, side], [side * side]) or side < (_SMALLEST if len(shape) > 1 else _IN_A_ROW):
        return None
    low, high = float(x.min()), float(x.max())
    scaled: Array = np.round((x.reshape(-1, side, side) - low) * (255 / (high - low or 1)))
    return scaled
