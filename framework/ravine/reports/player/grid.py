"""Grid: what of a study's settings makes series of runs, and what is a slider."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ravine.records.axes import value_of, value_text
from ravine.records.labels import labels
from ravine.records.run import Run
from ravine.records.study import Study

__all__ = ["Grid", "grid_of", "is_of_problem"]

START = "problem.start"


@dataclass(frozen=True)
class Grid:
    """Series and sliders of some runs.

    Parameters
    ----------
    study : Study
        Their study.
    runs : list of Run
        The runs.
    settings : dict of str to dict
        By id, their settings.
    axes : list of str
        The settings that differ in the study.
    series : list of str
        Labels without the sliders.
    sliders : dict of str to list
        By axis, the values that were recorded, in order.
    """

    study: Study
    runs: Sequence[Run]
    settings: Mapping[str, Mapping[str, Any]]
    axes: Sequence[str]
    series: Sequence[str]
    sliders: Mapping[str, Sequence[Any]]
    _labels: Mapping[str, str]

    def place(self, run: Run) -> tuple[int, list[int | None]]:
        """Return the number of a run's series, and that of its value on each slider; None if it has none."""
        of = self.settings[run.id]
        at = [
            values.index(value) if (value := value_of(of, axis)) in values else None
            for axis, values in self.sliders.items()
        ]
        return self.series.index(self._labels[run.id]), at

    def about(self) -> dict[str, Any]:
        """Return series and sliders for the page."""
        return {
            "series": list(self.series),
            "sliders": [
                {"name": axis, "values": [value_text(value) for value in values]}
                for axis, values in self.sliders.items()
            ],
        }

    def command_of(self, run: Run) -> str:
        """Return a command that makes one run: that of its study, with the run's own values.

        Where the study's command has a search or values that go together, or is not the only one, it is the
        command that gives the run's own configuration again.
        """
        program, *words = shlex.split(self.study.ledger.command)
        searched = self.study.ledger.search or (self.study.folder / "tuning").exists()
        if self.study.places or searched or any(_is_of_several(word) for word in words):
            folder = self.study.place(run.id)
            return shlex.join([program, "--config-path", folder.as_posix(), "--config-name", "config"])
        settings = self.settings[run.id]
        own = {axis: value for axis in self.axes if (value := value_of(settings, axis)) is not None}
        # A field that was swept may be the same in all runs of a component.
        said = [word.partition("=")[0] for word in words]
        own |= {key: settings[key] for key in said if key in settings and key not in own}
        kept = [
            word
            for word in words
            if word not in ("-m", "--multirun")
            and word.partition("=")[0] not in (*own, "study", "root", "track")
        ]
        # A component is chosen before its fields are set.
        chosen = sorted(own, key=lambda axis: "." in axis)
        return shlex.join([program, *kept, *(f"{axis}={value_text(own[axis])}" for axis in chosen)])


def _is_of_several(word: str) -> bool:
    """Whether a word makes several runs in another way than by the values of one setting."""
    return word.startswith(("hydra/", "search.", "sampler", "tuning.")) or "=zip(" in word


def grid_of(
    study: Study, runs: Sequence[Run], alike: Callable[[Run], Hashable], but: Collection[str] = ()
) -> Grid:
    """Return the series and sliders of runs.

    Parameters
    ----------
    study : Study
        Their study.
    runs : list of Run
        Some of its runs.
    alike : callable
        Returns what runs must have in common to be compared at all, such as their surface.
    but : collection of str
        Axes that make neither series nor sliders.
    """
    everything = study.settings
    settings = {run.id: everything[run.id] for run in runs}
    axes = [axis for axis in study.axes if axis not in but]
    sliders = {}
    for axis in axes:
        there = [value_of(of, axis) for of in settings.values()]
        if not all(value is None or _is_number(value) for value in there):
            continue
        groups: dict[Hashable, set[Any]] = {}
        for run, value in zip(runs, there, strict=True):
            others = tuple(repr(value_of(settings[run.id], other)) for other in axes if other != axis)
            groups.setdefault((alike(run), others), set()).add(value)
        if any(len(values) > 1 for values in groups.values()):
            sliders[axis] = sorted({*there} - {None})
    texts = labels([*settings.values()], {*sliders, *but}) if settings else []
    named = dict(zip(settings, texts, strict=True))
    return Grid(study, runs, settings, study.axes, list(dict.fromkeys(texts)), sliders, named)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_of_problem(key: str) -> bool:
    """Whether a setting says which problem it is; where a descent starts does not."""
    return key == "problem" or (key.startswith("problem.") and key != START)
