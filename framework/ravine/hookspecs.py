"""Hook specs: what a plugin can offer, and what it can listen to.

One hook a kind of component. Each returns ``{name: class}``, or ``{name: "module:Class"}`` for a class that is
imported only when it is chosen::

    @hookimpl
    def ravine_optimizers():
        return {"mine": Mine, "heavy": "my_package.heavy:Heavy"}

Names are lower case, as they are typed on the command line: ``optimizer=mine``. The hooks are called once, when
a process first asks for the registry. Listener hooks are called while a study runs, never inside a step. A hook
implementation may leave out arguments that it does not use.
"""

# A spec is a signature and its docstring: pluggy never calls it, so it has no body.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from ravine.architecture import Architecture
    from ravine.dataset import Dataset
    from ravine.experiment import Experiment
    from ravine.figure import Figure
    from ravine.initializer import Initializer
    from ravine.layer import Layer
    from ravine.loss import Loss
    from ravine.metric import Metric
    from ravine.optimizer import Optimizer
    from ravine.probe import Probe
    from ravine.recording import Run
    from ravine.regularizer import Regularizer
    from ravine.schedule import Schedule
    from ravine.study import Study
    from ravine.surface import Surface

__all__ = ["hookimpl"]

VERSION = 1
"""Major version of these specs; it changes when a hook or a contract asks something else of a plugin."""

hookspec = pluggy.HookspecMarker("ravine")
hookimpl = pluggy.HookimplMarker("ravine")


# ---- components ----------------------------------------------------------------------------------------------


@hookspec
def ravine_optimizers() -> dict[str, type[Optimizer] | str]:
    """Offer update rules; chosen with ``optimizer=NAME``."""


@hookspec
def ravine_initializers() -> dict[str, type[Initializer] | str]:
    """Offer distributions of initial weights; chosen with ``initializer=NAME``."""


@hookspec
def ravine_layers() -> dict[str, type[Layer] | str]:
    """Offer layers; chosen by a network, ``network.activation=NAME`` or an item of ``network.layers``."""


@hookspec
def ravine_regularizers() -> dict[str, type[Regularizer] | str]:
    """Offer what keeps weights small; chosen with ``regularizer=NAME``."""


@hookspec
def ravine_losses() -> dict[str, type[Loss] | str]:
    """Offer losses; chosen with ``loss=NAME``."""


@hookspec
def ravine_schedules() -> dict[str, type[Schedule] | str]:
    """Offer learning-rate schedules; chosen with ``schedule=NAME``."""


@hookspec
def ravine_surfaces() -> dict[str, type[Surface] | str]:
    """Offer functions of two variables; chosen with ``problem=NAME``."""


@hookspec
def ravine_datasets() -> dict[str, type[Dataset] | str]:
    """Offer examples to learn from; chosen with ``dataset=NAME``."""


@hookspec
def ravine_networks() -> dict[str, type[Architecture] | str]:
    """Offer recipes for networks; chosen with ``network=NAME``."""


@hookspec
def ravine_figures() -> dict[str, type[Figure] | str]:
    """Offer pictures of a study; chosen with ``figures=[NAME]``."""


@hookspec
def ravine_probes() -> dict[str, type[Probe] | str]:
    """Offer looks into a network while it learns; chosen with ``probes=[NAME]``."""


@hookspec
def ravine_metrics() -> dict[str, type[Metric] | str]:
    """Offer numbers of a run; chosen by a claim, ``metric: NAME``."""


@hookspec
def ravine_config_dirs() -> list[Path]:
    """Offer folders with Hydra configurations of the plugin's own: presets and experiments."""


# ---- listeners -----------------------------------------------------------------------------------------------


@hookspec
def ravine_run_start(experiment: Experiment) -> None:
    """Hear that a run begins."""


@hookspec
def ravine_epoch_end(experiment: Experiment, step: int, metrics: dict[str, float]) -> None:
    """Hear the metrics of an evaluation, at the end of an epoch or as often as ``evaluate_every`` says."""


@hookspec
def ravine_run_end(experiment: Experiment, run: Run) -> None:
    """Hear how a run ended, after its files are written."""


@hookspec
def ravine_study_end(study: Study) -> None:
    """Hear that all runs of a command have ended, before figures are drawn."""
