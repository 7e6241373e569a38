"""The cautious mask."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class Cautious(Transform, sees="array"):
    r"""Cautious: only those parameters move whose step agrees with the gradient.

    .. math:: \phi_i = [u_i g_i > 0], \qquad u \leftarrow u \odot \phi / \max(\bar\phi, 0.001)

    for each array, where u is what the optimizer takes away from the parameters.

    References
    ----------
    Liang, Chen, Liu and Liu 2024, Cautious Optimizers: Improving Training with One Line of Code, Algorithm 1.

    Notes
    -----
    The step is divided by the mean of the mask of each array, at least 0.001, as in the authors' code; the
    paper multiplies by the size and divides by the number of ones plus 1.
    """

    def after(
        self, theta: Array, previous: Array, g: Array, state: Sequence[Array], *, t: int, lr: float
    ) -> None:
        step = theta - previous
        agrees = step * g < 0
        mean = int(agrees.sum()) / max(agrees.size, 1)
        theta[...] = previous + step * agrees / max(mean, 1e-3)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"cautious": Cautious}
