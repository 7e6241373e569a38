"""Frames: an animation as a GIF, each of whose pictures is drawn once.

matplotlib's own writers save each frame as a picture of its own, which draws all of it, and twice.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure as Picture

__all__ = [
    "as_gif",
]


# Of a picture, at most.
_COLOURS = 256
# In milliseconds; a GIF has two bytes for hundredths of a second.
_LONGEST = 655_350


def as_gif(animation: Animation, dpi: float) -> bytes:
    """Return an animation as a GIF.

    Parameters
    ----------
    animation : Animation
        Frames that are the same picture become one that stays longer.
    dpi : float
        Dots in an inch.

    Raises
    ------
    ValueError
        If it has no frame, or one picture stays longer than a GIF can say.
    """
    timer: Any = animation.event_source
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moving.gif"
        animation.save(path, writer=_Frames(timer.interval), dpi=dpi)
        if not path.exists():
            raise ValueError("the animation has no frame")
        return path.read_bytes()


class _Frames(PillowWriter):
    """Draws what moves on a background that is kept, for as long as nothing of the background changes.

    What moves are the artists with ``animated=True``, as in matplotlib's blitting: a change of theirs does not
    make the picture stale. An animation that marks none is drawn whole, frame by frame.

    Parameters
    ----------
    pause : int
        Milliseconds from a frame to the next.
    """

    def __init__(self, pause: int) -> None:
        super().__init__()
        self._pause = pause

    def setup(self, fig: Picture, outfile: Any, dpi: float | None = None) -> None:
        """Make what is drawn on, of as many dots as the frames."""
        super().setup(fig, outfile, dpi)
        self._dpi_before = fig.get_dpi()
        fig.set_dpi(self.dpi)
        with _on_a_screen(fig) as canvas:
            self._renderer = canvas.get_renderer()
        self._front: list[Artist] = []
        self._lent: list[Artist] = []
        self._background: Any = None
        self._images: list[Image.Image] = []
        self._pauses: list[int] = []

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Draw a frame and keep it; if it is the same picture again, that one stays longer."""
        if not self._images and _arranges(self.fig):
            # A layout is final when it is computed for the second time.
            self.fig.draw_without_rendering()
        for axes in self.fig.axes:
            # Autoscaling is lazy; this makes it happen.
            axes.get_xlim()
        if self._front and not self.fig.stale:
            self._renderer.restore_region(self._background)
        else:
            self._draw_background()
        for artist in self._front:
            artist.draw(self._renderer)
        # What drawing itself has changed is drawn.
        self.fig.stale = False
        image = self._image()
        if self._images and image == self._images[-1]:
            self._pauses[-1] += self._pause
        else:
            self._images.append(image)
            self._pauses.append(self._pause)

    def finish(self) -> None:
        """Write the file, and leave the picture as it was."""
        self._give_back()
        self.fig.set_dpi(self._dpi_before)
        if self._images:
            if (longest := max(self._pauses)) > _LONGEST:
                raise ValueError(
                    f"a picture of the animation stays {longest} ms, and in a GIF {_LONGEST} at most"
                )
            first, *others = self._images
            if first.mode == "RGB" and first.getcolors(_COLOURS) is None:
                # Pillow gives a whole picture the colours that are frequent, which those of thin lines are not.
                first = first.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            first.save(self.outfile, save_all=True, append_images=others, duration=self._pauses, loop=0)

    def _draw_background(self) -> None:
        """Draw all that is behind what moves, and keep it; if nothing is in front of a background, draw all."""
        self._give_back()
        self._front = _in_front(self.fig)
        self._renderer.clear()
        if not self._front:
            self.fig.draw(self._renderer)
            return
        # What is animated is not drawn with the rest.
        self._lent = [artist for artist in self._front if not artist.get_animated()]
        for artist in self._lent:
            artist.set_animated(True)
        with _on_a_screen(self.fig):
            self.fig.draw(self._renderer)
        self._background = self._renderer.copy_from_bbox(self.fig.bbox)

    def _give_back(self) -> None:
        for artist in self._lent:
            artist.set_animated(False)
        self._lent = []

    def _image(self) -> Image.Image:
        """Return what is drawn, as RGB if nothing is transparent: a GIF has better colours then."""
        # A copy, because the next frame is drawn in the same place.
        image = Image.fromarray(np.array(self._renderer.buffer_rgba()))
        return image.convert("RGB") if image.getchannel("A").getextrema() == (255, 255) else image


@contextlib.contextmanager
def _on_a_screen(picture: Picture) -> Iterator[Any]:
    """Give a picture a canvas of a screen in the block: one for files draws what is animated with the rest."""
    before = picture.canvas
    try:
        canvas = FigureCanvasAgg(picture)
        # An animation starts when it is drawn on a screen.
        with canvas.callbacks.blocked(signal="draw_event"):
            yield canvas
    finally:
        picture.set_canvas(before)


def _in_front(picture: Picture) -> list[Artist]:
    """Return what moves, and what is drawn after it in the same axes, in the order in which it is drawn.

    So the order of artists is kept, whatever moves: a legend stays in front of a line that moves behind it. It
    is empty if the picture has to be drawn whole to be right: if a layout depends on what moves, or if what
    moves is not a part of axes, or of axes that do more than draw their parts, or that something lies upon.
    """
    moving = set(picture.findobj(lambda artist: artist.get_animated()))
    front: list[Artist] = []
    for axes in picture.axes:
        parts = sorted(axes.get_children(), key=lambda part: part.get_zorder())
        parts.remove(axes.patch)
        at = [number for number, part in enumerate(parts) if part in moving]
        if at and not (_draws_its_parts(axes) and _lies_alone(axes)):
            return []
        front += parts[at[0] :] if at else []
    return front if moving <= set(front) and not _arranges(picture) else []


def _draws_its_parts(axes: Axes) -> bool:
    shown = axes.get_visible() and axes.axison and axes.get_frame_on()
    return bool(shown) and type(axes).draw is Axes.draw


def _lies_alone(axes: Axes) -> bool:
    around = (artist for artist in axes.figure.get_children() if artist not in (axes, axes.figure.patch))
    extents = [artist.get_window_extent() for artist in around if artist.get_visible()]
    return not axes.bbox.count_overlaps(extents)


def _arranges(picture: Picture) -> bool:
    """Return whether a picture has a layout that is computed whenever it is drawn."""
    return not isinstance(picture.get_layout_engine(), NoneType | PlaceHolderLayoutEngine)
