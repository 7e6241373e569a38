"""Page: everything that the player needs, in one file that asks for nothing from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ravine.records.study import Study
from ravine.registry.installed import version_of
from ravine.reports.player.descents import descents
from ravine.reports.player.networks import networks
from ravine.reports.player.packing import Packer, deflated
from ravine.reports.templates import filled, joined

__all__ = ["SCRIPTS", "play_page"]

_HERE = Path(__file__).parent
SCRIPTS = (
    "uplot.js", "unpack.js", "looks.js", "landscape.js", "relief.js", "curves.js", "stability.js",
    "choices.js", "descents.js", "networks.js", "player.js",
)  # fmt: skip
"""The files of the page's script, in order."""

_STYLES = ("uplot.css", "player.css")


def play_page(study: Study, title: str) -> str:
    """Return the HTML of a page that plays a study's runs.

    Parameters
    ----------
    study : Study
        Its runs are descents on surfaces, or networks and functions that learn, or both.
    title : str
        The page's title.

    Raises
    ------
    ValueError
        If no run has anything to play.
    """
    packer = Packer()
    scenes = {"descents": descents(study, packer), "networks": networks(study, packer)}
    about = {name: scene for name, scene in scenes.items() if scene}
    if not about:
        raise ValueError(f"{study.folder}: no run has ended that can be played")
    n = sum(len(run.arrays) > 0 for run in study.runs.values())
    return filled(
        _HERE / "player.html",
        # The first line of uPlot's file is its licence's notice.
        style=joined(_HERE, _STYLES),
        script=joined(_HERE, SCRIPTS),
        title=title,
        question=study.ledger.question or "",
        runs=f"{n} run{'s' * (n > 1)}",
        version=version_of("ravine"),
        command=study.ledger.command,
        about=deflated(_json(about).encode()),
        arrays=packer.text(),
    )


def _json(content: Any) -> str:
    """Return JSON that JavaScript reads; numbers that are not finite are null."""
    return json.dumps(_finite(content), separators=(",", ":"), allow_nan=False)


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, float) and content - content != 0:
        return None
    return content
