"""Every combination of values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Goal, Point, Sampler, Space, StatelessSampler, Trial, hookimpl


@dataclass(frozen=True)
class Grid(StatelessSampler):
    """Grid search: every combination of evenly spaced values, the last setting changing fastest.

    Parameters
    ----------
    points : int
        Values of an interval, its ends included; of a choice all are taken.
    """

    points: int = 5

    def __post_init__(self) -> None:
        self.require(points="[2, inf)")

    def propose(self, space: Space, trials: Sequence[Trial], *, number: int, goal: Goal) -> Point | None:
        values = [dimension.steps(self.points) for dimension in space.dimensions]
        size = math.prod(map(len, values))
        if size > goal.trials:
            raise ValueError(
                f"Grid: {' times '.join(str(len(each)) for each in values)} values are {size} points, more "
                f"than search.trials = {goal.trials}: more trials, or fewer points, sampler.points=2"
            )
        if number >= size:
            return None
        point = {}
        for dimension, each in reversed([*zip(space.dimensions, values, strict=True)]):
            number, which = divmod(number, len(each))
            point[dimension.key] = each[which]
        return dict(reversed(point.items()))


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"grid": Grid}
