"""Allowed: what of Hydra's own section, ``hydra``, files and words may set.

Of the rest Hydra would make objects, read the environment or write files, and ravine would ignore it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from ravine.base.errors import ConfigError, masked
from ravine.base.names import nearest
from ravine.config.presets import conf_folder

__all__ = ["SWEEPERS", "check_file", "check_folder", "refuse_chosen", "refuse_words"]

SWEEPERS = ("study", "search", "tune")
"""What ``hydra/sweeper=NAME`` chooses: a grid, a search, or several searches whose choices are compared."""

_LAUNCHER, _SWEEPER = "hydra/launcher", "hydra/sweeper"
_OF_COMMAND = "a launcher is chosen by a word of the command, and not in a file"

# The files of Hydra's own groups that a run is composed of, beside launchers.
_CHOICES = {
    "hydra/config",
    "hydra/env/default",
    "hydra/output/default",
    "hydra/hydra_help/default",
    *(f"hydra/help/{name}" for name in ("default", "ravine")),
    *(f"hydra/{key}_logging/{name}" for key in ("hydra", "job") for name in ("default", "none")),
    *(f"hydra/sweeper/{name}" for name in ("basic", *SWEEPERS)),
}

# What ravine's own config.yaml sets; a copy of it may say so too.
_AS_OURS = {"run.dir": ".", "sweep.dir": ".", "sweep.subdir": ".", "job.chdir": False, "output_subdir": None}
_CHOSEN_AS_OURS = {"hydra/help": "ravine", "hydra/hydra_logging": "none", "hydra/job_logging": "none"}

_FOLDERS = "studies lie in runs/; root=FOLDER puts them elsewhere, and study=NAME names one"
_NAMES = "a run's folder has its id for a name; ravine table --runs has both"
_LOGS = "nothing is logged; progress and warnings go to standard error; HYDRA_FULL_ERROR=1 shows tracebacks"
_VARIABLES = "variables are set in the shell, or on a cluster in hydra.launcher.setup"
_SETTINGS = "a run's settings are in its folder, config.yaml"
_HELP = "ravine --help has one form"
_HYDRAS = "Hydra writes it, and nobody sets it"

# By the first parts of a key: what a user of Hydra does here instead. The longest counts.
_INSTEAD = {
    "run.dir": _FOLDERS,
    "sweep.dir": _FOLDERS,
    "sweep.subdir": _NAMES,
    "job.name": "study=NAME names the folder of its runs",
    "job.chdir": "a command stays in the folder that it is given in; dataset.folder and others take any path",
    "job.env_set": _VARIABLES,
    "job.env_copy": _VARIABLES,
    "env": _VARIABLES,
    "job.config": _NAMES,
    "job.override_dirname": _NAMES,
    "job.id": _NAMES,
    "job.num": _NAMES,
    "output_subdir": _SETTINGS,
    "output": _SETTINGS,
    "verbose": _LOGS,
    "job_logging": _LOGS,
    "hydra_logging": _LOGS,
    "mode": "ravine -m sweeps, and without -m it is one run",
    "callbacks": "a plugin is told of runs by hooks, such as ravine_run_end",
    "help": _HELP,
    "hydra_help": _HELP,
    "runtime": _HYDRAS,
    "overrides": _HYDRAS,
    "launcher._target_": "a launcher is chosen by its name, hydra/launcher=NAME",
    "sweeper._target_": "a sweeper is chosen by its name, hydra/sweeper=search or tune",
    "sweeper.max_batch_size": "workers=N makes N runs at a time",
    "launcher": "a launcher and its settings are words of the command",
}


def _instead(key: str, otherwise: str) -> str:
    """Return what takes the place of one of Hydra's own settings, given without ``hydra``."""
    first = [name for name in _INSTEAD if key == name or key.startswith(f"{name}.")]
    return _INSTEAD[max(first, key=len)] if first else otherwise


def check_folder(path: str) -> None:
    """Refuse a place of ``hydra.searchpath`` that is not a folder: Hydra would import a package's modules.

    Raises
    ------
    ConfigError
        Naming the place.
    """
    folder = path.removeprefix("file://")
    if "://" in folder:
        raise ConfigError(f"hydra.searchpath: {path}: it is a folder, such as /home/me/conf")
    if not Path(os.path.expanduser(folder)).is_dir():
        raise ConfigError(f"hydra.searchpath: {folder}: no such folder")


def check_file(name: str, source: str, package: str, config: Any, chosen: Mapping[str, Any]) -> None:
    """Refuse a file that sets or chooses more of Hydra's section than files may.

    Parameters
    ----------
    name : str
        As Hydra knows it: ``experiment/mine``.
    source : str
        Where it is from: ``file://FOLDER``, or a package.
    package : str
        The section in which it is put, "" for the whole configuration.
    config : DictConfig or ListConfig
        What it sets, as a part of the whole configuration.
    chosen : mapping
        What its defaults override, by group.

    Raises
    ------
    ConfigError
        Naming the file and the setting.
    """
    _check_settings(name, source, package, config)
    if _LAUNCHER in chosen:
        raise ConfigError(f"{name}.yaml: {_LAUNCHER}={chosen[_LAUNCHER]}: {_OF_COMMAND}")
    if not _is_ours(source):
        for group, value in chosen.items():
            if group.startswith("hydra/") and group != _SWEEPER and value != _CHOSEN_AS_OURS.get(group):
                instead = _instead(group.removeprefix("hydra/"), _FILES)
                raise ConfigError(f"{name}.yaml: {group} cannot be chosen there: {instead}")
    if (sweeper := chosen.get(_SWEEPER, SWEEPERS[0])) not in SWEEPERS:
        raise ConfigError(f"{name}.yaml: {_no_sweeper(sweeper)}")


def _is_ours(source: str) -> bool:
    return not source.startswith("file://") or source == f"file://{conf_folder()}"


def _check_settings(name: str, source: str, package: str, config: Any) -> None:
    """Refuse a file that sets what files may not set."""
    ours = _is_ours(source)
    for key in _sent_elsewhere(config) if not ours and isinstance(config, DictConfig) else ():
        raise ConfigError(
            f"{name}.yaml: {key} cannot be set there: {_ELSEWHERE[key]}, so it is a word of the command"
        )
    if not isinstance(config, DictConfig) or "hydra" not in list(config):
        return
    if ours and name.startswith("hydra/"):
        section = "hydra" if name == "hydra/output/default" else name.rpartition("/")[0].replace("/", ".")
        if not (name in _CHOICES or name.startswith("hydra/launcher/")) or package not in ("", section):
            raise ConfigError(f"{name}: it cannot be chosen for {package or section}: {_FILES}")
        return
    content = OmegaConf.to_container(config, resolve=False)
    assert isinstance(content, dict)
    possible = ["sweeper.params", *["searchpath"] * ("/" not in name)]
    for key, value in _leaves(content["hydra"]):
        if not (key in possible or (key in _AS_OURS and value == _AS_OURS[key])):
            where = f"{name}.yaml: hydra{'.' * bool(key)}{key}"
            raise ConfigError(f"{where} cannot be set there: {_instead(key, _FILES)}")


# Settings that lead out of the folder of studies.
_ELSEWHERE = {"search.storage": "it says where files are written", "track": "it says where runs are sent"}

_FILES = "of Hydra's own settings a file has hydra.sweeper.params, and a main file hydra.searchpath"


def _sent_elsewhere(config: DictConfig) -> Iterator[str]:
    """Yield what a file sets, or wants to sweep, of what is the command's alone to say."""
    content = OmegaConf.to_container(config, resolve=False)
    assert isinstance(content, dict)
    swept = _at(content, "hydra.sweeper.params")
    words = {str(key).lstrip("+") for key in swept} if isinstance(swept, Mapping) else set()
    yield from (key for key in _ELSEWHERE if key in words or _at(content, key))


def _at(content: Any, key: str) -> Any:
    """Return what stands at a full key of plain values, or None."""
    for part in key.split("."):
        content = content.get(part) if isinstance(content, Mapping) else None
    return content


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a file sets of Hydra's section, by full names without ``hydra``."""
    if isinstance(value, Mapping) and key != "sweeper.params" and (value or not key):
        for name, item in value.items():
            yield from _leaves(item, f"{key}.{name}".lstrip("."))
    else:
        yield key, value


def refuse_words(overrides: Iterable[Override], *, sweep: bool = True) -> None:
    """Refuse words that set anything of Hydra's section but its launcher, its sweeper and its folders.

    Parameters
    ----------
    overrides : iterable of Override
        As Hydra's parser returns them.
    sweep : bool, optional
        Whether there is a sweep, for which launcher and sweeper are.

    Raises
    ------
    ConfigError
        Naming the word, and what is possible.
    """
    for override in overrides:
        parts = [part for part in re.split(r"[./\[\]]", override.key_or_group) if part]
        elsewhere = "hydra" in re.split(r"[.:\[\]]", override.package or "")
        if parts[:1] != ["hydra"] and not elsewhere:
            continue
        word, key = masked(override.input_line or ""), override.key_or_group
        field = re.fullmatch(r"\+*hydra\.(?:launcher|sweeper)\.(?!_)[^=]+=.*", word, re.DOTALL)
        # With a sign before it Hydra would choose nothing.
        choice = word.partition("=")[0] in ("hydra/launcher", "hydra/sweeper", "hydra.searchpath")
        if elsewhere or not (field or choice):
            others = f"of Hydra's own settings there are {_WORDS}"
            given = not (elsewhere or override.is_delete())
            raise ConfigError(f"{word}: {_instead('.'.join(parts[1:]), others) if given else others}")
        # What is not a name is told as it is of any group.
        if "/" in key and not isinstance(override.value(), str):
            continue
        if key == _SWEEPER and override.value() not in SWEEPERS:
            raise ConfigError(_no_sweeper(override.value()))
        if key.startswith("hydra.sweeper.params.") and override.is_sweep_override():
            setting = word.partition("hydra.sweeper.params.")[2]
            raise ConfigError(f"{word}: a command says it itself, {setting}")
        if not sweep and key != "hydra.searchpath":
            raise ConfigError(f"{word}: it is for sweeps, ravine -m; this is one run, made here")


def refuse_chosen(cfg: DictConfig, overrides: Iterable[Override]) -> None:
    """Refuse a launcher that a file has chosen: its settings have lines of shell, and say where runs go.

    Parameters
    ----------
    cfg : DictConfig
        With Hydra's own settings.
    overrides : iterable of Override
        The words of the command.

    Raises
    ------
    ConfigError
        Saying that the command chooses it.
    """
    chosen = cfg.hydra.runtime.choices.get(_LAUNCHER)
    if chosen != "basic" and all(override.key_or_group != _LAUNCHER for override in overrides):
        raise ConfigError(f"{_LAUNCHER}={chosen}: {_OF_COMMAND}")


def _no_sweeper(name: Any) -> str:
    return f"{_SWEEPER}={name}: there is no such {_SWEEPER}{nearest('', SWEEPERS)}"


_WORDS = (
    "hydra/launcher=NAME, hydra.launcher.FIELD=VALUE, hydra/sweeper=search, hydra/sweeper=tune, "
    "hydra.sweeper.params.SETTING=VALUES and hydra.searchpath=[FOLDER]"
)
