"""No regularizer."""

from dataclasses import dataclass

from ravine import Regularizer, hookimpl


@dataclass(frozen=True)
class NoRegularizer(Regularizer):
    """None: weights are left alone.

    .. math:: R = 0
    """


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"none": NoRegularizer}
