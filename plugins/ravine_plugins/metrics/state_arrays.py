"""How much memory an optimizer needs."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl, registry


@dataclass(frozen=True)
class StateArrays(Metric):
    """State arrays: how many numbers optimizer and transforms keep for every parameter."""

    def measure(self, run: Run) -> float | None:
        if state := run.provenance.get("state"):
            return float(state["numbers"] / state["parameters"])
        if "path" in run.arrays:
            return float(sum(name.startswith("state.") for name in run.arrays))
        # It is one for each slot.
        fields = dict(run.config["optimizer"])
        return float(len(registry.load().entry("optimizer", fields.pop("name")).make(fields).slots))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"state_arrays": StateArrays}
