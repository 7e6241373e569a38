"""A rate that falls as a power of what is left of the run."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Polynomial(Schedule):
    r"""Polynomial: the rate falls as a power of the share of the run that is left, "poly".

    .. math:: f + (1 - f) \left( 1 - \min(1, s / n) \right)^p

    Parameters
    ----------
    power : float
        p; with 1 the rate falls linearly.
    floor : float
        f, the share of the rate that is left at the end.
    length : int or None
        Updates n until the end; with None all of the run.

    References
    ----------
    Liu, Rabinovich and Berg 2015, ParseNet: Looking Wider to See Better, section 4; Chen and others 2018,
    DeepLab: Semantic Image Segmentation with Deep Convolutional Nets, section 4.1.2, with p = 0.9.

    Notes
    -----
    s counts updates from 0, so the last update of the run still moves. PyTorch's PolynomialLR has a power of 1
    and a length of 5 by default; Keras's PolynomialDecay a power of 1, and a value in place of f.
    """

    power: float = 0.9
    floor: float = 0.0
    length: int | None = None

    def __post_init__(self) -> None:
        self.require(power="(0, inf)", floor="[0, 1]", length="[1, inf)")

    def factor(self, step: int, steps: int) -> float:
        left = 1 - min(1.0, step / (self.length or steps))
        return self.floor + (1 - self.floor) * left**self.power


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"polynomial": Polynomial}
