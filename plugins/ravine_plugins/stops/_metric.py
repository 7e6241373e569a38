"""The values of a metric in evaluations."""

from collections.abc import Mapping, Sequence


def values(evaluations: Sequence[Mapping[str, float]], metric: str) -> list[float]:
    """Return the values of a metric, in order.

    Raises
    ------
    ValueError
        If there is no such metric.
    """
    known = [name for name in evaluations[0] if name != "step"]
    if metric not in known:
        raise ValueError(f"metric = {metric!r}: no evaluation has it; there are: {', '.join(known)}")
    return [row[metric] for row in evaluations]
