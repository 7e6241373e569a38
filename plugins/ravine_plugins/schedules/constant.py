"""A constant rate."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Constant(Schedule):
    """Constant: the learning rate stays what it is.

    .. math:: 1
    """

    def factor(self, step: int, steps: int) -> float:
        return 1.0


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"constant": Constant}
