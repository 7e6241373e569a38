"""The contract of a probe: a look into a network while it learns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

if TYPE_CHECKING:
    from ravine.engine.problem import Supervised

__all__ = [
    "Probe",
]


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what the metrics do not say; it changes nothing that is measured.

    Examples
    --------
    How long all parameters are, taken as one vector:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import ravine
    >>> @dataclass(frozen=True)
    ... class Length(ravine.Probe):
    ...     def watch(self, problem, rng):
    ...         theta = problem.parameters.theta
    ...         return lambda: {"all": np.linalg.norm(theta)}
    >>> problem = ravine.build(ravine.compose(["dataset=gaussian", "network.hidden=[5]"])).problem()
    >>> look = Length().watch(problem, np.random.default_rng(0))
    >>> problem.parameters.theta[:] = 0
    >>> problem.parameters.theta[:2] = 3, 4
    >>> print(look()["all"])
    5.0
    """

    kind: ClassVar[str] = "probe"

    @abstractmethod
    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        """Return a function that is called at every evaluation.

        Parameters
        ----------
        problem : Supervised
            With its ``network``, ``split`` and ``loss``. Parameters, buffers and examples are left as they are
            found; gradients need not be.
        rng : numpy.random.Generator
            A stream of the probe's own; the run's are not touched, so that no number of the run is another.

        Returns
        -------
        callable
            Looks at the network as it is then, and remembers nothing but what ``watch`` saw at the start: a run
            that was stopped goes on with a new look. Its values are arrays of numbers, recorded as
            ``probe.PROBE.NAME``: the same names, shapes and types every time, and none of them the network's
            own memory. NaN stands only where there never is a number.

        Raises
        ------
        ValueError
            If such a network cannot be watched: what is needed. A look that breaks ends the run.
        """
