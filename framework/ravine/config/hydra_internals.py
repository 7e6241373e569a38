"""Hydra's internals: the only module that imports from ``hydra._internal``, which may change with any release.

What is used of them: the app's main class, its config loader, the search path, callbacks and the parser of the
command line, as Hydra's own ``main`` uses them.
"""

from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path, get_args_parser

__all__ = [
    "Callbacks",
    "ConfigLoaderImpl",
    "Hydra",
    "create_config_search_path",
    "get_args_parser",
]
