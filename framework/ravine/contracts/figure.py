"""The contract of a figure: a picture of a study."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.contracts.component import Component

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    from ravine.records.study import Study

__all__ = [
    "Figure",
]


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
