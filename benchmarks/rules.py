"""An update of each optimizer, over SGD's, fused and by NumPy alone, and PyTorch's of those that it has.

The parameters are those of the network of a step, in float32, one thread; gradients do not change. PyTorch's
rules have its defaults, without foreach and fused; its Muon gets the matrices only, ravine's all arrays.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from ravine import registry
from ravine.fusion.kernel import Fusion
from threadpoolctl import threadpool_limits

from benchmarks import ours, timing
from benchmarks.peers import pytorch
from benchmarks.table import show

ROUNDS, CALLS = 15, 5
FLOOR = "sgd"


def run(options: argparse.Namespace) -> None:
    """Time the updates and print them."""
    names = [entry.name for entry in registry.load() if entry.kind == "optimizer"]
    cases: dict[str, Callable[[], object]] = {}
    for name in names:
        for how, fusion in (("fused", Fusion.BOTH), ("NumPy", Fusion.PROGRAMS)):
            problem, update = ours.problem(name, fusion=fusion)
            problem.loss_and_gradient()
            cases[f"{name} {how}"] = update
    parameters = problem.parameters
    arrays = [list(parameters.named(flat).values()) for flat in (parameters.theta, parameters.grad)]
    try:
        cases |= {f"{name} PyTorch": update for name, update in pytorch.updates(*arrays).items()}
    except ImportError:
        print("PyTorch: not installed")
    with threadpool_limits(1), np.errstate(all="ignore"):
        times = timing.interleaved(cases, options.repeats or ROUNDS, CALLS)

    def cells(case: str) -> list[str]:
        if case not in times.wall:
            return ["", ""]
        seconds = times.wall[case]
        ratio = timing.Spread.of(seconds / times.wall[f"{FLOOR} fused"]).median
        return [f"{timing.Spread.of(seconds).median * 1e6:.0f}", f"{ratio:.1f}"]

    rows = [
        [name, *cells(f"{name} fused"), *cells(f"{name} NumPy"), *cells(f"{name} PyTorch")] for name in names
    ]
    show(
        f"rules: an update of {len(parameters):,} parameters, over sgd's that is fused",
        ["", "fused, µs", "ratio", "NumPy, µs", "ratio", "PyTorch, µs", "ratio"],
        rows,
    )
