"""Mean absolute error."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Loss, hookimpl, one_hot


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    r"""Mean absolute error: over the batch and the outputs.

    .. math:: L = \frac{1}{n K} \sum_{ik} |y_{ik} - t_{ik}|

    Notes
    -----
    As in PyTorch (``l1_loss``) and Keras. The derivative where an output is right is taken as 0, as in both.
    Class numbers become rows with a 1 at the right class.

    References
    ----------
    Boscovich 1757, De litteraria expeditione per Pontificiam ditionem (least absolute deviations).
    """

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        error = y - one_hot(target, y)
        return float(np.abs(error).mean()), np.sign(error) / error.size


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"mean_absolute_error": MeanAbsoluteError}
