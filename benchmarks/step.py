"""A training step of SGD and of Adam, over the matrix products alone.

The network is 784-100-100-100-100-10 with ReLU, He's weights and softmax with cross-entropy, on a batch of 128
digits in float32. Everybody gets the same batch as floats that lie in memory; ravine is also timed with the
batch drawn from MNIST's bytes, as it trains. All in one process, each on one thread: the column 'cores' is the
processor time over the time on the clock.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import floor, timing
from benchmarks.peers import book, jax, ours, pytorch
from benchmarks.table import show

ROUNDS, CALLS = 60, 20
FLOOR = f"matrix products alone ({floor.PRODUCTS})"


def run(options: argparse.Namespace) -> None:
    x, target = ours.batch()
    cases = {FLOOR: floor.products()}
    for title, name in (("SGD", "sgd"), ("Adam", "adam")):
        problem, update = ours.problem(name)
        gradient = ours.gradient(problem, x, target)
        cases[f"{title} ravine, batch given"] = ours.both(gradient, update)
        cases[f"{title} ravine, batch from bytes"] = ours.both(problem.loss_and_gradient, update)
        cases[f"update {title}"] = update
    cases |= {"gradient": gradient, "batch and gradient": problem.loss_and_gradient}
    others, absent = _peers(x, target, options)
    with threadpool_limits(1), np.errstate(all="ignore"):
        times = timing.interleaved(cases | others, options.repeats or ROUNDS, CALLS)
    _show(times, [*cases, *others], absent)


def _peers(
    x: np.ndarray, target: np.ndarray, options: argparse.Namespace
) -> tuple[dict[str, Callable[[], object]], list[str]]:
    """Return the peers' steps, and a line for each peer that is not there."""
    cases, absent = {}, []
    for name, steps in (("PyTorch", pytorch.steps), ("JAX", jax.steps)):
        try:
            cases |= steps(x, target)
        except ImportError:
            absent.append(f"{name}: not installed")
    if options.book is None:
        absent.append("book: not given (--book FOLDER)")
    else:
        cases |= book.steps(x, target, options.book)
    return cases, absent


def _show(times: timing.Times, names: list[str], absent: list[str]) -> None:
    rate = floor.flop() / times.seconds(FLOOR).median / 1e9
    print(f"step: {floor.flop() / 1e6:.0f} MFLOP of matrix products, {rate:.0f} GFLOP/s")
    rows = [_row(times, FLOOR, FLOOR)]
    for title in ("SGD", "Adam"):
        rows.append([title])
        rows += [_row(times, name, name.removeprefix(title)[1:]) for name in names if name.startswith(f"{title} ")]
    rows += [[line] for line in absent]
    rows += [["parts of ravine's step"], _difference(times, "batch and gradient", "gradient", "batch (by difference)")]
    rows += [_row(times, name, label) for name, label in (("gradient", "forward, loss, backward"),)]
    rows += [_row(times, f"update {title}", f"update, {title}") for title in ("SGD", "Adam")]
    show(["", "µs", "ratio (quartiles)", "cores"], rows)


def _row(times: timing.Times, name: str, label: str) -> list[str]:
    indent = "" if name == FLOOR else "  "
    micro = f"{times.seconds(name).median * 1e6:.0f}"
    return [indent + label, micro, f"{times.ratio(name, FLOOR):.2f}", f"{times.cores(name):.2f}"]


def _difference(times: timing.Times, name: str, less: str, label: str) -> list[str]:
    seconds = times.difference(name, less)
    ratio = timing.Spread.of((times.wall[name] - times.wall[less]) / times.wall[FLOOR])
    return [f"  {label}", f"{seconds.median * 1e6:.0f}", f"{ratio:.2f}", ""]
