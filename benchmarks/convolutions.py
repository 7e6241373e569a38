"""A training step of LeNet-5, SGD, beside PyTorch's.

Both get the same batch of 128 digits in float32, as floats that lie in memory, and have one thread each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from ravine.fusion.kernel import Fusion
from threadpoolctl import threadpool_limits

from benchmarks import ours, timing
from benchmarks.peers import pytorch
from benchmarks.table import show

ROUNDS, CALLS = 40, 10
OURS = "ravine, batch given"


def run(options: argparse.Namespace) -> None:
    """Time the steps and print them."""
    problem, update = ours.problem("sgd", ours.LENET, fusion=Fusion.BOTH)
    x, target = ours.batch(problem)
    images = x.reshape(-1, 28, 28)
    gradient = ours.gradient(problem, images, target, fusion=Fusion.BOTH)
    cases: dict[str, Callable[[], object]] = {OURS: ours.both(gradient, update)}
    try:
        name, peer = pytorch.lenet(images, target)
        cases[name] = peer
    except ImportError:
        name = OURS
    with threadpool_limits(1), np.errstate(all="ignore"):
        times = timing.interleaved(cases, options.repeats or ROUNDS, CALLS)
    _show(times, name)


def _show(times: timing.Times, floor: str) -> None:
    rows = []
    for case in times.wall:
        cells = []
        for clock in (times.wall, times.cpu):
            seconds = clock[case]
            ratio = timing.Spread.of(seconds / clock[floor])
            cells += [
                f"{timing.Spread.of(seconds).median * 1e6:.0f}",
                f"{seconds.min() * 1e6:.0f}",
                f"{ratio:.2f}",
            ]
        rows.append([case, *cells])
    if floor == OURS:
        rows.append(["PyTorch: not installed"])
    print(f"lenet: over {floor}")
    show(["", "µs", "least", "ratio (quartiles)", "CPU µs", "least", "CPU ratio (quartiles)"], rows)
