"""Descents in motion: shared code of the animations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Run

from ravine_plugins.figures._style import Look, legend

if TYPE_CHECKING:
    from matplotlib.animation import Animation

_MOST = 50  # moments that are shown, so that a file stays small
_PAUSE = 100  # ms between two of them
_HELD = 10  # times that the last is shown


class Scene:
    """Descents in motion on some axes: balls with their trails, and the step over them.

    Parameters
    ----------
    axes : matplotlib Axes
        The axes to draw on.
    runs : dict of str to Run
        The descents.
    tracks : dict of str to (n, 2) array
        Their places on the axes, by step.
    styles : dict of str to Look
        Colour and marker of the balls, dashes of their trails.
    title : str
        The text before the number of the step.
    """

    def __init__(
        self,
        axes: Any,
        runs: Mapping[str, Run],
        tracks: Mapping[str, Array],
        styles: Mapping[str, Look],
        title: str = "",
    ) -> None:
        self.steps = max(len(track) for track in tracks.values()) - 1
        self._axes, self._runs, self._title = axes, runs, title
        self._balls = []
        for size, (label, track) in zip(sizes(len(tracks)), tracks.items(), strict=True):
            color, marker, dashes = styles[label]
            trail = {"linestyle": dashes, "linewidth": 1, "markersize": 2, "zorder": 3}
            ball = {"linestyle": "", "markersize": size, "mec": "black", "mew": 0.8, "zorder": 4}
            made = (axes.plot([], [], color=color, marker=marker, **how)[0] for how in (trail, ball))
            self._balls.append((track, *made))
        self._lost = axes.text(0.02, 0.03, "", transform=axes.transAxes, size=8, parse_math=False)

    def show(self, t: int) -> None:
        """Put the balls where they are after ``t`` steps; a descent with fewer steps stays at its end."""
        for track, trail, ball in self._balls:
            past = track[: t + 1]
            trail.set_data(*past.T)
            ball.set_data(*past[-1:].T)
        self._lost.set_text(lost(self._runs, t))
        self._axes.set_title(f"{self._title}step {t}", size=9, loc="left", parse_math=False)


def animate(picture: Any, scenes: Sequence[Scene], styles: Mapping[str, Look]) -> "Animation":
    """Return an animation that shows scenes after 0, 1, 2, … steps, or after every second, third and so on.

    Parameters
    ----------
    picture : matplotlib Figure
        The picture of the scenes. It gets a legend, and its layout is fixed, so that nothing jumps.
    scenes : sequence of Scene
        The moving scenes. At the end they stand still for a while.
    styles : dict of str to Look
        The looks that the legend explains.
    """
    from matplotlib.animation import FuncAnimation
    from matplotlib.lines import Line2D

    def show(t: int) -> None:
        for scene in scenes:
            scene.show(t)

    balls = [
        Line2D([], [], color=c, marker=m, linestyle=d, mec="black", mew=0.8, label=label)
        for label, (c, m, d) in styles.items()
    ]
    legend(picture, balls, above=4)
    show(0)
    strip = 0.12 / picture.get_figheight()  # for the command that is written below
    picture.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))
    picture.draw_without_rendering()
    picture.set_layout_engine("none")
    steps = max(scene.steps for scene in scenes)
    moments = [*range(0, steps, max(-(-steps // _MOST), 1)), *[steps] * _HELD]
    return FuncAnimation(picture, show, moments, interval=_PAUSE, cache_frame_data=False)


def sizes(n: int) -> Array:
    """Return sizes of balls, (n,), the largest first, so that balls at the same place are all visible."""
    return np.linspace(13, 8, n)


def lost(runs: Mapping[str, Run], t: int) -> str:
    """Return which descents have diverged after ``t`` steps, a line for each."""
    gone = {label: run for label, run in runs.items() if run.status == "diverged"}
    ended = {label: run for label, run in gone.items() if t >= len(run.arrays["path"]) - 1}
    return "\n".join(f"{label} diverged at step {run.step}" for label, run in ended.items())
