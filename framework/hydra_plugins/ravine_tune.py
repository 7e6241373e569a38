"""The sweeper of ``ravine -m hydra/sweeper=tune``; Hydra finds plugins in this namespace only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ravine.config.sweeper import PlanningSweeper

if TYPE_CHECKING:
    from ravine.plans.tuning import TuningPlan


class TuneSweeper(PlanningSweeper):
    """Plans a search for each arm, and the comparison of what they choose."""

    def plan(self, arguments: Sequence[str], command: str) -> TuningPlan:
        """Check the searches that a command asks for, and return their plan."""
        from ravine.config.tuning import plan

        return plan(arguments, self.params, command, self.loader, self.config)
