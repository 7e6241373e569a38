"""Listeners: plugins that hear of runs while they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ravine.engine.experiment import Experiment, Listener
from ravine.registry.registry import load

__all__ = ["Plugins"]


@dataclass(frozen=True)
class Plugins(Listener):
    """Calls the listener hooks of all plugins."""

    def run_start(self, experiment: Experiment) -> None:
        """Tell plugins that a run begins."""
        load().tell("ravine_run_start", experiment=experiment)

    def epoch_end(self, experiment: Experiment, step: int, metrics: Mapping[str, float]) -> None:
        """Tell plugins the metrics of an evaluation."""
        load().tell("ravine_epoch_end", experiment=experiment, step=step, metrics=MappingProxyType(metrics))
