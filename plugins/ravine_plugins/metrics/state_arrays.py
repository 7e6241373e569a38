"""How much memory an optimizer needs."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class StateArrays(Metric):
    """State arrays: how many numbers an optimizer keeps for every parameter."""

    def measure(self, run: Run) -> float | None:
        if "path" not in run.arrays:
            raise ValueError("state is recorded for descents on surfaces only")
        return float(sum(name.startswith("state.") for name in run.arrays))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"state_arrays": StateArrays}
