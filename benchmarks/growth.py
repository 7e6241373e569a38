"""What a step costs as a network grows, over its matrix products, and a run as its steps grow.

Networks of equal hidden layers on a batch of 128 digits, SGD, float32, one thread. A run's seconds are those of
the whole command, and its bytes those of all its files.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from ravine.fusion.kernel import Fusion
from threadpoolctl import threadpool_limits

from benchmarks import floor, ours, processes, timing
from benchmarks.table import show
from benchmarks.task import UNITS

ROUNDS, CALLS = 20, 5

# Hidden layers, and the units of each.
NETWORKS = ((4, 50), (4, 100), (4, 200), (4, 400), (4, 800), (1, 100), (16, 100), (64, 100))
STEPS = (500, 2000, 8000)


def run(options: argparse.Namespace) -> None:
    """Time steps and runs, and print them."""
    cases: dict[str, Callable[[], object]] = {}
    parameters = {}
    for depth, width in NETWORKS:
        hidden = [width] * depth
        words = ("network=mlp", f"network.hidden={hidden}".replace(" ", ""), "network.activation=relu")
        problem, update = ours.problem("sgd", words, fusion=Fusion.BOTH)
        name = f"{depth} x {width}"
        parameters[name] = len(problem.parameters)
        gradient = ours.gradient(problem, *ours.batch(problem), fusion=Fusion.BOTH)
        cases[name] = ours.both(gradient, update)
        cases[f"products of {name}"] = floor.products(units=[UNITS[0], *hidden, UNITS[-1]])
    with threadpool_limits(1), np.errstate(all="ignore"):
        times = timing.interleaved(cases, options.repeats or ROUNDS, CALLS)
    rows = []
    for name, size in parameters.items():
        step, products = times.wall[name], times.wall[f"products of {name}"]
        spread = timing.Spread.of(step / products)
        rows.append(
            [
                name,
                f"{size:,}",
                f"{np.median(products) * 1e6:.0f}",
                f"{np.median(step) * 1e6:.0f}",
                f"{spread:.2f}",
            ]
        )
    show(
        "growth: a step of networks of hidden layers x units",
        ["", "parameters", "products, µs", "step, µs", "ratio (quartiles)"],
        rows,
    )
    _runs()


def _runs() -> None:
    rows = []
    with processes.folders() as new:
        for steps in STEPS:
            folder = new()
            begin = time.perf_counter()
            processes.start(
                [*processes.RAVINE, *ours.OVERRIDES, f"training.steps={steps}", "figures=[]"], folder
            )
            seconds = time.perf_counter() - begin
            size = sum(file.stat().st_size for file in (folder / "runs").rglob("*") if file.is_file())
            rows.append(
                [f"{steps:,} steps", f"{seconds:.1f}", f"{seconds / steps * 1e3:.2f}", f"{size / 1e3:.0f}"]
            )
    show("growth: a run of one command", ["", "s", "ms a step", "kB"], rows)
