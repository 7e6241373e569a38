"""Descents in motion: shared code of the animations."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from ravine import Array, Run

from ravine_plugins.figures._style import TEXT, Look, lay_out, legend, renamed

if TYPE_CHECKING:
    from matplotlib.animation import Animation

# Of the time, the share that is for where nothing moves.
_STILL = 0.15
# Lines of which runs diverged, and letters of one in an inch.
_LINES = 3
_LETTERS = 13
_MOST = 50  # moments that are shown, so that a file stays small
_PAUSE = 100  # ms between two of them
_HELD = 10  # times that the last is shown


class Shown(Protocol):
    """What is shown by step: artists with ``animated=True``, so that the rest is drawn once for all steps."""

    def show(self, t: int) -> None:
        """Show how it is after ``t`` steps."""


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
        self._axes, self._runs, self._before = axes, runs, title
        self._tracks = [*tracks.values()]
        self._balls = []
        for size, (label, track) in zip(sizes(len(tracks)), tracks.items(), strict=True):
            color, marker, dashes = styles[label]
            trail = {"linestyle": dashes, "linewidth": 1, "markersize": 2, "zorder": 3}
            ball = {"linestyle": "", "markersize": size, "mec": "black", "mew": 0.8, "zorder": 4}
            look = {"color": color, "marker": marker, "animated": True}
            made = (axes.plot([], [], **look, **how)[0] for how in (trail, ball))
            self._balls.append((track, *made))
        words = {"size": TEXT, "parse_math": False, "animated": True}
        self._lost = axes.text(0.02, 0.03, "", transform=axes.transAxes, **words)
        self._step = axes.set_title("", loc="left", **words)

    def show(self, t: int) -> None:
        """Put the balls where they are after ``t`` steps; a descent with fewer steps stays at its end."""
        for track, trail, ball in self._balls:
            past = track[: t + 1]
            trail.set_data(*past.T)
            ball.set_data(*past[-1:].T)
        self._lost.set_text(lost(self._runs, t, self._axes))
        self._step.set_text(f"{self._before}step {t}")

    def moved(self) -> Array:
        """Return how far all balls together go in each step, as a share of the axes, (steps,)."""
        corners = np.transpose([self._axes.get_xlim(), self._axes.get_ylim()])
        total = np.zeros(self.steps)
        for track in self._tracks:
            places = np.nan_to_num((track - corners[0]) / np.ptp(corners, axis=0)).clip(0, 1)
            far = np.hypot(*np.diff(places, axis=0).T)
            total[: len(far)] += far
        return total


def where_it_moves(scenes: Sequence[Scene]) -> list[int]:
    """Return steps for the frames of an animation: many where balls move, few where they rest."""
    steps = max(scene.steps for scene in scenes)
    if steps <= _MOST:
        return [*range(steps + 1)]
    moved = np.zeros(steps)
    for scene in scenes:
        far = scene.moved()
        moved[: len(far)] += far / (far.sum() or 1)
    progress = np.cumsum(_STILL / steps + (1 - _STILL) * moved / (moved.sum() or 1))
    at = np.searchsorted(progress, progress[-1] * np.linspace(0, 1, _MOST + 1)[1:-1]) + 1
    return sorted({0, *(int(step) for step in at), steps})


def in_logarithmic_time(steps: int) -> list[int]:
    """Return steps for the frames of an animation: each is the last times the same factor, or the next step."""
    times = np.geomspace(1, steps + 1, _MOST + 1).round().astype(int) - 1
    return sorted({0, *times.tolist(), steps})


def animate(
    picture: Any,
    scenes: Sequence[Shown],
    styles: Mapping[str, Look],
    moments: Sequence[int],
    names: Mapping[str, str],
) -> "Animation":
    """Return an animation that shows scenes at some moments.

    Parameters
    ----------
    picture : matplotlib Figure
        The picture of the scenes. It gets a legend, and its layout is fixed, so that nothing jumps.
    scenes : sequence of Scene
        The moving scenes. At the end they stand still for a while.
    styles : dict of str to Look
        The looks that the legend explains.
    moments : sequence of int
        The steps that are shown, the last of them for a while.
    names : dict of str to str
        Parts of the labels, and the words for them in the legend.
    """
    from matplotlib.animation import FuncAnimation
    from matplotlib.lines import Line2D

    def show(t: int) -> None:
        for scene in scenes:
            scene.show(t)

    balls = [
        Line2D([], [], color=c, marker=m, linestyle=d, mec="black", mew=0.8, label=renamed(label, names))
        for label, (c, m, d) in styles.items()
    ]
    legend(picture, balls, above=4)
    show(0)
    strip = 0.12 / picture.get_figheight()  # for the command that is written below
    picture.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))
    lay_out(picture)
    picture.set_layout_engine("none")
    frames = [*moments[:-1], *[moments[-1]] * _HELD]
    return FuncAnimation(picture, show, frames, interval=_PAUSE, cache_frame_data=False)


def sizes(n: int) -> Array:
    """Return sizes of balls, (n,), the largest first, so that balls at the same place are all visible."""
    return np.linspace(13, 8, n)


def lost(runs: Mapping[str, Run], t: int, axes: Any) -> str:
    """Return which descents have diverged after ``t`` steps, in few lines that fit into a panel."""
    gone = {label: run for label, run in runs.items() if run.status == "diverged"}
    ended = {label: run.step for label, run in gone.items() if t >= len(run.arrays["path"]) - 1}
    says = [f"{label} diverged at step {step}" for label, step in ended.items()]
    if len(says) > _LINES:
        says = [f"{len(says)} of {len(runs)} diverged, the first at step {min(ended.values())}"]
    width = axes.get_window_extent().width / axes.figure.dpi
    return "\n".join("\n".join(textwrap.wrap(line, max(int(width * _LETTERS), 12))) for line in says)
