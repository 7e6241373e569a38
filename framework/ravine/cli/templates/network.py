"""The network my_name: replace the layers, its fields and its docstring by your own."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Architecture, Named, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Architecture):
    """One hidden layer: units with an activation between inputs and outputs.

    Parameters
    ----------
    units : int
        Units of the hidden layer.
    activation : str
        Name of the layer after it.
    """

    units: int = 100
    activation: str = "tanh"

    def __post_init__(self) -> None:
        self.require(units="[1, inf)")

    def stack(self, n_out: int) -> Sequence[Named]:
        hidden, out = ({"name": "affine", "units": units} for units in (self.units, n_out))
        return ["flatten", hidden, self.activation, out]


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"my_name": MyName}
