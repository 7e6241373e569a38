"""Mean squared error."""

from dataclasses import dataclass

from ravine import Array, Loss, hookimpl, one_hot


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    r"""Mean squared error: over the batch and the outputs.

    .. math:: L = \frac{1}{n K} \sum_{ik} (y_{ik} - t_{ik})^2

    Notes
    -----
    As in PyTorch and Keras. The book takes half the sum over the outputs, K / 2 times as much. Class numbers
    become rows with a 1 at the right class.

    References
    ----------
    Legendre 1805, Nouvelles méthodes pour la détermination des orbites des comètes (least squares).
    """

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        error = y - one_hot(target, y)
        return float((error * error).mean()), error * (2 / error.size)


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"mean_squared_error": MeanSquaredError}
