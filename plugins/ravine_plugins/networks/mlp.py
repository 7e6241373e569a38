"""The multilayer perceptron, from options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ravine import Architecture, Named, hookimpl


@dataclass(frozen=True)
class MLP(Architecture):
    """Multilayer perceptron: affine layers with an activation after each but the last.

    Parameters
    ----------
    hidden : tuple of int
        Units of the hidden layers, first to last.
    activation : str or mapping
        The layer after each hidden affine layer: its name, or a mapping with ``name`` and its fields.
    normalization : str, mapping or None
        A normalising layer for each hidden layer, such as ``batch_norm``, or ``{name: batch_norm, eps: 1e-3}``.
    placement : "before" or "after"
        Where it goes: before the activation, as Ioffe and Szegedy 2015 and the book put it, or after.
    dropout : float
        Ratio of dropout after each hidden activation; 0 leaves the layers out.
    input_dropout : float
        Ratio of dropout of the inputs, in the same form; 0 leaves the layer out.
    dropout_form : str
        Name of the dropout layer: ``dropout`` is the book's, ``inverted_dropout`` that of PyTorch.
    """

    hidden: tuple[int, ...] = (100, 100, 100, 100)
    activation: str | Mapping[str, Any] = "relu"
    normalization: str | Mapping[str, Any] | None = None
    placement: Literal["before", "after"] = "before"
    dropout: float = 0.0
    input_dropout: float = 0.0
    dropout_form: str = "dropout"

    def __post_init__(self) -> None:
        self.require(hidden="[1, inf)", dropout="[0, 1)", input_dropout="[0, 1)")

    def stack(self, n_out: int) -> Sequence[Named]:
        layers: list[Named] = ["flatten"]
        if self.input_dropout:
            layers.append({"name": self.dropout_form, "ratio": self.input_dropout})
        for units in self.hidden:
            layers.append({"name": "affine", "units": units})
            if self.normalization and self.placement == "before":
                layers.append(self.normalization)
            layers.append(self.activation)
            if self.normalization and self.placement == "after":
                layers.append(self.normalization)
            if self.dropout:
                layers.append({"name": self.dropout_form, "ratio": self.dropout})
        return [*layers, {"name": "affine", "units": n_out}]


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"mlp": MLP}
