"""What all figures share: one look an optimizer, smoothing, the median with its band, and words."""

import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ravine import Array, Run

if TYPE_CHECKING:
    from ravine import Study


class Look(NamedTuple):
    """How a line is drawn; marker and dashes tell lines apart in grey."""

    color: str
    marker: str
    dashes: str | tuple[float, tuple[float, ...]] = "-"


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
_ORDER = ("sgd", "momentum", "adagrad", "adam", "nesterov", "rmsprop")  # neighbours differ in hue and in grey
_GROUPS = [*(_KNOWN[name] for name in _ORDER), *_OTHERS]
_DASHES = ("-", "--", ":", "-.")

DIVERGED: dict[str, Any] = {"marker": "x", "markersize": 8, "mew": 2, "linestyle": ""}
"""The cross of a run that has diverged."""


def looks(groups: Mapping[str, Sequence[Run]], *, dashes: bool = True) -> dict[str, Look]:
    """Return a look for every group; no two are alike, even in grey.

    An optimizer has the same colour in every figure, and so has another family's of that name; groups that
    share one differ in their dashes. An optimizer that is not built in makes way where its colour is taken.
    Where all groups have one optimizer, or dashes mean something else and two groups share one, colour tells
    them apart. Where there are more groups than dashes and colours, markers are numbers.
    """
    names = [str(runs[0].config["optimizer"]["name"]) for runs in groups.values()]
    by_group = len(set(names)) < len(names) and (not dashes or len(set(names)) == 1)
    first = itertools.cycle(_GROUPS) if by_group else _by_optimizer(names)
    made: dict[str, Look] = {}
    for label, look in zip(groups, first, strict=False):
        taken = {(other.marker, other.dashes) for other in made.values()}
        alike = _dashed(look) if dashes else itertools.chain([look], _numbers(look))
        made[label] = next(one for one in alike if (one.marker, one.dashes) not in taken)
    return made


def _by_optimizer(names: Sequence[str]) -> list[Look]:
    """Return a look for each name: the built-in optimizer's, or one that hangs on the name and is not taken."""
    chosen = dict(_KNOWN)
    short = [name.rpartition("/")[2] for name in names]
    for name in short:
        if name not in chosen:
            at = zlib.crc32(name.encode()) % len(_OTHERS)
            taken = [chosen[other] for other in short if other in chosen]
            turned = [*_OTHERS[at:], *_OTHERS[:at]]
            chosen[name] = next((look for look in turned if look not in taken), turned[0])
    return [chosen[name] for name in short]


def _dashed(look: Look) -> Iterator[Look]:
    """Yield a look with one kind of dashes after another, at last a dash and ever more dots, and a number."""
    dots = ((0, (4, 1.2, *n * (1, 1.2))) for n in itertools.count(2))
    dotted = (one._replace(dashes=dashes) for one, dashes in zip(_numbers(look), dots, strict=False))
    return itertools.chain((look._replace(dashes=dashes) for dashes in _DASHES), dotted)


def _numbers(look: Look) -> Iterator[Look]:
    """Yield a look with one number after another for a marker."""
    return (look._replace(marker=f"${n}$") for n in itertools.count(1))


def averaged(window: int, n: int) -> int:
    """Return how many of n values a window averages over: an odd number, as many before a value as after."""
    return min(window, n - 1) // 2 * 2 + 1


def smooth(values: Array, window: int) -> Array:
    """Return values averaged with a Kaiser window (β = 2); shape (n,) stays.

    The window shrinks towards the first value, which stays as it is, so that curves that begin together are
    seen to; at the end it is cut off, for a last value alone would be noise.
    """
    half = averaged(window, len(values)) // 2
    if half < 1:
        return values
    weights = np.kaiser(2 * half + 1, 2)
    smoothed = np.convolve(values, weights, "same") / np.convolve(np.ones_like(values), weights, "same")
    for at in range(half):
        near = np.kaiser(2 * at + 1, 2)
        smoothed[at] = values[: 2 * at + 1] @ near / near.sum()
    return smoothed


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


# ---- words ---------------------------------------------------------------------------------------------------


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a label with parts of it replaced, in the order of the names."""
    for part, name in names.items():
        text = text.replace(part, name)
    return text


def spread(groups: Iterable[Sequence[Run]]) -> str:
    """Return what line and band are; diverged runs are in neither."""
    seeds = {sum(run.status == "completed" for run in runs) for runs in groups} - {0}
    if not seeds:
        return "every run diverged"
    few, many = min(seeds), max(seeds)
    if many == 1:
        return "one seed"
    return f"median of {many if few == many else f'{few} to {many}'} seeds, band from lowest to highest"


def explain(axes: Any, text: str) -> None:
    """Say over a panel, on its left, what is drawn."""
    axes.set_title(text, size=9, color="0.3", loc="left", pad=10, parse_math=False)


def legend(picture: Any, handles: Sequence[Any], *, above: int = 0, title: str = "") -> None:
    """Draw the picture's one legend beside its panels, or above them in so many columns; it covers nothing."""
    place = "outside upper center" if above else "outside right center"
    made = picture.legend(handles=handles, frameon=False, loc=place, ncols=above or 1, fontsize=9)
    if title:
        made.set_title(title, prop={"size": 9})
        made.get_title().set_color("0.3")
        made.set_alignment("left")
    for text in made.get_texts():
        text.set_parse_math(False)  # labels come from configurations: a $ is a $


# ---- what is swept -------------------------------------------------------------------------------------------


def setting(run: Run, key: str) -> Any:
    """Return a run's setting by its full key, a component by its name; None where there is no such setting."""
    value: Any = run.config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value["name"] if isinstance(value, Mapping) else value


def swept(study: "Study", axis: str | None) -> str:
    """Return the number that a figure has along its axis: the given one, or the only one that is swept.

    Raises
    ------
    ValueError
        If it is no number in every run, or nothing or several things could be meant.
    """
    runs = [run for run in study.runs.values() if run.status != "failed"]

    def numeric(key: str) -> bool:
        values = [setting(run, key) for run in runs]
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)

    known = [key for key in study.axes if key != "seed" and numeric(key)]
    if axis is None and len(known) == 1:
        return known[0]
    if axis is None or not numeric(axis):
        given = "" if axis is None else f"{axis} is no number in every run; "
        raise ValueError(f"{given}axis is one number that is swept: {', '.join(known) or 'there is none'}")
    return axis


def by_value(study: "Study", axis: str) -> dict[str, dict[float, list[Run]]]:
    """Return runs by a label of what else they differ in, and by their value of a swept number, ascending."""
    others = [key for key in study.axes if key not in ("seed", axis)]
    lines: dict[str, dict[float, list[Run]]] = {}
    for run in study.runs.values():
        if run.status != "failed":
            words = [_word(run, key) for key in others] or [setting(run, "optimizer")]
            values = lines.setdefault(" ".join(filter(None, words)), {})
            values.setdefault(float(setting(run, axis)), []).append(run)
    return {label: dict(sorted(values.items())) for label, values in lines.items()}


def _word(run: Run, key: str) -> str:
    """Return a setting as the study's labels have it: ``adam``, ``lr=0.1``; nothing where there is none."""
    owner, _, last = key.rpartition(".")
    value = setting(run, key)
    if not owner:
        return str(value)
    if value is None and last not in run.config.get(owner, {}):
        return ""
    text = f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    return f"{last}={text}"
