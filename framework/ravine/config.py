"""Configuration: from overrides to a composed configuration, and from that to an experiment.

``build`` looks names up in the registry, once; after it, nothing sees a configuration object.
"""

from __future__ import annotations

import copy
import math
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from ravine import registry
from ravine.architecture import Architecture, Named
from ravine.claims import Claim
from ravine.component import Component
from ravine.execution import Execution
from ravine.experiment import Experiment
from ravine.explain import explain
from ravine.fields import FieldError, construct
from ravine.figure import Figure
from ravine.groups import GROUPS, SUPERVISED, TRAINING, conf_folder, setup
from ravine.layer import Layer
from ravine.ledger import flat
from ravine.names import nearest
from ravine.problem import Descent, Problem, Supervised
from ravine.randomness import Streams
from ravine.registry import Entry, PluginError, UnknownNameError
from ravine.regularizer import Regularizer
from ravine.sampler import Sampler
from ravine.statistics import STATISTICS, Statistic
from ravine.training import BatchTraining, Training

__all__ = [
    "ConfigError",
    "as_yaml",
    "build",
    "claims",
    "compose",
    "figures",
    "refuse_targets",
    "sampler",
    "seal",
    "whole",
]

EXECUTION = ("workers", "on_error", "checkpoint_seconds")
NOT_SCIENCE = ("study", "question", "figures", "claims", "values", "search", "sampler", *EXECUTION)
"""Keys that change no number of a run."""

_COMPOSING = threading.Lock()
STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=,+-]{0,127}")


class ConfigError(ValueError):
    """A configuration cannot be run; the message says what is wrong, where, and what is possible.

    Parameters
    ----------
    text : str
        The message.
    section : str
        Which part of the configuration it is about, ``optimizer``; nothing where that is not known.
    """

    def __init__(self, text: str, section: str = "") -> None:
        super().__init__(text)
        self.section = section


def compose(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> DictConfig:
    """Compose a configuration as the command does.

    Parameters
    ----------
    overrides : sequence of str
        In the command's words: ``["problem=ravine", "optimizer.lr=0.9", "training.steps=100"]``.
    config_dir : path, optional
        A folder with configurations of your own, searched first.

    Returns
    -------
    DictConfig
        For ``ravine.build``.

    Raises
    ------
    ConfigError
        If it cannot be composed: what is wrong, and what is possible.

    Examples
    --------
    >>> import ravine
    >>> cfg = ravine.compose(["problem=ravine", "optimizer.lr=0.5", "training.steps=2"])
    >>> print(cfg.problem.name, cfg.optimizer.lr, cfg.seed)
    ravine 0.5 0
    """
    setup()
    words = list(overrides)
    if config_dir is not None:
        words.append(f"hydra.searchpath=[file://{Path(config_dir).resolve()}]")
    with _COMPOSING:  # Hydra composes by a global: one thread at a time, and whose it was gets it back
        others = GlobalHydra.instance().hydra
        GlobalHydra.instance().clear()
        try:
            with initialize_config_dir(str(conf_folder()), version_base="1.3", job_name="ravine"):
                return hydra_compose("config", overrides=words)
        except Exception as error:
            raise ConfigError(explain(error)) from error
        finally:
            GlobalHydra.instance().hydra = others


# ---- configuration → experiment ------------------------------------------------------------------------------


def build(cfg: DictConfig | Mapping[str, Any]) -> Experiment:
    """Make an experiment of a composed configuration; every name, field and range is checked here.

    Parameters
    ----------
    cfg : DictConfig or mapping
        From ``compose``, from Hydra, or read back from a run's ``config.yaml``.

    Raises
    ------
    ConfigError
        If it cannot be run: what is wrong, where, and what is possible.

    Examples
    --------
    >>> import ravine
    >>> run = ravine.build(ravine.compose(["problem=ravine", "optimizer.lr=0.5", "training.steps=2"])).run()
    >>> print(run.status, run.step, round(run.final["value"], 3))
    completed 2 1.996
    """
    try:
        _refuse_renamed(cfg)
        builder = _Builder(_plain(cfg))
    except OmegaConfBaseException as error:
        raise ConfigError(explain(error)) from error
    try:
        return builder.experiment()
    except (ConfigError, FieldError, UnknownNameError, PluginError) as error:
        raise ConfigError(str(error), builder.section) from error.__cause__


def sampler(cfg: DictConfig | Mapping[str, Any]) -> Sampler:
    """Make the sampler that a configuration chooses.

    Raises
    ------
    ConfigError
        If its name or a field is unknown.
    """
    made: Sampler = _Builder(_plain(cfg))._chosen("sampler")
    return made


def figures(items: Sequence[Named]) -> dict[str, Figure]:
    """Make figures of names, or of mappings with their fields.

    Raises
    ------
    ConfigError
        If a name or a field is unknown.
    """
    return _Builder({"figures": list(items)}).figures()


def claims(items: Sequence[Mapping[str, Any]]) -> list[Claim]:
    """Make claims of mappings with their fields.

    Parameters
    ----------
    items : sequence of mapping
        ``metric``, or ``statistic``, is a name, or a mapping with its name and fields.

    Raises
    ------
    ConfigError
        If a metric or statistic, its name or a field is unknown.
    """
    return _Builder({"claims": list(items)}).claims()


class _Builder:
    """Looks names up, makes components, and remembers which were used, and in which section it is."""

    def __init__(self, cfg: dict[str, Any]) -> None:
        self.cfg = cfg
        self.section = ""
        self.used: dict[str, Entry] = {}
        self.resolved: dict[str, Any] = {}
        self.made: dict[str, Any] = {}

    def experiment(self) -> Experiment:
        cfg = self.cfg
        problem = self._section("problem")
        name = problem.get("name")
        supervised = name == "supervised"
        allowed = ["problem", "optimizer", "schedule", "training", "seed", *NOT_SCIENCE]
        if supervised:
            allowed += [*SUPERVISED, "probes"]
        for key in cfg:
            self.section = key
            if key in (*SUPERVISED, "probes") and not supervised:
                raise ConfigError(
                    f"{key} makes no sense with problem={name}, a surface; it goes with problem=supervised"
                )
            if key == "experiment":
                raise ConfigError("an experiment is settings, key: value, below the line # @package _global_")
            if key not in allowed:
                raise ConfigError(f"there is no setting {key!r}{nearest(key, allowed)}")
        self.section = "seed"
        if type(cfg.get("seed")) is not int or cfg["seed"] < 0:
            raise ConfigError(f"seed = {cfg.get('seed')!r}: it is a whole number, 0 or more")
        self.section = "study"
        if cfg.get("study") is not None and not STUDY_NAME.fullmatch(str(cfg["study"])):
            raise ConfigError(
                f"study = {cfg['study']!r}: it is a folder's name, up to 128 letters, digits and . _ = , + -"
            )
        if supervised and set(self._section("problem")) != {"name"}:
            raise ConfigError(f"problem=supervised has no field {min(set(problem) - {'name'})!r}")
        training = self._fields("training", TRAINING["supervised" if supervised else "surface"])
        return Experiment(
            make_problem=self._supervised(training) if supervised else self._descent(training),
            optimizer=self._chosen("optimizer"),
            schedule=self._chosen("schedule"),
            regularizer=self._chosen("regularizer") if supervised else Regularizer(),
            training=training,
            seed=cfg["seed"],
            study=cfg.get("study"),
            execution=self._execution(),
            question=cfg.get("question"),
            probes=self._list("probe", "probes"),
            figures=self._items("figures") if self.figures() else [],
            claims=self._items("claims") if self.claims() else [],
            config={key: self.resolved.get(key, cfg[key]) for key in cfg if key not in NOT_SCIENCE},
            dataset=self.made.get("dataset"),
            used={role: entry for role, entry in self.used.items() if entry.kind not in ("figure", "metric")},
        )

    def _execution(self) -> Execution:
        self.section = ""
        made: Execution = construct(Execution, {key: self.cfg[key] for key in EXECUTION if key in self.cfg})
        return made

    def figures(self) -> dict[str, Figure]:
        return self._list("figure", "figures")

    def claims(self) -> list[Claim]:
        made = []
        for i, item in enumerate(self._items("claims")):
            where = f"claims[{i}]"
            given = {str(key): value for key, value in item.items()} if isinstance(item, Mapping) else {}
            measure = "statistic" if "statistic" in given else "metric"
            if lacks := {"says", measure, "is"} - given.keys():
                gone = " and no ".join(sorted(lacks))
                raise ConfigError(
                    f"{where}: a claim is a mapping with says, metric or statistic, and is; here is no {gone}"
                )
            given["is_"] = given.pop("is")
            for key in given.keys() & {"metric", "than_metric"}:
                given[key] = self._component("metric", given[key], where)
            if "statistic" in given:
                given["statistic"] = self._statistic(given["statistic"], where)
            try:
                made.append(construct(Claim, given))
            except FieldError as error:
                raise ConfigError(f"{where}: {error}") from None
        return made

    def _statistic(self, item: Named, where: str) -> Statistic:
        """Make a statistic from a name, or from a mapping with its name and fields."""
        fields_of = dict(item) if isinstance(item, Mapping) else {"name": item}
        name = fields_of.pop("name", None)
        if name not in STATISTICS:
            near = nearest(str(name), STATISTICS)
            raise ConfigError(f"{where}: no statistic is called {name!r}{near}")
        try:
            made: Statistic = construct(STATISTICS[name], fields_of)
        except FieldError as error:
            raise ConfigError(f"{where}: {error}") from None
        return made

    def _items(self, key: str) -> list[Any]:
        self.section = key
        items = self.cfg.get(key) or []
        if not isinstance(items, list):
            raise ConfigError(f"{key} = {items!r}: it is a list, [{items}]")
        return items

    def _list(self, kind: str, key: str) -> dict[str, Any]:
        """Make components of a list of names, or of mappings with their fields."""
        items = self._items(key)
        made = [self._component(kind, item, f"{key}[{i}]") for i, item in enumerate(items)]
        names = [item if isinstance(item, str) else item["name"] for item in items]
        if len(set(names)) < len(names):
            raise ConfigError(f"{key}: {max(names, key=names.count)} is asked for twice")
        return dict(zip(names, made, strict=True))

    def _descent(self, training: Training) -> Callable[[Streams], Problem]:
        surface = self._chosen("problem")
        return lambda streams: Descent(surface, dtype=training.dtype)

    def _supervised(self, training: BatchTraining) -> Callable[[Streams], Problem]:
        dataset, network, initializer, loss = (self._chosen(key) for key in SUPERVISED[:4])
        self._layers(network, 1)  # names and fields are checked before there are data
        return lambda streams: Supervised(
            dataset=dataset,
            layers=lambda n_out: self._layers(network, n_out),
            initializer=initializer,
            loss=loss,
            batch_size=training.batch_size,
            sampling=training.sampling,
            evaluation_samples=training.evaluation_samples,
            streams=streams,
            dtype=training.dtype,
        )

    def _layers(self, network: Architecture, n_out: int) -> list[tuple[str, Layer]]:
        self.section = "network"
        try:
            stack = list(network.stack(n_out))
        except Exception as error:
            raise ConfigError(self.used["network"].blame(error)) from error
        layers = [self._component("layer", item, f"layer {i} of the network") for i, item in enumerate(stack)]
        return [
            (item if isinstance(item, str) else item["name"], layer)
            for item, layer in zip(stack, layers, strict=True)
        ]

    def _chosen(self, key: str) -> Any:
        made = self.made[key] = self._component(GROUPS[key], self._section(key), key)
        self.resolved[key] = {"name": self.used[key].name, **_plain_fields(made)}
        return made

    def _component(self, kind: str, item: Named, where: str) -> Any:
        """Make one component from a name, or from a mapping with its name and fields."""
        values = {"name": item} if isinstance(item, str) else item
        if where in GROUPS and isinstance(values, Mapping) and "name" not in values:
            raise ConfigError(
                f"{where} = {item!r}: it has no name; a preset's file begins with defaults: [NAME, _self_]"
            )
        if not isinstance(values, Mapping) or not isinstance(values.get("name"), str):
            raise ConfigError(f"{where} = {item!r}: it is a {kind}'s name, or a mapping with the key 'name'")
        try:
            entry = registry.load().entry(kind, values["name"])
            made = entry.make({key: value for key, value in values.items() if key != "name"})
        except (FieldError, UnknownNameError) as error:
            raise ConfigError(f"{where}: {error}") from None
        self.used[where if kind != "layer" else f"layer {entry.name}"] = entry
        return made

    def _fields(self, key: str, cls: type[Any]) -> Any:
        try:
            made = construct(cls, self._section(key))
            self.resolved[key] = _plain_fields(made)
            return made
        except FieldError as error:
            raise ConfigError(f"{key}: {error}") from None

    def _section(self, key: str) -> Mapping[str, Any]:
        self.section = key
        section = self.cfg.get(key)
        if not isinstance(section, Mapping):
            raise ConfigError(
                f"{key} = {section!r}: it is a mapping of settings, or a group chosen by {key}=NAME"
            )
        return section


def refuse_targets(cfg: DictConfig | Mapping[str, Any]) -> None:
    """Refuse a configuration that names a callable, apart from Hydra's launcher and sweeper.

    Raises
    ------
    ConfigError
        Saying where.
    """
    plain = OmegaConf.to_container(cfg) if isinstance(cfg, DictConfig) else cfg
    own = {("hydra", "launcher"), ("hydra", "sweeper")}
    for path in _targets(plain):
        if path not in own:
            where = ".".join(path) or "the configuration"
            raise ConfigError(f"{where}: components are chosen by registered name, never by _target_")


def seal(cfg: DictConfig) -> None:
    """Replace what Hydra makes its launcher and sweeper of by plain values, and refuse what could run code.

    An interpolation can make a ``_target_`` that is written nowhere. So it is resolved here, once: what is
    checked is what Hydra gets.

    Parameters
    ----------
    cfg : DictConfig
        With Hydra's own settings; changed in place.

    Raises
    ------
    ConfigError
        Saying where a callable is named, or text would be resolved once more.
    """
    refuse_targets(cfg)
    for key in ("launcher", "sweeper"):
        section = cfg.hydra[key]
        plain = OmegaConf.to_container(section, resolve=True) if OmegaConf.is_config(section) else section
        if not isinstance(plain, dict) or not isinstance(plain.get("_target_"), str):
            raise ConfigError(f"hydra.{key} = {plain!r}: it is a mapping, chosen with hydra/{key}=NAME")
        refuse_targets({"hydra": {key: plain}})
        for setting, value in flat({"hydra": {key: plain}}).items():
            if "${" in str(value):
                raise ConfigError(f"{setting} = {value!r}: it contains ${{, which would be resolved once more")
        with flag_override(cfg, ["struct", "readonly"], False):
            cfg.hydra[key] = plain


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


def _refuse_renamed(cfg: DictConfig | Mapping[str, Any]) -> None:
    """Refuse ``optimizer.name=…``: it would mix one component's name with another's fields."""
    for key in GROUPS if isinstance(cfg, DictConfig) else ():
        chosen = OmegaConf.get_type(cfg[key]) if isinstance(cfg.get(key), DictConfig) else None
        wanted = getattr(chosen, "__dataclass_fields__", {}).get("name")
        if wanted is not None and cfg[key].name != wanted.default:
            raise ConfigError(f"{key}.name = {cfg[key].name!r} chooses nothing: write {key}={cfg[key].name}")


def _plain_fields(component: Component) -> dict[str, Any]:
    """Return a component's fields as a file would have them: the same however they were written."""
    values = {item.name: getattr(component, item.name) for item in fields(component)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def whole(experiment: Experiment, study: str) -> dict[str, Any]:
    """Return a run's configuration as plain values, from which ``build`` makes the same run.

    Claims are left out: they are the study's, and of one run there is nothing to claim.
    """
    kept = {key: getattr(experiment, key) for key in ("question", "figures")}
    return {"study": study, **kept, **experiment.config}


def as_yaml(experiment: Experiment, study: str) -> str:
    """Return it as text: ``ravine --config-path FOLDER --config-name config`` runs it again."""
    return OmegaConf.to_yaml(OmegaConf.create(whole(experiment, study)))


def _resolved(value: Any) -> Any:
    return (
        OmegaConf.to_container(value, resolve=True, enum_to_str=True) if OmegaConf.is_config(value) else value
    )


def _plain(cfg: DictConfig | Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as plain values, with everything resolved and no way to name a callable."""
    refuse_targets(cfg)
    if isinstance(cfg, DictConfig):
        named = {str(key): _resolved(cfg[key]) for key in cfg if key != "hydra"}
    else:
        named = {str(key): copy.deepcopy(value) for key, value in cfg.items() if key != "hydra"}
    for key, value in flat(named).items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, float) and not math.isfinite(item):
                raise ConfigError(f"{key} = {value}: it is a finite number")
    return named
