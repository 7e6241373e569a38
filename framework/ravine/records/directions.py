"""Directions: whether a higher value of a metric is better."""

from __future__ import annotations

__all__ = ["higher_is_better"]


def higher_is_better(metric: str) -> bool | None:
    """Return whether a higher value of a metric is better; None if its name does not say so.

    Parameters
    ----------
    metric : str
        Its name, ``validation_accuracy``; the last word says what is measured.
    """
    return _DIRECTIONS.get(metric.rpartition("_")[2])


_DIRECTIONS = {
    **{"accuracy": True, "r2": True},
    **{"loss": False, "value": False, "excess": False, "error": False, "calibration": False},
}
