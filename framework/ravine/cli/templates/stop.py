"""The stop my_name: replace its rule, its fields and its docstring by your own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Stop):
    """Updates: a run ends when it has made so many updates.

    Parameters
    ----------
    steps : int
        Updates after which the next evaluation is the last.

    References
    ----------
    Replace this by the paper, and the section, of your rule.
    """

    steps: int = 20

    def __post_init__(self) -> None:
        self.require(steps="[1, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        return evaluations[-1]["step"] >= self.steps


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"my_name": MyName}
