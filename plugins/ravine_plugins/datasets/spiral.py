"""Spirals."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Dataset, hookimpl

from ravine_plugins.datasets._plane import Plane


@dataclass(frozen=True, kw_only=True)
class Spiral(Plane):
    r"""Spiral: arms that turn around one centre, an arm a class.

    .. math:: x = r\, (\cos \varphi, \sin \varphi), \qquad \varphi = 2 \pi (u r + t / K), \qquad
              r \sim \mathcal U(0, 1)

    Parameters
    ----------
    classes : int
        Arms, K.
    turns : float
        How often an arm turns, u.
    samples : int
        Training examples, and as many test examples.
    noise : float
        Standard deviation of the noise on both numbers.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Lang and Witbrock 1988, Learning to Tell Two Spirals Apart.

    Notes
    -----
    Lang and Witbrock had two arms of three turns, and points at even angles without noise.
    """

    classes: int = 2
    turns: float = 1.0
    noise: float = 0.02

    def __post_init__(self) -> None:
        self.require(classes="[2, inf)", turns="[0, inf)")
        super().__post_init__()

    @property
    def n_classes(self) -> int:
        return self.classes

    def points(self, classes: Array, rng: np.random.Generator) -> Array:
        radius = rng.uniform(0, 1, len(classes))
        angle = 2 * np.pi * (self.turns * radius + classes / self.classes)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"spiral": Spiral}
