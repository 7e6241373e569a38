"""The sweeper of ``ravine -m``: a Hydra plugin has to live in this namespace.

It checks every run of the grid before the first starts. On one machine it runs what it has checked; a launcher
for many gets the runs as Hydra jobs. Either way the parent finishes the study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

if TYPE_CHECKING:
    from ravine.planning import Plan


class StudySweeper(BasicSweeper):
    """A grid of runs that share one folder."""

    def sweep(self, arguments: list[str]) -> Any:
        """Expand, check and run the grid; ``arguments`` are the overrides as typed."""
        from ravine.launching import RUNS, carry_out

        return carry_out(self.plan(arguments, ""), self.launcher, RUNS)

    def plan(self, arguments: list[str], command: str) -> Plan:
        """Expand and check the grid that a command asks for."""
        from hydra.core.override_parser.overrides_parser import OverridesParser
        from ravine.config import ConfigError
        from ravine.planning import Composer, plan

        assert self.config is not None
        assert self.hydra_context is not None
        loader = self.hydra_context.config_loader
        assert isinstance(loader, ConfigLoaderImpl)
        overrides = OverridesParser.create(config_loader=loader).parse_overrides(
            [*self._parse_config(), *arguments]
        )
        for override in overrides:
            if override.is_sweep_override() and not override.is_discrete_sweep():
                key = override.get_key_element()
                raise ConfigError(f"{override.input_line}: a grid needs values, {key}=1,2 or {key}=range(3)")
        (jobs,) = self.split_arguments(overrides, max_batch_size=None)
        return plan(arguments, command, jobs, Composer(loader, self.config))
