"""Running: experiments into a study's folder, each once, whatever happens in between."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from ravine import registry
from ravine.config import as_yaml
from ravine.experiment import Experiment
from ravine.figure import Figure
from ravine.files import write_atomically
from ravine.progress import Progress
from ravine.recording import Run
from ravine.study import Ledger, Study, load_study

__all__ = ["begin", "check", "draw", "finish", "run_all", "run_one"]


def check(experiments: Sequence[Experiment]) -> None:
    """Read every dataset and fit every network to its data once, before the first run.

    Raises
    ------
    OSError, ValueError
        If data are missing or damaged, or a network does not fit them.
    """
    seen = set()
    for experiment in experiments:
        parts = json.dumps([experiment.config.get(key) for key in ("problem", "dataset", "network", "loss")])
        if parts not in seen:
            experiment.problem()
            seen.add(parts)


def run_all(folder: Path, command: str, experiments: Sequence[Experiment], names: Sequence[str]) -> Study:
    """Run what has not ended yet, one after the other, and finish the study.

    Parameters
    ----------
    folder : Path
        The study's.
    command : str
        What the user typed, for the ledger.
    experiments, names : sequence
        What to run, and what to call each while it runs.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    begin(folder, command, experiments)
    progress = Progress(len(experiments))
    try:
        for experiment, name in zip(experiments, names, strict=True):
            run_one(folder, experiment, name, progress)
    except KeyboardInterrupt:
        progress.close()
        load_study(folder).write_table()
        raise
    progress.close()
    return finish(folder, experiments[-1].figures)


def begin(folder: Path, command: str, experiments: Sequence[Experiment]) -> None:
    """Write down what a study is asked for."""
    figures = [{"name": name, **vars(figure)} for name, figure in experiments[-1].figures.items()]
    Ledger(command, figures, [experiment.id for experiment in experiments]).write(folder)


def run_one(folder: Path, experiment: Experiment, name: str, progress: Progress) -> Run:
    """Make one run, unless its folder holds a whole one that has completed or diverged."""
    place = folder / experiment.id
    with contextlib.suppress(FileNotFoundError, ValueError):
        run = Run.load(place)
        if run.status != "failed":
            progress.skip(name)
            return run
    with progress.run(name) as on_step:
        run = experiment.run(on_step)
    run.save(place, as_yaml(experiment, folder.name))
    progress.end(name, run, place)
    registry.load().hooks.ravine_run_end(experiment=experiment, run=run)
    return run


def finish(folder: Path, figures: Mapping[str, Figure]) -> Study:
    """Write the table and draw the figures of a study, as far as its runs have got."""
    study = load_study(folder)
    study.write_table()
    registry.load().hooks.ravine_study_end(study=study)
    for name, figure in figures.items() if study.groups() else ():
        try:
            draw(study, name, figure)
        except Exception as error:  # whatever a figure does, runs and table are safe
            warnings.warn(f"figure {name} is not drawn: {type(error).__name__}: {error}", stacklevel=2)
    return study


def draw(study: Study, name: str, figure: Figure) -> None:
    """Draw one figure into ``figures/NAME.png`` and ``.svg``, with the command that draws it again."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "ravine", "svg.fonttype": "path"}):
        picture = figure.draw(study)
        picture.text(
            0.995, 0.005, f"ravine figures {study.folder.as_posix()}",
            ha="right", va="bottom", size=6, color="0.45", parse_math=False,
        )  # fmt: skip
        for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            content = io.BytesIO()
            picture.savefig(content, format=suffix, dpi=150, metadata=metadata)
            write_atomically(study.folder / "figures" / f"{name}.{suffix}", content.getvalue())
