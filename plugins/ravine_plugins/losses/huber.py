"""Huber's loss."""

from dataclasses import dataclass

from ravine import Array, Loss, hookimpl, one_hot


@dataclass(frozen=True)
class Huber(Loss):
    r"""Huber's loss: squares of small errors, and absolute values of large ones, so that outliers count less.

    .. math:: L = \frac{1}{n K} \sum_{ik} \begin{cases} \frac 1 2 e_{ik}^2 & |e_{ik}| \le \delta \\
              \delta \left(|e_{ik}| - \frac 1 2 \delta\right) & |e_{ik}| > \delta \end{cases}, \qquad e = y - t

    Parameters
    ----------
    delta : float
        δ, the size from which an error is large.

    References
    ----------
    Huber 1964, Robust Estimation of a Location Parameter, section 1.

    Notes
    -----
    As in PyTorch (``huber_loss``) and Keras: half of the mean squared error where all errors are small.
    PyTorch's ``smooth_l1_loss`` is this divided by δ. Class numbers become rows with a 1 at the right class.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        self.require(delta="(0, inf)")

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        error = y - one_hot(target, y)
        within = error.clip(-self.delta, self.delta)
        # Half of e² where both are equal, and δ (|e| - δ / 2) where they are not.
        value = float((within * (error - 0.5 * within)).mean())
        return value, within / error.size


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"huber": Huber}
