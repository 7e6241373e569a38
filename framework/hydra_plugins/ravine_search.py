"""The sweeper of ``ravine -m hydra/sweeper=search``; Hydra finds plugins in this namespace only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ravine.config.sweeper import PlanningSweeper

if TYPE_CHECKING:
    from ravine.plans.search import SearchPlan


class SearchSweeper(PlanningSweeper):
    """Plans a search in the space that the overrides span."""

    def plan(self, arguments: Sequence[str], command: str) -> SearchPlan:
        """Check the search that a command asks for, and return its plan."""
        from ravine.config.search import plan

        return plan(arguments, self.params, command, self.loader, self.config, self.expect)
