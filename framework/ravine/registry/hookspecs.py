"""Hook specs: what a plugin can offer, and what it can listen to.

One hook a kind of component. Each returns ``{name: class}``, or ``{name: "module:Class"}`` for a class that is
imported only when it is chosen.

Names are lower case, as they are typed on the command line: ``optimizer=mine``, or ``optimizer=family/mine``.
These hooks are called once, when a process first asks for the registry. A hook that raises or returns something
else leaves its plugin out.

Listener hooks are called while a study runs, never inside a step; one that raises is a warning. A hook
implementation may leave out arguments that it does not use.
"""

# A spec is a signature and its docstring: pluggy never calls it, so it has no body.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from ravine.contracts.dataset import Dataset
    from ravine.contracts.figure import Figure
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
    from ravine.contracts.surface import Surface
    from ravine.engine.experiment import Experiment
    from ravine.records.run import Run
    from ravine.records.study import Study

__all__ = [
    "hookimpl",
]


VERSION = 1
"""Major version of these specs; it changes when a hook or a contract asks something else of a plugin."""


hookspec = pluggy.HookspecMarker("ravine")

hookimpl = pluggy.HookimplMarker("ravine")
"""Marks a function or method as an implementation of the hook of its name, ``@hookimpl``."""


# ---- components ----------------------------------------------------------------------------------------------


@hookspec
def ravine_optimizers() -> dict[str, type[Optimizer] | str]:
    """Offer update rules; chosen with ``optimizer=NAME``.

    The one that is chosen is made of its settings. Its ``step`` is called once an update, after the penalty of
    a regularizer has joined the gradient.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_optimizers():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_initializers() -> dict[str, type[Initializer] | str]:
    """Offer distributions of initial weights; chosen with ``initializer=NAME``.

    The one that is chosen draws, at the start of a run, every array for which a layer gives no ``fill``.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_initializers():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_layers() -> dict[str, type[Layer] | str]:
    """Offer layers; chosen by a network, ``network.activation=NAME`` or an item of ``network.layers``.

    Each in a network gets the arrays that it asks for. Its ``forward`` is called for every batch, and while
    training the function that it returns is called on the way back.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_layers():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_regularizers() -> dict[str, type[Regularizer] | str]:
    """Offer what keeps weights small; chosen with ``regularizer=NAME``.

    The one that is chosen adds its penalty to loss and gradient, or shrinks the weights, before the optimizer's
    step.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_regularizers():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_losses() -> dict[str, type[Loss] | str]:
    """Offer losses; chosen with ``loss=NAME``.

    The one that is chosen is called once a batch; with the gradient that it returns the network goes back.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_losses():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_schedules() -> dict[str, type[Schedule] | str]:
    """Offer learning-rate schedules; chosen with ``schedule=NAME``.

    The one that is chosen is asked before every update for a factor, by which the optimizer's ``lr`` is
    multiplied.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_schedules():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_surfaces() -> dict[str, type[Surface] | str]:
    """Offer functions of two variables; chosen with ``problem=NAME``.

    A descent begins at its ``start``; ``domain`` and ``minima`` are what figures show of it.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_surfaces():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_datasets() -> dict[str, type[Dataset] | str]:
    """Offer examples to learn from; chosen with ``dataset=NAME``.

    The one that is chosen is loaded when a run begins; the engine splits the examples, scales them and cuts
    them into batches.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_datasets():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_networks() -> dict[str, type[Architecture] | str]:
    """Offer recipes for networks; chosen with ``network=NAME``.

    The one that is chosen is asked for its layers when a run begins, and before: names and fields are checked,
    and whether each layer takes what the one before it gives.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_networks():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_figures() -> dict[str, type[Figure] | str]:
    """Offer pictures of a study; chosen with ``figures=[NAME]``.

    Each draws from the files of a study when its runs have ended, and again when ``ravine figures`` asks.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_figures():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_probes() -> dict[str, type[Probe] | str]:
    """Offer looks into a network while it learns; chosen with ``probes=[NAME]``.

    Each looks at every evaluation, and what it sees is recorded with the run's metrics.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_probes():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_metrics() -> dict[str, type[Metric] | str]:
    """Offer numbers of a run; chosen by a claim, ``metric: NAME``.

    Each measures the runs that a claim compares and, before anything runs, one without steps.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_metrics():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_samplers() -> dict[str, type[Sampler] | str]:
    """Offer rules by which a search goes on; chosen with ``hydra/sweeper=search sampler=NAME``.

    The one that is chosen is asked for points, and told what came of them, in the process of the command.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_samplers():
    ...     return {"mine": "my_package.mine:Mine"}
    """


@hookspec
def ravine_config_dirs() -> list[Path]:
    """Offer folders with Hydra configurations of the plugin's own: presets and experiments.

    They join the search path behind the components and ravine's own configurations, so that no file takes the
    name of one of these away. A folder that is not there is a warning.

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

    Called in the process that makes the run, before its data are read; again when a run that was stopped goes
    on. Runs that were made before are not made again, and nobody hears of them.

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

    Called before the first update too, with ``step`` 0, and after the last; the clock of the run stands still.
    A run that was stopped goes on from its last checkpoint.
    ``metrics`` has the names of ``Run.final``: ``train_loss``, ``test_accuracy``, on a surface ``value``.

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

    Called in the process that made the run, which of a sweep is one of several; also for runs that diverged or
    failed: ``run.status`` says so. ``Experiment.run`` writes no files, and does not call it.

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

    Called by the command when the study's table and its claims are written, and by ``ravine figures``.

    Examples
    --------
    >>> from ravine import hookimpl
    >>> @hookimpl
    ... def ravine_study_end(study):
    ...     print(study.summary())
    """
