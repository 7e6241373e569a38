"""Shared code of all figures: a look for each optimizer, smoothing, the median with its band, and words."""

import itertools
import json
import textwrap
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ravine import Array, Run

if TYPE_CHECKING:
    from matplotlib.typing import LineStyleType
    from ravine import Study


class Look(NamedTuple):
    """How a line is drawn; marker and dashes tell lines apart in grey."""

    color: str
    marker: str
    dashes: "LineStyleType" = "-"


# Okabe and Ito's palette, whose colours people with colour blindness can distinguish.
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
    Look("#AA55FF", "p"),
    Look("#8C6D1F", "<"),
    Look("#3969AC", ">"),
]
# In this order neighbours differ in hue and in grey.
_ORDER = ("sgd", "momentum", "adagrad", "adam", "nesterov", "rmsprop")
_GROUPS = [*(_KNOWN[name] for name in _ORDER), *_OTHERS]
_DASHES: "tuple[LineStyleType, ...]" = ("-", "--", ":", "-.")
# Markers of optimizers of different families that have the same name.
_RELATIVES = ("d", "h", "8")

DIVERGED: dict[str, Any] = {"marker": "x", "markersize": 8, "mew": 2, "linestyle": ""}
"""The cross of a run that has diverged."""

EXIT: dict[str, Any] = {"marker": "^", "markersize": 7, "mec": "white", "mew": 0.8, "linestyle": ""}
"""The triangle where a line leaves the picture; the legend's words for it are ``GOES_ON``."""

GOES_ON = "goes on outside"

TEXT = 9.0
"""Points of all text of a figure, which is as wide as a page."""

# Room for sums of numbers that are near the largest one.
_ROOM = 2.0**40


def looks(groups: Mapping[str, Sequence[Run]], *, dashes: bool = True) -> dict[str, Look]:
    """Return a look for every group of a study; no two are alike, even in grey.

    Give it all groups, also those that a figure does not draw: a group has its colour by its place among them,
    and so in every figure of the study. If each group of a problem has an optimizer of its own, the optimizer
    has the same colour in every study. So has an optimizer of a different family with the same name, but its
    marker is different. An optimizer that is not built in gets a different colour if its own is taken. Groups
    with the same colour differ in their dashes, or in their markers if dashes have a different meaning. If
    there are more groups than dashes and colours, markers are numbers.
    """
    first_runs = [runs[0] for runs in groups.values()]
    names = [str(setting(run, "optimizer")) for run in first_runs]
    pairs = {(setting(run, "problem"), name) for run, name in zip(first_runs, names, strict=True)}
    first = itertools.cycle(_GROUPS) if len(pairs) < len(names) else _by_optimizer(names)
    chosen: dict[str, Look] = {}
    for label, look in zip(groups, first, strict=False):
        alike = _dashed(look) if dashes else itertools.chain([look], _numbers(look))
        taken = {pair for other in chosen.values() for pair in _told_by(other, dashes=dashes)}
        chosen[label] = next(candidate for candidate in alike if not taken & _told_by(candidate, dashes=dashes))
    return chosen


def _told_by(look: Look, *, dashes: bool) -> set[tuple[str, Any]]:
    """Return pairs that no other look may have: marker with dashes and, if ``dashes``, colour with dashes."""
    return {(look.marker, look.dashes)} | ({(look.color, look.dashes)} if dashes else set())


def _by_optimizer(names: Sequence[str]) -> list[Look]:
    """Return a look for each name: the built-in optimizer's, or a free one that depends on the name.

    Names that differ in their family only have the same colour; the first also has the marker.
    """
    chosen = dict(_KNOWN)
    short = [name.rpartition("/")[2] for name in names]
    for name in short:
        if name not in chosen:
            at = zlib.crc32(name.encode()) % len(_OTHERS)
            taken = [chosen[other] for other in dict.fromkeys(short) if other in chosen]
            turned = [*_OTHERS[at:], *_OTHERS[:at], *(_KNOWN[other] for other in _ORDER)]
            chosen[name] = min(turned, key=taken.count)
    families: dict[str, dict[str, int]] = {}
    for name, last in zip(names, short, strict=True):
        families.setdefault(last, {}).setdefault(name, len(families[last]))
    markers = {last: (chosen[last].marker, *_RELATIVES) for last in families}
    return [
        chosen[last]._replace(marker=markers[last][families[last][name] % len(markers[last])])
        for name, last in zip(names, short, strict=True)
    ]


def _dashed(look: Look) -> Iterator[Look]:
    """Yield a look with different dashes; after that with more and more dots, and numbers as markers."""
    dots = ((0, (4, 1.2, *n * (1, 1.2))) for n in itertools.count(2))
    dotted = (one._replace(dashes=dashes) for one, dashes in zip(_numbers(look), dots, strict=False))
    return itertools.chain((look._replace(dashes=dashes) for dashes in _DASHES), dotted)


def _numbers(look: Look) -> Iterator[Look]:
    """Yield a look with the numbers 1, 2, … as markers."""
    return (look._replace(marker=f"${n}$") for n in itertools.count(1))


def averaged(window: int, n: int) -> int:
    """Return how many of n values a window averages over: an odd number, to have as many before as after.

    It is not much more than n / 10, because otherwise a short curve would be a single average.
    """
    return min(window, n // 10) // 2 * 2 + 1


def smooth(values: Array, window: int) -> Array:
    """Return values averaged with a Kaiser window (β = 2); the shape stays (n,).

    The window shrinks towards the first value, which does not change: so curves with the same start are drawn
    with the same start. At the end the window is cut off, because a last value alone would be noise.
    """
    half = averaged(window, len(values)) // 2
    if half < 1:
        return values
    weights = np.kaiser(2 * half + 1, 2)
    # Divided by a power of 2 no digit is lost, and no sum is beyond the largest number.
    small = values / _ROOM
    smoothed = np.convolve(small, weights, "same") / np.convolve(np.ones_like(small), weights, "same")
    for at in range(half):
        near = np.kaiser(2 * at + 1, 2)
        smoothed[at] = small[: 2 * at + 1] @ near / near.sum()
    return smoothed * _ROOM


def mean(curves: Sequence[Array]) -> Array:
    """Return the mean of curves of one length; the shape is theirs."""
    average: Array = np.mean(np.array(curves, dtype=float) / _ROOM, axis=0) * _ROOM
    return average


def band(curves: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Return median, lowest and highest of curves, up to the end of the shortest; each of shape (n,)."""
    n = min(len(curve) for curve in curves)
    stacked = np.array([curve[:n] for curve in curves], dtype=float)
    return np.median(stacked / _ROOM, axis=0) * _ROOM, stacked.min(axis=0), stacked.max(axis=0)


def mark_exits(axes: Any, lines: Iterable[Any]) -> bool:
    """Mark with triangles where lines leave the axes' vertical limits; return whether any does.

    Parameters
    ----------
    axes : matplotlib Axes
        With their final limits and scales.
    lines : iterable of matplotlib Line2D
        In data coordinates.
    """
    marked = False
    # Autoscaling is lazy; this makes it happen.
    axes.get_xlim()
    for line in lines:
        # Inside the axes, x and y are from 0 to 1.
        x, y = (axes.transScale + axes.transLimits).transform(line.get_xydata()).T
        for edge, marker, outside in ((1.0, "^", y > 1 + 1e-9), (0.0, "v", y < -1e-9)):
            at = np.flatnonzero(np.diff(outside))
            share = (edge - y[at]) / (y[at + 1] - y[at])
            places = x[at] + share * (x[at + 1] - x[at])
            if outside.all():
                places = x[[0, -1]]
            if len(places):
                axes.plot(
                    places, np.full(len(places), edge), color=line.get_color(), transform=axes.transAxes,
                    clip_on=False, zorder=5, **(EXIT | {"marker": marker}),
                )  # fmt: skip
            marked |= len(places) > 0
    return marked


def label_ends(axes: Any, ends: Mapping[str, tuple[float, Any]]) -> None:
    """Write labels at the right ends of lines, one below the other where ends are close.

    Parameters
    ----------
    axes : matplotlib Axes
        Of its final size, with its final limits and scales, and with room at the right.
    ends : dict of str to (float, color)
        By label, how high a line ends in data coordinates, and its colour.
    """
    axes.get_xlim()
    to_axes = axes.transScale + axes.transLimits
    heights = {label: float(to_axes.transform((1, y))[1]) for label, (y, _) in ends.items()}
    # A line that ends outside has no label there.
    order = sorted((label for label, y in heights.items() if 0 <= y <= 1), key=lambda label: heights[label])
    apart = 1.1 * TEXT / 72 * axes.figure.dpi / axes.get_window_extent().height
    x, places = (
        1 - 0.2 / (axes.get_window_extent().width / axes.figure.dpi),
        [heights[label] for label in order],
    )
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + apart)
    # What was pushed beyond the top goes down again, and pushes the others down.
    for i in reversed(range(len(places))):
        above = places[i + 1] - apart if i + 1 < len(places) else 1 - apart / 2
        places[i] = min(places[i], above)
    for label, y in zip(order, places, strict=True):
        axes.text(
            x,
            y,
            label,
            transform=axes.transAxes,
            size=TEXT,
            color=ends[label][1],
            va="center",
            parse_math=False,
        )


def log_ticks(axis: Any, low: float, high: float) -> None:
    """Give a logarithmic axis from low to high few ticks, written as plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    subs = (1.0,) if high > 100 * low else (1.0, 3.0) if high > 20 * low else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs, numticks=5))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def value_ticks(axis: Any, values: Sequence[float], inches: float) -> None:
    """Give an axis a tick at each value that was swept; as it was, if they are too many or too close."""
    from matplotlib.ticker import FixedLocator, NullLocator

    # Where the values lie on a line of that length.
    places = sorted(axis.get_transform().transform(np.array(values, dtype=float)) if len(values) > 1 else [])
    if len(places) > 1 and np.diff(places).min() / (places[-1] - places[0]) * inches >= _TICK:
        axis.set_major_locator(FixedLocator(list(values)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter("{x:g}")


# The inches that the number at a tick takes at most.
_TICK = 0.42


def lay_out(picture: Any) -> None:
    """Compute the layout of a picture, without drawing it: its panels have their size then."""
    picture.get_layout_engine().execute(picture)


def tidy(axes: Any) -> None:
    """Remove the frame's upper and right lines, and draw a pale grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)


# ---- words ---------------------------------------------------------------------------------------------------


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a label with parts of it replaced, in the order of the names."""
    for part, name in names.items():
        text = text.replace(part, name)
    return text


def spread(groups: Iterable[Sequence[Run]]) -> str:
    """Return a text that says what line and band are; diverged runs are not part of them."""
    seeds = {sum(run.status == "completed" for run in runs) for runs in groups} - {0}
    if not seeds:
        return "every run diverged"
    few, many = min(seeds), max(seeds)
    if many == 1:
        return "one seed"
    return f"median of {many if few == many else f'{few} to {many}'} seeds, band from lowest to highest"


# The most groups whose bands are drawn.
_BANDS = 12


def crowded(groups: Mapping[str, Sequence[Run]]) -> str:
    """Return what ``spread`` says of so many groups that their bands would cover each other; "" of fewer."""
    said = spread(groups.values())
    if len(groups) <= _BANDS or "band" not in said:
        return ""
    return f"{said.partition(',')[0]}, without bands: {len(groups)} groups would cover each other"


def explain(axes: Any, text: str) -> None:
    """Write above a panel, on its left, what it shows."""
    axes.set_title(text, size=9, color="0.3", loc="left", pad=10, parse_math=False)


def legend(picture: Any, handles: Sequence[Any], *, above: int = 0, title: str = "") -> None:
    """Draw the picture's legend beside its panels, or above them in ``above`` columns; it covers nothing.

    If its entries are long it has fewer columns above, and if they are many it has more beside. A picture that
    would still have too little room for its panels grows.
    """
    width, height = picture.get_size_inches()
    full = {-(-len(handles) // rows) for rows in range(1, len(handles) + 1)}
    fewer = sorted((columns for columns in full if columns < above), reverse=True)
    for columns in [above, *fewer] if above else range(1, _BESIDE + 1):
        drawn = _legend(picture, handles, columns, above > 0, title)
        wide, high = drawn.get_window_extent().size / picture.dpi
        if (wide <= width if above else high <= height - 0.3) or columns == (1 if above else _BESIDE):
            break
        drawn.remove()
    if above:
        picture.set_size_inches(max(width, wide + 0.2), height + max(high - _ABOVE, 0))
    else:
        picture.set_size_inches(width + max(wide - 0.45 * width, 0), max(height, high + 0.3))


# The most columns of a legend beside panels, and the height in inches that one above them may take.
_BESIDE = 3
_ABOVE = 0.8


def _legend(picture: Any, handles: Sequence[Any], columns: int, above: bool, title: str) -> Any:
    drawn = picture.legend(
        handles=handles,
        labels=[wrapped(handle.get_label(), _ENTRY) for handle in handles],
        frameon=False,
        loc="outside upper center" if above else "outside right center",
        ncols=columns,
        fontsize=9,
    )
    if title:
        drawn.set_title(title, prop={"size": 9})
        drawn.get_title().set_color("0.3")
        drawn.set_alignment("left")
    # Labels come from configurations: a $ is a $.
    for text in drawn.get_texts():
        text.set_parse_math(False)
    return drawn


# Letters in a line of a legend.
_ENTRY = 44


def wrapped(text: str, letters: int) -> str:
    """Return a text in lines of at most so many letters; a single word may be longer."""
    lines = text.split("\n")
    return "\n".join("\n".join(_lines(line, letters)) for line in lines)


def fitted(picture: Any) -> int:
    """Return how many letters of text fit into a line across a picture."""
    return int(picture.get_figwidth() / 0.073)


def _lines(text: str, letters: int) -> list[str]:
    return textwrap.wrap(text, letters, break_long_words=False, break_on_hyphens=False) or [text]


def evenly(n: int, most: int) -> list[int]:
    """Return the numbers from 0 to n − 1, or ``most`` of them, evenly from first to last."""
    return sorted({int(i) for i in np.linspace(0, n - 1, min(n, most)).round()})


# ---- what is swept -------------------------------------------------------------------------------------------


def setting(run: Run, key: str) -> Any:
    """Return a run's setting by its full key, or a component's name; None if there is no such setting."""
    value: Any = run.config
    for part in key.split("."):
        if isinstance(value, Sequence) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value.get("name") if isinstance(value, Mapping) else value


def number(run: Run, key: str) -> float | None:
    """Return a run's setting as a number; a list of one is its number: ``[100]``, a single hidden layer."""
    value = setting(run, key)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 1:
        (value,) = value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


# Settings whose keys are abbreviations, or say less than their words.
_WORDS = {
    "optimizer.lr": "learning rate",
    "training.batch_size": "batch size",
    "training.steps": "steps",
    "training.epochs": "epochs",
    "dataset.train": "training examples",
    "network.hidden": "hidden units",
    "network.dropout": "dropout",
}


def in_words(key: str, study: "Study") -> str:
    """Return what an axis of a setting is called: ``learning rate``, ``epsilon of label smoothing``.

    A field of a component has its component's name, if all runs have the same one there.
    """
    if key in _WORDS or "." not in key:
        return _WORDS.get(key, key)
    owner, _, field = key.rpartition(".")
    if field.isdecimal():
        return f"{owner.replace('_', ' ').replace('.', ' ')} {field}"
    names = {setting(run, owner) for run in study.runs.values()}
    name = names.pop() if len(names) == 1 else None
    of = name if isinstance(name, str) and name != "none" else f"the {owner.replace('.', ' ')}"
    return f"{field} of {of}".replace("_", " ")


def swept(study: "Study", axis: str | None) -> str:
    """Return the setting along a figure's axis: the given one, or the only number that is swept.

    Raises
    ------
    ValueError
        If the given one is not a number in every run, or none is given and not exactly one number is swept.
    """
    runs = [run for run in study.runs.values() if run.status != "failed"]

    def numeric(key: str) -> bool:
        return all(number(run, key) is not None for run in runs)

    known = [key for key in study.axes if key != "seed" and numeric(key)]
    if axis is None and len(known) == 1:
        return known[0]
    if axis is None or not numeric(axis):
        given = "" if axis is None else f"{axis} is not a number in every run; "
        raise ValueError(f"{given}axis must be a number that is swept: {', '.join(known) or 'there is none'}")
    return axis


def by_value(study: "Study", axis: str) -> dict[str, dict[float, list[Run]]]:
    """Return runs by a label of their other differences, and by their value of a swept number, ascending."""
    lines: dict[str, dict[float, list[Run]]] = {}
    for label, runs in study.groups(but={axis}).items():
        values = lines.setdefault(label, {})
        for run in runs:
            value = number(run, axis)
            assert value is not None
            values.setdefault(float(value), []).append(run)
    return {label: dict(sorted(values.items())) for label, values in lines.items()}


def text_of(value: Any) -> str:
    """Return a setting's value as in the study's labels: with all digits, if six are not enough."""
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return value if isinstance(value, str) else json.dumps(value)
