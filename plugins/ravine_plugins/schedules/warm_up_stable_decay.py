"""A rate that rises, stays and falls."""

import math
from dataclasses import dataclass
from typing import Literal

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class WarmUpStableDecay(Schedule):
    r"""Warm-up, stable, decay, WSD: a linear rise, then the whole rate, and a fall in the last part of the run.

    .. math:: \min(1, (s + 1) / k), \qquad
              f + (1 - f) \, d(p) \quad \text{for} \quad p = (s - S + n) / n > 0

    Parameters
    ----------
    warm_up : int
        Updates k of the rise; with 0 there is none.
    decay : float
        n / S, the last share of the run, in which the rate falls.
    shape : "linear", "cosine", "one_minus_sqrt" or "exponential"
        d(p), how it falls: 1 − p, (1 + cos πp) / 2, 1 − √p, or :math:`f + (1 - f) \, d = f^p`.
    floor : float
        f, the share of the rate that is left at the end.

    References
    ----------
    Hu and others 2024, MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training
    Strategies, section 4.2, where the fall is exponential. Hägele and others 2024, Scaling Laws and
    Compute-Optimal Training Beyond Fixed Training Durations, section 3: equation (1), the shape 1 − √p, and a
    decay of 20 %.

    Notes
    -----
    s counts updates from 0, and S is the budget: the first update moves by 1 / k of the rate, and the last
    still moves. ``get_wsd_schedule`` of Transformers begins with a rate of 0.
    """

    warm_up: int = 100
    decay: float = 0.2
    shape: Literal["linear", "cosine", "one_minus_sqrt", "exponential"] = "one_minus_sqrt"
    floor: float = 0.0

    def __post_init__(self) -> None:
        self.require(warm_up="[0, inf)", decay="(0, 1]", floor="[0, 1]")
        if self.shape == "exponential" and self.floor == 0:
            raise ValueError("WarmUpStableDecay: an exponential never falls to floor = 0")

    def factor(self, step: int, steps: int) -> float:
        rise = min(1.0, (step + 1) / max(self.warm_up, 1))
        falling = self.decay * steps
        share = (step - steps + falling) / falling
        return rise if share <= 0 else min(rise, self._fall(share))

    def _fall(self, p: float) -> float:
        if self.shape == "exponential":
            return float(self.floor**p)
        shape = {"linear": 1 - p, "cosine": (1 + math.cos(math.pi * p)) / 2, "one_minus_sqrt": 1 - p**0.5}
        return self.floor + (1 - self.floor) * shape[self.shape]


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"warm_up_stable_decay": WarmUpStableDecay}
