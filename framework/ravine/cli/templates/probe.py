"""The probe my_name: replace what it looks at, its fields and its docstring by your own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Probe):
    """Norms: the Euclidean norm of every weight, first layer to last.

    Records ``weights`` : (weights,) array.
    """

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        parameters = problem.parameters
        weights = [view for view in parameters.named(parameters.theta).values() if view.ndim > 1]
        return lambda: {"weights": np.array([np.linalg.norm(w) for w in weights])}


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"my_name": MyName}
