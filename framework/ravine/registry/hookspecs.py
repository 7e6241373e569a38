"""Hook specs: what a plugin can offer, and what it can listen to.

There is one hook for each kind of component. It returns ``{name: class}``, or ``{name: "module:Class"}`` for a
class that must be imported only when it is chosen.

Names are lower case, as they are typed on the command line: ``optimizer=mine``, or ``optimizer=family/mine``.
These hooks are called once, when a process first needs the registry. If a hook raises an error or returns
something else, its plugin is left out.

Listener hooks are called while a study runs, but never inside a step. If one raises an error, there is a
warning, and the run goes on. A hook implementation may leave out arguments that it does not use.
"""

# A spec is a signature and its docstring: pluggy never calls it, so it has no body.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pluggy

from ravine.registry.kinds import KINDS

if TYPE_CHECKING:
    from ravine.contracts.augmentation import Augmentation
    from ravine.contracts.dataset import Dataset
    from ravine.contracts.figure import Figure
    from ravine.contracts.function import Function
    from ravine.contracts.initializer import Initializer
    from ravine.contracts.layer import Layer
    from ravine.contracts.loss import Loss
    from ravine.contracts.metric import Metric
    from ravine.contracts.network import Architecture
    from ravine.contracts.optimizer import Optimizer
    from ravine.contracts.probe import Probe
    from ravine.contracts.regularizer import Regularizer
    from ravine.contracts.sampler import Sampler
    from ravine.contracts.schedule import Schedule
    from ravine.contracts.score import Score
    from ravine.contracts.stop import Stop
    from ravine.contracts.surface import Surface
    from ravine.contracts.tracker import Tracker
    from ravine.contracts.transform import Transform
    from ravine.engine.experiment import Experiment
    from ravine.records.run import Run
    from ravine.records.study import Study

__all__ = [
    "hookimpl",
]


VERSION = 1
"""Major version of these specs; it changes when plugins must be rewritten for changed hooks or contracts."""


hookspec = pluggy.HookspecMarker("ravine")

hookimpl = pluggy.HookimplMarker("ravine")
"""Marks a function or method as an implementation of the hook with the same name: ``@hookimpl``."""


# ---- components ----------------------------------------------------------------------------------------------


_Spec = TypeVar("_Spec", bound=Callable[[], Mapping[str, object]])


def _offers(spec: _Spec) -> _Spec:
    """Mark a function as the hook of a kind of component; the kind's entry becomes its documentation."""
    (kind,) = (kind for kind in KINDS.values() if kind.hook == spec.__name__)
    spec.__doc__ = f"""Offer {kind.what}; chosen with {kind.choice}.

    {kind.use}

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def {kind.hook}():
    ...     return {{"mine": "my_package.mine:Mine"}}
    """
    return hookspec(spec)


@_offers
def ravine_optimizers() -> dict[str, type[Optimizer] | str]: ...


@_offers
def ravine_transforms() -> dict[str, type[Transform] | str]: ...


@_offers
def ravine_initializers() -> dict[str, type[Initializer] | str]: ...


@_offers
def ravine_layers() -> dict[str, type[Layer] | str]: ...


@_offers
def ravine_regularizers() -> dict[str, type[Regularizer] | str]: ...


@_offers
def ravine_losses() -> dict[str, type[Loss] | str]: ...


@_offers
def ravine_schedules() -> dict[str, type[Schedule] | str]: ...


@_offers
def ravine_stops() -> dict[str, type[Stop] | str]: ...


@_offers
def ravine_surfaces() -> dict[str, type[Surface] | str]: ...


@_offers
def ravine_functions() -> dict[str, type[Function] | str]: ...


@_offers
def ravine_datasets() -> dict[str, type[Dataset] | str]: ...


@_offers
def ravine_augmentations() -> dict[str, type[Augmentation] | str]: ...


@_offers
def ravine_networks() -> dict[str, type[Architecture] | str]: ...


@_offers
def ravine_probes() -> dict[str, type[Probe] | str]: ...


@_offers
def ravine_scores() -> dict[str, type[Score] | str]: ...


@_offers
def ravine_metrics() -> dict[str, type[Metric] | str]: ...


@_offers
def ravine_samplers() -> dict[str, type[Sampler] | str]: ...


@_offers
def ravine_figures() -> dict[str, type[Figure] | str]: ...


@_offers
def ravine_trackers() -> dict[str, type[Tracker] | str]: ...


@hookspec
def ravine_config_dirs() -> list[Path]:
    """Offer folders with the plugin's own Hydra configurations: presets and experiments.

    They come last in the search path, after the components and ravine's own configurations, so a file cannot
    replace one of these. For a folder that does not exist there is a warning.

    Examples
    --------
    >>> from pathlib import Path
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_config_dirs():
    ...     return [Path(__file__).with_name("my_conf")]
    """


# ---- listeners -----------------------------------------------------------------------------------------------


@hookspec
def ravine_run_start(experiment: Experiment) -> None:
    """Hear that a run begins.

    Called in the process that makes the run, before its data are read. Called again when a run that was stopped
    continues. A run that is already complete is not made again, and the hook is not called.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_run_start(experiment):
    ...     print(experiment.id, experiment.optimizer, experiment.seed)
    """


@hookspec
def ravine_epoch_end(experiment: Experiment, step: int, metrics: dict[str, float]) -> None:
    """Hear the metrics of an evaluation, at the end of an epoch or as often as ``evaluate_every`` says.

    Also called before the first update, with ``step`` 0, and after the last. The time that the hook takes is
    not part of the run's seconds. A run that was stopped continues from its last checkpoint.
    ``metrics`` has the names of ``Run.final``: ``train_loss``, ``test_accuracy``; of a surface or a function
    ``value``.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_epoch_end(step, metrics):
    ...     print(step, metrics)
    """


@hookspec
def ravine_run_end(experiment: Experiment, run: Run) -> None:
    """Hear how a run ended, after its files are written.

    Called in the process that made the run; a sweep may use several processes. Also called for runs that
    diverged or failed: see ``run.status``. ``Experiment.run`` does not write files and does not call this hook.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_run_end(experiment, run):
    ...     print(experiment.id, run.status, run.final)
    """


@hookspec
def ravine_study_end(study: Study) -> None:
    """Hear that all runs of a command have ended, before figures are drawn.

    Called by the command after it has written the study's table and claims, and by ``ravine figures``.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_study_end(study):
    ...     print(study.summary())
    """
