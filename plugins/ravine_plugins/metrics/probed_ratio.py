"""A value that a probe has measured in one layer, divided by that of a second layer."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl, registry


@dataclass(frozen=True)
class ProbedRatio(Metric):
    """Probed ratio: a probe's value in one layer, divided by that in a second layer at the same evaluation.

    Parameters
    ----------
    of : str
        Probe and value, like ``distributions.gradient.std``.
    layer, over : int
        Which of the probe's layers is divided by which, from 0; −1 for the last.
    evaluation : int
        Which evaluation, from 0; −1 for the last.
    """

    of: str = "distributions.gradient.std"
    layer: int = 0
    over: int = -1
    evaluation: int = -1

    def measure(self, run: Run) -> float | None:
        probed = registry.load().get("metric", "probed")
        ours, theirs = (
            probed(of=self.of, layer=layer, evaluation=self.evaluation).measure(run)
            for layer in (self.layer, self.over)
        )
        return None if ours is None or not theirs else ours / theirs


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"probed_ratio": ProbedRatio}
