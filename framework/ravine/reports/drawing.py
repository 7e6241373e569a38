"""Drawing: a study's figures, in files or in a notebook."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ravine.base.types import Named
from ravine.base.warn import warn
from ravine.contracts.figure import Figure
from ravine.records.files import write_atomically, writing
from ravine.records.study import Study
from ravine.records.unfinished import none_has_ended, unfinished
from ravine.registry.guard import guarded
from ravine.registry.make import evaluated_by, make_component
from ravine.reports.filters import selected
from ravine.reports.styling import DPI, FORMATS, Limits, Scale, Styling

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    Drawn: TypeAlias = Picture | Animation

__all__ = [
    "Drawing",
    "draw",
    "draw_into",
    "drawing_of",
    "import_early",
    "matplotlib_as_it_comes",
]


_FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME")


def draw(study: Study, name: str, figure: Figure) -> None:
    """Draw one figure into ``figures/NAME.png`` and ``.svg``, or an animation into ``.gif``.

    Raises
    ------
    WriteError
        If a file cannot be written.
    PluginError, ValueError
        If the figure raises an error: see ``registry.guard``.
    """
    with _letters_told_once(name), guarded(figure):
        contents = _rendered(study, figure, Styling(), _command(study))
    for suffix, content in contents.items():
        study.write(f"figures/{name}.{suffix}", content)


def draw_into(
    folder: Path, name: str, study: Study, figure: Figure, styling: Styling, command: str
) -> list[Path]:
    """Draw one figure for a page, into a folder of the user's; return its files.

    Parameters
    ----------
    folder, name
        The files are ``FOLDER/NAME.pdf`` and so on.
    study, figure
        What is drawn, and how.
    styling : Styling
        How it is written.
    command : str
        The command that does it; it stands below the picture, if the styling does not say otherwise.

    Raises
    ------
    WriteError
        If a file cannot be written.
    PluginError, ValueError
        If the figure raises an error, or cannot be styled so.
    """
    with _letters_told_once(name), guarded(figure):
        contents = _rendered(study, figure, styling, command)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{suffix}" for suffix in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        write_atomically(path, content)
    return paths


@dataclass(frozen=True)
class Drawing:
    """A figure of a study that a notebook shows: what ``Study.figure`` gives.

    Parameters
    ----------
    matplotlib : matplotlib.figure.Figure, or Animation
        What the figure has drawn. It is yours to change, and is shown and saved as it is then.
    study : Study
        What is drawn.
    figure : Figure
        What draws it.
    styling : Styling
        How it is drawn.

    Examples
    --------
    >>> import ravine
    >>> drawing = ravine.load_study("runs/pair").figure("path_zoom").styled(size=(3.3, 2.4), style="paper")
    >>> _ = drawing.matplotlib.axes[0].set_title("two rates")
    >>> print(drawing.save("two_rates.pdf"))
    two_rates.pdf
    """

    matplotlib: Drawn
    study: Study = field(repr=False)
    figure: Figure = field(repr=False)
    styling: Styling = field(default_factory=Styling, repr=False)

    def __repr__(self) -> str:
        return f"Drawing({type(self.matplotlib).__name__})"

    def styled(
        self,
        *only: str,
        order: str | None = None,
        unfinished: bool = False,
        style: str | None = None,
        size: tuple[float, float] | None = None,
        font: float | None = None,
        title: str | None = None,
        xlim: Limits | None = None,
        ylim: Limits | None = None,
        xscale: Scale | None = None,
        yscale: Scale | None = None,
        legend_columns: int | None = None,
    ) -> Drawing:
        """Draw the figure anew, with what ``ravine figures`` has words and options for, beside those it has.

        Parameters
        ----------
        *only : str
            ``COLUMN=VALUE``: runs with these settings, as ``ravine table`` chooses them.
        order : str or None
            ``COLUMN``, or ``COLUMN=A,B``: which groups come first.
        unfinished : bool
            Whether runs that go on or were stopped are drawn as far as they have got.
        style : str or None
            ``paper``, ``slides``, or the path of a style file of matplotlib's.
        size : (width, height) or None
            In inches.
        font : float or None
            The size of most letters, in points.
        title : str or None
            What stands above.
        xlim, ylim : (low, high)
            Ends of all axes; None where matplotlib chooses.
        xscale, yscale : "linear", "log" or None
            Scales of all axes.
        legend_columns : int or None
            Columns of the legend, which stands above all panels then.

        Raises
        ------
        ValueError
            If there is no such run, or the picture cannot be styled so.
        """
        options = {
            "style": style,
            "size": size,
            "font": font,
            "title": title,
            "xlim": xlim,
            "ylim": ylim,
            "xscale": xscale,
            "yscale": yscale,
            "legend_columns": legend_columns,
        }
        given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
        shown = selected(self.study, only, order, unfinished=unfinished)
        return _drawing(shown, self.figure, replace(self.styling, **given))

    def save(self, path: str | Path, *, dpi: int | None = None) -> Path:
        """Write the picture to a file, as ``ravine figures`` does, and return its path.

        Parameters
        ----------
        path : str or Path
            Its end is the format: ``.png``, ``.svg`` or ``.pdf``; of an animation ``.gif``. Folders are made.
        dpi : int or None
            Dots in an inch of PNG, 150 by default.

        Raises
        ------
        WriteError
            If it cannot be written.
        ValueError
            If there is no such format, or it has no dots.
        """
        path = Path(path)
        formats = FORMATS if hasattr(self.matplotlib, "savefig") else ("gif",)
        suffix = path.suffix.removeprefix(".").lower()
        if suffix not in formats:
            raise ValueError(f"{path}: a picture ends with .{', .'.join(formats)}")
        if suffix == "gif" and dpi is not None:
            raise ValueError(f"dpi {dpi}: dots are of png, and not of gif")
        styling = self.styling if suffix == "gif" else replace(self.styling, formats=(suffix,), dpi=dpi)
        with _letters_told_once(path.stem):
            content = _written(self.matplotlib, styling)[suffix]
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        return path

    def _repr_png_(self) -> bytes | None:
        """Return the picture, for a notebook."""
        if not hasattr(self.matplotlib, "savefig"):
            return None
        return _written(self.matplotlib, replace(self.styling, formats=("png",), dpi=_DPI_SHOWN))["png"]

    def _repr_html_(self) -> str | None:
        """Return the animation, for a notebook."""
        if hasattr(self.matplotlib, "savefig"):
            return None
        content = base64.b64encode(_written(self.matplotlib, self.styling)["gif"]).decode()
        return f'<img src="data:image/gif;base64,{content}">'


# Dots in an inch of a picture in a notebook, and of an animation.
_DPI_SHOWN = 90


def drawing_of(study: Study, item: Named) -> Drawing:
    """Draw a figure for a notebook: what ``Study.figure`` does.

    Parameters
    ----------
    study : Study
        What is drawn.
    item : str or mapping
        A figure's name, or a mapping with ``name`` and fields.

    Raises
    ------
    ConfigError
        If there is no such figure, or it has no such field.
    PluginError, ValueError
        If the figure raises an error, or the study has nothing that it shows.
    """
    _, figure = make_component("figure", item, "figure")
    if not study.runs:
        raise ValueError(none_has_ended(study.folder))
    return _drawing(study, figure, Styling())


def _drawing(study: Study, figure: Figure, styling: Styling) -> Drawing:
    with guarded(figure), _settings(styling):
        return Drawing(_styled(study, figure, styling, ""), study, figure, styling)


def _drawn(study: Study, figure: Figure) -> Drawn:
    """Return what a figure draws."""
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    drawn = figure.draw(study.copy())
    if not isinstance(drawn, Picture | Animation):
        raise TypeError(f"draw returned {drawn!r:.60}: it is a matplotlib.figure.Figure, or an Animation")
    if isinstance(drawn, Animation):
        drawn._draw_was_started = True  # type: ignore[attr-defined]  # it warns of one that is not saved
    return drawn


def _rendered(study: Study, figure: Figure, styling: Styling, command: str) -> dict[str, bytes]:
    """Return by suffix the contents of a figure's files."""
    with _settings(styling):
        drawn = _styled(study, figure, styling, command)
    return _written(drawn, styling)


@contextlib.contextmanager
def _settings(styling: Styling) -> Iterator[None]:
    """Set matplotlib in the block to what a picture is drawn and written with."""
    with matplotlib_as_it_comes(), styling.settings():
        import matplotlib as mpl

        mpl.rcParams.update({"svg.hashsalt": "ravine", "svg.fonttype": "path"})
        yield


def _styled(study: Study, figure: Figure, styling: Styling, command: str) -> Drawn:
    """Return what a figure draws, styled, with the command that draws it below."""
    from matplotlib.animation import Animation

    drawn = _drawn(study, figure)
    if isinstance(drawn, Animation):
        styling.refuse_moving()
    else:
        styling.apply(drawn)
    _refuse_unreadable(drawn, study)
    if styling.style is None:
        _sign(drawn, study, command)
    return drawn


def _written(drawn: Drawn, styling: Styling) -> dict[str, bytes]:
    """Return by suffix the contents of the files of what is drawn."""
    with _settings(styling):
        import matplotlib as mpl
        from matplotlib.animation import Animation

        if isinstance(drawn, Animation):
            from ravine.reports.frames import as_gif

            return {"gif": as_gif(drawn, _DPI_SHOWN)}
        contents = {}
        with _as_it_was(drawn) as said:
            # The layout is computed once for all files. It is tight: the line below makes the picture longer.
            drawn.set_dpi(DPI)
            tight = _fitted(drawn, styling.size, said) if styling.size else _tight(drawn)
            with mpl.rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
                drawn.set_layout_engine(None)
            for suffix in styling.formats:
                content = io.BytesIO()
                dpi = (styling.dpi or DPI) if suffix == "png" else DPI
                _refuse_dots(tight, dpi)
                drawn.savefig(content, format=suffix, dpi=dpi, metadata=_undated(suffix), bbox_inches=tight)
                contents[suffix] = content.getvalue()
        return contents


@contextlib.contextmanager
def _as_it_was(picture: Picture) -> Iterator[dict[Text, str]]:
    """Give a picture its size, layout and lines of text again after the block: somebody may change it.

    Texts that the block changes are told to what it yields, with what they said before.
    """
    (width, height), dpi, engine = picture.get_size_inches(), picture.dpi, picture.get_layout_engine()
    said: dict[Text, str] = {}
    try:
        yield said
    finally:
        picture.set_size_inches(width, height)
        picture.set_dpi(dpi)
        if engine is not None:
            picture.set_layout_engine(engine)
        for text, before in said.items():
            text.set_text(before)


def _tight(picture: Picture) -> Bbox:
    """Return the box, in inches, of all that a picture has, once its layout is computed."""
    import matplotlib as mpl

    if picture.axes and (engine := picture.get_layout_engine()):
        # As when it draws, matplotlib leaves a picture as it is if it has no layout.
        with contextlib.suppress(ValueError):
            engine.execute(picture)
    box: Bbox = picture.get_tightbbox().padded(mpl.rcParams["savefig.pad_inches"])
    return box


def _fitted(picture: Picture, size: tuple[float, float], said: dict[Text, str]) -> Bbox:
    """Make a picture smaller until all that it has fits into a size; return a box of exactly this size.

    What a text that gets more lines has said is written down in ``said``.
    """
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    width, height = size
    picture.draw_without_rendering()
    for text in picture.findobj(Text):
        box = text.get_window_extent()
        # From where it begins to the picture's edge.
        room = width - max(box.x0 / picture.dpi, 0) - _EDGE
        if box.width / picture.dpi > room > 0 and " " in text.get_text():
            said.setdefault(text, text.get_text())
            letters = int(len(text.get_text()) * room * picture.dpi / box.width * 0.95)
            text.set_text(textwrap.fill(text.get_text(), max(letters, 10)))
    box = _tight(picture)
    for _ in range(_TRIES):
        outside = box.width - width, box.height - height
        now = picture.get_size_inches()
        inside = float(now[0] - max(outside[0], 0)), float(now[1] - max(outside[1], 0))
        if min(inside) <= 0 or (box.width <= width and box.height <= height):
            break
        picture.set_size_inches(inside)
        box = _tight(picture)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return Bbox.from_bounds(x - width / 2, y - height / 2, width, height)


# Each time the layout leaves a little less outside.
_TRIES = 6
# Inches that stay free at the right.
_EDGE = 0.08


# Dots of a picture's longer side: more would need gigabytes of memory.
_MOST_DOTS = 20_000


def _refuse_dots(box: Bbox, dpi: int) -> None:
    if max(box.width, box.height) * dpi > _MOST_DOTS:
        raise ValueError(
            f"dpi {dpi}: a picture of {box.width:.1f} by {box.height:.1f} inches would have "
            f"{box.width * dpi:.0f} by {box.height * dpi:.0f} dots, and {_MOST_DOTS} is the most"
        )


def _undated(suffix: str) -> dict[str, None]:
    """Return what takes out of a file what would make two files of one picture differ."""
    return {{"png": "Software", "svg": "Date", "pdf": "CreationDate"}[suffix]: None}


@contextlib.contextmanager
def matplotlib_as_it_comes() -> Iterator[None]:
    """Set matplotlib to its own defaults in the block, whatever the user's ``matplotlibrc`` says.

    The backend of ``MPLBACKEND`` shows pictures on a screen. If it is not there, matplotlib cannot be imported.
    """
    if "matplotlib" not in sys.modules:
        _import_matplotlib()
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        yield


@contextlib.contextmanager
def _letters_told_once(name: str) -> Iterator[None]:
    """Give the warnings of a block; those of matplotlib's for each letter that its font lacks become one."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield
    finally:
        lacking: dict[str, None] = {}
        for warning in caught:
            if glyph := re.match(r"Glyph (\d+) ", str(warning.message)):
                lacking[chr(int(glyph[1]))] = None
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        if lacking:
            warn(f"figure {name}: the font has none of {' '.join(lacking)}")


def import_early() -> None:
    """Import what draws pictures, which takes a third of a second, while there is nothing else to do.

    What is wrong with it is said when a picture is drawn.
    """
    if "matplotlib.backends.backend_svg" in sys.modules:
        return
    with contextlib.suppress(Exception), matplotlib_as_it_comes():
        import matplotlib.backends.backend_agg
        import matplotlib.backends.backend_svg  # noqa: F401


def _import_matplotlib() -> None:
    # The standard says that a path which is not absolute is ignored; matplotlib would make it here.
    relative = {name for name in _FOLDERS if not os.path.isabs(os.environ.get(name) or os.sep)}
    kept = {name: os.environ.pop(name) for name in {"MPLBACKEND", *relative} if name in os.environ}
    import matplotlib as mpl

    # It remembers where they are.
    mpl.get_configdir()
    mpl.get_cachedir()
    os.environ.update(kept)
    if "MPLBACKEND" in kept:
        # A notebook's own pictures are shown by it.
        with contextlib.suppress(ValueError):
            mpl.rcParams["backend"] = kept["MPLBACKEND"]


# Inches of a picture's longer side.
_MOST = 40


def _refuse_unreadable(drawn: Drawn, study: Study) -> None:
    """Refuse a picture that is too large for a screen or a page to be read on."""
    width, height = _picture_of(drawn).get_size_inches()
    if max(width, height) > _MOST:
        raise ValueError(
            f"{len(study.groups())} groups would need a picture of {width:.0f} by {height:.0f} inches, and "
            f"{_MOST} is the most; ravine table {study.folder.as_posix()} shows all of them"
        )


def _command(study: Study) -> str:
    """Return the command that draws the figures of a study again."""
    folder, here = Path(os.path.normpath(study.folder)), Path.cwd()
    place = folder.relative_to(here) if folder.is_relative_to(here) else folder
    return f"ravine figures {place.as_posix()}"


def _sign(drawn: Drawn, study: Study, command: str) -> None:
    """Write below a picture the command that draws it again, and of which parameters evaluations are."""
    trials = f"{study.trials}; " if study.to_come else ""
    so_far = f"{said}\n" if (said := unfinished(study)) else ""
    text = f"{_elsewhere(study)}{so_far}{trials}{command}".rstrip("; \n")
    picture = _picture_of(drawn)
    where: dict[str, Any] = {"y": 0, "va": "top"} if picture is drawn else {"y": 0.005, "va": "bottom"}
    picture.text(0.995, s=text, ha="right", size=6, color="0.45", parse_math=False, **where)


def _picture_of(drawn: Drawn) -> Picture:
    """Return a picture, or that of an animation, to which there is no public way."""
    found: Any = drawn
    picture: Picture = getattr(found, "_fig", found)
    return picture


def _elsewhere(study: Study) -> str:
    """Return a line that says which runs are evaluated at other parameters than those that learn, or ""."""
    rules = dict.fromkeys(filter(None, map(evaluated_by, study.runs.values())))
    if not rules:
        return ""
    return (
        f"{', '.join(rules)}: evaluated at {'their' if len(rules) > 1 else 'its'} own parameters; "
        "losses and paths by step are those of the parameters that learn\n"
    )
