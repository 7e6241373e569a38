"""Exponential moving average of the weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class Ema(Transform, slots=("average",)):
    r"""EMA: a run is evaluated at an exponential moving average of the parameters.

    .. math:: a \leftarrow \beta a + (1 - \beta) \theta

    Parameters
    ----------
    beta : float
        Weight of the past β.

    References
    ----------
    Polyak and Juditsky 1992, Acceleration of Stochastic Approximation by Averaging; with weights that fade as
    in Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, section 7.2.

    Notes
    -----
    It starts at the initial parameters, without a correction. The training itself does not change.
    """

    beta: float = 0.99

    def __post_init__(self) -> None:
        self.require(beta="[0, 1)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"average": theta}

    def after(
        self, theta: Array, previous: Array, g: Array, state: Sequence[Array], *, t: int, lr: float
    ) -> None:
        (average,) = state
        average += (1 - self.beta) * (theta - average)

    def evaluated(self, theta: Array, state: Sequence[Array], *, t: int) -> Array:
        return state[0]


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"ema": Ema}
