"""A perceptron of residual blocks, from options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ravine import Architecture, Named, hookimpl


@dataclass(frozen=True)
class ResidualMLP(Architecture):
    """Residual perceptron: an affine layer, residual blocks of one width, and an affine layer.

    Parameters
    ----------
    width : int
        Units of every hidden layer.
    blocks : int
        Residual blocks; each has two activations and two affine layers.
    activation : str or mapping
        The layer before each affine layer of a block: its name, or a mapping with ``name`` and its fields.
    normalization : str, mapping or None
        A normalising layer before each activation, such as ``batch_norm``.

    References
    ----------
    He, Zhang, Ren and Sun 2016, Identity Mappings in Deep Residual Networks, figure 1 (b): normalisation and
    activation come before the weights, and nothing stands between the blocks.
    """

    width: int = 100
    blocks: int = 3
    activation: str | Mapping[str, Any] = "relu"
    normalization: str | Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.require(width="[1, inf)", blocks="[1, inf)")

    def stack(self, n_out: int) -> Sequence[Named]:
        active = [self.normalization, self.activation] if self.normalization else [self.activation]
        affine = {"name": "affine", "units": self.width}
        blocks = [
            {"name": "residual", "layers": [*active, affine, *active, affine]} for _ in range(self.blocks)
        ]
        return ["flatten", affine, *blocks, *active, {"name": "affine", "units": n_out}]


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"residual_mlp": ResidualMLP}
