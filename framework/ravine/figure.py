"""The contract of a figure: a picture of a study."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.component import Component

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    from ravine.experiment import Experiment
    from ravine.study import Study

__all__ = ["Figure", "unsuited"]


@dataclass(frozen=True)
class Figure(Component, ABC):
    """Draws what runs have recorded; it never trains.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import ravine
    >>> @dataclass(frozen=True)
    ... class Losses(ravine.Figure):
    ...     def draw(self, study):
    ...         from matplotlib.figure import Figure as Picture
    ...
    ...         picture = Picture(layout="constrained")
    ...         axes = picture.subplots()
    ...         for label, runs in study.groups().items():
    ...             axes.plot(runs[0].arrays["loss"], label=label)
    ...         axes.set(xlabel="update", ylabel="loss")
    ...         axes.legend()
    ...         return picture
    >>> picture = Losses().draw(ravine.load_study("runs/pair"))
    >>> print([line.get_label() for line in picture.axes[0].lines])
    ['lr=0.1', 'lr=0.5']
    """

    kind: ClassVar[str] = "figure"

    def needs(self) -> tuple[str, ...]:
        """Return names of arrays that at least one run must record, so that there is something to show.

        They are those of ``Run.arrays``: ``path`` of a descent on a surface, ``evaluation.train_accuracy`` of a
        network that learns from data, ``probe.masks`` where that probe looks; and ``search`` where a figure
        shows the trials of one. A study that will have none of
        such runs is refused before it is trained. Nothing unless it is overridden.
        """
        return ()

    @abstractmethod
    def draw(self, study: Study) -> Picture | Animation:
        """Return a matplotlib figure, saved as PNG and SVG, or an animation, saved as GIF.

        Import matplotlib inside, so that only drawing pays for it, and make the figure from
        ``matplotlib.figure.Figure``: pyplot would keep it for ever.

        Parameters
        ----------
        study : Study
            Only read. Its ``groups()`` are runs that differ in the seed only, by a label; some may have
            diverged, at their first step or later: their arrays end there.

        Returns
        -------
        figure or animation
            The same for the same study, with every axis and group named. Names are drawn as they are, not as
            mathematics (``parse_math=False``), and matplotlib's settings are left as they were.

        Raises
        ------
        ValueError
            If the study's runs hold nothing that this figure shows: what it needs.
        """


def unsuited(figure: Figure, experiments: Iterable[Experiment], *, search: bool = False) -> str:
    """Return why no run of some experiments, or of a search, will have what a figure needs, or nothing."""
    if "search" in figure.needs() and not search:
        return "it shows a search, and this is none: ravine -m hydra/sweeper=search"
    lacks: list[str] = []
    for experiment in experiments:
        lacks = [name for name in figure.needs() if not _records(experiment, name)]
        if not lacks:
            return ""
    return "; ".join(dict.fromkeys(map(_why, lacks)))


def _records(experiment: Experiment, name: str) -> bool:
    """Whether a run will record an array; yes where that cannot be known before."""
    what, _, rest = name.partition(".")
    on_surface: bool = experiment.config["problem"]["name"] != "supervised"
    if what in ("path", "state"):
        return on_surface
    if what == "probe":
        return rest.partition(".")[0] in experiment.probes
    return what != "evaluation" or rest == "step" or (rest == "value") == on_surface


def _why(name: str) -> str:
    what, _, rest = name.partition(".")
    if what == "probe":
        probe = rest.partition(".")[0]
        return f"it shows what the probe {probe} saw, and no run has it: probes=[{probe}]"
    if what in ("path", "state") or rest == "value":
        return "it shows descents on a surface, and every run learns from data"
    return "it shows networks that learn from data, and every run is a descent on a surface"
