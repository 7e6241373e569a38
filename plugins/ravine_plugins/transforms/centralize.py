"""Gradient centralization."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Place, Transform, hookimpl


@dataclass(frozen=True)
class Centralize(Transform, sees="array"):
    r"""Centralization: the gradient of the weights of every unit gets the mean 0.

    .. math:: g_{ij} \leftarrow g_{ij} - \frac{1}{n} \sum_k g_{kj} \quad \text{for weights}

    References
    ----------
    Yong, Huang, Hua and Zhang 2020, Gradient Centralization: A New Optimization Technique for Deep Neural
    Networks, equation (1).

    Notes
    -----
    The last axis of a weight counts its units. What has one axis is left alone.
    """

    def before(
        self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place
    ) -> None:
        if place.role != "other" and g.ndim > 1:
            g -= g.mean(axis=tuple(range(g.ndim - 1)), keepdims=True)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"centralize": Centralize}
