"""The share of mistakes."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Score, hookimpl


@dataclass(frozen=True)
class Error(Score):
    r"""Error: the share of examples that are given a wrong class, as papers on digits state it.

    .. math:: \frac{1}{n} \#\{i : \arg\max_j y_{ij} \ne t_i\}
    """

    def score(self, y: Array, target: Array) -> float:
        if target.ndim != 1:
            raise ValueError("it needs targets that are classes")
        return float(np.mean(y.argmax(axis=1) != target))


@hookimpl
def ravine_scores() -> dict[str, type[Score]]:
    return {"error": Error}
