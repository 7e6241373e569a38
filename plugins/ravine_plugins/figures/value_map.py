"""A metric at the end of runs by two settings, as a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins._evaluations import Direction, sign_of
from ravine_plugins.figures._final import arrays_of, finals, refuse_unknown
from ravine_plugins.figures._style import DIVERGED, in_words, legend, renamed, setting, text_of, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most cells of a panel in which numbers can be read, the side of a cell in inches, and letters to an inch.
_CELLS = 100
_SIDE = 0.42
_LETTERS = 13
# Panels in a row, and the inches of a page's width, so that its text can be read there.
_ROW, _PAGE = 3, 8.0
_SOME_DIVERGED = DIVERGED | {"markersize": 3.5, "mew": 1}
_ALL_DIVERGED = DIVERGED | {"markersize": 7, "mew": 1.5}


class _Cell(NamedTuple):
    """What seeds of one cell have: the values of those that ended, and how many of how many diverged."""

    values: Sequence[float]
    lost: int
    seeds: int

    @property
    def median(self) -> float:
        return float(np.median(self.values)) if len(self.values) else np.nan


@dataclass(frozen=True)
class ValueMap(Figure):
    """Value map: a metric at the end of the runs by two settings, a panel for each group of the others.

    Lighter cells are better. A thick frame is around the best cell of a panel, and thin ones are around cells
    whose median is no worse than the worst seed of the best.

    Parameters
    ----------
    rows, columns : str or None
        Settings by their full keys, like ``regularizer.strength``; None for the two that are swept. Numbers
        ascend, from below and from the left.
    metric : str
        Name of the final metric; ``gap`` is training accuracy minus test accuracy.
    direction : "minimize", "maximize" or None
        Whether less or more of it is better; with None less of losses, values, errors and gaps.
    scale : "linear" or "log"
        The scale of the colours.
    limits : pair of float or None
        The ends of the colours; by default lowest and highest median.
    names : dict of str to str
        Parts of the groups' labels, and the words for them above the panels.
    """

    rows: str | None = None
    columns: str | None = None
    metric: str = "test_accuracy"
    direction: Direction | None = None
    scale: Literal["linear", "log"] = "linear"
    limits: tuple[float, float] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.limits and self.limits[0] >= self.limits[1]:
            raise ValueError(f"ValueMap: limits = {list(self.limits)}: write [low, high]")
        if self.limits and self.scale == "log" and self.limits[0] <= 0:
            raise ValueError(f"ValueMap: limits = {list(self.limits)}: a logarithmic scale begins above 0")

    def needs(self) -> tuple[str, ...]:
        return arrays_of([self.metric])

    def draw(self, study: Study) -> "Picture":
        from matplotlib.cm import ScalarMappable
        from matplotlib.figure import Figure as Picture

        rows, columns = self._settings(study)
        refuse_unknown([self.metric], study)
        every = [run for run in study.runs.values() if run.status != "failed"]
        copies = {key for key in study.axes if _follows(every, key, rows) or _follows(every, key, columns)}
        groups = study.groups(but={rows, columns, *copies})
        up, right = _values(every, rows), _values(every, columns)
        panels = {label: self._cells(runs, rows, columns) for label, runs in groups.items()}

        width, height = max(_SIDE * len(right), 1.8), max(_SIDE * len(up), 1.2)
        wide = min(len(panels), _ROW, max(1, int((_PAGE - 2) / width)))
        high = -(-len(panels) // wide)
        picture = Picture(figsize=(wide * width + 2, high * (height + 0.5) + 1.1), layout="constrained")
        drawn = picture.subplots(high, wide, squeeze=False, sharex=True, sharey=True)
        # A gap is not an evaluation, but a difference of two.
        direction = self.direction or ("minimize" if self.metric == "gap" else None)
        lower = sign_of(self.metric, direction) > 0
        colours = ScalarMappable(self._norm(panels), "viridis_r" if lower else "viridis")
        marks = set[str]()
        for panel, (label, cells) in zip(drawn.flat, panels.items(), strict=False):
            marks |= _draw(panel, cells, up, right, colours, lower=lower)
            if len(panels) > 1:
                words = wrapped(renamed(label, self.names), int(width * _LETTERS))
                panel.set_title(words, size=9, parse_math=False)
        for panel in drawn.flat[len(panels) - wide : len(panels)]:
            panel.tick_params(labelbottom=True)
        for panel in drawn.flat[len(panels) :]:
            panel.remove()
        picture.supxlabel(in_words(columns, study), size=9, parse_math=False)
        picture.supylabel(in_words(rows, study), size=9, parse_math=False)
        if any(cell.values for cells in panels.values() for cell in cells.values()):
            bar = picture.colorbar(colours, ax=[*drawn.flat[: len(panels)]], aspect=30, fraction=0.04)
            bar.set_label(f"final {self.metric.replace('_', ' ')}", size=9, parse_math=False)
            bar.ax.tick_params(labelsize=8)
            bar.outline.set_visible(False)
        handles = [handle for mark, handle in _handles().items() if mark in marks]
        legend(picture, handles, above=4, title=_seeds(panels))
        return picture

    def _settings(self, study: Study) -> tuple[str, str]:
        """Return the settings of rows and columns."""
        swept = [key for key in study.axes if key != "seed"]
        runs = [run for run in study.runs.values() if run.status != "failed"]
        given = [key for key in (self.rows, self.columns) if key]
        for key in given:
            if any(setting(run, key) is None for run in runs):
                raise ValueError(f"{key} is not a setting of every run; swept are {', '.join(swept) or 'none'}")
        numbers = [key for key in swept if all(isinstance(setting(run, key), int | float) for run in runs)]
        left = [key for key in (numbers if len(numbers) + len(given) > 1 else swept) if key not in given]
        if len(left) + len(given) != 2 and len(given) < 2:
            raise ValueError(
                f"value_map needs two settings, rows and columns; swept are {', '.join(swept) or 'none'}"
            )
        return self.rows or left.pop(0), self.columns or left.pop(0)

    def _cells(self, runs: Sequence[Run], rows: str, columns: str) -> dict[tuple[str, str], _Cell]:
        """Return the cells of a panel by the texts of their two values."""
        of: dict[tuple[str, str], list[Run]] = {}
        for run in runs:
            of.setdefault((text_of(setting(run, rows)), text_of(setting(run, columns))), []).append(run)
        return {
            place: _Cell(finals(seeds, self.metric), sum(run.status == "diverged" for run in seeds), len(seeds))
            for place, seeds in of.items()
        }

    def _norm(self, panels: Mapping[str, Mapping[Any, _Cell]]) -> Any:
        from matplotlib.colors import LogNorm, Normalize

        found = [cell.median for cells in panels.values() for cell in cells.values() if cell.values]
        low, high = self.limits or (min(found, default=0.0), max(found, default=1.0))
        # Equal ends have no colours between them, and what is not above 0 has no logarithm.
        if self.scale == "log" and low > 0:
            return LogNorm(low, high if high > low else low * 2, clip=True)
        return Normalize(low, high if high > low else low + 1, clip=True)


def _follows(runs: Sequence[Run], key: str, other: str) -> bool:
    """Whether a setting is the value of another one, ``${optimizer.lr}``, in every run that has it."""
    return all(setting(run, key) in (None, setting(run, other)) for run in runs)


def _values(runs: Sequence[Run], key: str) -> list[str]:
    """Return the texts of a setting's values: numbers ascend, others keep their order."""
    values = [setting(run, key) for run in runs]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        values = sorted(values)
    return list(dict.fromkeys(map(text_of, values)))


def _draw(
    panel: Any,
    cells: Mapping[tuple[str, str], _Cell],
    up: Sequence[str],
    right: Sequence[str],
    colours: Any,
    *,
    lower: bool,
) -> set[str]:
    """Draw one panel; return what is marked in it."""
    panel.set_xlim(-0.5, len(right) - 0.5)
    panel.set_ylim(-0.5, len(up) - 0.5)
    panel.set_xticks(
        range(len(right)), right, parse_math=False, rotation=45, ha="right", rotation_mode="anchor"
    )
    panel.set_yticks(range(len(up)), up, parse_math=False)
    panel.tick_params(labelsize=8, length=0)
    panel.set_facecolor("0.93")
    panel.spines[:].set_visible(False)
    frames, marks = _frames(cells, lower=lower), set[str]()
    for (row, column), cell in cells.items():
        x, y = right.index(column), up.index(row)
        if cell.values:
            _draw_cell(panel, x, y, cell, colours, numbered=len(up) * len(right) <= _CELLS)
        if cell.lost:
            whole = cell.lost == cell.seeds
            at, cross = ((x, y), _ALL_DIVERGED) if whole else ((x + 0.34, y + 0.34), _SOME_DIVERGED)
            panel.plot(*at, color="0.25" if whole or not cell.values else "#D55E00", zorder=4, **cross)
            marks.add("all" if whole else "some")
        if frame := frames.get((row, column)):
            panel.add_patch(_frame(x, y, frame))
            marks.add(frame)
    return marks


def _draw_cell(panel: Any, x: int, y: int, cell: _Cell, colours: Any, *, numbered: bool) -> None:
    from matplotlib.patches import Rectangle

    colour = colours.to_rgba(cell.median)
    panel.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="none", zorder=1))
    if numbered:
        # As bright as the eye sees it.
        bright = float(np.dot(colour[:3], (0.299, 0.587, 0.114)))
        words = f"{cell.median:.2f}" if 0.1 <= colours.norm.vmax < 10 else f"{cell.median:.1g}"
        words = words.replace("0.", ".", 1) if words.startswith(("0.", "-0.")) else words
        ink = "black" if bright > 0.5 else "white"
        panel.text(x, y, words, color=ink, size=7, ha="center", va="center", zorder=3)


def _frames(cells: Mapping[tuple[str, str], _Cell], *, lower: bool) -> dict[tuple[str, str], str]:
    """Return which cells are the best, and as good as the worst seed of the best."""
    sign = -1 if lower else 1
    known = {place: cell for place, cell in cells.items() if cell.values}
    if not known:
        return {}
    best = max(known, key=lambda place: sign * known[place].median)
    worst = min(sign * value for value in known[best].values)
    near = {place: "near" for place, cell in known.items() if sign * cell.median >= worst}
    return near | {best: "best"}


def _frame(x: float, y: float, kind: str) -> Any:
    from matplotlib.patches import Rectangle

    inside = 0.05 if kind == "best" else 0.08
    side = 1 - 2 * inside
    return Rectangle(
        (x - 0.5 + inside, y - 0.5 + inside), side, side, facecolor="none", edgecolor="black", zorder=2,
        linewidth=_WIDTH[kind], linestyle="-" if kind == "best" else (0, (2, 1.5)),
    )  # fmt: skip


_WIDTH = {"best": 2.2, "near": 0.9}


def _handles() -> dict[str, Any]:
    """Return what the legend says of each mark."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def frame(kind: str, words: str, dashes: Any) -> Any:
        return Patch(facecolor="none", edgecolor="black", linewidth=_WIDTH[kind], linestyle=dashes, label=words)

    return {
        "best": frame("best", "best", "-"),
        "near": frame("near", "as good as a seed of the best", (0, (2, 1.5))),
        "all": Line2D([], [], color="0.25", label="diverged", **_ALL_DIVERGED),
        "some": Line2D([], [], color="#D55E00", label="some seeds diverged", **_SOME_DIVERGED),
    }


def _seeds(panels: Mapping[str, Mapping[Any, _Cell]]) -> str:
    """Return a text that says of how many seeds a cell is the median."""
    counts = {len(cell.values) for cells in panels.values() for cell in cells.values() if cell.values}
    if not counts:
        return "every run diverged"
    few, many = min(counts), max(counts)
    if many == 1:
        return "one seed"
    return f"median of {many if few == many else f'{few} to {many}'} seeds"


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"value_map": ValueMap}
