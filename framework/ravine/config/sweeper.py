"""Sweeper: the base of what ``hydra/sweeper=NAME`` chooses; it plans runs instead of starting them."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from ravine.base.errors import ConfigError
from ravine.config.hydra_internals import ConfigLoaderImpl
from ravine.config.words import readable

# Hydra imports this for any app that is installed beside ravine.
if TYPE_CHECKING:
    from ravine.engine.experiment import Experiment
    from ravine.plans.plan import Expect, Plan
    from ravine.plans.settings import Subject

__all__ = ["PlanningSweeper", "given", "ignore"]

_PARAMS = "hydra.sweeper.params"


class PlanningSweeper(Sweeper):
    """Base of ravine's sweepers, which return a plan.

    Parameters
    ----------
    max_batch_size : None
        A setting of Hydra's own sweeper. A plan has rounds instead.
    params : mapping, optional
        Overrides of an experiment; those of the command come after them and win.

    Attributes
    ----------
    expect : Expect
        Is told of the study as soon as one of its runs is known.

    Raises
    ------
    ConfigError
        If there is a ``max_batch_size``, or a value of ``params`` is not what a command could have.
    """

    def __init__(self, max_batch_size: None = None, params: Mapping[str, Any] | None = None) -> None:
        if max_batch_size is not None:
            raise ConfigError(
                f"hydra.sweeper.max_batch_size = {max_batch_size}: ravine does not divide sweeps into batches; "
                "workers=N makes N runs at a time, search.batch=N proposes N trials at a time"
            )
        self.params = given(params)
        self.expect: Expect = ignore

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep the configuration around the sweep."""
        assert isinstance(hydra_context.config_loader, ConfigLoaderImpl)
        self.loader: ConfigLoaderImpl = hydra_context.config_loader
        self.config: DictConfig = config

    @abstractmethod
    def plan(self, arguments: Sequence[str], command: str) -> Plan:
        """Check what a command asks for, and return its plan.

        Parameters
        ----------
        arguments : sequence of str
            Overrides as they were typed.
        command : str
            The whole command line.

        Raises
        ------
        ConfigError
            If it cannot be run.
        """

    def sweep(self, arguments: list[str]) -> Any:
        """Refuse to be started by Hydra itself, for another app: its jobs would not be ravine's runs."""
        raise ConfigError("hydra/sweeper=study, search and tune are for ravine -m only")


def ignore(study: str, first: Experiment, subject: Subject, runs: int) -> None:
    """Hear of a study, and do nothing."""


def given(params: Any) -> list[str]:
    """Return the overrides that an experiment gives its sweep.

    Parameters
    ----------
    params : mapping or None
        Its ``hydra.sweeper.params``: settings by their full names, and values as a command would have them.

    Raises
    ------
    ConfigError
        If a value is a list, a mapping or null: a command line has text only.
    """
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise ConfigError(f"{_PARAMS} is a mapping of settings, key: 'values'")
    for key, value in params.items():
        if re.match(r"[+~]*(\[?hydra\b|[^@]*@(.*[.:])?hydra\b|experiment$)", str(key)):
            raise ConfigError(
                f"{_PARAMS}.{key}: a sweep has settings of runs, and neither Hydra's nor experiments"
            )
        if isinstance(value, Mapping):
            inner = next((f"{key}.{name}: {_text(item)}" for name, item in value.items()), f"{key}.NAME: VALUE")
            raise ConfigError(f"{_PARAMS}.{key} is a mapping: settings have their full names there, {inner}")
        if isinstance(value, list):
            several = ",".join(map(_text, value))
            raise ConfigError(
                f"{_PARAMS}.{key} = {_text(value)}: values are written as text there: {several!r} sweeps, "
                f"{_text(value)!r} is one value that is a list"
            )
        if value is None:
            raise ConfigError(f"{_PARAMS}.{key} = null: values are written as text there: 'null'")
    return [readable(f"{key}={value}") for key, value in params.items()]


def _text(value: Any) -> str:
    """Return a value of YAML as a command line would have it."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
