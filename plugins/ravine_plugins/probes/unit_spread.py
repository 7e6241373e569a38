"""How far the units of a layer differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl


@dataclass(frozen=True)
class UnitSpread(Probe):
    """Unit spread: the standard deviation over a layer's units of their weights, 0 where all are the same.

    Records ``weights`` : (layers,) array, the mean over a layer's inputs.
    """

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        parameters = problem.parameters
        weights = [view for view in parameters.named(parameters.theta).values() if view.ndim == 2]
        return lambda: {"weights": np.array([w.std(axis=1, dtype=np.float64).mean() for w in weights])}


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"unit_spread": UnitSpread}
