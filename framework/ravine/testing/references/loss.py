"""Values of other libraries' losses, and how far a loss is from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ravine.contracts.loss import Loss
from ravine.testing.references.layer import distance

__all__ = ["differences"]


def differences(loss: Loss, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far a loss is from a source, by array.

    Parameters
    ----------
    loss : Loss
        The loss, with the fields of the source.
    source : mapping
        One batch: outputs ``y``, the ``target``, and what it ``gives``: ``value``, and the gradient ``dy``.

    Returns
    -------
    dict of str to float
        For each of the two that it gives, the largest difference, relative to its largest number.
    """
    with np.errstate(all="ignore"):
        value, dy = loss(np.array(source["y"]), np.array(source["target"]))
    found = {"value": np.array(value), "dy": dy}
    return {name: distance(found[name], np.array(numbers)) for name, numbers in source["gives"].items()}
