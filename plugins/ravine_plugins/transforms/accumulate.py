"""Gradient accumulation."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class Accumulate(Transform, slots=("total",)):
    r"""Accumulation: a step is made with the mean gradient of several batches.

    .. math:: g \leftarrow \frac{1}{k} \sum_{i=1}^{k} g_i \quad \text{at every k-th batch}

    Parameters
    ----------
    batches : int
        Batches k for one step.

    References
    ----------
    Goyal and others 2017, Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, section 2.

    Notes
    -----
    A run counts batches: ``training.steps=100`` makes 25 steps with four batches each. Batches that are left at
    the end are not used. Batch norm sees each batch by itself.
    """

    batches: int = 4

    def __post_init__(self) -> None:
        self.require(batches="[1, inf)")

    def before(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (total,) = state
        total += g / self.batches
        if not self.waits(t):
            g[...] = total
            total[...] = 0

    def waits(self, t: int) -> bool:
        return t % self.batches != 0


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"accumulate": Accumulate}
