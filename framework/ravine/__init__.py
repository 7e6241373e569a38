"""ravine: a plugin-based lab for the techniques that make neural networks learn.

The names here are the whole interface for plugins, scripts and notebooks. Each is imported from its module when
it is first used, so that the command answers at once.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ravine.architecture import Architecture, Named
    from ravine.component import Array, Component, MissingPackageError
    from ravine.config import ConfigError, build, compose
    from ravine.dataset import Data, Dataset, Examples
    from ravine.experiment import Experiment
    from ravine.figure import Figure
    from ravine.files import cache_folder, sha256, write_atomically
    from ravine.hookspecs import hookimpl
    from ravine.importance import Importance, importances
    from ravine.initializer import Initializer
    from ravine.intervals import bootstrap_interval
    from ravine.launching import run, sweep
    from ravine.layer import Backward, Layer, ParameterSpec
    from ravine.loss import Loss, one_hot
    from ravine.metric import Metric
    from ravine.optimizer import Optimizer
    from ravine.probe import Probe
    from ravine.problem import Supervised
    from ravine.recording import Run
    from ravine.regularizer import Regularizer
    from ravine.sampler import Goal, Proposals, Sampler, StatelessSampler, Trial, ranked, worth
    from ravine.schedule import Schedule
    from ravine.space import Choice, Dimension, Interval, Point, Space
    from ravine.statistics import RankCorrelations, optimism, rank_correlations
    from ravine.study import Study, load_study
    from ravine.surface import Surface

_HOME = {
    "Architecture": "architecture",
    "Array": "component",
    "Backward": "layer",
    "Choice": "space",
    "Component": "component",
    "ConfigError": "config",
    "Data": "dataset",
    "Dataset": "dataset",
    "Dimension": "space",
    "Examples": "dataset",
    "Experiment": "experiment",
    "Figure": "figure",
    "Goal": "sampler",
    "Importance": "importance",
    "Initializer": "initializer",
    "Interval": "space",
    "Layer": "layer",
    "Loss": "loss",
    "Metric": "metric",
    "MissingPackageError": "component",
    "Named": "architecture",
    "Optimizer": "optimizer",
    "ParameterSpec": "layer",
    "Point": "space",
    "Probe": "probe",
    "Proposals": "sampler",
    "RankCorrelations": "statistics",
    "Regularizer": "regularizer",
    "Run": "recording",
    "Sampler": "sampler",
    "Schedule": "schedule",
    "Space": "space",
    "StatelessSampler": "sampler",
    "Study": "study",
    "Supervised": "problem",
    "Surface": "surface",
    "Trial": "sampler",
    "bootstrap_interval": "intervals",
    "build": "config",
    "cache_folder": "files",
    "compose": "config",
    "hookimpl": "hookspecs",
    "importances": "importance",
    "load_study": "study",
    "one_hot": "loss",
    "optimism": "statistics",
    "rank_correlations": "statistics",
    "ranked": "sampler",
    "run": "launching",
    "sha256": "files",
    "sweep": "launching",
    "worth": "sampler",
    "write_atomically": "files",
}

__all__ = [
    "Architecture",
    "Array",
    "Backward",
    "Choice",
    "Component",
    "ConfigError",
    "Data",
    "Dataset",
    "Dimension",
    "Examples",
    "Experiment",
    "Figure",
    "Goal",
    "Importance",
    "Initializer",
    "Interval",
    "Layer",
    "Loss",
    "Metric",
    "MissingPackageError",
    "Named",
    "Optimizer",
    "ParameterSpec",
    "Point",
    "Probe",
    "Proposals",
    "RankCorrelations",
    "Regularizer",
    "Run",
    "Sampler",
    "Schedule",
    "Space",
    "StatelessSampler",
    "Study",
    "Supervised",
    "Surface",
    "Trial",
    "bootstrap_interval",
    "build",
    "cache_folder",
    "compose",
    "hookimpl",
    "importances",
    "load_study",
    "one_hot",
    "optimism",
    "rank_correlations",
    "ranked",
    "run",
    "sha256",
    "sweep",
    "worth",
    "write_atomically",
]


def __getattr__(name: str) -> Any:
    if name == "registry":  # a module, for ``ravine.registry.load()``
        return importlib.import_module("ravine.registry")
    if name not in _HOME:
        raise AttributeError(f"module 'ravine' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"ravine.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
