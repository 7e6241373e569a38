"""Kinds: what there is of components."""

from __future__ import annotations

from ravine.base.names import nearest
from ravine.contracts.component import Component
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

__all__ = [
    "ALIASES",
    "CHOSEN",
    "GROUPS",
    "KINDS",
    "SUPERVISED",
    "nearest_kind",
]


CHOSEN = {
    "optimizer": "optimizer={}",
    "initializer": "initializer={}",
    "layer": "network.activation={} or 'network.layers=[…,{}]'",
    "regularizer": "regularizer={}",
    "loss": "loss={}",
    "schedule": "schedule={}",
    "surface": "problem={}",
    "dataset": "dataset={}",
    "network": "network={}",
    "probe": "'probes=[{}]'",
    "metric": "metric: {} in a claim",
    "figure": "'figures=[{}]'",
    "sampler": "hydra/sweeper=search sampler={}",
}
"""How a component of each kind is asked for."""


SUPERVISED = ("dataset", "network", "initializer", "loss", "regularizer")
"""Groups that make sense for a network and not for a surface; so do probes."""


GROUPS = {
    "problem": "surface",
    "optimizer": "optimizer",
    "schedule": "schedule",
    "dataset": "dataset",
    "network": "network",
    "initializer": "initializer",
    "loss": "loss",
    "regularizer": "regularizer",
    "sampler": "sampler",
}
"""Hydra groups that the registry fills, and the kind of component in each."""


KINDS: dict[str, tuple[str, type[Component]]] = {
    "optimizer": ("ravine_optimizers", Optimizer),
    "initializer": ("ravine_initializers", Initializer),
    "layer": ("ravine_layers", Layer),
    "regularizer": ("ravine_regularizers", Regularizer),
    "loss": ("ravine_losses", Loss),
    "schedule": ("ravine_schedules", Schedule),
    "surface": ("ravine_surfaces", Surface),
    "dataset": ("ravine_datasets", Dataset),
    "network": ("ravine_networks", Architecture),
    "probe": ("ravine_probes", Probe),
    "metric": ("ravine_metrics", Metric),
    "sampler": ("ravine_samplers", Sampler),
    "figure": ("ravine_figures", Figure),
}


ALIASES = {
    "problem": "surface",
    "activation": "layer",
    **{hook.removeprefix("ravine_"): kind for kind, (hook, _) in KINDS.items()},
}
"""Words that one may take for a kind, and which is meant."""


def nearest_kind(word: str) -> str:
    """Return the end of an error's sentence: the kind that ``word`` may have meant."""
    return f"; did you mean {ALIASES[word]}?" if word in ALIASES else nearest(word, KINDS)
