"""Hydra's internals: the only module that knows ``hydra._internal``, which may change with any release.

What is used of them: the app's main class, its config loader, the search path, callbacks and the parser of the
command line, as Hydra's own ``main`` uses them; and the name of the launcher that Hydra chooses by itself.
"""

from collections.abc import Sequence

from hydra import version
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.types import Override
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig

__all__ = [
    "Callbacks",
    "ConfigLoaderImpl",
    "Hydra",
    "change",
    "create_config_search_path",
    "extends_list",
    "get_args_parser",
    "is_basic",
    "is_group",
    "is_path",
    "set_base",
]


def set_base() -> None:
    """Choose the newest of Hydra's behaviours, in a process where other code may have chosen another.

    Hydra 1.3 behaves as 1.1 did unless it is told a version. Hydra 1.4 has one behaviour,
    and warns if it is told.
    """
    if hasattr(version, "base_at_least"):
        version.setbase("1.3")


def is_path(override: Override) -> bool:
    """Whether an override is written as Hydra 1.4 reads it besides: ``optimizer[lr]=0.1``."""
    return getattr(override, "is_value_path", False)


def extends_list(override: Override) -> bool:
    """Whether an override is Hydra 1.4's ``extend_list(…)``: its value is what it adds."""
    return override.type.name == "EXTEND_LIST"


def change(cfg: DictConfig, overrides: Sequence[Override], loader: ConfigLoaderImpl) -> None:
    """Set the values of overrides in a configuration, as if it had been composed with them."""
    loader._apply_overrides_to_config(list(overrides), cfg)


def is_group(key: str, loader: ConfigLoader) -> bool:
    """Whether it is the name of a group, ``optimizer``: its overrides choose."""
    return bool(loader.repository.group_exists(key))  # type: ignore[attr-defined]


def is_basic(launcher: Launcher) -> bool:
    """Whether it is Hydra's own launcher; by name, because Hydra loads the modules of its plugins again."""
    return type(launcher).__module__.startswith("hydra._internal")
