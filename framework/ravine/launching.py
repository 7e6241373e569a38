"""Launching: from Hydra's overrides to runs in a study's folder.

One run is composed and made here. A grid goes through the sweeper, which comes back to ``sweep`` with its jobs.
Hydra's own job runner is left out on one machine: it would compose every job again, and it instantiates
callbacks from any configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
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
from hydra.errors import HydraException
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from ravine import running
from ravine.claims import Verdict
from ravine.config import NOT_SCIENCE, ConfigError, build, refuse_targets
from ravine.explain import explain
from ravine.files import sha256
from ravine.groups import conf_folder, setup
from ravine.progress import Progress

if TYPE_CHECKING:
    from ravine.study import Study

__all__ = ["RunsFailedError", "launch", "look", "report", "study_name", "sweep"]

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
        name, overrides = args.config_name or "config", args.overrides
        if args.multirun:
            parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(overrides)
            # What surrounds the sweep: its values are left to the runs, not all of which have every field.
            around = [str(o.input_line) for o in parsed if _is_hydras(o) or _is_choice(o)]
            if not any(o.key_or_group == "hydra/sweeper" for o in parsed):
                around.append("hydra/sweeper=study")  # a user's own primary configuration need not say it
            cfg = hydra.compose_config(name, [*around, "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
        else:
            cfg = hydra.compose_config(name, [*overrides, "hydra.mode=RUN"], RunMode.RUN)
        refuse_targets(cfg)
        HydraConfig.instance().set_config(cfg)
        if args.multirun:
            context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks())
            sweeper = Plugins.instance().instantiate_sweeper(
                config=cfg, hydra_context=context, task_function=_job
            )
            sweeper.sweep([str(o.input_line) for o in parsed if not _is_hydras(o)])
        else:
            _one(cfg)


def _is_hydras(override: Override) -> bool:
    return override.key_or_group.startswith(("hydra.", "hydra/"))


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
    running.check([experiment])
    folder = RUNS / study_name(experiment.study, overrides)
    report(running.run_all(folder, _command(), [experiment], [_label(overrides)]), [experiment.id])


def _job(cfg: DictConfig) -> None:
    """Make one run of a grid in a process that a launcher started."""
    experiment = build(cfg)
    label = _label(list(HydraConfig.get().overrides.task))
    running.run_one(RUNS / str(experiment.study), experiment, label, Progress(1))


def sweep(
    typed: Sequence[str],
    jobs: Sequence[Sequence[str]],
    compose: Callable[[Sequence[str]], DictConfig],
    launcher: Any,
) -> None:
    """Run a grid of jobs after all of them are checked.

    Parameters
    ----------
    typed : sequence of str
        Overrides as the user typed them.
    jobs : sequence of sequences of str
        Overrides of every job.
    compose : callable
        From a job's overrides to its configuration.
    launcher : Hydra launcher
        Gets the jobs unless it is Hydra's own for this process, which would compose them once more.
    """
    if not jobs:
        raise ConfigError("a sweep has no values: its grid is empty")
    for key in ("study", "experiment"):
        if len({word for job in jobs for word in job if word.lstrip("+").startswith(f"{key}=")}) > 1:
            raise ConfigError(f"{key} cannot be swept: a sweep is one study of one experiment")
    experiments = {}
    for job in jobs:
        try:
            experiment = build(compose(job))
        except (ConfigError, HydraException, OmegaConfBaseException) as error:
            raise ConfigError(f"{explain(error)}\n  in the run {' '.join(job)}") from error
        experiments[experiment.id] = (experiment, job)
    running.check([experiment for experiment, _ in experiments.values()])
    todo = [experiment for experiment, _ in experiments.values()]
    name = study_name(todo[0].study, typed)
    common = set.intersection(*(set(job) for _, job in experiments.values())) if len(todo) > 1 else set()
    labels = [_label([word for word in job if word not in common]) for _, job in experiments.values()]
    if _in_this_process(launcher):
        study = running.run_all(RUNS / name, _command(), todo, labels)
    else:
        running.begin(RUNS / name, _command(), todo)
        try:
            launcher.launch([[*job, f"study='{name}'"] for _, job in experiments.values()], initial_job_idx=0)
        finally:
            study = running.finish(RUNS / name)
    report(study, list(experiments))


def _in_this_process(launcher: Any) -> bool:
    """Whether it is Hydra's own launcher; by name, for Hydra loads its plugins' modules anew."""
    return type(launcher).__module__.startswith("hydra._internal")


def study_name(given: str | None, overrides: Sequence[str]) -> str:
    """Return a study's folder name: as given, the experiment's, or the command's overrides.

    To an experiment's name the command's single values are added, for they change what every run of it is;
    values that are swept extend it.
    """
    parsed = [o for o in OverridesParser.create().parse_overrides(list(overrides)) if not _is_hydras(o)]
    keys = {override.key_or_group for override in parsed}
    if given and "study" in keys:
        return given
    chosen = {override.key_or_group: override.value() for override in parsed}
    base = given or chosen.get("experiment")
    words = [
        str(override.input_line)
        for override in parsed
        if override.key_or_group not in ("experiment", *NOT_SCIENCE)
        and not (base and override.is_sweep_override())
    ]
    full = ",".join([str(base), *words] if base else words) or "default"
    name = re.sub(r"[^A-Za-z0-9._=,+-]+", "", full.replace("/", "."))
    if name == full and len(name) <= 100:
        return name
    return f"{name[:100].strip('.,')}-{sha256(full.encode())[:6]}"


def _label(job: Sequence[str]) -> str:
    """Return what a run is called while it runs: its overrides, without the experiment that all share."""
    words = [word for word in job if not word.startswith(("experiment=", "study=", "hydra"))]
    return " ".join(words) or "run"


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
    claims = study.folder / "claims.json"
    if claims.exists():
        print("\n" + "\n".join(str(Verdict(**verdict)) for verdict in json.loads(claims.read_bytes())))
    for text in study.unreadable.values():
        print(f"ravine: warning: {text}", file=sys.stderr)
    figures = sorted(path for path in (study.folder / "figures").glob("*") if path.suffix in (".png", ".gif"))
    print("\n" + "\n".join(path.as_posix() for path in [study.folder / "table.csv", *figures]))
    failed = sum(name in study.runs and study.runs[name].status == "failed" for name in asked)
    missing = sum(name not in study.runs for name in asked)
    if failed or missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{missing} did not end"] * bool(missing)
        raise RunsFailedError(f"of {len(asked)} runs {' and '.join(parts)}; the same command makes them again")
