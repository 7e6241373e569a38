"""How far a regularizer is from other libraries and papers: penalty, derivative, and what it shrinks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.rule import Place, asks

__all__ = ["differences"]


def differences(regularizer: Regularizer, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far penalty and derivative are apart, or the weights that have been shrunk.

    Parameters
    ----------
    regularizer : Regularizer
        Made with the source's ``fields``.
    source : mapping
        Weights ``w`` and what their ``axes`` are; and ``penalty`` and ``gradient``, or the rate ``lr`` and the
        weights after it, ``shrunk``.
    """
    weight = np.array(source["w"])
    place = Place("0.reference.W", weight.shape, "hidden", 1, 3, 1.0, tuple(source["axes"]))
    w = weight.ravel() if regularizer.sees == "all" else weight

    def call(method: str, *given: Any) -> Any:
        return getattr(regularizer, method)(*given, **dict.fromkeys(asks(type(regularizer), method), place))

    found = {}
    if "penalty" in source:
        g = np.zeros_like(w)
        penalty, _ = call("penalty", w), call("add_gradient", w, g)
        found["penalty"] = abs(penalty - source["penalty"]) / (abs(source["penalty"]) or 1.0)
        found["gradient"] = _apart(g, np.array(source["gradient"]))
    if "shrunk" in source:
        call("shrink", w, source["lr"])
        found["shrunk"] = _apart(w, np.array(source["shrunk"]))
    return found


def _apart(ours: Array, theirs: Array) -> float:
    return float(np.abs(ours - theirs.reshape(ours.shape)).max() / (np.abs(theirs).max() or 1.0))
