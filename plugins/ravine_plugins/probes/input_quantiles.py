"""How the inputs of a layer's units are distributed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl


@dataclass(frozen=True)
class InputQuantiles(Probe):
    """Input quantiles: of what each unit of a layer gets from many examples, while the network learns.

    Parameters
    ----------
    layer : str
        Name of the layer, such as an activation; of several the last one is looked at.
    low, high : float
        The quantiles beside the median.
    samples : int
        The first so many training examples go through the network, as one batch.

    Notes
    -----
    Records ``low``, ``median``, ``high`` and ``spread``, which is high − low : (units,), a unit for each number
    of an example; and ``shares`` : (3,), which quantiles these are. The pass is one of training, as the layer
    sees it: a normalising layer takes the mean and variance of this batch. Its running ones stay as they are.

    References
    ----------
    Ioffe and Szegedy 2015, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, section 4.1.
    """

    layer: str = "sigmoid"
    low: float = 0.15
    high: float = 0.85
    samples: int = 1000

    def __post_init__(self) -> None:
        self.require(low="[0, 1]", high="[0, 1]", samples="[1, inf)")
        if self.low >= self.high:
            raise ValueError(f"InputQuantiles: low = {self.low!r}, high = {self.high!r}: low is below high")

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        network, inputs = problem.network, problem.inputs(problem.split.train[: self.samples])
        shares = np.array([self.low, 0.5, self.high])
        places = [where for where in network.layers if where.rpartition(".")[2] == self.layer]
        if not places:
            raise ValueError(f"no layer is named {self.layer}; there are: {', '.join(network.layers)}")

        def look() -> Mapping[str, Array]:
            arrays = {"": inputs}
            found = network.buffers.theta.copy()
            network.forward(inputs, training=True, rng=rng, trace=arrays.__setitem__)
            network.buffers.theta[:] = found
            # What a layer gets is what the one before it has returned.
            before = list(arrays)[list(arrays).index(places[-1]) - 1]
            x = arrays[before].reshape(len(inputs), -1).astype(np.float64)
            low, median, high = np.quantile(x, shares, axis=0)
            return {"low": low, "median": median, "high": high, "spread": high - low, "shares": shares}

        return look


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"input_quantiles": InputQuantiles}
