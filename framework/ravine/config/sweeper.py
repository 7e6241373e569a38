"""Sweeper: what Hydra makes of ``hydra/sweeper=NAME``, to plan runs instead of starting them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from ravine.config.hydra_internals import ConfigLoaderImpl
from ravine.plans.plan import Plan

__all__ = ["PlanningSweeper"]


class PlanningSweeper(Sweeper):
    """Base of ravine's sweepers, which come back with a plan.

    Parameters
    ----------
    max_batch_size : None
        A setting of Hydra's own sweeper. A plan has rounds instead.
    params : mapping, optional
        Overrides of an experiment, which those of the command follow.
    """

    def __init__(self, max_batch_size: None = None, params: Mapping[str, Any] | None = None) -> None:
        self.params = [f"{key}={value}" for key, value in (params or {}).items()]

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what surrounds the sweep, and make the launcher that is chosen for it."""
        assert isinstance(hydra_context.config_loader, ConfigLoaderImpl)
        self.loader: ConfigLoaderImpl = hydra_context.config_loader
        self.config: DictConfig = config
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    @abstractmethod
    def plan(self, arguments: Sequence[str], command: str) -> Plan:
        """Check what a command asks for.

        Parameters
        ----------
        arguments : sequence of str
            Overrides as they were typed.
        command : str
            All that was typed.

        Raises
        ------
        ConfigError
            If it cannot be run.
        """

    def sweep(self, arguments: list[str]) -> Any:
        """Refuse to be started by Hydra itself, which would run the command's overrides as jobs."""
        raise NotImplementedError("ravine -m starts its sweepers itself")
