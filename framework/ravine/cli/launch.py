"""Launch: carries out one command, from its words to its report."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence

from ravine.base.errors import RunsFailedError
from ravine.base.names import shown
from ravine.config.command import plan_of
from ravine.evidence.verdicts import Findings
from ravine.execution.cluster import job
from ravine.execution.launch import RUNS, carry_out
from ravine.execution.preflight import check

__all__ = [
    "launch",
    "report",
]


def launch(args: argparse.Namespace) -> None:
    """Compose the settings of a command line, and make its runs.

    Parameters
    ----------
    args : namespace
        As Hydra's argument parser returns it.

    Raises
    ------
    ConfigError, OSError, ValueError, Hydra's and OmegaConf's errors
        If the input cannot be used; nothing has run then.
    RunsFailedError
        If runs failed.
    """
    plan, launcher = plan_of(args, shlex.join(["ravine", *sys.argv[1:]]), job)
    if args.dry_run:
        from ravine.execution.estimate import forecast

        check(plan)
        print(forecast(RUNS / plan.study, plan))
    else:
        findings = carry_out(plan, launcher, RUNS)
        report(findings, plan.asked(findings.study.ledger))


def report(findings: Findings, asked: Sequence[str] = ()) -> None:
    """Print the table, the verdicts, and the paths of table and figures.

    Parameters
    ----------
    findings : Findings
        The study, and its verdicts.
    asked : sequence of str
        Ids of the runs that this command has asked for.

    Raises
    ------
    RunsFailedError
        If some of those failed or did not end.
    """
    study = findings.study
    if study.runs or study.tried:
        print(study.summary())
    if findings.verdicts:
        earlier = study.runs.keys() - study.asked.keys()
        print(f"\nof the last command's runs, without the {len(earlier)} of earlier ones:" if earlier else "")
        print("\n".join(filter(None, (*map(str, findings.verdicts), findings.chance))))
    for text in study.unreadable.values():
        print(f"ravine: warning: {shown(text)}", file=sys.stderr)
    # The figures of a family, family/name, lie in a folder of their own.
    figures = sorted(path for path in (study.folder / "figures").rglob("*") if path.suffix in (".png", ".gif"))
    print("\n" + "\n".join(path.as_posix() for path in [study.folder / "table.csv", *figures]))
    failed = sum(name in study.runs and study.runs[name].status == "failed" for name in asked)
    missing = sum(name not in study.runs for name in asked)
    if failed or missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{missing} did not end"] * bool(missing)
        raise RunsFailedError(f"of {len(asked)} runs {' and '.join(parts)}; the same command makes them again")
