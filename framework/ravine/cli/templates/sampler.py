"""The sampler my_name: replace what it proposes, its fields and its docstring by your own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Goal, Point, Sampler, Space, StatelessSampler, Trial, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(StatelessSampler):
    r"""Local search: a normal step from the best point so far, after some points that are drawn anywhere.

    .. math:: u = u_{best} + \sigma z, \quad z \sim N(0, 1)

    u is a point of the unit cube that the space is, one side a setting; what leaves the cube is moved to its
    side.

    Parameters
    ----------
    startup : int
        Trials with a value that it takes before it steps.
    width : float
        σ, of a side of the cube.
    """

    learns: ClassVar[bool] = True

    startup: int = 8
    width: float = 0.1

    def __post_init__(self) -> None:
        self.require(startup="[1, inf)", width="(0, inf)")

    def propose(self, space: Space, trials: Sequence[Trial], *, number: int, goal: Goal) -> Point:
        rng = np.random.default_rng([goal.seed, number])
        values = {trial.number: trial.value for trial in trials if trial.value is not None}
        if len(values) < self.startup:
            return space.at(rng.random(len(space)).tolist())
        best = (max if goal.maximize else min)(values, key=values.__getitem__)
        center = np.array(space.shares(trials[best].point))
        cube = np.clip(center + self.width * rng.normal(size=len(space)), 0, 1)
        return space.at(cube.tolist())


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"my_name": MyName}
