"""How near gradient descent is to the edge of stability."""

import math
from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class RelativeSharpness(Metric):
    r"""Relative sharpness: the probed sharpness over 2/η, the largest at which gradient descent is stable.

    .. math:: \eta \lambda_{\max} / 2

    It is the mean over the evaluations in the last part of a run. Other rules, batches and schedules have other
    limits, and η is the rate of the configuration.

    Parameters
    ----------
    last : float
        The part, as a share of the updates; 0 for the last evaluation only.

    References
    ----------
    Cohen, Kaur, Li, Kolter and Talwalkar 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge
    of Stability, section 2.
    """

    last: float = 0.25

    def __post_init__(self) -> None:
        self.require(last="[0, 1]")

    def measure(self, run: Run) -> float | None:
        sharpness = run.arrays.get("probe.sharpness.largest")
        if sharpness is None and run.status != "diverged":
            raise ValueError("no probe saw it: probes=[sharpness]")
        if sharpness is None or run.status != "completed":
            return None
        if "lr" not in run.config["optimizer"]:
            raise ValueError(f"runs of {run.config['optimizer']['name']} have no learning rate")
        late = run.arrays["evaluation.step"] >= (1 - self.last) * run.step
        value = float(run.config["optimizer"]["lr"] * sharpness[late].mean() / 2)
        return value if math.isfinite(value) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"relative_sharpness": RelativeSharpness}
