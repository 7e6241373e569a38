"""Timing: cases take turns in one process, so that what disturbs one disturbs all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

WARM_UP = 2  # rounds that are not counted


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of a quantity over the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Spread:
        low, median, high = np.percentile(values, [25, 50, 75])
        return cls(float(median), float(low), float(high))

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.low:{spec}} to {self.high:{spec}})"


@dataclass(frozen=True)
class Times:
    """What was measured.

    Parameters
    ----------
    wall, cpu : dict of str to (rounds,) array
        Seconds a call by case: on the clock, and of this process's threads together.
    """

    wall: Mapping[str, np.ndarray]
    cpu: Mapping[str, np.ndarray]

    def seconds(self, case: str) -> Spread:
        return Spread.of(self.wall[case])

    def ratio(self, case: str, to: str) -> Spread:
        """Return one case's time over another's, taken within each round."""
        return Spread.of(self.wall[case] / self.wall[to])

    def difference(self, case: str, less: str) -> Spread:
        """Return one case's time less another's, taken within each round."""
        return Spread.of(self.wall[case] - self.wall[less])

    def cores(self, case: str) -> float:
        """Return how many cores a case kept busy: 1.0 for a single thread."""
        return float(self.cpu[case].sum() / self.wall[case].sum())


def interleaved(cases: Mapping[str, Callable[[], object]], rounds: int, calls: int = 1) -> Times:
    """Time every case once a round, each time beginning with another one.

    Parameters
    ----------
    cases : mapping of str to callable
        What to time.
    rounds : int
        Turns of every case, besides those that warm up.
    calls : int
        Calls in a turn; their mean is the round's time.
    """
    names = list(cases)
    wall, cpu = ({name: np.empty(rounds + WARM_UP) for name in names} for _ in range(2))
    for turn in range(rounds + WARM_UP):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            case = cases[name]
            if calls > 1:
                case()  # the caches are this case's own before the clock starts
            before, clock = time.process_time(), time.perf_counter()
            for _ in range(calls):
                case()
            wall[name][turn] = (time.perf_counter() - clock) / calls
            cpu[name][turn] = (time.process_time() - before) / calls
    return Times(*({name: values[WARM_UP:] for name, values in kind.items()} for kind in (wall, cpu)))
