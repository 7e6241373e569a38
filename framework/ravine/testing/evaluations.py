"""Evaluations that were made up: metrics that get better for a while, and then worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ravine.testing.numerics import rng

__all__ = ["MANY", "METRICS", "evaluations"]

MANY = 200
"""Evaluations of a run."""

METRICS = (
    "value",
    *(f"{part}_{metric}" for part in ("train", "validation", "test") for metric in ("loss", "accuracy")),
)


def evaluations(seed: int = 1, *, without: Sequence[str] = ()) -> list[Mapping[str, float]]:
    """Return the evaluations of a run, at every tenth step, without some metrics."""
    chance = rng(seed)
    rows: list[Mapping[str, float]] = []
    for i in range(MANY):
        worse = abs(i - MANY / 2) / MANY + 0.1 * float(chance.random())
        row = {name: 1 - worse if name.endswith("accuracy") else 3 * worse for name in METRICS}
        rows.append({"step": 10 * i} | {name: value for name, value in row.items() if name not in without})
    return rows
