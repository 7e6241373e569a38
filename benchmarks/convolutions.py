"""A training step of networks with convolutions, SGD, beside PyTorch's.

LeNet-5; and two convolutions of 3 x 3 with batch normalisation. Both get the same batch of 128 digits in
float32, as floats that lie in memory, and have one thread each.
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
OURS, THEIRS = "ravine, batch given", "PyTorch, eager"


def run(options: argparse.Namespace) -> None:
    """Time the steps and print them."""
    for title, network in ours.CONVOLUTIONS.items():
        cases: dict[str, Callable[[], object]] = {}
        for how, fusion in {"": Fusion.BOTH, ", by NumPy alone": Fusion.PROGRAMS}.items():
            problem, update = ours.problem("sgd", network, fusion=fusion)
            x, target = ours.batch(problem)
            images = x.reshape(-1, 28, 28)
            cases[OURS + how] = ours.both(ours.gradient(problem, images, target, fusion=fusion), update)
        try:
            cases[THEIRS] = pytorch.convolutions(images, target)[title]
        except ImportError:
            print("PyTorch: not installed")
        with threadpool_limits(1), np.errstate(all="ignore"):
            times = timing.interleaved(cases, options.repeats or ROUNDS, CALLS)
        _show(title, times)


def _show(title: str, times: timing.Times) -> None:
    floor = THEIRS if THEIRS in times.wall else OURS
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
    show(
        f"convolutions: {title}, over {floor}",
        ["", "µs", "least", "ratio (quartiles)", "CPU µs", "least", "CPU ratio (quartiles)"],
        rows,
    )
