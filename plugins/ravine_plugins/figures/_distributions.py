"""The arrays of the probe ``distributions``: shared code of the figures of activations."""

import numpy as np
from ravine import Array, Run

COLORS = {"activation": "#0072B2", "gradient": "#D55E00"}
_MANY = 0.1


def seen(run: Run, what: str) -> Array:
    """Return a value of the probe by evaluation and layer."""
    array: Array = run.arrays[f"probe.distributions.{what}"]
    return array


def zeros(run: Run, kind: str, evaluation: int, layer: int) -> float:
    """Return the share of activations that are exactly 0, if it is so large that it hides the rest; else 0."""
    share = float(seen(run, "zeros")[evaluation, layer]) if kind == "activation" else 0.0
    return share if share > _MANY else 0.0


def histogram(run: Run, kind: str, evaluation: int, layer: int) -> tuple[Array, Array]:
    """Return counts and edges of a layer's values, without the zeros that ``zeros`` counts."""
    counts, low, high = (seen(run, f"{kind}.{what}")[evaluation, layer] for what in ("counts", "low", "high"))
    edges = np.histogram_bin_edges([low, high], len(counts))
    lost = zeros(run, kind, evaluation, layer) * counts.sum()
    return np.maximum(counts - lost * np.histogram([0.0], edges)[0], 0), edges
