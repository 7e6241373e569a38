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
    """Draws the records of runs; it never trains.

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
        """Return the names of arrays that at least one run must record, so that there is something to draw.

        These are names of ``Run.arrays``: ``path`` for a descent on a surface, ``evaluation.train_accuracy``
        for a network that learns from data, ``probe.masks`` for runs with that probe. The name ``search``
        stands for the trials of a search. A study without such runs is refused before it is trained. By default
        a figure needs nothing.
        """
        return ()

    @abstractmethod
    def draw(self, study: Study) -> Picture | Animation:
        """Return a matplotlib figure, saved as PNG and SVG, or an animation, saved as GIF.

        Import matplotlib inside this method, because the import takes time. Make the figure with
        ``matplotlib.figure.Figure``: pyplot would never free its memory.

        Parameters
        ----------
        study : Study
            It must not be changed. Its ``groups()`` are runs that differ in the seed only, by a label. Some
            runs may have diverged, even at the first step: their arrays end there.

        Returns
        -------
        figure or animation
            The same for the same study, with a name for every axis and group. Names are drawn as plain text,
            not as mathematics (``parse_math=False``), and matplotlib's settings are not changed. A picture of
            more than 40 inches is refused, so panels of many groups stand in several rows. Where artists that
            move in an animation have ``animated=True``, the rest is drawn once for all frames.

        Raises
        ------
        ValueError
            If the study has nothing that this figure shows; the message says what the figure needs.
        """
