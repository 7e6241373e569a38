"""What all figures share: one look an optimizer, smoothing, and the median with its band."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from ravine import Array, Run


class Look(NamedTuple):
    """How a line is drawn; marker and dashes tell lines apart in grey."""

    color: str
    marker: str
    dashes: str = "-"


# Okabe and Ito's palette, which the colour-blind can tell apart.
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
_DASHES = ("-", "--", ":", "-.")


def looks(groups: Mapping[str, Sequence[Run]]) -> dict[str, Look]:
    """Return a look for every group.

    An optimizer has the same colour in every figure; groups that share one differ in their dashes. Where all
    groups have one optimizer, colour tells them apart.
    """
    names = {label: str(runs[0].config["optimizer"]["name"]) for label, runs in groups.items()}
    if len(set(names.values())) == 1 < len(names):
        return dict(zip(names, itertools.cycle([*_KNOWN.values(), *_OTHERS]), strict=False))
    rest = itertools.cycle(_OTHERS)
    base = {name: _KNOWN.get(name) or next(rest) for name in dict.fromkeys(names.values())}
    repeats: dict[str, Iterator[str]] = {name: itertools.cycle(_DASHES) for name in base}
    return {label: base[name]._replace(dashes=next(repeats[name])) for label, name in names.items()}


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
