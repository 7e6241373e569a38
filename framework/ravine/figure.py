"""The contract of a figure: a picture of a study."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine.component import Component

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    from ravine.study import Study

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure(Component, ABC):
    """Draws what runs have recorded; it never trains."""

    kind: ClassVar[str] = "figure"

    @abstractmethod
    def draw(self, study: Study) -> Picture | Animation:
        """Return a matplotlib figure, saved as PNG and SVG, or an animation, saved as GIF.

        Import matplotlib inside, so that only drawing pays for it, and make the figure from
        ``matplotlib.figure.Figure``: pyplot would keep it for ever.

        Raises
        ------
        ValueError
            If the study's runs hold nothing that this figure shows: what it needs.
        """
