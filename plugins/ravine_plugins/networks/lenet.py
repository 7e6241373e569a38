"""LeNet-5, from options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ravine import Architecture, Named, hookimpl


@dataclass(frozen=True)
class LeNet(Architecture):
    """LeNet-5: two convolutions with pooling, and three affine layers.

    Parameters
    ----------
    activation : str or mapping
        The layer after each convolution and each affine layer but the last: its name, or a mapping with
        ``name`` and its fields.
    pooling : str or mapping
        The layer after each of the two activations: ``max_pool``, ``average_pool``, or a mapping.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition, section
    II.B and figure 2.

    Notes
    -----
    The sizes are the paper's: 6 and 16 channels, windows of 5 × 5, 120 and 84 units; for images of 28 × 28 it
    has 61,706 parameters. The rest is of later times, as in most libraries: rectifiers, max pooling, all 6
    channels for each of the 16, and affine outputs for the loss. The paper has tanh, averages with a factor and
    a bias, a table of which channel sees which, and radial basis functions at the end.
    ``network.activation=tanh network.pooling=average_pool`` is nearer to it. A border of zeros makes images of
    28 × 28 the paper's 32 × 32.
    """

    activation: str | Mapping[str, Any] = "relu"
    pooling: str | Mapping[str, Any] = "max_pool"

    def stack(self, n_out: int) -> Sequence[Named]:
        return [
            {"name": "conv2d", "channels": 6, "size": [5, 5], "padding": [2, 2]},
            self.activation,
            self.pooling,
            {"name": "conv2d", "channels": 16, "size": [5, 5]},
            self.activation,
            self.pooling,
            "flatten",
            {"name": "affine", "units": 120},
            self.activation,
            {"name": "affine", "units": 84},
            self.activation,
            {"name": "affine", "units": n_out},
        ]


@hookimpl
def ravine_networks() -> dict[str, type[Architecture]]:
    return {"lenet": LeNet}
