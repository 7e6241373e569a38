"""The code of the book, from a copy of its repository: as it is, in float64, and with float32 parameters."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.task import LR, UNITS


def steps(x: np.ndarray, target: np.ndarray, folder: Path) -> dict[str, Callable[[], object]]:
    """Return the book's steps; its packages are searched in ``folder``."""
    sys.path.insert(0, str(folder.resolve()))
    try:
        networks = importlib.import_module("common.multi_layer_net")
        rules = importlib.import_module("common.optimizer")
    finally:
        sys.path.pop(0)

    def step(rule: Any, dtype: type[np.floating]) -> Callable[[], float]:
        n_in, *hidden, n_out = UNITS
        network = networks.MultiLayerNet(n_in, hidden, n_out, activation="relu", weight_init_std="he")
        for i in range(1, len(UNITS)):  # the layers hold the arrays that the optimizer writes in place
            affine = network.layers[f"Affine{i}"]
            affine.W = network.params[f"W{i}"] = affine.W.astype(dtype)
            affine.b = network.params[f"b{i}"] = affine.b.astype(dtype)

        def one() -> float:
            grads = network.gradient(x, target)
            rule.update(network.params, grads)
            return float(network.last_layer.loss)

        return one

    return {
        f"{name} book, {how}": step(getattr(rules, name)(LR), dtype)
        for name in ("SGD", "Adam")
        for how, dtype in (("float64, as it is", np.float64), ("float32", np.float32))
    }
