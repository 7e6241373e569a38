"""The sweeper of ``ravine -m hydra/sweeper=search``: a Hydra plugin has to live in this namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

if TYPE_CHECKING:
    from ravine.search import SearchPlan


class SearchSweeper(BasicSweeper):
    """A search in the space that the overrides span."""

    def sweep(self, arguments: list[str]) -> Any:
        """Search; ``arguments`` are the overrides as typed."""
        from ravine.launching import RUNS, carry_out

        return carry_out(self.plan(arguments, ""), self.launcher, RUNS)

    def plan(self, arguments: list[str], command: str) -> SearchPlan:
        """Check the search that a command asks for."""
        from ravine.searching import plan

        assert self.config is not None
        assert self.hydra_context is not None
        loader = self.hydra_context.config_loader
        assert isinstance(loader, ConfigLoaderImpl)
        return plan(arguments, self._parse_config(), command, loader, self.config)
