"""Points drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Goal, Point, Sampler, Space, StatelessSampler, Trial, hookimpl


@dataclass(frozen=True)
class Random(StatelessSampler):
    """Random search: every setting drawn on its own, evenly on its scale.

    References
    ----------
    Bergstra and Bengio 2012, Random Search for Hyper-Parameter Optimization: where few settings matter, it
    tries more values of those than a grid of as many trials.
    """

    independent: ClassVar[bool] = True

    def propose(self, space: Space, trials: Sequence[Trial], *, number: int, goal: Goal) -> Point:
        rng = np.random.default_rng([goal.seed, number])
        return space.at(rng.random(len(space)).tolist())


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"random": Random}
