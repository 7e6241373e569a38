"""The contract of a probe: a look into a network while it learns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ravine.component import Array, Component

if TYPE_CHECKING:
    from ravine.problem import Supervised

__all__ = ["Probe"]


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what the metrics do not say; it changes nothing that is measured."""

    kind: ClassVar[str] = "probe"

    @abstractmethod
    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        """Return a function that is called at every evaluation.

        Parameters
        ----------
        problem : Supervised
            With its ``network``, ``split`` and ``loss``. Parameters and buffers are left as they are found.
        rng : numpy.random.Generator
            A stream of the probe's own; the run's are not touched.

        Returns
        -------
        callable
            Its values are recorded as ``probe.PROBE.NAME``; each has the same shape every time.
        """
