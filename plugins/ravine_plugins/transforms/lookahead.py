"""Lookahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class Lookahead(Transform, slots=("slow",)):
    r"""Lookahead: slow weights follow the fast ones at every k-th step, and these go on from there.

    .. math:: \phi \leftarrow \phi + \alpha (\theta - \phi), \qquad \theta \leftarrow \phi

    at every k-th step.

    Parameters
    ----------
    every : int
        Steps k between two synchronisations.
    alpha : float
        How far the slow weights go, α.

    References
    ----------
    Zhang, Lucas, Hinton and Ba 2019, Lookahead Optimizer: k Steps Forward, 1 Step Back, Algorithm 1.

    Notes
    -----
    A run is evaluated at the slow weights φ. The optimizer keeps its state at a synchronisation.
    """

    every: int = 5
    alpha: float = 0.5

    def __post_init__(self) -> None:
        self.require(every="[1, inf)", alpha="(0, 1]")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"slow": theta}

    def after(
        self, theta: Array, previous: Array, g: Array, state: Sequence[Array], *, t: int, lr: float
    ) -> None:
        (slow,) = state
        if t % self.every == 0:
            slow += self.alpha * (theta - slow)
            theta[...] = slow

    def evaluated(self, theta: Array, state: Sequence[Array], *, t: int) -> Array:
        return state[0]


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"lookahead": Lookahead}
