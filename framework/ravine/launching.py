"""Launching: from Hydra's overrides to runs in a study's folder.

One run is composed and made here. A grid goes through the sweeper, which comes back to ``sweep`` with its plan.
Hydra's own job runner is left out on one machine: it would compose every job again, and it instantiates
callbacks from any configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra._internal.callbacks import Callbacks
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig

from ravine import running
from ravine.checking import check
from ravine.config import ConfigError, build, refuse_targets
from ravine.groups import conf_folder, setup
from ravine.planning import Plan, is_hydras, label, study_name
from ravine.progress import Progress

if TYPE_CHECKING:
    from ravine.study import Study

__all__ = ["RunsFailedError", "launch", "look", "planned", "report", "sweep"]

RUNS = Path("runs")


class RunsFailedError(ValueError):
    """Runs ended with an error; the rest of the study is whole."""


@contextlib.contextmanager
def _hydra(args: argparse.Namespace) -> Iterator[Hydra]:
    """Provide a Hydra that searches the user's folders first, then ours and the registry."""
    setup()
    try:
        yield Hydra.create_main_hydra2("ravine", _search_path(args))
    finally:
        GlobalHydra.instance().clear()


def look(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Show help, a composed configuration or completions; nothing runs.

    Parameters
    ----------
    args, parser
        Hydra's argument parser, and what it made of the command line.
    """
    name = args.config_name or "config"
    with _hydra(args) as hydra:
        if args.help:
            hydra.app_help(config_name=name, args_parser=parser, args=args)
        elif args.hydra_help:
            hydra.hydra_help(config_name=name, args_parser=parser, args=args)
        elif args.cfg:
            hydra.show_cfg(name, args.overrides, args.cfg, args.package, args.resolve)
        elif args.info:
            hydra.show_info(args.info, config_name=name, overrides=args.overrides)
        else:
            hydra.shell_completion(config_name=name, overrides=args.overrides)


def launch(args: argparse.Namespace) -> None:
    """Compose what the command line says, and run it.

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
    with _hydra(args) as hydra:
        if args.multirun:
            sweeper, typed = _sweeper(hydra, args)
            sweeper.sweep(typed)
        else:
            name = args.config_name or "config"
            cfg = hydra.compose_config(name, [*args.overrides, "hydra.mode=RUN"], RunMode.RUN)
            refuse_targets(cfg)
            _one(cfg)


def _sweeper(hydra: Hydra, args: argparse.Namespace) -> tuple[Any, list[str]]:
    """Return the sweeper that the command line chooses, and the overrides that it gets."""
    parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(args.overrides)
    # What surrounds the sweep: its values are left to the runs, not all of which have every field.
    around = [str(o.input_line) for o in parsed if is_hydras(o) or _is_choice(o)]
    if not any(o.key_or_group == "hydra/sweeper" for o in parsed):
        around.append("hydra/sweeper=study")  # a user's own primary configuration need not say it
    name = args.config_name or "config"
    cfg = hydra.compose_config(name, [*around, "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
    refuse_targets(cfg)
    HydraConfig.instance().set_config(cfg)
    context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks())
    sweeper = Plugins.instance().instantiate_sweeper(config=cfg, hydra_context=context, task_function=_job)
    return sweeper, [str(o.input_line) for o in parsed if not is_hydras(o)]


def _is_choice(override: Override) -> bool:
    """Whether it chooses one thing for all runs: ``experiment=NAME``, not ``seed=0,1`` or ``a.b=1``."""
    return not override.is_sweep_override() and "." not in override.key_or_group


def _search_path(args: argparse.Namespace) -> ConfigSearchPath:
    main = str(Path(args.config_path).resolve()) if args.config_path else str(conf_folder())
    search_path = create_config_search_path(main)
    if args.config_dir:
        folder = Path(args.config_dir).resolve()
        if not folder.is_dir():
            raise ConfigError(f"--config-dir {args.config_dir}: no such folder")
        search_path.prepend(provider="command-line", path=f"file://{folder}")
    return search_path


def _one(cfg: DictConfig) -> None:
    """Make one run."""
    if cfg.hydra.sweeper.get("params"):
        print("ravine: this experiment is a sweep: -m runs all of it, this is one run", file=sys.stderr)
    experiment = build(cfg)
    overrides = list(cfg.hydra.overrides.task)
    check([experiment])
    folder = RUNS / study_name(experiment.study, overrides)
    report(running.run_all(folder, _command(), [experiment], [label(overrides)]), [experiment.id])


def _job(cfg: DictConfig) -> None:
    """Make one run of a grid in a process that a launcher started."""
    experiment = build(cfg)
    name = label(list(HydraConfig.get().overrides.task))
    running.run_one(RUNS / str(experiment.study), experiment, name, Progress(1))


def planned(overrides: Sequence[str]) -> Plan:
    """Return what ``ravine -m`` would run with some overrides; nothing runs.

    Raises
    ------
    ConfigError, Hydra's and OmegaConf's errors
        If it cannot be run.
    """
    args = argparse.Namespace(config_name=None, config_path=None, config_dir=None, overrides=list(overrides))
    with _hydra(args) as hydra:
        sweeper, typed = _sweeper(hydra, args)
        made: Plan = sweeper.plan(typed)
        return made


def sweep(plan: Plan, launcher: Any) -> None:
    """Run a grid of jobs that are known to be runnable.

    Parameters
    ----------
    plan : Plan
        The jobs.
    launcher : Hydra launcher
        Gets the jobs unless it is Hydra's own for this process, which would compose them once more.
    """
    check(plan.experiments)
    folder = RUNS / plan.study
    if _in_this_process(launcher):
        study = running.run_all(folder, _command(), plan.experiments, plan.labels)
    else:
        running.begin(folder, _command(), plan.experiments)
        try:
            launcher.launch([[*job, f"study='{plan.study}'"] for job in plan.jobs], initial_job_idx=0)
        finally:
            study = running.finish(folder)
    report(study, [experiment.id for experiment in plan.experiments])


def _in_this_process(launcher: Any) -> bool:
    """Whether it is Hydra's own launcher; by name, for Hydra loads its plugins' modules anew."""
    return type(launcher).__module__.startswith("hydra._internal")


def _command() -> str:
    """Return what was typed, as it can be typed again."""
    return shlex.join(["ravine", *sys.argv[1:]])


def report(study: Study, asked: Sequence[str] = ()) -> None:
    """Print the table, the verdicts, and where everything lies.

    Parameters
    ----------
    study : Study
        All of it.
    asked : sequence of str
        Ids of the runs that this command asked for.

    Raises
    ------
    RunsFailedError
        If some of those failed or did not end.
    """
    print(study.summary())
    if verdicts := running.judged(study):
        earlier = study.runs.keys() - study.asked.keys()
        print(f"\nof the last command's runs, without the {len(earlier)} of earlier ones:" if earlier else "")
        print("\n".join(map(str, verdicts)))
    for text in study.unreadable.values():
        print(f"ravine: warning: {text}", file=sys.stderr)
    figures = sorted(path for path in (study.folder / "figures").glob("*") if path.suffix in (".png", ".gif"))
    print("\n" + "\n".join(path.as_posix() for path in [study.folder / "table.csv", *figures]))
    failed = sum(name in study.runs and study.runs[name].status == "failed" for name in asked)
    missing = sum(name not in study.runs for name in asked)
    if failed or missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{missing} did not end"] * bool(missing)
        raise RunsFailedError(f"of {len(asked)} runs {' and '.join(parts)}; the same command makes them again")
