"""Plain: a composed configuration as plain values, which name no callable.

It needs no Hydra: a worker is given a configuration that has been composed.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ravine import registry
from ravine.base.errors import ConfigError
from ravine.config.resolvers import limited
from ravine.engine.experiment import Experiment
from ravine.engine.settings import TRAINING
from ravine.plans.settings import Subject
from ravine.registry.kinds import GROUPS, KINDS

__all__ = [
    "as_yaml",
    "form_of",
    "plain",
    "refuse_others_training",
    "refuse_renamed",
    "refuse_targets",
    "what_is_given",
]


def what_is_given(value: Any) -> str:
    """Return the type of a value, as a sentence begins: ``an Experiment``."""
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def refuse_targets(values: Mapping[str, Any]) -> None:
    """Refuse values, with everything resolved, that name a callable.

    Raises
    ------
    ConfigError
        Saying where.
    """
    for path in _targets(values):
        where = ".".join(path) or "the configuration"
        raise ConfigError(f"{where}: components are chosen by registered name, never by _target_")


def _targets(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of mappings with the key ``_target_``."""
    if isinstance(value, Mapping):
        if "_target_" in value:
            yield path
        for key, item in value.items():
            yield from _targets(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _targets(item, (*path, str(i)))


@limited()
def refuse_renamed(cfg: DictConfig | Mapping[str, Any]) -> None:
    """Refuse ``optimizer.name=…``: it would mix one component's name with another's fields."""
    for key in GROUPS if isinstance(cfg, DictConfig) else ():
        chosen = OmegaConf.get_type(cfg[key]) if isinstance(cfg.get(key), DictConfig) else None
        wanted = getattr(chosen, "__dataclass_fields__", {}).get("name")
        if wanted is not None and cfg[key].name != wanted.default:
            raise ConfigError(f"{key}.name = {cfg[key].name!r} chooses nothing: write {key}={cfg[key].name}")


@limited()
def refuse_others_training(cfg: DictConfig | Mapping[str, Any]) -> None:
    """Refuse ``training=surface`` for a network that learns, and so on."""
    if not (isinstance(cfg, DictConfig) and isinstance(cfg.get("training"), DictConfig)):
        return
    classes = {made.__name__: name for name, made in TRAINING.items()}
    chosen = classes.get(getattr(OmegaConf.get_type(cfg["training"]), "__name__", ""))
    name = OmegaConf.select(cfg, "problem.name")
    own = form_of(name)
    if chosen not in (None, own) and name is not None:
        what = f"problem={name}" if own == "supervised" else f"problem={name}, a {own},"
        of = "problem=supervised" if chosen == "supervised" else KINDS[chosen].plural
        raise ConfigError(f"training={chosen} is for {of}; {what} has training={own}")


def form_of(problem: Any) -> str:
    """Return the form of a problem, a key of ``TRAINING``, given its name."""
    if problem == "supervised":
        return "supervised"
    entry = registry.load().among("problem").get(str(problem))
    # A name that there is not is refused where the component is made.
    return entry.kind if entry else "surface"


def as_yaml(experiment: Experiment, subject: Subject, study: str) -> str:
    """Return a run's configuration as text: ``ravine --config-path FOLDER --config-name config`` runs it again.

    Claims are left out, because they belong to the study and not to one run.
    """
    about = {"study": study, "question": subject.question, "figures": list(subject.figures)}
    return OmegaConf.to_yaml(OmegaConf.create({**about, **experiment.config}))


def _resolved(value: Any) -> Any:
    return (
        OmegaConf.to_container(value, resolve=True, enum_to_str=True) if OmegaConf.is_config(value) else value
    )


@limited()
def plain(cfg: DictConfig | Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as plain values, with everything resolved and no way to name a callable."""
    if isinstance(cfg, DictConfig):
        named = {str(key): _resolved(cfg[key]) for key in cfg if key != "hydra"}
    else:
        named = {str(key): copy.deepcopy(value) for key, value in cfg.items() if key != "hydra"}
    refuse_targets(named)
    for key, value in _numbers(named):
        if not math.isfinite(value):
            raise ConfigError(f"{key} = {value}: it is a finite number")
    return named


def _numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Yield all numbers with a point, in whatever lists and mappings, by their full keys."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _numbers(item, f"{key}[{i}]")
    elif isinstance(value, float):
        yield key, value
