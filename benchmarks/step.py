"""A training step of SGD and of Adam, over the matrix products alone.

The network is 784-100-100-100-100-10 with ReLU, He's weights and softmax and cross-entropy, on a batch of
128 digits, in float32 unless --dtype says otherwise. Everybody gets the same batch, as floats that lie in
memory; ravine and JAX are also timed with the batch drawn from MNIST's bytes, as ravine trains. All in one
process, each on one thread: the columns 'CPU' are of the processor's time, which tells more than the clock's
where the machine is busy with other things.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from ravine.fusion.kernel import Fusion
from threadpoolctl import threadpool_limits

from benchmarks import floor, ours, timing
from benchmarks.peers import book, jax, pytorch
from benchmarks.table import show
from benchmarks.task import Digits

ROUNDS, CALLS = 60, 20

FLOOR = "matrix products alone"
GRADIENT = "forward, loss, backward"
RULES = {"SGD": "sgd", "Adam": "adam"}
HOW = {"": Fusion.BOTH, " by NumPy alone": Fusion.PROGRAMS}


def run(options: argparse.Namespace) -> None:
    """Time the steps and print them."""
    cases: dict[str, Callable[[], object]] = {FLOOR: floor.products(options.dtype)}
    for title, name in RULES.items():
        for how, fusion in HOW.items():
            problem, update = ours.problem(name, fusion=fusion, dtype=options.dtype)
            x, target = ours.batch(problem)
            gradient = ours.gradient(problem, x, target, fusion=fusion)
            cases[f"{title} ravine{how}, batch given"] = ours.both(gradient, update)
            cases[f"{title} ravine{how}, batch from bytes"] = ours.both(problem.loss_and_gradient, update)
            cases[f"update{how}, {title}"] = update
            cases[f"{GRADIENT}{how}"], cases[f"batch as well{how}"] = gradient, problem.loss_and_gradient
    absent = _add_peers(cases, x, target, ours.digits(problem), options)
    with threadpool_limits(1), np.errstate(all="ignore"):
        times = timing.interleaved(cases, options.repeats or ROUNDS, CALLS)
    _show(times, absent)


def _add_peers(
    cases: dict[str, Callable[[], object]],
    x: np.ndarray,
    target: np.ndarray,
    digits: Digits,
    options: argparse.Namespace,
) -> list[str]:
    """Add the peers' steps; return a line for each peer that is not there."""
    absent = []
    peers = {"PyTorch": lambda: pytorch.steps(x, target), "JAX": lambda: jax.steps(x, target, digits)}
    for name, steps in peers.items():
        try:
            cases |= steps()
        except ImportError:
            absent.append(f"{name}: not installed")
    if options.book is None:
        absent.append("book: not given (--book FOLDER)")
    else:
        cases |= book.steps(x, target, options.book)
    return absent


def _show(times: timing.Times, absent: list[str]) -> None:
    def row(label: str, name: str, less: str | None = None) -> list[str]:
        cells = []
        for clock in (times.wall, times.cpu):
            seconds = clock[name] - (clock[less] if less else 0)
            ratio = timing.Spread.of(seconds / clock[FLOOR])
            cells += [f"{timing.Spread.of(seconds).median * 1e6:.0f}", f"{ratio:.2f}"]
        return [label, *cells]

    rows = [row(FLOOR, FLOOR)]
    for title in RULES:
        steps = [name for name in times.wall if name.startswith(f"{title} ")]
        rows += [[title], *(row(f"  {name.removeprefix(title).strip()}", name) for name in steps)]
    rows += [[line] for line in absent]
    rows += [["parts of ravine's step"]]
    rows += [row(f"  batch{how}, as a difference", f"batch as well{how}", f"{GRADIENT}{how}") for how in HOW]
    updates = [f"update{how}, {title}" for title in RULES for how in HOW]
    rows += [row(f"  {name}", name) for name in (*(f"{GRADIENT}{how}" for how in HOW), *updates)]
    speed = floor.flop() / timing.Spread.of(times.wall[FLOOR]).median / 1e9
    size = f"{floor.PRODUCTS} matrix products, {floor.flop() / 1e6:.0f} MFLOP"
    show(
        f"step: over {size} at {speed:.0f} GFLOP/s",
        ["", "µs", "ratio (quartiles)", "CPU µs", "CPU ratio (quartiles)"],
        rows,
    )
