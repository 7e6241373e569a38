"""The expected calibration error."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Score, hookimpl


@dataclass(frozen=True)
class Calibration(Score):
    r"""Calibration error: how far the probability of the chosen class is from how often it is right.

    .. math:: \sum_b \frac{n_b}{n} \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|

    Parameters
    ----------
    bins : int
        Equal parts b of the range of probabilities from 0 to 1.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, On Calibration of Modern Neural Networks, equation (3).
    """

    bins: int = 15

    def __post_init__(self) -> None:
        self.require(bins="[1, inf)")

    def score(self, y: Array, target: Array) -> float:
        if target.ndim != 1:
            raise ValueError("it needs targets that are classes")
        p = np.exp(y - y.max(axis=1, keepdims=True), dtype=float)
        p /= p.sum(axis=1, keepdims=True)
        confidence, right = p.max(axis=1), y.argmax(axis=1) == target
        # A bin has its upper end, as in the authors' code.
        b = np.clip(np.ceil(confidence * self.bins).astype(int) - 1, 0, self.bins - 1)
        gaps = np.bincount(b, right, self.bins) - np.bincount(b, confidence, self.bins)
        return float(abs(gaps).sum() / len(y))


@hookimpl
def ravine_scores() -> dict[str, type[Score]]:
    return {"calibration": Calibration}
