"""Stochastic weight averaging."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class Swa(Transform, slots=("average",)):
    r"""SWA: a run is evaluated at the mean of the parameters of many steps.

    .. math:: a \leftarrow a + (\theta - a) / n \quad \text{at every k-th update after the first } s

    Parameters
    ----------
    begin : int
        Updates s before the averaging begins.
    every : int
        Updates k between two that count.

    References
    ----------
    Izmailov, Podoprikhin, Garipov, Vetrov and Wilson 2018, Averaging Weights Leads to Wider Optima and Better
    Generalization, Algorithm 1.

    Notes
    -----
    The parameters after ``begin`` updates do not count themselves; in the paper, where these are the end of a
    training before it, they do. Before the first that counts, a run is evaluated at θ. The paper goes through
    the data once more for the statistics of batch norm; here they are those of the training.
    """

    begin: int = 0
    every: int = 1

    def __post_init__(self) -> None:
        self.require(begin="[0, inf)", every="[1, inf)")

    def after(
        self, theta: Array, previous: Array, g: Array, state: Sequence[Array], *, t: int, lr: float
    ) -> None:
        (average,) = state
        if (n := self._averaged(t)) and (t - self.begin) % self.every == 0:
            average += (theta - average) / n

    def evaluated(self, theta: Array, state: Sequence[Array], *, t: int) -> Array:
        return state[0] if self._averaged(t) else theta

    def _averaged(self, t: int) -> int:
        """Return how many of the parameters after update t and before count."""
        return max(t - self.begin, 0) // self.every


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"swa": Swa}
