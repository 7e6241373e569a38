"""Figures: those of a study again, or pictures of chosen runs of one study or several, for a page."""

from __future__ import annotations

import argparse
import contextlib
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ravine.base.names import is_name, shown
from ravine.base.standard_error import following, say
from ravine.base.types import Named, name_of
from ravine.cli.outcome import tell
from ravine.execution.finish import finish
from ravine.records.files import instead
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.records.unfinished import none_has_ended, not_there, unfinished
from ravine.registry.make import make_component
from ravine.reports.drawing import draw_into
from ravine.reports.filters import selected
from ravine.reports.styling import Limits, Styling

__all__ = ["Page", "draw_for_a_page", "limits", "make_again", "size"]


def make_again(folder: Path) -> None:
    """Make a study's table and figures again from its runs, and print what it is.

    Raises
    ------
    ValueError
        If there is no such study, or no run of it has ended.
    """
    if not any((folder / run / "run.json").exists() for run in Ledger.read(folder).runs):
        raise ValueError(none_has_ended(folder))
    elsewhere = (
        f"ravine figures {folder} --into FOLDER draws elsewhere, and ravine table {folder} prints the table"
    )
    with instead(folder, elsewhere):
        findings = finish(folder)
    tell(findings)


@dataclass(frozen=True)
class Page:
    """What is drawn for a page.

    Parameters
    ----------
    figures : list of str or mapping
        Figures by name, or with their fields; none for those of the study.
    only : list of str
        ``COLUMN=VALUE``: runs with these settings.
    styling : Styling
        How pictures are written.
    folder : Path
        Where they go.
    name : str or None
        The name of the file, if there is one figure.
    order : str or None
        ``COLUMN`` or ``COLUMN=A,B``: the order of the groups; None for that of the study.
    unfinished : bool
        Whether runs that go on or were stopped are drawn as far as they have got.
    """

    figures: Sequence[Named]
    only: Sequence[str]
    styling: Styling
    folder: Path
    name: str | None = None
    order: str | None = None
    unfinished: bool = False


def draw_for_a_page(study: Study, page: Page, command: Sequence[str]) -> None:
    """Draw figures of a study, or of several together, and print their files.

    Raises
    ------
    ValueError
        If there is no such figure or run, or nothing to draw.
    """
    study = selected(study, page.only, page.order, unfinished=page.unfinished)
    if page.unfinished:
        for sentence in [*filter(None, (unfinished(study), not_there(study)))] or ["every run has ended"]:
            say(f"ravine: {sentence}")
    asked = page.figures or study.ledger.figures
    if not asked:
        raise ValueError(f"{study.folder}: the study has no figures; which one? ravine list figure names all")
    if page.name is not None and len(asked) > 1:
        raise ValueError(f"--as {page.name}: it names one figure, and {len(asked)} are drawn")
    if page.name is not None and (not is_name(page.name) or "/" in page.name):
        raise ValueError(f"--as {page.name}: a name of letters, digits and _, without a folder or a format")
    # All of them, before the first is drawn.
    made = [make_component("figure", item, "figures")[1] for item in asked]
    names = _names([page.name or name_of(item) for item in asked])
    by_name = dict(zip(names, made, strict=True))
    paths: list[Path] = []
    try:
        for name in following(names, "drawing"):
            paths += draw_into(page.folder, name, study, by_name[name], page.styling, shlex.join(command))
    finally:
        # Those that are there, if the next one cannot be drawn.
        for path in paths:
            print(shown(path.as_posix()))


def _names(names: Sequence[str]) -> list[str]:
    """Return names of files: of a figure that is asked for twice the second gets a number."""
    plain = [name.replace("/", "-") for name in names]
    return [
        f"{name}-{plain[: i + 1].count(name)}" if plain[:i].count(name) else name
        for i, name in enumerate(plain)
    ]


def size(text: str) -> tuple[float, float]:
    """Return the width and height of ``3.3x2.4``."""
    with _said("WIDTHxHEIGHT in inches, 3.3x2.4"):
        width, _, height = text.partition("x")
        return float(width), float(height)


def limits(text: str) -> Limits:
    """Return the ends of ``0..100``, ``..100`` or ``0..``."""
    with _said("LOW..HIGH, of which either may be left out: 0..100, ..5"):
        low, dots, high = text.partition("..")
        if not dots:
            raise ValueError(text)
        return float(low) if low else None, float(high) if high else None


@contextlib.contextmanager
def _said(form: str) -> Iterator[None]:
    """Say how a value is written that cannot be read."""
    try:
        yield
    except ValueError:
        raise argparse.ArgumentTypeError(f"it is {form}") from None
