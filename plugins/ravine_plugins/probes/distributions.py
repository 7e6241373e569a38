"""How activations, their gradients and weights are distributed, layer by layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl

_ENDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
_NEAR = 0.05


@dataclass(frozen=True)
class Distributions(Probe):
    """Distributions: histograms of activations, of the loss's gradients at them, and of weights, by layer.

    Parameters
    ----------
    layers : tuple of str
        Names of the layers to look at.
    samples : int
        The first so many training examples go through the network, as it is judged.
    bins : int
        Bins between the lowest and the highest value of a layer.

    Notes
    -----
    Records, for ``activation``, ``gradient`` and ``weight`` each, ``.counts`` : (layers, bins), ``.low``,
    ``.high``, ``.mean`` and ``.std`` : (layers,). Weights are the arrays that the initializer draws, in order.
    Of activations it has ``zeros``, the share that is exactly 0, ``dead``, the share of units that are the same
    for all samples, and ``saturated``, the share within 0.05 of the ends of a bounded activation's range; NaN
    for others.
    """

    layers: tuple[str, ...] = ("relu", "sigmoid", "tanh")
    samples: int = 1000
    bins: int = 50

    def __post_init__(self) -> None:
        self.require(samples="[1, inf)", bins="[1, inf)")

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        examples, parameters = problem.split.train[: self.samples], problem.parameters
        # Views: they show the weights of the moment.
        arrays = parameters.named(parameters.theta)
        weights = [arrays[name] for name, place in parameters.places.items() if place.role != "other"]

        def look() -> Mapping[str, Array]:
            seen: list[tuple[str, Array]] = []

            def trace(where: str, array: Array) -> None:
                if where.partition(".")[2] in self.layers:
                    seen.append((where.partition(".")[2], array))

            y, backward = problem.network.forward(
                problem.inputs(examples), training=False, rng=rng, trace=trace
            )
            activations, seen = seen, []
            backward(problem.loss(y, examples.target)[1])
            gradients = seen[::-1]
            return {
                **self._summary("activation", [array for _, array in activations]),
                **self._summary("gradient", [array for _, array in gradients]),
                **self._summary("weight", weights),
                "zeros": np.array([(array == 0).mean() for _, array in activations]),
                "dead": np.array([(np.ptp(array, axis=0) == 0).mean() for _, array in activations]),
                "saturated": np.array([_saturated(name, array) for name, array in activations]),
            }

        return look

    def _summary(self, of: str, arrays: list[Array]) -> dict[str, Array]:
        wide = [array.astype(np.float64) for array in arrays]
        return {
            f"{of}.counts": np.array([np.histogram(array, self.bins)[0] for array in wide]),
            f"{of}.low": np.array([array.min() for array in wide]),
            f"{of}.high": np.array([array.max() for array in wide]),
            f"{of}.mean": np.array([array.mean() for array in wide]),
            f"{of}.std": np.array([array.std() for array in wide]),
        }


def _saturated(name: str, array: Array) -> float:
    if name not in _ENDS:
        return float("nan")
    low, high = _ENDS[name]
    return float(((array < low + _NEAR) | (array > high - _NEAR)).mean())


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"distributions": Distributions}
