"""Measures: the numbers of a run that a table can have: metrics at its end, and whatever a claim can use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ravine.base.averages import mean, median, restored, scaled
from ravine.base.errors import ConfigError
from ravine.base.intervals import mean_interval
from ravine.base.names import nearest
from ravine.base.types import Array, Named
from ravine.evidence.judge import measured
from ravine.records.directions import higher_is_better
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.records.summary import LOST, are_one
from ravine.registry.make import make_component

__all__ = ["STATISTICS", "Measure", "measures", "parting", "row_of"]

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True)
class Measure:
    """A number of a run.

    Parameters
    ----------
    name : str
        What it is called.
    of : callable
        Returns it, or None if a run does not have it.
    better : "higher", "lower" or None
        Which of two is better; None if that is not known.
    fields : mapping
        Those that were given to it.
    """

    name: str
    of: Callable[[Run], float | None]
    better: Better | None
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its name in words, with its fields: ``learned at (train accuracy, level 0.5)``."""
        name = self.name.partition(" ")[0] if self.fields else self.name
        return _in_words({"name": name, **self.fields})


def measures(items: Sequence[Named], study: Study, better: Better | None = None) -> list[Measure]:
    """Return the measures that are asked for.

    Parameters
    ----------
    items : sequence of str or mapping
        Names of metrics that the runs have at their end, or metrics with their fields, as in a claim.
    study : Study
        Of which runs.
    better : "higher", "lower" or None
        Of one measure, whatever its name says; of several, of those of which their names do not say it.

    Raises
    ------
    ValueError
        If there is no such metric: the nearest ones.
    """
    if len(items) == 1:
        return [_measure(items[0], study, better)]
    named = [_measure(item, study, None) for item in items]
    return [one if one.better else replace(one, better=better) for one in named]


def _measure(item: Named, study: Study, better: Better | None) -> Measure:
    if isinstance(item, str) and item in study.metrics:
        return Measure(item, lambda run: run.final.get(item), better or _better(item))
    try:
        _, metric = make_component("metric", item, "--metric")
    except ConfigError as error:
        if not isinstance(item, str):
            raise ValueError(str(error)) from None
        raise ValueError(f"there is no metric {item!r}{nearest(item, study.metrics)}") from None
    fields = {"name": item} if isinstance(item, str) else dict(item)
    name = " ".join([str(fields.pop("name")), *(f"{key}={value}" for key, value in fields.items())])
    return Measure(name, lambda run: measured(metric, run), better or _better(name), fields)


def _in_words(value: Any, key: str = "") -> str:
    """Return a value in words, after what it is of: ``of`` what a metric is needs no word of its own."""
    if isinstance(value, Mapping):
        name, fields = value.get("name", ""), {each: of for each, of in value.items() if each != "name"}
        inner = ", ".join(_in_words(of, each) for each, of in fields.items())
        name = str(name).replace("_", " ")
        text = f"{name} ({inner})" if name and inner else name or inner
    elif isinstance(value, list | tuple):
        text = " and ".join(map(_in_words, value))
    elif isinstance(value, bool):
        return f"{'' if value else 'not '}{key.replace('_', ' ')}"
    elif value is None:
        text = "none"
    else:
        text = f"{value:.6g}" if isinstance(value, float) else str(value).replace("_", " ")
    return text if key in ("", "of") else f"{key.replace('_', ' ')} {text}"


def _better(name: str) -> Better | None:
    higher = higher_is_better(name)
    return None if higher is None else "higher" if higher else "lower"


def _quantile(percent: int, values: Array) -> float:
    small, exponent = scaled(values)
    return float(restored(np.quantile(small, percent / 100), exponent))


def _std(values: Array) -> float | None:
    """Return the standard deviation of a sample, with n - 1; None of a single number."""
    small, exponent = scaled(values)
    return float(restored(small.std(ddof=1), exponent)) if len(values) > 1 else None


STATISTICS: Mapping[str, Callable[[Array], float | None]] = {
    "mean": mean,
    "median": median,
    "std": _std,
    "min": lambda values: float(values.min()),
    "max": lambda values: float(values.max()),
    **{f"q{q:02d}": functools.partial(_quantile, q) for q in (5, 10, 25, 75, 90, 95)},
}
"""Statistics of the runs of a group, by name; ``std`` is the sample's, with n - 1."""


def row_of(runs: Sequence[Run], measure: Measure) -> dict[str, Any]:
    """Return the statistics of some runs by a measure.

    ``n`` runs have it; ``without`` is how many completed runs do not, because they never reach a level for one.
    ``low`` and ``high`` are the 95 % interval of the mean; runs that are one observation have none.
    """
    given = [measure.of(run) for run in runs]
    values = np.array([value for value in given if value is not None])
    row: dict[str, Any] = {"n": len(values)}
    row |= {status: sum(run.status == status for run in runs) for status in LOST}
    ended = [value for run, value in zip(runs, given, strict=True) if run.status == "completed"]
    row["without"] = sum(value is None for value in ended)
    if len(values):
        row |= {name: of(values) for name, of in STATISTICS.items()}
    if len(values) > 1 and not are_one(runs):
        low, high = mean_interval(values) if np.isfinite(values).all() else (np.nan, np.nan)
        if np.isfinite([low, high]).all():
            row["low"], row["high"] = low, high
    return row


def parting(best: Sequence[Run], other: Sequence[Run], measure: Measure) -> bool:
    """Whether runs differ from the best ones by more than chance, by the interval of the pairs of one seed.

    Where there are fewer than two pairs nothing says that they do not.
    """
    ours, theirs = ({run.config["seed"]: measure.of(run) for run in runs} for runs in (best, other))
    apart = [
        a - b
        for seed in sorted(ours.keys() & theirs.keys())
        if (a := ours[seed]) is not None and (b := theirs[seed]) is not None
    ]
    if len(apart) < 2:
        return True
    low, high = mean_interval(np.array(apart))
    return not low <= 0 <= high
