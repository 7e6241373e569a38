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
        """Return the spread of some values."""
        low, median, high = np.percentile(values, [25, 50, 75])
        return cls(float(median), float(low), float(high))

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.low:{spec}} to {self.high:{spec}})"


@dataclass(frozen=True)
class Times:
    """What was measured.

    Parameters
    ----------
    wall : dict of str to (rounds,) array
        Seconds a call, by case; ratios are taken within a round.
    cpu : dict of str to (rounds,) array
        Seconds of the processor a call, all threads of this process together: the same for a single thread,
        and little more where other processes have their turn in between.
    """

    wall: Mapping[str, np.ndarray]
    cpu: Mapping[str, np.ndarray]


def interleaved(cases: Mapping[str, Callable[[], object]], rounds: int, calls: int = 1) -> Times:
    """Time every case once a round, each round beginning with another one.

    Parameters
    ----------
    cases : mapping of str to callable
        What to time.
    rounds : int
        Turns of every case, besides those that warm up.
    calls : int
        Calls in a turn. The median of their times is the round's, so that one which another process
        interrupts does not count; of the processor's time it is the mean. One call more goes before several.
    """
    names = list(cases)
    wall, cpu = ({name: np.empty(WARM_UP + rounds) for name in names} for _ in range(2))
    for turn in range(WARM_UP + rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            wall[name][turn], cpu[name][turn] = _turn(cases[name], calls)
    return Times(*({name: values[WARM_UP:] for name, values in kind.items()} for kind in (wall, cpu)))


def _turn(case: Callable[[], object], calls: int) -> tuple[float, float]:
    if calls > 1:
        case()  # the caches are its own before the clock starts
    clocks = np.empty(calls + 1)
    cpu = time.process_time()
    clocks[0] = time.perf_counter()
    for i in range(calls):
        case()
        clocks[i + 1] = time.perf_counter()
    cpu = time.process_time() - cpu
    return float(np.median(np.diff(clocks))), cpu / calls
