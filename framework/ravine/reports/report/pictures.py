"""Pictures: the files of a study's figures, with their sizes and what they show in words."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from ravine.base.errors import ConfigError, PluginError
from ravine.base.types import name_of
from ravine.records.study import Study
from ravine.registry.registry import load

__all__ = ["Picture", "drawn", "pictures"]

# The best format first: lines stay sharp in SVG, and only GIF moves.
_SUFFIXES = ("gif", "svg", "png")
# Pixels of a page in a point of SVG.
_PIXELS = 96 / 72
# Dots in an inch of ravine's PNG, and pixels of a page.
_DOTS, _INCH = 150, 96
# Groups that a description names.
_NAMED = 8


@dataclass(frozen=True)
class Picture:
    """A picture of a page: its file, what it shows, and its size in pixels of the page."""

    path: Path
    alt: str
    width: int
    height: int


def drawn(study: Study) -> bool:
    """Whether all of a study's figures are there, in all of their formats, and newer than its runs."""
    there = _files(study)
    whole = ({".gif"}, {".svg", ".png"})
    return all({path.suffix for path in paths} in whole for paths in there) and all(
        path.stat().st_mtime_ns >= study.ended for paths in there for path in paths
    )


def pictures(study: Study) -> list[Picture]:
    """Return a study's figures as a page shows them: those whose files exist, in the best format."""
    return [Picture(paths[0], _alt(study, paths[0]), *_size(paths[0])) for paths in _files(study) if paths]


def _files(study: Study) -> list[list[Path]]:
    """Return for each figure its files that exist, those of the best format first."""
    names = map(name_of, study.ledger.figures)
    places = [[study.folder / "figures" / f"{name}.{suffix}" for suffix in _SUFFIXES] for name in names]
    return [[path for path in paths if path.exists()] for paths in places]


def _alt(study: Study, path: Path) -> str:
    """Return what a figure shows: the first sentence of its class, and of which groups."""
    name = path.relative_to(study.folder / "figures").with_suffix("").as_posix()
    try:
        what = load().entry("figure", name).summary.partition(": ")[2]
    except (ConfigError, PluginError):
        what = ""
    groups = [] if study.ledger.search else list(study.groups())
    named = ", ".join(groups[:_NAMED]) + (f" and {len(groups) - _NAMED} more" if len(groups) > _NAMED else "")
    of = f"; groups: {named}" if len(groups) > 1 else ""
    return f"{study.folder.name}, {name.replace('_', ' ')}{f': {what}' if what else ''}{of}"


def _size(path: Path) -> tuple[int, int]:
    """Return width and height in pixels of a page; (0, 0) if the file does not say."""
    with path.open("rb") as file:
        head = file.read(4096)
    if path.suffix == ".svg":
        sizes = [re.search(rf'<svg[^>]*\b{side}="([\d.]+)pt"'.encode(), head) for side in ("width", "height")]
        width, height = (round(float(found[1]) * _PIXELS) if found else 0 for found in sizes)
        return width, height
    if path.suffix == ".gif":
        dots = struct.unpack("<HH", head[6:10])
        return dots[0], dots[1]
    dots = struct.unpack(">II", head[16:24])
    return round(dots[0] * _INCH / _DOTS), round(dots[1] * _INCH / _DOTS)
