"""What all figures share: one look an optimizer, smoothing, and the median with its band."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from ravine import Array, Run


class Look(NamedTuple):
    """How a line is drawn; the marker tells lines apart in grey."""

    color: str
    marker: str


# Okabe and Ito's palette, which the colour-blind can tell apart, from dark to light where it can be.
_KNOWN = {
    "sgd": Look("#000000", "o"),
    "momentum": Look("#0072B2", "s"),
    "nesterov": Look("#56B4E9", "D"),
    "adagrad": Look("#E69F00", "^"),
    "rmsprop": Look("#CC79A7", "v"),
    "adam": Look("#D55E00", "X"),
}
_OTHERS = [
    Look("#009E73", "P"),
    Look("#7F3C8D", "*"),
    Look("#666666", "h"),
    Look("#8C6D1F", "<"),
    Look("#3969AC", ">"),
]


def looks(groups: dict[str, list[Run]]) -> dict[str, Look]:
    """Return a look for every group: the optimizer's own where it is the only one of its name."""
    names = {label: runs[0].config["optimizer"]["name"] for label, runs in groups.items()}
    rest = iter(_OTHERS * len(groups))
    spare = iter([*_KNOWN.values(), *_OTHERS] * len(groups))
    one_each = len(set(names.values())) == len(names)
    return {
        label: (_KNOWN.get(name) or next(rest)) if one_each else next(spare) for label, name in names.items()
    }


def smooth(values: Array, window: int) -> Array:
    """Return values averaged with a Kaiser window (β = 2), the ends reflected; shape (n,) stays."""
    half = min(window, len(values) - 1) // 2
    if half < 1:
        return values
    weights = np.kaiser(2 * half + 1, 2)
    return np.convolve(np.pad(values, half, mode="reflect"), weights / weights.sum(), mode="valid")


def band(curves: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Return median, lowest and highest of curves, as far as all of them go; each of shape (n,)."""
    n = min(len(curve) for curve in curves)
    stacked = np.array([curve[:n] for curve in curves])
    return np.median(stacked, axis=0), stacked.min(axis=0), stacked.max(axis=0)


def tidy(axes: Any) -> None:
    """Take away what says nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)
