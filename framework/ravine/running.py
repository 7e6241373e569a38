"""Running: experiments into a study's folder, each once, whatever happens in between."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ravine import config, registry
from ravine.claims import Claim, Verdict, judge
from ravine.experiment import Experiment
from ravine.figure import Figure
from ravine.files import locked, write_atomically
from ravine.progress import Progress
from ravine.recording import Run
from ravine.stopping import stop_if_asked
from ravine.study import Ledger, Study, flat, load_study

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

__all__ = ["begin", "done", "draw", "finish", "judged", "run_all", "run_one"]


def run_all(
    folder: Path,
    command: str,
    experiments: Sequence[Experiment],
    names: Sequence[str],
    *,
    alone: bool = False,
) -> Study:
    """Run what has not ended yet, one after the other, and finish the study.

    Parameters
    ----------
    folder : Path
        The study's.
    command : str
        What the user typed, for the ledger.
    experiments, names : sequence
        What to run, and what to call each while it runs.
    alone : bool
        Whether these are all the runs of the study, whatever earlier commands asked for.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    begin(folder, command, experiments, alone=alone)
    progress = Progress(len(experiments))
    try:
        for experiment, name in zip(experiments, names, strict=True):
            run_one(folder, experiment, name, progress)
            stop_if_asked()
    except KeyboardInterrupt:
        progress.close()
        load_study(folder).write_table()
        raise
    progress.close()
    return finish(folder)


def begin(folder: Path, command: str, experiments: Sequence[Experiment], *, alone: bool = False) -> None:
    """Write down what a study is asked for; see ``run_all``."""
    last = experiments[-1]
    asked = {experiment.id: flat(experiment.config) for experiment in experiments}
    ledger = Ledger(command, list(last.figures), list(last.claims), list(asked), last.question, asked)
    ledger.write(folder, alone=alone)


def done(folder: Path, experiment: Experiment) -> Run | None:
    """Return a run that has ended, made with the same sources, and did not fail; None if it has to be made."""
    try:
        run = Run.load(folder / experiment.id)
    except (FileNotFoundError, ValueError):
        return None
    same = run.provenance.get("components") == experiment.components()
    return run if same and run.status != "failed" else None


def run_one(folder: Path, experiment: Experiment, name: str, progress: Progress) -> Run:
    """Make one run, unless it is done."""
    place = folder / experiment.id
    with locked(place):  # a second process waits for this run instead of making it too
        if run := done(folder, experiment):
            progress.skip()
            return run
        with progress.run(name) as on_step:
            run = experiment.run(on_step)
        run.save(place, config.as_yaml(experiment, folder.name))
    progress.end(name, run, place)
    registry.load().tell("ravine_run_end", experiment=experiment, run=run)
    return run


def finish(folder: Path) -> Study:
    """Write a study's table, judge its claims and draw its figures, as far as its runs have got.

    Raises
    ------
    ValueError
        If the folder is no study.
    ConfigError
        If a figure or metric that it asks for is not installed.
    """
    study = load_study(folder)
    figures = config.figures(study.ledger.figures)
    study.write_table()
    if verdicts := [verdict.as_dict() for verdict in judged(study)]:
        text = json.dumps(verdicts, indent=2, allow_nan=False)
        write_atomically(folder / "claims.json", text.encode() + b"\n")
    else:
        (folder / "claims.json").unlink(missing_ok=True)
    registry.load().tell("ravine_study_end", study=study)
    groups = study.groups()
    for name, figure in figures.items():
        if not groups:
            _erase(study, name)
            continue
        try:
            draw(study, name, figure)
        except Exception as error:  # whatever a figure does, runs and table are safe
            _erase(study, name)
            warnings.warn(f"figure {name} is not drawn: {type(error).__name__}: {error}", stacklevel=2)
        stop_if_asked()
    return study


def judged(study: Study) -> list[Verdict]:
    """Return what a study's runs say of its claims, as far as they have got.

    Raises
    ------
    ConfigError
        If a metric is not installed.
    """
    return [_judged(claim, study) for claim in config.claims(study.ledger.claims)]


def _judged(claim: Claim, study: Study) -> Verdict:
    try:
        return judge(claim, study)
    except Exception as error:  # whatever a metric does, the other claims are judged
        why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        return Verdict(claim.says, "inconclusive", 0, why=why)


def draw(study: Study, name: str, figure: Figure) -> None:
    """Draw one figure into ``figures/NAME.png`` and ``.svg``, or an animation into ``.gif``."""
    import matplotlib as mpl
    from matplotlib.animation import Animation

    place = study.folder / "figures"
    with mpl.rc_context({"svg.hashsalt": "ravine", "svg.fonttype": "path"}):
        drawn = figure.draw(study)
        if isinstance(drawn, Animation):
            _sign(drawn._fig, study, y=0.005, va="bottom")  # type: ignore[attr-defined]  # no public way to it
            with tempfile.TemporaryDirectory() as folder:
                drawn.save(Path(folder) / "moving.gif", writer="pillow", dpi=90)
                write_atomically(place / f"{name}.gif", (Path(folder) / "moving.gif").read_bytes())
            return
        _sign(drawn, study, y=0, va="top")
        for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            content = io.BytesIO()
            # Tight: the line below the picture makes it longer.
            drawn.savefig(content, format=suffix, dpi=150, metadata=metadata, bbox_inches="tight")
            write_atomically(place / f"{name}.{suffix}", content.getvalue())


def _erase(study: Study, name: str) -> None:
    """Take away a figure of earlier runs, which would be taken for one of these."""
    for stale in (study.folder / "figures").glob(f"{name}.*"):
        stale.unlink()


def _sign(picture: Picture, study: Study, **place: Any) -> None:
    """Write the command that draws it again under a picture."""
    command = f"ravine figures {study.folder.as_posix()}"
    picture.text(0.995, s=command, ha="right", size=6, color="0.45", parse_math=False, **place)
