"""The regularizer my_name: replace the penalty, its fields and its docstring by your own."""

from dataclasses import dataclass

from ravine import Array, Regularizer, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Regularizer):
    r"""Weight elimination: small weights shrink as with L2, large ones are left alone.

    .. math:: R = \lambda \sum \frac{r}{1 + r}, \quad r = (w / w_0)^2, \qquad
              \frac{\partial R}{\partial w} = \frac{2 \lambda w}{w_0^2 (1 + r)^2}

    Parameters
    ----------
    strength : float
        λ.
    scale : float
        w₀: weights far below it are small, weights far above it large.

    References
    ----------
    Weigend, Rumelhart and Huberman 1990, Generalization by Weight-Elimination with Application to Forecasting.
    (Replace it by the paper and the equation of yours.)
    """

    strength: float = 1e-4
    scale: float = 1.0

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)", scale="(0, inf)")

    def penalty(self, w: Array) -> float:
        r = (w / self.scale) ** 2
        return self.strength * float((r / (1 + r)).sum())

    def add_gradient(self, w: Array, g: Array) -> None:
        r = (w / self.scale) ** 2
        g += 2 * self.strength / self.scale**2 * w / (1 + r) ** 2


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"my_name": MyName}
