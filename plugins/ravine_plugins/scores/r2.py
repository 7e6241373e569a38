"""The coefficient of determination."""

from dataclasses import dataclass

from ravine import Array, Score, hookimpl


@dataclass(frozen=True)
class R2(Score):
    r"""R²: the share of the targets' variance that the outputs explain.

    .. math:: 1 - \sum_{ij} (t_{ij} - y_{ij})^2 / \sum_{ij} (t_{ij} - \bar t_j)^2

    Notes
    -----
    Over several outputs both sums go over all of them. So does scikit-learn with ``variance_weighted``, but
    without outputs whose targets have no variance; its default is the mean over outputs. It is 0 if no target
    has a variance, for nothing could be divided by.
    """

    def score(self, y: Array, target: Array) -> float:
        if target.ndim == 1:
            raise ValueError("it needs targets that are numbers, and these are classes")
        t = target.astype(float)
        about = ((t - t.mean(axis=0)) ** 2).sum()
        return 1 - float(((t - y) ** 2).sum() / about) if about > 0 else 0.0


@hookimpl
def ravine_scores() -> dict[str, type[Score]]:
    return {"r2": R2}
