"""The L2 penalty: weight decay as the book has it."""

from dataclasses import dataclass

from ravine import Array, Regularizer, hookimpl


@dataclass(frozen=True)
class L2(Regularizer):
    r"""L2, coupled: half the sum of squared weights joins the loss.

    .. math:: R = \tfrac{1}{2} \lambda \sum w^2, \qquad \partial R / \partial w = \lambda w

    Parameters
    ----------
    strength : float
        λ; the notes take 0.1.

    References
    ----------
    Krogh and Hertz 1991, A Simple Weight Decay Can Improve Generalization.

    Notes
    -----
    The gradient λ w passes through the optimizer, which an adaptive one rescales; ``decoupled_l2`` does not.
    The reported loss contains the penalty, as in the book.
    """

    strength: float = 0.1

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def penalty(self, w: Array) -> float:
        return 0.5 * self.strength * float(w @ w)

    def add_gradient(self, w: Array, g: Array) -> None:
        g += self.strength * w


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"l2": L2}
