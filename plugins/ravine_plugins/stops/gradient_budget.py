"""A budget of gradients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl


@dataclass(frozen=True)
class GradientBudget(Stop):
    """Gradient budget: a run ends when it has taken so many gradients.

    Parameters
    ----------
    gradients : int
        Gradients that may be taken. Some optimizers take several for an update.

    References
    ----------
    Schneider, Balles and Hennig 2019, DeepOBS: A Deep Learning Optimizer Benchmark Suite, section 2.3.
    """

    gradients: int = 1000

    def __post_init__(self) -> None:
        self.require(gradients="[1, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        return gradients >= self.gradients


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"gradient_budget": GradientBudget}
