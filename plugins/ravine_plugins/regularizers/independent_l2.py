"""Decoupled weight decay that does not depend on the learning rate."""

from dataclasses import dataclass

from ravine import Array, Regularizer, hookimpl


@dataclass(frozen=True)
class IndependentL2(Regularizer):
    r"""L2, independent: weights shrink by themselves, by as much at every rate.

    .. math:: w \leftarrow w - \frac{\eta_t}{\eta} \lambda w

    Parameters
    ----------
    strength : float
        λ, the part of a weight that a step takes away while the schedule's factor is 1.
    rate : float
        η, the rate that the schedule multiplies; η_t is that of the step. A preset or an experiment says
        ``rate: ${optimizer.lr}``, and then η_t / η is the schedule's factor.

    References
    ----------
    Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, Algorithms 1 and 2: the schedule
    multiplies rate and decay alike. It is called independent by Wortsman et al. 2023, Small-Scale Proxies for
    Large-Scale Transformer Training Instabilities.

    Notes
    -----
    ``decoupled_l2`` multiplies λ by the rate too, as PyTorch, Keras and Optax do; so does this one with rate 1.
    """

    strength: float = 0.0005
    rate: float = 1.0

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)", rate="(0, inf)")

    def shrink(self, w: Array, lr: float) -> None:
        w *= 1 - lr / self.rate * self.strength


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"independent_l2": IndependentL2}
