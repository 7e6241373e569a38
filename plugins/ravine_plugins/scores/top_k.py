"""Top-k accuracy."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Score, hookimpl


@dataclass(frozen=True)
class TopK(Score):
    r"""Top k: how often the right class is among those with the k largest outputs.

    .. math:: \frac{1}{n} \sum_i \left[ \#\{j : y_{ij} > y_{i t_i}\} < k \right]

    Parameters
    ----------
    k : int
        How many classes count.

    Notes
    -----
    An output that equals that of the right class does not push it out. scikit-learn and PyTorch count by the
    order in which they sort.
    """

    k: int = 5

    def __post_init__(self) -> None:
        self.require(k="[1, inf)")

    def score(self, y: Array, target: Array) -> float:
        if target.ndim != 1:
            raise ValueError("it needs targets that are classes")
        if self.k > y.shape[1]:
            raise ValueError(f"k = {self.k}, and there are {y.shape[1]} classes")
        right = np.take_along_axis(y, target[:, None].astype(np.intp), axis=1)
        return float(np.mean((y > right).sum(axis=1) < self.k))


@hookimpl
def ravine_scores() -> dict[str, type[Score]]:
    return {"top_k": TopK}
