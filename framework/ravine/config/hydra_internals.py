"""Hydra's internals: the only module that knows ``hydra._internal``, which may change with any release.

What is used of them: the app's main class, its config loader, the search path, callbacks and the parser of the
command line, as Hydra's own ``main`` uses them; and the name of the launcher that Hydra chooses by itself.
"""

from __future__ import annotations

import codecs
import contextlib
import copy
import dataclasses
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from hydra import version
from hydra._internal import defaults_list
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.config_loader import ConfigLoader
from hydra.core.default_element import ConfigDefault, GroupDefault, ResultDefault
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig

from ravine.base.errors import ConfigError
from ravine.config.resolvers import limited
from ravine.config.text import as_text

__all__ = [
    "Callbacks",
    "ConfigLoaderImpl",
    "Hydra",
    "change",
    "create_hydra",
    "extends_list",
    "get_args_parser",
    "is_basic",
    "is_group",
    "is_path",
    "set_base",
]


CheckFile: TypeAlias = Callable[[str, str, str, Any, Mapping[str, Any]], None]


def set_base() -> None:
    """Choose the newest of Hydra's behaviours, in a process where other code may have chosen another.

    Hydra 1.3 behaves as 1.1 did unless it is told a version. Hydra 1.4 has one behaviour,
    and warns if it is told.
    """
    if hasattr(version, "base_at_least"):
        version.setbase("1.3")


class _SearchPath(ConfigSearchPathImpl):
    """Where Hydra looks for files; what a configuration adds is checked."""

    def __init__(self, places: Sequence[Any], check: Callable[[str], None]) -> None:
        super().__init__()
        self.config_search_path = list(places)
        self._check = check

    def append(self, provider: str, path: str, anchor: Any = None) -> None:
        if provider.startswith("hydra.searchpath"):
            self._check(path)
        super().append(provider, os.path.expanduser(path), anchor)


class _Repository(ConfigRepository):
    """Files and components by their paths, of which some have a family: ``optimizer/family/mine``.

    To Hydra ``optimizer/family`` is a group, with a section of its own. To ravine it is part of a name: what a
    preset's defaults name is of its group, and belongs where the preset is.

    A command composes many times, and Hydra takes a copy of its repository each time. A file is read once: what
    is read is kept, and ``_Copies`` gives a composition, which changes it, a copy.
    """

    def __init__(self, path: _SearchPath, groups: Collection[str], sweeper: str | None) -> None:
        super().__init__(path)
        self._groups = groups
        self._sweeper = sweeper

    def initialize_sources(self, config_search_path: Any) -> None:
        """Look into these folders from now on."""
        super().initialize_sources(config_search_path)
        self._read: dict[str, Any] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> _Repository:
        # Its sources are replaced and never changed.
        return copy.copy(self)

    def load_config(self, config_path: str) -> Any:
        """Return what is read of a path, which is not to be changed; None if there is nothing."""
        if config_path not in self._read:
            self._read[config_path] = self._load(config_path)
        return self._read[config_path]

    def _load(self, config_path: str) -> Any:
        loaded = super().load_config(config_path)
        _read_header(loaded, config_path)
        for default in (loaded and loaded.defaults_list) or ():
            self._as_one_name(default)
            if (
                self._sweeper
                and config_path == "hydra/config"
                and isinstance(default, GroupDefault)
                and default.group == "sweeper"
            ):
                default.value = self._sweeper
        group, _, name = config_path.partition("/")
        if loaded is None or group not in self._groups or not name:
            return loaded
        if loaded.header.get("package") is None and "/" in name:
            loaded.header["package"] = group
        for default in loaded.defaults_list or ():
            if isinstance(default, ConfigDefault) and not default.is_self():
                path = str(default.path)
                if path.startswith("/") and not path.startswith(f"/{group}/"):
                    continue
                default.path = path if path.startswith("/") else f"/{group}/{path}"
                # A surface's own node says where it belongs.
                if default.package is None and group != "problem":
                    default.package = ""
        return loaded

    def _as_one_name(self, default: Any) -> None:
        """Undo what Hydra 1.4 makes of ``optimizer: family/mine``: a choice of a group ``optimizer/family``."""
        group = getattr(default, "original_group", None)
        if group and group.strip("/") in self._groups:
            family = default.group.removeprefix(f"{group}/")
            default.group, default.value = group, f"{family}/{default.value}"
            default.normalized_shorthand, default.original_group = False, None


class _Copies:
    """What a repository has read, as copies: what Hydra loads it puts into the configuration itself."""

    def __init__(self, repo: Any) -> None:
        self._repo = repo

    def load_config(self, config_path: str) -> ConfigResult:
        """Return a copy of what is read of a path, which is there."""
        loaded: ConfigResult = self._repo.load_config(config_path)
        return dataclasses.replace(loaded, config=copy.deepcopy(loaded.config))

    def get_schema_source(self) -> ConfigSource:
        """Return what the repository has as its source of schemas."""
        source: ConfigSource = self._repo.get_schema_source()
        return source


@dataclasses.dataclass
class _Composed(ResultDefault):
    """What was composed of the files before, in their place."""

    config: Any = None


def _read_header(loaded: ConfigResult | None, config_path: str) -> None:
    """Read the header of a file that begins with a byte order mark; Hydra does not see it."""
    if loaded is not None and loaded.path.startswith("file://"):
        file = Path(loaded.path.removeprefix("file://"), f"{config_path.removesuffix('.yaml')}.yaml")
        begin = file.read_bytes()[:512]
        if begin.startswith(codecs.BOM_UTF8):
            loaded.header = ConfigSource._get_header_dict(begin.decode("utf-8-sig", errors="ignore"))


class _Loader(ConfigLoaderImpl):
    """Composes files of which each is checked before it is used, also when a launcher composes them again.

    The jobs of a sweep differ in what they choose of some groups. What comes before the first of these, most of
    it Hydra's own settings, is composed once.
    """

    def __init__(
        self, path: _SearchPath, check: CheckFile, groups: Collection[str], sweeper: str | None
    ) -> None:
        super().__init__(path)
        self.repository = _Repository(path, groups, sweeper)
        self._groups = groups
        self._check = check
        self._chosen: dict[str, str] = {}
        self._overrides: list[Override] = []
        # The groups of which the jobs of a sweep choose, of the job that is composed; else none.
        self._differing: set[str] = set()
        # Of which files, what they choose, and what was composed of them.
        self._before: tuple[list[ResultDefault], dict[str, str], DictConfig] | None = None
        self._options: dict[tuple[Any, ...], list[str]] = {}

    def get_group_options(self, group_name: str, *args: Any, **kwargs: Any) -> list[str]:
        """Return what a group has; Hydra copies all sources whenever help asks for a group."""
        if len(args) > 1 or kwargs.keys() & {"config_name", "overrides"}:
            return super().get_group_options(group_name, *args, **kwargs)
        which = (group_name, *args, *kwargs.values())
        if which not in self._options:
            self._options[which] = self.repository.get_group_options(group_name, *args, **kwargs)
        return self._options[which]

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """Compose a job of a sweep, given what surrounds it."""
        around = master_config.hydra.overrides.task
        words = [word for word in sweep_overrides if word not in around]
        self._differing = {word.partition("=")[0].lstrip("+~") for word in words}
        try:
            return super().load_sweep_config(master_config, sweep_overrides)
        finally:
            self._differing = set()

    def _load_configuration_impl(self, *args: Any, **kwargs: Any) -> DictConfig:
        self._chosen = {}
        with limited(), _interpolations_where_there_are():
            return super()._load_configuration_impl(*args, **kwargs)

    def _parse_overrides_and_create_caching_repo(self, *args: Any, **kwargs: Any) -> Any:
        self._overrides, repo = super()._parse_overrides_and_create_caching_repo(*args, **kwargs)
        return self._overrides, repo

    def _compose_config_from_defaults_list(self, defaults: list[ResultDefault], repo: Any) -> DictConfig:
        """Compose what is chosen; its types say which of the values that come next are text."""
        cfg = super()._compose_config_from_defaults_list(self._from_what_differs(defaults, repo), repo)
        for override in self._overrides:
            override._value = as_text(override, cfg)._value
        return cfg

    def _from_what_differs(self, defaults: list[ResultDefault], repo: Any) -> list[ResultDefault]:
        """Put what was composed of the first files of a job, which all jobs have, in their place."""
        differing = (i for i, one in enumerate(defaults) if one.override_key in self._differing)
        before = defaults[: next(differing, 0)]
        if not before:
            return defaults
        if self._before is None or self._before[0] != before:
            cfg = super()._compose_config_from_defaults_list(before, repo)
            self._before = before, dict(self._chosen), cfg
        _, chosen, cfg = self._before
        self._chosen = dict(chosen)
        return [_Composed(config_path="", config=copy.deepcopy(cfg)), *defaults[len(before) :]]

    def _load_single_config(self, default: Any, repo: Any) -> Any:
        if isinstance(default, _Composed):
            return ConfigResult(provider="ravine", path="", config=default.config, header={})
        group, _, name = default.config_path.rpartition("/")
        if group.partition("/")[0] in self._groups:
            group, _, name = default.config_path.partition("/")
        # A preset has the name of its own group above it.
        if group and not (default.parent or "").startswith(f"{group}/"):
            first = self._chosen.setdefault(group, name)
            if first != name:
                raise ConfigError(f"{group}: {first} and {name} are both chosen; a group takes one name")
        # Before Hydra does anything with it.
        loaded = self._embed_result_config(repo.load_config(default.config_path), default.package)
        chosen = {
            item.group.strip("/"): item.value
            for item in loaded.defaults_list or ()
            if isinstance(item, GroupDefault) and item.override and item.group
        }
        self._check(default.config_path, loaded.path, default.package or "", loaded.config, chosen)
        copies: Any = _Copies(repo)
        return super()._load_single_config(default, copies)


@contextlib.contextmanager
def _interpolations_where_there_are() -> Iterator[None]:
    """Have Hydra collect what interpolations of a defaults list may name only if the list has one.

    Hydra 1.3 does so for every file, with all choices so far, which takes a quarter of the time of composing.
    """
    hydras: Any = defaults_list
    everyones = getattr(hydras, "_create_interpolation_map", None)
    if everyones is None:
        yield
        return

    def where_there_are(overrides: Any, defaults: Any, *args: Any) -> Any:
        has_some = any(one.is_interpolation() for one in defaults)
        return everyones(overrides, defaults, *args) if has_some else None

    hydras._create_interpolation_map = where_there_are
    try:
        yield
    finally:
        hydras._create_interpolation_map = everyones


def create_hydra(
    main: str,
    first: str | None,
    check_folder: Callable[[str], None],
    check_file: CheckFile,
    groups: Collection[str],
    sweeper: str | None = None,
) -> Hydra:
    """Make a Hydra, which is the global one then.

    Parameters
    ----------
    main : str
        The folder with the main configuration.
    first : str, optional
        A folder that is searched before.
    check_folder : callable
        Refuses what a configuration adds to the search path, if it must.
    check_file : callable
        Refuses a file, by its name, its source, its package, what it sets and what it overrides, if it must.
    groups : collection of str
        The groups whose names may have a family.
    sweeper : str, optional
        What is used if nothing chooses a sweeper, instead of Hydra's own.
    """
    path = _SearchPath(create_config_search_path(main).get_path(), check_folder)
    if first is not None:
        path.prepend(provider="command-line", path=f"file://{first}")
    hydra = Hydra(task_name="ravine", config_loader=_Loader(path, check_file, groups, sweeper))
    GlobalHydra.instance().initialize(hydra)
    return hydra


def is_path(override: Override) -> bool:
    """Whether an override is written as Hydra 1.4 reads it besides: ``optimizer[lr]=0.1``."""
    return getattr(override, "is_value_path", False)


def extends_list(override: Override) -> bool:
    """Whether an override is Hydra 1.4's ``extend_list(…)``: its value is what it adds."""
    return override.type.name == "EXTEND_LIST"


def replaces_value(override: Override) -> bool:
    """Whether what an override sets takes the place of what was there; what is added or merged does not."""
    return override.type.name == "CHANGE" and not isinstance(override.value(), dict)


def change(cfg: DictConfig, overrides: Sequence[Override], loader: ConfigLoaderImpl) -> None:
    """Set the values of overrides in a configuration, as if it had been composed with them."""
    loader._apply_overrides_to_config([as_text(override, cfg) for override in overrides], cfg)


def is_group(key: str, loader: ConfigLoader) -> bool:
    """Whether it is the name of a group, ``optimizer``: its overrides choose."""
    return bool(loader.repository.group_exists(key))  # type: ignore[attr-defined]


def is_basic(launcher: Launcher) -> bool:
    """Whether it is Hydra's own launcher; by name, because Hydra loads the modules of its plugins again."""
    return type(launcher).__module__.startswith("hydra._internal")
