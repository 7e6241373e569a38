"""Launch: carries out one command, from its words to its report."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from pathlib import Path

from ravine.cli.outcome import tell
from ravine.config.command import plan_of
from ravine.execution.cluster import job
from ravine.execution.launch import carry_out
from ravine.execution.pool import Standby
from ravine.execution.preflight import check
from ravine.records.ledger import RUNS

__all__ = ["launch"]


def launch(args: argparse.Namespace, root: str | None = None) -> None:
    """Compose the settings of a command line, and make its runs.

    Parameters
    ----------
    args : namespace
        As Hydra's argument parser returns it.
    root : str, optional
        Where studies lie, ``runs`` of the current folder by default.

    Raises
    ------
    ConfigError, OSError, ValueError, Hydra's and OmegaConf's errors
        If the input cannot be used; nothing has run then.
    IncompleteError
        If runs failed.
    """
    if root == "":
        raise ValueError("root=: it is a folder, root=runs for example")
    place = RUNS if root is None else Path(root).expanduser()
    words = shlex.join(["ravine", *sys.argv[1:]])
    if args.dry_run:
        from ravine.execution.estimate import forecast

        plan, _ = plan_of(args, words, job)
        for _, stage in plan.known(place / plan.study):
            check(stage)
        print(forecast(place / plan.study, plan))
    else:
        with contextlib.closing(Standby(place)) as standby:
            plan, launcher = plan_of(args, words, job, standby.expect)
            findings = carry_out(plan, launcher, place, standby)
        tell(findings, plan.asked())
