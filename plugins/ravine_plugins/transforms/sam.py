"""SAM."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, GradientAt, Transform, hookimpl


@dataclass(frozen=True)
class Sam(Transform, sees="all"):
    r"""SAM: the gradient is taken where the loss is nearly the largest within a radius.

    .. math:: g \leftarrow \nabla L(\theta + \rho \, g / \|g\|)

    Parameters
    ----------
    rho : float
        The radius ρ.

    References
    ----------
    Foret, Kleiner, Mobahi and Neyshabur 2021, Sharpness-Aware Minimization for Efficiently Improving
    Generalization, Algorithm 1 with p = 2.

    Notes
    -----
    Both gradients are on one batch, with the same noise of layers. The norm is that of the whole gradient, with
    the part of a coupled regularizer; the authors' code adds the decay of weights to the second gradient only.
    Where the gradient is 0 it stays. Of several transforms it is the first: what stands before it changes the
    direction only, because the gradient is then a new one.
    """

    rho: float = 0.05

    def __post_init__(self) -> None:
        self.require(rho="(0, inf)")

    def before(
        self,
        theta: Array,
        g: Array,
        state: Sequence[Array],
        *,
        t: int,
        lr: float,
        gradient_at: GradientAt,
    ) -> None:
        if norm := float(np.linalg.norm(g)):
            _, g[...] = gradient_at(theta + self.rho / norm * g)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"sam": Sam}
