"""The sweeper of ``ravine -m``; Hydra finds plugins in this namespace only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ravine.config.sweeper import PlanningSweeper

if TYPE_CHECKING:
    from ravine.plans.plan import GridPlan


class StudySweeper(PlanningSweeper):
    """Plans a grid of runs that share one folder; every run is checked before the first one starts."""

    def plan(self, arguments: Sequence[str], command: str) -> GridPlan:
        """Expand and check the grid that a command asks for, and return its plan."""
        from ravine.config.grid import Composer, jobs, plan
        from ravine.config.zipped import whole

        return plan(
            arguments,
            command,
            jobs(whole(self.params, arguments), self.loader, self.config),
            Composer(self.loader, self.config),
            self.expect,
        )
