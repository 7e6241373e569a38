"""Compose: from overrides to a configuration that can name no callable."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from os import PathLike
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, Override, QuotedString
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, flag_override

from ravine.base.errors import ConfigError, masked
from ravine.config.allowed import check_file, check_folder, refuse_words
from ravine.config.explain import GLOB, explain
from ravine.config.groups import setup
from ravine.config.hydra_internals import Hydra, create_hydra, is_group
from ravine.config.plain import refuse_targets, what_is_given
from ravine.config.presets import conf_folder
from ravine.config.resolvers import limited
from ravine.config.words import readable
from ravine.engine.experiment import Experiment
from ravine.records.axes import flat
from ravine.registry.kinds import GROUPS

__all__ = [
    "compose",
    "folder_of",
    "hydra_for",
    "refuse_choices",
    "sealed",
    "words_of",
]


@contextlib.contextmanager
def hydra_for(
    config_path: str | None, config_dir: str | Path | None, sweeper: str | None = None
) -> Iterator[Hydra]:
    """Provide a Hydra that searches the user's folders first, then ours and the registry.

    Hydra's globals are restored afterwards, because a notebook may use Hydra itself.

    Parameters
    ----------
    config_path : str or None
        The folder with the main configuration; None is ours.
    config_dir : path or None
        A folder that is searched first.
    sweeper : str, optional
        What is used if nothing chooses a sweeper, instead of Hydra's own.
    """
    main = str(Path(os.path.expanduser(config_path)).resolve()) if config_path else str(conf_folder())
    first = str(Path(os.path.expanduser(config_dir)).resolve()) if config_dir else None
    if first is not None and not Path(first).is_dir():
        raise ConfigError(f"--config-dir {config_dir}: no such folder")
    if first is not None and config_path is None and Path(first, "config.yaml").is_file():
        raise ConfigError(
            f"{config_dir}/config.yaml: it would take the place of ravine's own; it needs another name, "
            f"or --config-path {config_dir}"
        )
    # One thread at a time: Hydra is a global object.
    with limited():
        setup()
        others, cfg = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
        GlobalHydra.instance().clear()
        try:
            yield create_hydra(main, first, check_folder, check_file, GROUPS, sweeper)
        finally:
            GlobalHydra.instance().hydra, HydraConfig.instance().cfg = others, cfg


def compose(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> DictConfig:
    """Compose a configuration as the command does.

    Parameters
    ----------
    overrides : sequence of str
        In the command's words: ``["problem=ravine", "optimizer.lr=0.9", "training.steps=100"]``.
    config_dir : path, optional
        A folder with configurations of your own, searched first.

    Returns
    -------
    DictConfig
        For ``ravine.build``.

    Raises
    ------
    ConfigError
        If it cannot be composed: what is wrong, and what is possible.

    Examples
    --------
    >>> import ravine
    >>> cfg = ravine.compose(["problem=ravine", "optimizer.lr=0.5", "training.steps=2"])
    >>> print(cfg.problem.name, cfg.optimizer.lr, cfg.seed)
    ravine 0.5 0
    """
    words = [readable(word) for word in words_of(overrides)]
    folder_of(config_dir, "config_dir")
    try:
        with hydra_for(None, config_dir) as hydra:
            parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(words)
            refuse_choices(parsed, hydra.config_loader)
            cfg = hydra.compose_config("config", words, RunMode.RUN, from_shell=False)
            with flag_override(cfg, "struct", False):
                del cfg["hydra"]
            return cfg
    except Exception as error:
        raise ConfigError(explain(error)) from error


_A_LIST = 'overrides are a list of a command\'s words, ["training.steps=9", "seed=0"]'


def words_of(overrides: Any) -> list[str]:
    """Return the words that a script gives, after a check that they are settings.

    Raises
    ------
    ConfigError
        Saying what is given, and what belongs there.
    """
    if isinstance(overrides, str):
        raise ConfigError(f"overrides = {overrides!r}: they are a list of strings, [{overrides!r}]")
    if isinstance(overrides, bytes | Mapping | Set | DictConfig) or not isinstance(overrides, Iterable):
        cure = ""
        if isinstance(overrides, Experiment):
            cure = "; experiment.run() runs an Experiment"
        if isinstance(overrides, DictConfig):
            cure = "; ravine.build(cfg).run() runs what compose returns"
        raise ConfigError(f"{what_is_given(overrides)} is given: {_A_LIST}{cure}")
    words = list(overrides)
    for i, word in enumerate(words):
        where = f"overrides[{i}] = {word!r}"
        if not isinstance(word, str):
            raise ConfigError(f"{where}: each is a word of a command, such as 'seed=0'")
        if word.startswith("-"):
            instead = _INSTEAD.get(word.partition("=")[0], "overrides are settings, KEY=VALUE")
            raise ConfigError(f"{where}: options are for the command; {instead}")
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(f"{where}: a setting is one word, '{word or 'KEY'}=VALUE'")
    return words


# What takes the place of an option of the command.
_INSTEAD = {
    **dict.fromkeys(["-m", "--multirun"], "ravine.sweep does what -m does"),
    **dict.fromkeys(["-cd", "--config-dir"], "config_dir=FOLDER is an argument"),
}


def folder_of(folder: Any, name: str) -> None:
    """Refuse an argument that is not the path of a folder; None is fine for ``config_dir``.

    Raises
    ------
    ConfigError
        Naming the argument.
    """
    if not (isinstance(folder, str | PathLike) or (folder is None and name == "config_dir")):
        raise ConfigError(f"{name} = {folder!r}: it is the path of a folder")


def refuse_choices(overrides: Iterable[Override], loader: ConfigLoader, *, sweep: bool = True) -> None:
    """Refuse overrides that choose anything but one name of a group, or that ``refuse_words`` refuses.

    Hydra composes all names of a list into each other, and a number ends in an error that does not name the
    group.

    Parameters
    ----------
    overrides : iterable of Override
        As Hydra's parser returns them.
    loader : ConfigLoader
        Hydra's.
    sweep : bool, optional
        Whether they may be of a sweep.

    Raises
    ------
    ConfigError
        Saying which, and how one or several are chosen.
    """
    overrides = list(overrides)
    refuse_words(overrides, sweep=sweep)
    for override in overrides:
        _refuse_globs(override, loader)
        group = override.key_or_group
        if not is_group(group, loader) or (override.is_delete() and override.value() is None):
            continue
        values = override.sweep_iterator() if override.is_discrete_sweep() else [override.value()]
        # A mapping is a value of the key and not a choice; an interval is refused where values are made.
        if any(not isinstance(value, str | QuotedString | dict | IntervalSweep) for value in values):
            word, swept = masked(override.input_line or ""), f"ravine -m {group}=NAME,NAME runs several"
            several = "" if group == "experiment" or group.startswith("hydra") else f"; {swept}"
            raise ConfigError(f"{word}: a group takes one name, {group}=NAME{several}")


def _refuse_globs(override: Override, loader: ConfigLoader) -> None:
    """Refuse a pattern that Hydra would not understand: one beside names, in quotes, or not of a group."""
    value, key = override.value(), override.key_or_group
    parts = value.list if isinstance(value, ChoiceSweep) else value if isinstance(value, list) else [value]
    globs = [part for part in parts or () if isinstance(part, Glob)]
    if not globs:
        return
    included = [name for part in parts for name in (part.include if isinstance(part, Glob) else [part])]
    excluded = [name for glob in globs for name in glob.exclude]
    names, without = (
        ",".join(str(name.text if isinstance(name, QuotedString) else name) for name in these)
        for these in (included, excluded)
    )
    written = f"glob([{names}]{f',exclude=[{without}]' if without else ''})"
    if not is_group(key, loader):
        why = f"glob chooses names of a group, {GLOB.format('optimizer')}"
    elif isinstance(value, Glob):
        if not any(isinstance(name, QuotedString) for name in included + excluded):
            return
        why = f"glob takes names without quotes, {written}"
    else:
        why = f"glob stands alone, {key}={written}"
    raise ConfigError(f"{override.input_line}: {why}")


@contextlib.contextmanager
def sealed(cfg: DictConfig) -> Iterator[None]:
    """Replace what Hydra makes its launcher and sweeper of by plain values, and refuse what could run code.

    An interpolation can make a ``_target_`` that is written nowhere. So it is resolved here, once: what is
    checked is what Hydra gets. Afterwards it is what was composed, as Hydra 1.4 demands of every run's.

    Parameters
    ----------
    cfg : DictConfig
        With Hydra's own settings; changed in place.

    Raises
    ------
    ConfigError
        Saying where a callable is named, or where text would be resolved a second time.
    """
    composed = {key: cfg.hydra[key] for key in ("launcher", "sweeper")}
    for key, section in composed.items():
        plain = OmegaConf.to_container(section, resolve=True) if OmegaConf.is_config(section) else section
        if not isinstance(plain, dict) or not isinstance(plain.get("_target_"), str):
            raise ConfigError(f"hydra.{key} = {plain!r}: it is a mapping, chosen with hydra/{key}=NAME")
        refuse_targets({"hydra": {key: {name: plain[name] for name in plain if name != "_target_"}}})
        for setting, value in flat({"hydra": {key: plain}}).items():
            if "${" in str(value):
                raise ConfigError(f"{setting} = {value!r}: it contains ${{, which would be resolved once more")
        with flag_override(cfg.hydra, ["struct", "readonly"], False):
            cfg.hydra[key] = plain
    try:
        yield
    finally:
        with flag_override(cfg.hydra, ["struct", "readonly"], False):
            for key, section in composed.items():
                cfg.hydra[key] = section
