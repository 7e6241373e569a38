"""Launch: from a plan, or from overrides, to runs in a study's folder.

The runs of a plan are made on this machine, or sent to others. On this machine Hydra's own job runner is not
used: it would compose every job again, and it instantiates callbacks from any configuration.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ravine.base.standard_error import say
from ravine.config.command import asked
from ravine.config.compose import folder_of
from ravine.config.hydra_internals import is_basic
from ravine.evidence.verdicts import Findings
from ravine.execution.cluster import job, send
from ravine.execution.pool import Makers, Standby
from ravine.execution.preflight import check
from ravine.execution.rounds import run_rounds
from ravine.plans.plan import Plan
from ravine.records.files import instead
from ravine.records.ledger import LEDGER, RUNS, refuse_mixture
from ravine.records.locks import making
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.reports.weights import notes

__all__ = [
    "carry_out",
    "run",
    "sweep",
]


def carry_out(plan: Plan, launcher: Any, root: Path, standby: Standby | None = None) -> Findings:
    """Make the runs of a plan that are not made yet.

    Parameters
    ----------
    plan : Plan
        Runs whose configurations are checked.
    launcher : Hydra launcher or None
        Gets the runs as jobs. Hydra's own launcher for this process does not: it would compose them once more.
    root : Path
        Where the study's folder lies.
    standby : Standby, optional
        Has started processes for it.
    """
    known = plan.known(root / plan.study)
    here = launcher is None or is_basic(launcher)
    elsewhere = "root=FOLDER makes the study elsewhere, and a copy of the folder can be added to"
    with contextlib.ExitStack() as held:
        makers: dict[Path, Makers] = {}
        for place, stage in known:
            refuse_mixture(place, stage.first.search)
            if here and not makers:
                workers = standby.take() if standby else None
                makers[place] = held.enter_context(contextlib.closing(Makers(place, stage.subject, workers)))
                makers[place].expect(stage.first.experiments)
            check(stage)
        held.enter_context(instead(root / plan.study, elsewhere))
        if (root / plan.study / LEDGER).exists():
            # A tuned comparison is asked for when its searches have ended: until then nothing shall be dropped.
            held.enter_context(making(root / plan.study))
        for place, stage in plan.stages(root / plan.study):
            if len(known) > 1:
                say(f"ravine: {place.as_posix()}")
            if here:
                findings = run_rounds(place, stage, makers=makers.pop(place, None))
            else:
                findings = send(stage, launcher, place)
    for sentence in notes(findings.study, plan.asked(), plan.subject.execution.weights):
        say(f"ravine: {sentence}")
    return replace(findings, lost=[*findings.lost, *plan.lost])


# ---- from scripts and notebooks ------------------------------------------------------------------------------


def run(overrides: Sequence[str] = (), *, root: str | Path = RUNS, config_dir: str | Path | None = None) -> Run:
    """Do what ``ravine OVERRIDES`` does: make one run, unless it has been made, and draw its figures.

    Parameters
    ----------
    overrides : sequence of str
        In the command's words: ``["optimizer.lr=0.1", "training.steps=100"]``.
    root : path
        Where the study's folder lies.
    config_dir : path, optional
        A folder with configurations of your own, searched first.

    Returns
    -------
    Run
        As it is in its folder; a notebook shows its metrics.

    Raises
    ------
    ConfigError, OSError, ValueError
        If it cannot be run; nothing has run then.
    """
    folder_of(root, "root")
    plan, launcher = asked(overrides, config_dir, job, multirun=False)
    study, name = carry_out(plan, launcher, Path(root)).study, plan.asked()[0]
    if name not in study.runs:
        raise OSError(f"{study.folder / name}: the run was not made; the lines above say why")
    return study.runs[name]


def sweep(
    overrides: Sequence[str] = (), *, root: str | Path = RUNS, config_dir: str | Path | None = None
) -> Study:
    """Do what ``ravine -m OVERRIDES`` does: make the runs that are not made yet, then table, verdicts, figures.

    Parameters
    ----------
    overrides, root, config_dir
        As in ``run``: ``["optimizer.lr=0.1,0.3", "seed=range(5)"]``.

    Returns
    -------
    Study
        All runs of the folder; a notebook shows its table.

    Raises
    ------
    ConfigError, OSError, ValueError
        If something cannot be run; nothing has run then.
    """
    folder_of(root, "root")
    with contextlib.closing(Standby(Path(root))) as standby:
        plan, launcher = asked(overrides, config_dir, job, standby.expect, multirun=True)
        study = carry_out(plan, launcher, Path(root), standby).study
    for sentence in plan.lost:
        say(f"ravine: {sentence}")
    return study
