"""Logistic regression."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Architecture, Named, hookimpl


@dataclass(frozen=True)
class Logistic(Architecture):
    """Logistic regression: one affine layer, whose outputs the loss turns into chances.

    References
    ----------
    Cox 1958, The Regression Analysis of Binary Sequences; with several classes and
    ``loss=softmax_cross_entropy`` it is multinomial.

    Notes
    -----
    With ``loss=mean_squared_error`` the same network is a linear regression.
    """

    def stack(self, n_out: int) -> Sequence[Named]:
        return ["flatten", {"name": "affine", "units": n_out}]


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"logistic": Logistic}
