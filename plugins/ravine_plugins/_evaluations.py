"""The values of a metric in evaluations, for what follows them."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from ravine import higher_is_better

Direction: TypeAlias = Literal["maximize", "minimize"]


def falling(
    evaluations: Sequence[Mapping[str, float]], metric: str, direction: Direction | None
) -> list[float]:
    """Return the values of a metric, of which lower is better: with the other sign if more is better.

    Raises
    ------
    ValueError
        If there is no such metric, it is of the test, or it is not known whether more of it is better.
    """
    known = [name for name in evaluations[0] if name != "step"]
    if metric not in known:
        has_data = metric.startswith("validation_") and metric.replace("validation_", "train_") in known
        more = "; dataset.validation=0.2 makes it" if has_data else ""
        raise ValueError(f"metric = {metric!r}: no evaluation has it; there are: {', '.join(known)}{more}")
    if metric.startswith("test_"):
        raise ValueError(
            f"metric = {metric!r}: nothing is chosen by test examples; dataset.validation=0.2 has others"
        )
    sign = sign_of(metric, direction)
    return [sign * row[metric] for row in evaluations]


def sign_of(metric: str, direction: Direction | None) -> int:
    """Return 1 for a metric of which lower is better, and −1 if more is better.

    Raises
    ------
    ValueError
        If that is not known.
    """
    higher = higher_is_better(metric) if direction is None else direction == "maximize"
    if higher is None:
        raise ValueError(f"metric = {metric!r}: is more of it better? direction=maximize or direction=minimize")
    return -1 if higher else 1
