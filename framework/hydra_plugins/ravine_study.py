"""The sweeper of ``ravine -m``: a Hydra plugin has to live in this namespace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ravine.config.sweeper import PlanningSweeper

if TYPE_CHECKING:
    from ravine.plans.plan import GridPlan


class StudySweeper(PlanningSweeper):
    """A grid of runs that share one folder; every run is checked before the first starts."""

    def plan(self, arguments: Sequence[str], command: str) -> GridPlan:
        """Expand and check the grid that a command asks for."""
        from ravine.config.grid import Composer, jobs, plan

        return plan(
            arguments,
            command,
            jobs([*self.params, *arguments], self.loader),
            Composer(self.loader, self.config),
        )
