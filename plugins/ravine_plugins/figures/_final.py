"""Metrics at the end of runs: shared code of the figures of values that are swept."""

from collections.abc import Sequence

from ravine import Run, Study


def arrays_of(metrics: Sequence[str]) -> tuple[str, ...]:
    """Return the names of arrays that runs need to have these metrics at their end."""
    return tuple(f"evaluation.{'train_accuracy' if metric == 'gap' else metric}" for metric in metrics)


def refuse_unknown(metrics: Sequence[str], study: Study) -> None:
    """Refuse metrics that no run has."""
    prefix = "evaluation."
    recorded = {name for run in study.runs.values() for name in run.arrays if name.startswith(prefix)}
    known = {name.removeprefix(prefix) for name in recorded} - {"step"}
    known |= {"gap"} if {"train_accuracy", "test_accuracy"} <= known else set()
    for name in metrics:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise ValueError(f"no run has the metric {name!r}; there are {names}")


def finals(runs: Sequence[Run], metric: str) -> list[float]:
    """Return a metric at the end of the runs that have it; ``gap`` is training minus test accuracy."""
    if metric == "gap":
        done = [run.final for run in runs if {"train_accuracy", "test_accuracy"} <= run.final.keys()]
        return [final["train_accuracy"] - final["test_accuracy"] for final in done]
    return [run.final[metric] for run in runs if metric in run.final]
