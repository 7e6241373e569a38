"""Command: from the words of a command line, or of a script, to a plan."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf

from ravine.base.errors import ConfigError, masked
from ravine.base.names import nearest
from ravine.base.standard_error import say
from ravine.config.allowed import refuse_chosen
from ravine.config.build import build_both
from ravine.config.compose import folder_of, hydra_for, refuse_choices, sealed, words_of
from ravine.config.explain import explain, is_input, making
from ravine.config.grid import is_hydras, jobs, parsed, set_in, study_name
from ravine.config.hydra_internals import Callbacks, Hydra, get_args_parser, is_basic
from ravine.config.sweeper import given, ignore
from ravine.config.words import readable
from ravine.config.zipped import whole
from ravine.engine.data import forget
from ravine.plans.plan import Expect, GridPlan, Plan, Round

__all__ = [
    "asked",
    "get_args_parser",
    "plan_of",
    "planned",
    "require",
    "swept_by",
]

Job: TypeAlias = Callable[[DictConfig], Any]


def require(launcher: str) -> None:
    """Refuse a launcher whose package is not installed; ravine's files name those of others."""
    if launcher not in Plugins.instance().class_name_to_class:
        package = launcher.split(".")[1].replace("_", "-")  # as Hydra's own call theirs
        raise ConfigError(f"hydra/launcher: its package {package} is not installed: pip install {package}")


def _refuse_unknown(key: str, section: DictConfig) -> None:
    """Refuse a setting of the launcher or the sweeper that it does not take."""
    taken = inspect.signature(Plugins.instance().class_name_to_class[section._target_]).parameters
    if all(field.kind is not field.VAR_KEYWORD for field in taken.values()):
        for name in map(str, section):
            if name != "_target_" and name not in taken:
                raise ConfigError(f"hydra.{key} has no field {name!r}{nearest(name, taken)}")


# What sweeps if neither a word nor a file chooses a sweeper.
_USUAL = "study"
_GRID = "hydra_plugins.ravine_study.StudySweeper"
_SEARCHES = {
    "hydra_plugins.ravine_search.SearchSweeper": "a search",
    "hydra_plugins.ravine_tune.TuneSweeper": "a tuned comparison",
}


def plan_of(args: argparse.Namespace, command: str, job: Job, expect: Expect = ignore) -> tuple[Plan, Any]:
    """Return a command's plan, and the launcher that is chosen for it; None for a single run.

    Parameters
    ----------
    args : namespace
        As Hydra's argument parser returns it.
    command : str
        The whole command line.
    job : callable
        A launcher calls it on another machine for each run, with that run's configuration.
    expect : Expect
        Is told of a study of this machine as soon as one of its runs is known.
    """
    # The data that an earlier command of this process has read.
    forget()
    args.overrides = [readable(word) for word in args.overrides]
    with hydra_for(args.config_path, args.config_dir, _USUAL if args.multirun else None) as hydra:
        if args.multirun:
            sweeper, launcher, typed = _sweeper(hydra, args, job)
            sweeper.expect = expect if is_basic(launcher) else ignore
            return sweeper.plan(typed, command), launcher
        parser = OverridesParser.create(config_loader=hydra.config_loader)
        words = parser.parse_overrides(args.overrides)
        refuse_choices(words, hydra.config_loader, sweep=False)
        name = args.config_name or "config"
        cfg = hydra.compose_config(name, [*args.overrides, "hydra.mode=RUN"], RunMode.RUN)
        refuse_chosen(cfg, words)
        _refuse_of_a_search(cfg, "one run")
        overrides = list(cfg.hydra.overrides.task)
        try:
            experiment, subject = build_both(cfg)
        except ConfigError as error:
            raise ConfigError(f"{set_in(cfg, error.section)}{error}") from error
        if params := _params(cfg):
            kind = _kind(cfg, params, hydra)
            cure = f"{kind}: {command.replace('ravine', 'ravine -m', 1)} makes it"
            if subject.claims or (kind.endswith(("search", "comparison")) and subject.figures):
                raise ConfigError(f"{cure}; {_WHOLE}")
            say(f"ravine: {cure}; this is one run, without the values of hydra.sweeper.params")
        name = study_name(subject.name, overrides)
        return GridPlan(name, masked(command), subject, Round([experiment], [overrides])), None


def _sweeper(hydra: Hydra, args: argparse.Namespace, job: Job) -> tuple[Any, Launcher, list[str]]:
    """Return the sweeper and the launcher that the command line chooses, and the sweeper's overrides."""
    loader = hydra.config_loader
    overrides = parsed(args.overrides, loader)
    # What surrounds the sweep: its values are left to the runs, not all of which have every field.
    around = [str(o.input_line) for o in overrides if is_hydras(o) or _is_choice(o)] + ["hydra.mode=MULTIRUN"]
    cfg = hydra.compose_config(args.config_name or "config", around, RunMode.MULTIRUN)
    refuse_chosen(cfg, overrides)
    _refuse_of_a_search(cfg, "a grid")
    with sealed(cfg):
        target = cfg.hydra.sweeper._target_
        if target not in (_GRID, *_SEARCHES):
            raise ConfigError(f"hydra.sweeper._target_: {target!r} is not a sweeper of ravine")
        require(cfg.hydra.launcher._target_)
        for key in ("launcher", "sweeper"):
            _refuse_unknown(key, cfg.hydra[key])
        _params(cfg)
        HydraConfig.instance().set_config(cfg)
        context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks())
        settings: dict[str, Any] = {"config": cfg, "hydra_context": context, "task_function": job}
        with making("hydra.sweeper"):
            sweeper = Plugins.instance().instantiate_sweeper(**settings)
        with making("hydra.launcher"):
            launcher = Plugins.instance().instantiate_launcher(**settings)
    hydras = {str(o.input_line) for o in overrides if is_hydras(o)}
    return sweeper, launcher, [word for word in args.overrides if word not in hydras]


def _refuse_of_a_search(cfg: DictConfig, this: str) -> None:
    """Refuse settings of a search where no search is chosen."""
    if cfg.hydra.sweeper.get("_target_") not in _SEARCHES:
        for key in ("sampler", "search"):
            if cfg.get(key) is not None:
                where = f"{set_in(cfg, key)}{key} belongs to a search"
                raise ConfigError(f"{where}: ravine -m hydra/sweeper=search; this is {this}")


def _params(cfg: DictConfig) -> list[str]:
    """Return the overrides that an experiment gives its sweep.

    Raises
    ------
    ConfigError
        If they cannot be overrides: in which file, and why.
    """
    params = cfg.hydra.sweeper.get("params")
    try:
        return given(OmegaConf.to_container(params, resolve=True) if OmegaConf.is_config(params) else params)
    except ConfigError as error:
        raise ConfigError(f"{set_in(cfg, 'hydra')}{error}") from None


_WHOLE = (
    "its claims and figures are about all of it, so one run, without the values of hydra.sweeper.params, needs "
    "claims=[] and figures=[]"
)


def _kind(cfg: DictConfig, params: Sequence[str], hydra: Hydra) -> str:
    """Say of what an experiment with a sweep a command without -m makes one run."""
    name = cfg.hydra.runtime.choices.get("experiment") or "the configuration"
    kind = _SEARCHES.get(cfg.hydra.sweeper._target_, "a sweep")
    if cfg.hydra.sweeper._target_ not in _SEARCHES:
        # An interval of values makes no grid: -m takes a sweeper of the command's then.
        with contextlib.suppress(ConfigError):
            runs = len(jobs(whole(params, cfg.hydra.overrides.task), hydra.config_loader, cfg))
            kind = f"a sweep of {runs} runs" if runs > 1 else "a sweep of 1 run"
    return f"{name} is {kind}"


def swept_by(words: Sequence[str]) -> list[str]:
    """Return the overrides that the experiment of a command gives its sweep, in its file.

    Parameters
    ----------
    words : sequence of str
        The command's, with its options.

    Raises
    ------
    ConfigError, Hydra's and OmegaConf's errors
        If the command cannot be composed any more.
    """
    args = get_args_parser().parse_known_intermixed_args(list(words))[0]
    args.overrides = [readable(word) for word in args.overrides if not word.startswith("root=")]
    with hydra_for(args.config_path, args.config_dir, _USUAL) as hydra:
        sweeper, *_ = _sweeper(hydra, args, lambda cfg: None)
    return list(sweeper.params)


def _is_choice(override: Override) -> bool:
    """Whether it chooses one thing for all runs: ``experiment=NAME``, but not ``seed=0,1`` or ``a.b=1``."""
    return not override.is_sweep_override() and "." not in override.key_or_group


def planned(overrides: Sequence[str]) -> Plan:
    """Return the plan of ``ravine -m OVERRIDES``; nothing runs.

    Raises
    ------
    ConfigError, Hydra's and OmegaConf's errors
        If it cannot be run.
    """
    args = _arguments(overrides, None, multirun=True)
    return plan_of(args, shlex.join(["ravine", "-m", *overrides]), lambda cfg: None)[0]


def _arguments(
    overrides: Sequence[str], config_dir: str | Path | None, *, multirun: bool
) -> argparse.Namespace:
    """Return what Hydra's argument parser would return for such a command line."""
    return argparse.Namespace(
        config_name=None,
        config_path=None,
        config_dir=config_dir,
        overrides=list(overrides),
        multirun=multirun,
    )


def asked(
    overrides: Sequence[str],
    config_dir: str | Path | None,
    job: Job,
    expect: Expect = ignore,
    *,
    multirun: bool,
) -> tuple[Plan, Any]:
    """Return the plan that a script asks for, and the launcher that is chosen for it; see ``plan_of``.

    Raises
    ------
    ConfigError
        If it cannot be run: what is wrong, where, and what is possible.
    """
    settings = words_of(overrides)
    folder_of(config_dir, "config_dir")
    folder = [] if config_dir is None else ["--config-dir", str(config_dir)]
    words = ["ravine", *["-m"] * multirun, *folder, *settings]
    try:
        return plan_of(_arguments(settings, config_dir, multirun=multirun), shlex.join(words), job, expect)
    except Exception as error:
        if not is_input(error):
            raise
        raise ConfigError(explain(error)) from error
