"""Styling: how a picture is written for a page: file formats, dots, size, letters, limits, title."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from ravine.base.names import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture
    from matplotlib.legend import Legend

__all__ = ["FORMATS", "STYLES", "Styling"]

FORMATS = ("png", "svg", "pdf")

DPI = 150
"""Dots in an inch, if nothing else is asked for."""

MOST_DPI = 1200

Scale: TypeAlias = Literal["linear", "log"]
Limits: TypeAlias = tuple[float | None, float | None]

# Letters in points, and how much wider lines are: a column of a journal is narrow, a slide is seen from afar.
STYLES = {"paper": (8.0, 0.8), "slides": (16.0, 1.8)}
# What matplotlib's own letters have.
_LETTERS = 10.0


@dataclass(frozen=True)
class Styling:
    """How a picture is written.

    Parameters
    ----------
    formats : sequence of str
        Of ``FORMATS``; an animation is a GIF whatever they are.
    style : str or None
        One of ``STYLES``, or the path of a style file of matplotlib's. Then no command stands below.
    size : (width, height) or None
        In inches.
    font : float or None
        The size of most letters, in points; all others change alike.
    title : str or None
        What stands above.
    xlim, ylim : (low, high)
        Ends of all axes; None where matplotlib chooses.
    xscale, yscale : "linear", "log" or None
        Scales of all axes.
    legend_columns : int or None
        Columns of the legend, which stands above all panels then.
    dpi : int or None
        Dots in an inch of PNG, 150 by default; the other formats have none.
    """

    formats: Sequence[str] = ("png", "svg")
    style: str | None = None
    size: tuple[float, float] | None = None
    font: float | None = None
    title: str | None = None
    xlim: Limits | None = None
    ylim: Limits | None = None
    xscale: Scale | None = None
    yscale: Scale | None = None
    legend_columns: int | None = None
    dpi: int | None = None

    def __post_init__(self) -> None:
        for name in self.formats:
            if name not in FORMATS:
                raise ValueError(f"format {name}: there is no such format{nearest(name, FORMATS)}")
        if self.style is not None and self.style not in STYLES and not Path(self.style).is_file():
            raise ValueError(f"style {self.style}: neither {' nor '.join(STYLES)}, and no such file")
        self._refuse_sizes()
        for name, ends in (("xlim", self.xlim), ("ylim", self.ylim)):
            if ends is not None and not _are_two(ends, or_none=True):
                raise ValueError(f"{name} {ends!r}: the low end and the high one, of which either may be None")
        for name, scale in (("xscale", self.xscale), ("yscale", self.yscale)):
            if scale not in (None, "linear", "log"):
                raise ValueError(f"{name} {scale!r}: linear or log")
        for axis, ends, scale in (("x", self.xlim, self.xscale), ("y", self.ylim, self.yscale)):
            _refuse_ends(axis, [end for end in ends or () if end is not None], scale)
        if self.dpi is not None and "png" not in self.formats:
            raise ValueError(f"dpi {self.dpi}: dots are of png, and not of {' and '.join(self.formats)}")

    def _refuse_sizes(self) -> None:
        """Refuse numbers that no picture can have."""
        if self.size is not None and not _are_two(self.size):
            raise ValueError(f"size {self.size!r}: the width and the height, in inches")
        if self.size is not None and not 0 < min(self.size) <= max(self.size) <= 40:
            raise ValueError(f"size {self.size[0]:g}x{self.size[1]:g}: inches above 0, and 40 at most")
        if self.font is not None and not (_is_number(self.font) and 0 < self.font <= 100):
            raise ValueError(f"font {self.font!r}: points above 0, and 100 at most")
        if self.legend_columns is not None and not (
            type(self.legend_columns) is int and self.legend_columns > 0
        ):
            raise ValueError(f"legend columns {self.legend_columns!r}: 1 or more")
        if self.dpi is not None and not (type(self.dpi) is int and 1 <= self.dpi <= MOST_DPI):
            raise ValueError(f"dpi {self.dpi!r}: dots in an inch, from 1 to {MOST_DPI}")

    @contextlib.contextmanager
    def settings(self) -> Iterator[None]:
        """Set matplotlib to a style file in the block.

        Raises
        ------
        ValueError
            If the file is not a style.
        """
        import matplotlib as mpl
        import matplotlib.style

        with mpl.rc_context({"pdf.fonttype": 42}):
            if self.style is not None and self.style not in STYLES:
                try:
                    matplotlib.style.use(self.style)
                except (OSError, ValueError) as error:
                    raise ValueError(f"style {self.style}: {error}") from None
            yield

    def apply(self, picture: Picture) -> None:
        """Change a picture that is drawn.

        Raises
        ------
        ValueError
            If an axis cannot have these limits, or this scale, or there is no legend to be moved.
        """
        if self.legend_columns is not None:
            _legend_above(picture, self.legend_columns)
        if self.title is not None or self.legend_columns is not None:
            _set_title(picture, picture.get_suptitle() if self.title is None else self.title)
        if self.size is not None:
            picture.set_size_inches(self.size)
        for axes in picture.axes:
            # A bar of colours has no axes of its own.
            if axes.get_label() != "<colorbar>":
                self._limit(axes)
        letters, lines = STYLES.get(self.style or "", (_LETTERS, 1.0))
        _scale(picture, (self.font or letters) / _LETTERS, lines)

    def refuse_moving(self) -> None:
        """Refuse what an animation cannot have: it is a GIF, and comes as its figure makes it.

        Raises
        ------
        ValueError
            If anything is asked for.
        """
        if replace(self, formats=("png",)) != Styling(("png",)) or {*self.formats} != {"png", "svg"}:
            raise ValueError(
                "it is an animation, a GIF, which takes no format, style, size, dots, title or limits"
            )

    def _limit(self, axes: Axes) -> None:
        if self.xscale:
            axes.set_xscale(self.xscale)
        if self.yscale:
            axes.set_yscale(self.yscale)
        if self.xlim is not None:
            axes.set_xlim(*self.xlim)
        if self.ylim is not None:
            axes.set_ylim(*self.ylim)


def _refuse_ends(axis: str, ends: Sequence[float], scale: Scale | None) -> None:
    for end in ends:
        if not math.isfinite(end):
            raise ValueError(f"{axis}lim: an end of an axis is finite, and {end} is not")
        if scale == "log" and end <= 0:
            raise ValueError(f"{axis}lim: an end of a logarithmic axis is above 0, and {end:g} is not")
    if len(ends) == 2 and ends[0] == ends[1]:
        raise ValueError(f"{axis}lim: both ends of the axis are {ends[0]:g}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_two(value: object, *, or_none: bool = False) -> bool:
    """Whether a value is a pair of numbers, of which either may perhaps be None."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return False
    return all(_is_number(each) or (or_none and each is None) for each in value)


def _legend_above(picture: Picture, columns: int) -> None:
    """Move the legend above all panels, into some columns."""
    inside = [drawn for axes in picture.axes if (drawn := axes.get_legend())]
    legends = [*picture.legends, *inside]
    if not legends:
        raise ValueError(f"legend columns {columns}: it has no legend")
    for legend in legends:
        legend.remove()
    texts = [text for legend in legends for text in legend.get_texts()]
    moved = picture.legend(
        handles=[handle for legend in legends for handle in legend.legend_handles if handle],
        labels=[text.get_text() for text in texts],
        title=legends[0].get_title().get_text() or None,
        loc="outside upper center",
        ncols=columns,
        frameon=False,
        fontsize=texts[0].get_fontsize() if texts else None,
    )
    for text in moved.get_texts():
        text.set_parse_math(False)
    # The panels keep their height.
    width, height = picture.get_size_inches()
    room = moved.get_window_extent()
    picture.set_size_inches(max(width, room.width / picture.dpi + _MARGIN), height + room.height / picture.dpi)


def _set_title(picture: Picture, title: str) -> None:
    """Write a title above a picture.

    If there is a legend above its panels, it becomes the legend's: the layout has room for one of them only.
    """
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    if not (legend := _standing_above(picture)):
        picture.suptitle(title, parse_math=False)
        return
    if picture.get_suptitle():
        picture.suptitle("")
    before = legend.get_window_extent().height
    font = FontProperties(size=mpl.rcParams["figure.titlesize"], weight=mpl.rcParams["figure.titleweight"])
    legend.set_title("\n".join(filter(None, (title, legend.get_title().get_text()))), prop=font)
    legend.get_title().set_parse_math(False)
    # The panels keep their height.
    width, height = picture.get_size_inches()
    higher = legend.get_window_extent().height - before
    picture.set_size_inches(width, height + higher / picture.dpi)


def _standing_above(picture: Picture) -> Legend | None:
    """Return the legend that stands above all panels of a picture, if there is one."""
    if not picture.legends:
        return None
    picture.draw_without_rendering()
    top = max((axes.get_window_extent().y1 for axes in picture.axes), default=0.0)
    return next((legend for legend in picture.legends if legend.get_window_extent().y0 >= top - 1), None)


# Inches beside a legend.
_MARGIN = 0.2


def _scale(picture: Picture, letters: float, lines: float) -> None:
    """Make letters and lines larger or smaller."""
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

    if letters != 1:
        axes = [axis for panel in picture.axes for axis in (panel.xaxis, panel.yaxis)]
        ticks = [float(axis.get_major_ticks(1)[0].label1.get_fontsize()) for axis in axes]
        for text in {*picture.findobj(Text)}:
            assert isinstance(text, Text)
            text.set_fontsize(float(text.get_fontsize()) * letters)
        # Ticks that are made later are alike.
        for axis, size in zip(axes, ticks, strict=True):
            axis.set_tick_params(which="both", labelsize=size * letters)
    if lines != 1:
        for line in picture.findobj(Line2D):
            assert isinstance(line, Line2D)
            line.set_linewidth(line.get_linewidth() * lines)
            line.set_markersize(line.get_markersize() * lines)
