"""ravine: a plugin-based lab for the techniques that make neural networks learn.

The names here are the whole interface for plugins, scripts and notebooks. Those that need Hydra are imported
when they are first used.
"""

from typing import TYPE_CHECKING, Any

from ravine.architecture import Architecture, Named
from ravine.component import Array, Component
from ravine.dataset import Data, Dataset, Examples
from ravine.figure import Figure
from ravine.files import cache_folder, sha256, write_atomically
from ravine.hookspecs import hookimpl
from ravine.initializer import Initializer
from ravine.layer import Backward, Layer, ParameterSpec
from ravine.loss import Loss, one_hot
from ravine.metric import Metric
from ravine.optimizer import Optimizer
from ravine.probe import Probe
from ravine.problem import Supervised
from ravine.recording import Run
from ravine.regularizer import Regularizer
from ravine.schedule import Schedule
from ravine.surface import Surface

if TYPE_CHECKING:
    from ravine.config import ConfigError, build, compose
    from ravine.experiment import Experiment
    from ravine.study import Study, load_study

__all__ = [
    "Architecture",
    "Array",
    "Backward",
    "Component",
    "ConfigError",
    "Data",
    "Dataset",
    "Examples",
    "Experiment",
    "Figure",
    "Initializer",
    "Layer",
    "Loss",
    "Metric",
    "Named",
    "Optimizer",
    "ParameterSpec",
    "Probe",
    "Regularizer",
    "Run",
    "Schedule",
    "Study",
    "Supervised",
    "Surface",
    "build",
    "cache_folder",
    "compose",
    "hookimpl",
    "load_study",
    "one_hot",
    "sha256",
    "write_atomically",
]

_LATER = {
    "ConfigError": "config",
    "build": "config",
    "compose": "config",
    "Experiment": "experiment",
    "Study": "study",
    "load_study": "study",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(f"ravine.{_LATER[name]}"), name)
    raise AttributeError(f"module 'ravine' has no attribute {name!r}")
