"""Launching: from Hydra's overrides to runs in a study's folder.

One run is composed here, a grid and a search by their sweepers, which come back with a plan. Its runs are made
on this machine, or sent to others. Hydra's own job runner is left out on one machine: it would compose every
job again, and it instantiates callbacks from any configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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

from ravine import running
from ravine.checking import check
from ravine.config import ConfigError, build, refuse_targets, seal
from ravine.dataset import forget
from ravine.explain import explain, is_input
from ravine.groups import conf_folder, setup
from ravine.ledger import refuse_mixture
from ravine.planning import Plan, Round, is_hydras, set_in, study_name
from ravine.recording import Run
from ravine.search import SearchPlan
from ravine.sending import job, require, send
from ravine.study import Study

__all__ = ["RunsFailedError", "carry_out", "launch", "look", "planned", "report", "run", "sweep"]

RUNS = Path("runs")
_SWEEPERS = ("hydra_plugins.ravine_study.StudySweeper", "hydra_plugins.ravine_search.SearchSweeper")


class RunsFailedError(ValueError):
    """Runs ended with an error; the rest of the study is whole."""


@contextlib.contextmanager
def _hydra(args: argparse.Namespace) -> Iterator[Hydra]:
    """Provide a Hydra that searches the user's folders first, then ours and the registry.

    Its globals are as they were afterwards, for a notebook may have one of its own.
    """
    setup()
    others, cfg = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    GlobalHydra.instance().clear()
    try:
        yield Hydra.create_main_hydra2("ravine", _search_path(args))
    finally:
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = others, cfg


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
    plan, launcher = _planned(args, shlex.join(["ravine", *sys.argv[1:]]))
    if args.dry_run:
        from ravine.overview import forecast

        check(plan.first.experiments, plan.first.search)
        print(forecast(RUNS / plan.study, plan))
    else:
        study = carry_out(plan, launcher, RUNS)
        own = [
            experiment.id for experiment in plan.first.experiments
        ]  # another command may have asked for more
        report(study, list(study.ledger.asked) if isinstance(plan, SearchPlan) else own)


def _planned(args: argparse.Namespace, command: str) -> tuple[Plan | SearchPlan, Any]:
    """Return what shall be run, and the launcher that is chosen for it, which one run has none of."""
    forget()  # what data held for an earlier command of this process
    with _hydra(args) as hydra:
        if args.multirun:
            sweeper, typed = _sweeper(hydra, args)
            return sweeper.plan(typed, command), sweeper.launcher
        name = args.config_name or "config"
        cfg = hydra.compose_config(name, [*args.overrides, "hydra.mode=RUN"], RunMode.RUN)
        refuse_targets(cfg)
        if cfg.hydra.sweeper.get("params"):
            print("ravine: this experiment is a sweep: -m runs all of it, this is one run", file=sys.stderr)
        overrides = list(cfg.hydra.overrides.task)
        try:
            experiment = build(cfg)
        except ConfigError as error:
            raise ConfigError(f"{set_in(cfg, error.section)}{error}") from error
        return Plan(study_name(experiment.study, overrides), command, Round([experiment], [overrides])), None


def _sweeper(hydra: Hydra, args: argparse.Namespace) -> tuple[Any, list[str]]:
    """Return the sweeper that the command line chooses, and the overrides that it gets."""
    parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(args.overrides)
    # What surrounds the sweep: its values are left to the runs, not all of which have every field.
    around = [str(o.input_line) for o in parsed if is_hydras(o) or _is_choice(o)] + ["hydra.mode=MULTIRUN"]
    name, grid = args.config_name or "config", "hydra/sweeper=study"
    keys = {override.key_or_group for override in parsed}
    chosen = args.config_name or keys & {"experiment", "hydra/sweeper"}  # perhaps: a file may say so
    cfg = hydra.compose_config(name, around if chosen else [*around, grid], RunMode.MULTIRUN)
    if cfg.hydra.sweeper and cfg.hydra.sweeper._target_ not in _SWEEPERS:
        cfg = hydra.compose_config(name, [*around, grid], RunMode.MULTIRUN)
    seal(cfg)
    if cfg.hydra.sweeper._target_ not in _SWEEPERS:
        raise ConfigError(f"hydra.sweeper._target_: {cfg.hydra.sweeper._target_!r} is not a sweeper of ravine")
    require(cfg.hydra.launcher._target_)
    HydraConfig.instance().set_config(cfg)
    context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks())
    sweeper = Plugins.instance().instantiate_sweeper(config=cfg, hydra_context=context, task_function=job)
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


def planned(overrides: Sequence[str]) -> Plan | SearchPlan:
    """Return what ``ravine -m`` would run with some overrides; nothing runs.

    Raises
    ------
    ConfigError, Hydra's and OmegaConf's errors
        If it cannot be run.
    """
    return _planned(_arguments(overrides, None, multirun=True), shlex.join(["ravine", "-m", *overrides]))[0]


def _arguments(
    overrides: Sequence[str], config_dir: str | Path | None, *, multirun: bool
) -> argparse.Namespace:
    """Return what the command line would say."""
    return argparse.Namespace(
        config_name=None,
        config_path=None,
        config_dir=config_dir,
        overrides=list(overrides),
        multirun=multirun,
    )


def carry_out(plan: Plan | SearchPlan, launcher: Any, root: Path) -> Study:
    """Make the runs of a plan that are not made yet.

    Parameters
    ----------
    plan : Plan
        Jobs that are known to be runnable.
    launcher : Hydra launcher or None
        Gets the jobs unless it is Hydra's own for this process, which would compose them once more.
    root : Path
        Where the study's folder lies.
    """
    folder = root / plan.study
    refuse_mixture(folder, plan.first.search)
    check(plan.first.experiments, plan.first.search)
    if launcher is None or _in_this_process(launcher):
        return running.run_rounds(folder, plan)
    return send(plan, launcher, folder)


# ---- from scripts and notebooks ------------------------------------------------------------------------------


def run(overrides: Sequence[str] = (), *, root: str | Path = RUNS, config_dir: str | Path | None = None) -> Run:
    """Do what ``ravine OVERRIDES`` does: make one run, unless it is made, and draw its figures.

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
    plan, launcher = _asked(overrides, config_dir, multirun=False)
    study, name = carry_out(plan, launcher, Path(root)), plan.first.experiments[0].id
    if name not in study.runs:
        raise OSError(f"{study.folder / name}: the run was not made, as is told above")
    return study.runs[name]


def sweep(
    overrides: Sequence[str] = (), *, root: str | Path = RUNS, config_dir: str | Path | None = None
) -> Study:
    """Do what ``ravine -m OVERRIDES`` does: make the runs that are not made yet, and what they add up to.

    Parameters
    ----------
    overrides, root, config_dir
        As for ``run``: ``["optimizer.lr=0.1,0.3", "seed=range(5)"]``.

    Returns
    -------
    Study
        All runs of the folder; a notebook shows its table.

    Raises
    ------
    ConfigError, OSError, ValueError
        If something cannot be run; nothing has run then.
    """
    plan, launcher = _asked(overrides, config_dir, multirun=True)
    return carry_out(plan, launcher, Path(root))


def _asked(
    overrides: Sequence[str], config_dir: str | Path | None, *, multirun: bool
) -> tuple[Plan | SearchPlan, Any]:
    if isinstance(overrides, str):
        raise ConfigError(f"overrides = {overrides!r}: they are a list of strings, [{overrides!r}]")
    words = ["ravine", *["-m"] * multirun, *overrides]
    try:
        return _planned(_arguments(overrides, config_dir, multirun=multirun), shlex.join(words))
    except Exception as error:
        if not is_input(error):
            raise
        raise ConfigError(explain(error)) from error


def _in_this_process(launcher: Any) -> bool:
    """Whether it is Hydra's own launcher; by name, for Hydra loads its plugins' modules anew."""
    return type(launcher).__module__.startswith("hydra._internal")


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
    if study.runs or study.tried:
        print(study.summary())
    if verdicts := running.judged(study):
        earlier = study.runs.keys() - study.asked.keys()
        print(f"\nof the last command's runs, without the {len(earlier)} of earlier ones:" if earlier else "")
        print("\n".join(map(str, verdicts)))
    for text in study.unreadable.values():
        print(f"ravine: warning: {text}", file=sys.stderr)
    figures = sorted(
        path for path in (study.folder / "figures").rglob("*") if path.suffix in (".png", ".gif")
    )  # a family's lie deeper
    print("\n" + "\n".join(path.as_posix() for path in [study.folder / "table.csv", *figures]))
    failed = sum(name in study.runs and study.runs[name].status == "failed" for name in asked)
    missing = sum(name not in study.runs for name in asked)
    if failed or missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{missing} did not end"] * bool(missing)
        raise RunsFailedError(f"of {len(asked)} runs {' and '.join(parts)}; the same command makes them again")
