"""Groups: what Hydra can choose from, served from the registry.

Every registered class is a typed node under its group, with no file and nothing imported until it is chosen.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Sequence

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, IntegerNode, OmegaConf, StringNode

from ravine import registry
from ravine.config.hydra_internals import set_base
from ravine.config.presets import conf_folder
from ravine.config.schema import node
from ravine.engine.settings import TRAINING
from ravine.plans.settings import Execution, Search, Tuning
from ravine.registry.elsewhere import how_to_get
from ravine.registry.kinds import GROUPS

__all__ = [
    "setup",
]


class RegistrySource(ConfigSource):
    """Answers Hydra's questions about groups and configurations from the registry."""

    @staticmethod
    def scheme() -> str:
        """Return the scheme under which Hydra knows this source."""
        return "ravine"

    def available(self) -> bool:
        """Return True: there always is a registry."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Return whether the registry fills this group."""
        return config_path.strip("/") in ("", "training", *GROUPS)

    def is_config(self, config_path: str) -> bool:
        """Return whether there is a node of this path, or one is to be refused with how to get it."""
        group, name = _group_and_name(config_path)
        ways = [how_to_get(kind, name) for kind in GROUPS.get(group, ())]
        return name in self._names(group) or any(ways)

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        """Return names of groups and nodes below a path; ``family/name`` is one name."""
        group = config_path.strip("/")
        groups = ["training", *GROUPS] if not group and results_filter != ObjectType.CONFIG else []
        names = self._names(group) if results_filter != ObjectType.GROUP else []
        return sorted({*groups, *names})

    def load_config(self, config_path: str) -> ConfigResult:
        """Return one node."""
        group, name = _group_and_name(config_path)
        package = None
        if group == "training":
            config = node(TRAINING[name])
        elif group == "problem":
            config, package = _problem_node(name), "_global_"
        elif group:
            config = node(registry.load().get(GROUPS[group], name), name)
        elif name == "search":
            config = OmegaConf.create({"search": node(Search)})
        elif name == "tuning":
            config = OmegaConf.create({"tuning": node(Tuning)})
            # Its keys are arms and settings.
            OmegaConf.set_struct(config.tuning.spaces, False)
        else:
            about = {
                "seed": IntegerNode(0),
                "study": StringNode(None),
                "question": StringNode(None),
                "source": StringNode(None),
                "transform": [],
                "stop": [],
                "schedules": {},
                "initializers": {},
                "figures": [],
                "track": [],
                "claims": [],
                "values": {},
            }
            config = OmegaConf.create(about)
            # Their keys are the user's.
            for key in ("schedules", "initializers"):
                OmegaConf.set_struct(config[key], False)
            config.update(node(Execution))
        return ConfigResult(provider="ravine", path="ravine://", config=config, header={"package": package})

    def _names(self, group: str) -> Sequence[str]:
        if group == "training":
            return tuple(TRAINING)
        if group:
            return tuple(registry.load().among(group))
        return ("root", "search", "tuning")


def _group_and_name(path: str) -> tuple[str, str]:
    """Return ``("optimizer", "family/mine")`` for ``optimizer/family/mine.yaml``; "" is the root's group."""
    group, _, name = path.removesuffix(".yaml").strip("/").partition("/")
    return (group, name) if name else ("", group)


def _problem_node(name: str) -> DictConfig:
    entry = registry.load().entry(GROUPS["problem"], name)
    return OmegaConf.create(
        {
            "defaults": [{"/training": entry.kind}, "_self_"],
            "problem": node(entry.cls, name),
            "figures": [_FIGURE[entry.kind]],
        }
    )


# What is drawn if nothing else is asked for.
_FIGURE = {"surface": "paths", "function": "value_curves"}


class RavineSearchPath(SearchPathPlugin):
    """Adds the registry, ``conf/`` and the folders of plugins to Hydra's search path."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Append the places that are not there yet."""
        there = {str(item.path).removeprefix("file://") for item in search_path.get_path()}
        # The first place that has a name wins, so no plugin's file can hide a component.
        places = [f"file://{conf_folder()}", "ravine://"]
        places += [f"file://{folder}" for folder in registry.load().config_folders()]
        for place in places:
            if place.removeprefix("file://") not in there:
                search_path.append("ravine", place)


def setup() -> None:
    """Prepare Hydra, before it is initialised: how it behaves, and what it can choose from."""
    set_base()
    _introduce()


@functools.cache
def _introduce() -> None:
    """Introduce the registry to Hydra, once a process."""
    Plugins.instance().register(RegistrySource)
    Plugins.instance().register(RavineSearchPath)
