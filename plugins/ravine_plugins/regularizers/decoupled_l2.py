"""Decoupled weight decay."""

from dataclasses import dataclass

from ravine import Array, Regularizer, hookimpl


@dataclass(frozen=True)
class DecoupledL2(Regularizer):
    r"""L2, decoupled: weights shrink by themselves, past the optimizer.

    .. math:: w \leftarrow w - \eta \lambda w

    Parameters
    ----------
    strength : float
        λ; multiplied by the learning rate η of the step.

    References
    ----------
    Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, Algorithm 2: with Adam this is AdamW.

    Notes
    -----
    Multiplied by η as in PyTorch and Keras; the paper multiplies by the schedule's factor alone. With SGD it
    moves weights exactly as ``l2`` does, but the reported loss has no penalty.
    """

    strength: float = 0.01

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def shrink(self, w: Array, lr: float) -> None:
        w *= 1 - lr * self.strength


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"decoupled_l2": DecoupledL2}
