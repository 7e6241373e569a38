"""How large weights are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl


@dataclass(frozen=True)
class WeightNorms(Probe):
    r"""Weight norms: the L2 norm of the weights, the length of the vector that they are.

    Records ``layers`` : (layers,) array, √(Σ w²) of each matrix of weights, and ``all`` : number, that of all
    of them together. Biases do not count, as with weight decay.
    """

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        parameters = problem.parameters
        weights = [view for view in parameters.named(parameters.theta).values() if view.ndim == 2]

        def look() -> Mapping[str, Array]:
            squares = np.array([np.square(w, dtype=np.float64).sum() for w in weights])
            return {"layers": np.sqrt(squares), "all": np.sqrt(squares.sum())}

        return look


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"weight_norms": WeightNorms}
