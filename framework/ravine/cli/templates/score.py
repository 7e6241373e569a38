"""The score my_name: replace its number, its fields and its docstring by your own."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Score, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Score):
    r"""Margin: by how much the largest output exceeds the second, on average.

    .. math:: \frac{1}{n} \sum_i (y_{i(1)} - y_{i(2)})

    It says nothing of the targets.
    """

    def score(self, y: Array, target: Array) -> float:
        if y.shape[1] < 2:
            raise ValueError("it needs two outputs or more")
        ordered = np.sort(y, axis=1)
        return float(np.mean(ordered[:, -1] - ordered[:, -2]))


@hookimpl
def ravine_scores() -> dict[str, type[Score]]:
    return {"my_name": MyName}
