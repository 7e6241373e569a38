"""Build: from a composed configuration to an experiment.

``build`` looks each name up in the registry, once. Nothing after it sees a configuration object.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from ravine.base.errors import ConfigError, FieldError, PluginError, UnknownNameError, of
from ravine.base.names import nearest
from ravine.base.types import Named
from ravine.config.explain import WITHOUT_PACKAGE, explain
from ravine.config.plain import form_of, plain, refuse_others_training, refuse_renamed, what_is_given
from ravine.config.words import STUDY, STUDY_NAME
from ravine.contracts.component import Component
from ravine.contracts.fields import check_numbers, construct, default, free_texts
from ravine.contracts.network import Architecture
from ravine.contracts.surface import Surface
from ravine.engine.data import fingerprint, n_out_of
from ravine.engine.descent import Descent
from ravine.engine.experiment import Experiment
from ravine.engine.function import FunctionProblem
from ravine.engine.network import Node
from ravine.engine.problem import Problem
from ravine.engine.randomness import Streams
from ravine.engine.settings import TRAINING, BatchTraining, Training
from ravine.engine.supervised import SupervisedProblem
from ravine.engine.unregularized import Unregularized
from ravine.evidence.claim import make_claims
from ravine.plans.settings import Execution, Subject
from ravine.records.run import EXECUTION, NOT_SCIENCE
from ravine.registry.entry import Entry, asked_for
from ravine.registry.guard import blaming
from ravine.registry.kinds import GROUPS, KINDS, SUPERVISED
from ravine.registry.listeners import Plugins
from ravine.registry.make import (
    listed,
    make_component,
    make_components,
    make_figures,
    make_nodes,
    make_trackers,
)
from ravine.registry.provenance import origin, versions
from ravine.registry.registry import load

__all__ = ["build", "build_both"]


def build(cfg: DictConfig | Mapping[str, Any]) -> Experiment:
    """Make an experiment from a composed configuration; every name, field and range is checked here.

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
    return build_both(cfg)[0]


def build_both(cfg: DictConfig | Mapping[str, Any]) -> tuple[Experiment, Subject]:
    """Make an experiment, and return with it what its study is about; see ``build``."""
    if not isinstance(cfg, DictConfig | Mapping):
        given = what_is_given(cfg)
        if isinstance(cfg, Experiment):
            raise ConfigError(f"{given} is given: it is built already; experiment.run() runs it")
        words = [cfg] if isinstance(cfg, str) else cfg if isinstance(cfg, list) else None
        example = '["seed=0"]' if words is None else repr(words)
        raise ConfigError(
            f"{given} is given: build takes a configuration: ravine.build(ravine.compose({example}))"
        )
    try:
        refuse_renamed(cfg)
        refuse_others_training(cfg)
        builder = _Builder(plain(cfg))
    except OmegaConfBaseException as error:
        raise ConfigError(explain(error)) from error
    try:
        with asked_for() as builder.asked:
            experiment = builder.experiment()
        chosen = _presets(cfg, experiment.config) if isinstance(cfg, DictConfig) and "hydra" in cfg else {}
        return replace(experiment, chosen=chosen), builder.subject()
    except (ConfigError, FieldError, UnknownNameError, PluginError) as error:
        raise ConfigError(str(error), builder.section) from error.__cause__


class _Builder:
    """Looks names up and makes components; remembers which it used, and which section it is reading."""

    def __init__(self, cfg: dict[str, Any]) -> None:
        self.cfg = cfg
        self.section = ""
        self.used: dict[str, Entry] = {}
        self.asked: dict[str, Entry] = {}
        self.layers: dict[str, Entry] = {}
        self.asked_by_layers: dict[str, Entry] = {}
        self.resolved: dict[str, Any] = {}
        self.made: dict[str, Any] = {}
        self.dtype = ""

    def experiment(self) -> Experiment:
        cfg = self.cfg
        problem = self._section("problem")
        name = problem.get("name")
        supervised = name == "supervised"
        allowed = ["problem", "optimizer", "schedule", "schedules", "initializers", "transform", "stop"]
        allowed += ["training", "seed", *NOT_SCIENCE]
        if supervised:
            allowed += SUPERVISED
        for key in cfg:
            self.section = key
            given = key in SUPERVISED or (key == "initializers" and cfg[key])
            if given and not supervised:
                raise ConfigError(
                    f"{key} makes no sense with problem={name}, a {form_of(name)}; "
                    "it goes with problem=supervised"
                )
            if key == "experiment":
                raise ConfigError(WITHOUT_PACKAGE)
            if key not in allowed:
                raise ConfigError(f"there is no setting {key!r}{nearest(key, allowed)}")
        self.section = "values"
        if not isinstance(values := cfg.get("values"), Mapping | None):
            raise ConfigError(f"values = {values!r}: it is a mapping of named values: +values.NAME={values}")
        self.section = "seed"
        if type(cfg.get("seed")) is not int or cfg["seed"] < 0:
            raise ConfigError(f"seed = {cfg.get('seed')!r}: it is a whole number, 0 or more")
        if supervised and set(self._section("problem")) != {"name"}:
            raise ConfigError(f"problem=supervised has no field {min(set(problem) - {'name'})!r}")
        training = self._fields("training", TRAINING[form_of(name)])
        self.dtype = training.dtype
        self.resolved["training"]["groups"] = [_given(group) for group in training.made_groups()]
        return Experiment(
            make_problem=self._supervised(training) if supervised else self._function(training),
            optimizer=self._chosen("optimizer"),
            schedule=self._chosen("schedule"),
            regularizer=self._chosen("regularizer") if supervised else Unregularized(),
            training=training,
            seed=cfg["seed"],
            probes=self._listed("probe"),
            transforms=self._listed("transform"),
            stops=self._listed("stop"),
            schedules=self._by_name("schedule", "schedules", "fields"),
            config=self._science(),
            data=functools.partial(fingerprint, self.made["dataset"]) if supervised else None,
            components=self._origins(),
            components_for_data=self._origins_for_data if supervised else None,
            versions=versions(self._entries().values()),
            listener=Plugins(),
            # Components of layers come in later.
            guard=lambda: blaming(self._entries().values()),
        )

    def _entries(self) -> dict[str, Entry]:
        """Return the components by role: those that the configuration names, and those that these look up."""
        named, asked = self.used | self.layers, self.asked | self.asked_by_layers
        return named | {role: entry for role, entry in asked.items() if entry not in named.values()}

    def _origins(self) -> dict[str, dict[str, Any]]:
        # What is asked for here is known already.
        with asked_for():
            return {role: origin(entry) for role, entry in sorted(self._entries().items())}

    def _origins_for_data(self) -> dict[str, dict[str, Any]]:
        self._note_layers(n_out_of(self.made["dataset"]))
        return self._origins()

    def _note_layers(self, n_out: int) -> None:
        """Note which layers the network has for so many outputs, and what these look up."""
        self.layers = {}
        with asked_for() as self.asked_by_layers:
            self._nodes(self.made["network"], n_out)

    def subject(self) -> Subject:
        """Return what the study is about."""
        cfg = self.cfg
        self.section = "study"
        if cfg.get("study") is not None and not STUDY_NAME.fullmatch(str(cfg["study"])):
            raise ConfigError(f"study = {cfg['study']!r}: {STUDY}")
        self.section = ""
        execution: Execution = construct(Execution, {key: cfg[key] for key in EXECUTION if key in cfg})
        return Subject(
            name=cfg.get("study"),
            question=cfg.get("question"),
            figures=self._figures(),
            claims=self._claims(),
            execution=execution,
            source=cfg.get("source"),
            track=self._trackers(),
        )

    def _science(self) -> dict[str, Any]:
        """Return the configuration of a run as plain values, without what changes no number of it."""
        cfg = {key: value for key, value in self.cfg.items() if key not in NOT_SCIENCE}
        science = {key: self.resolved.get(key, value) for key, value in cfg.items()}
        # A run without these has the name that it had before there were any.
        for key in ("transform", "stop", "schedules", "scores", "initializers", "augment"):
            if not science.get(key):
                science.pop(key, None)
        if not science["training"]["groups"]:
            science["training"] = {k: v for k, v in science["training"].items() if k != "groups"}
        return science

    def _by_name(self, kind: str, key: str, of: str) -> dict[str, Any]:
        """Return the components of a setting that is a mapping, by name: of a field, or of a weight."""
        self.section = key
        asked = self.cfg.get(key) or {}
        if not isinstance(asked, Mapping):
            raise ConfigError(f"{key} = {asked!r}: it is a mapping of {of}: {key}.{of.upper()[:-1]}=NAME")
        made: dict[str, Any] = {}
        resolved: dict[str, Any] = {}
        for path, item in _paths(asked, key, kind):
            where = f"{key}.{path}"
            entry, made[path] = make_component(kind, item, where)
            self._holds(made[path], where)
            self.used[where] = entry
            resolved[path] = {"name": entry.name, **_plain_fields(made[path])}
        self.resolved[key] = resolved
        return made

    def _listed(self, kind: str) -> dict[str, Any]:
        """Return the components of a setting that is a list, by name."""
        self.section = key = str(KINDS[kind].setting)
        made = make_components(kind, self.cfg.get(key), key)
        for i, (entry, component) in enumerate(made.values()):
            self._holds(component, f"{key}[{i}]")
            if kind == "probe":
                _refuse_unknown_layers(entry, component, f"{key}[{i}]")
            self.used[f"{key}[{i}]"] = entry
            if kind == "score" and entry.name in ("loss", "accuracy"):
                raise ConfigError(f"{key}[{i}]: evaluations have {entry.name} without a score of that name")
        # Probes were written as they were typed once, and most were typed as short as possible.
        of = _given if kind == "probe" else _plain_fields
        whole = [{"name": entry.name, **of(component)} for entry, component in made.values()]
        self.resolved[key] = [item["name"] if kind == "probe" and len(item) == 1 else item for item in whole]
        return {name: component for name, (_, component) in made.items()}

    def _figures(self) -> list[Named]:
        """Return the figures as the configuration has them, after making each once to check it."""
        self.section = "figures"
        figures = listed(self.cfg.get("figures"), "figures")
        make_figures(figures)
        return figures

    def _trackers(self) -> list[Named]:
        """Return the trackers as the configuration has them, after making each once to check it."""
        self.section = "track"
        make_trackers(self.cfg.get("track"))
        return listed(self.cfg.get("track"), "track")

    def _claims(self) -> list[Mapping[str, Any]]:
        """Return the claims as the configuration has them, after making each once to check it."""
        self.section = "claims"
        make_claims(self.cfg.get("claims"))
        return listed(self.cfg.get("claims"), "claims")

    def _component(self, kind: str | Sequence[str], item: Named, where: str) -> Any:
        entry, made = make_component(kind, item, where)
        # A dataset computes in types of its own; what it loads is checked.
        if entry.kind != "dataset":
            self._holds(made, where)
        if entry.kind == "layer":
            self.layers[f"layer {entry.name}"] = entry
        else:
            self.used[where] = entry
        return made

    def _holds(self, component: Component, where: str) -> None:
        """Check that the type of the run can hold the numbers in a component's fields."""
        try:
            check_numbers(component, self.dtype)
        except FieldError as error:
            raise ConfigError(f"{where}: {error}") from None

    def _function(self, training: Training) -> Callable[[Streams], Problem]:
        function = self._chosen("problem")
        if isinstance(function, Surface):
            return lambda streams: Descent(function, dtype=training.dtype)

        def make(streams: Streams) -> Problem:
            with of("problem"):
                return FunctionProblem(function, streams=streams, dtype=training.dtype)

        return make

    def _supervised(self, training: BatchTraining) -> Callable[[Streams], Problem]:
        sections = ("dataset", "network", "initializer", "loss")
        dataset, network, initializer, loss = (self._chosen(key) for key in sections)
        scores = self._listed("score")
        initializers = self._by_name("initializer", "initializers", "weights")
        augmentations = self._listed("augmentation")
        # The layers' names and fields are checked before there are data.
        self._note_layers(1)
        return lambda streams: SupervisedProblem(
            dataset=dataset,
            nodes=lambda n_out: self._nodes(network, n_out),
            initializer=initializer,
            loss=loss,
            batch_size=training.batch_size,
            sampling=training.sampling,
            evaluation_samples=training.evaluation_samples,
            streams=streams,
            dtype=training.dtype,
            scores=scores,
            initializers=initializers,
            augmentations=augmentations,
        )

    def _nodes(self, network: Architecture, n_out: int) -> list[Node]:
        self.section = "network"
        entry = self.used["network"]
        _refuse_unknown_layers(entry, network, "network")
        try:
            return make_nodes(
                network.stack(n_out), "the network", lambda item, where: self._component("layer", item, where)
            )
        except PluginError:
            # Of a layer.
            raise
        except (Exception, SystemExit) as error:
            # The layers of a built-in network are the user's.
            if entry.built_in and isinstance(error, ConfigError):
                raise
            raise ConfigError(entry.blame(error)) from error

    def _chosen(self, key: str) -> Any:
        made = self.made[key] = self._component(GROUPS[key], self._section(key), key)
        self.resolved[key] = {"name": self.used[key].name, **_plain_fields(made)}
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


def _paths(asked: Mapping[str, Any], key: str, kind: str, before: str = "") -> Iterator[tuple[str, Named]]:
    """Yield paths and components; a dot on the command line makes a mapping in a mapping."""
    for name, item in asked.items():
        if isinstance(item, Mapping) and "name" not in item:
            if not all(isinstance(inner, str | Mapping) for inner in item.values()) or not item:
                a = "an" if kind[0] in "aeiou" else "a"
                raise ConfigError(f"{key}.{before}{name} = {dict(item)!r}: it has no name of {a} {kind}")
            yield from _paths(item, key, kind, f"{before}{name}.")
        else:
            yield f"{before}{name}", item


def _refuse_unknown_layers(entry: Entry, made: Component, where: str) -> None:
    """Refuse texts of a network or a probe that name no layer, also those that these settings do not use.

    The texts of ravine's own networks and probes are names of layers. What those of others are, they know.
    """
    for name, text in free_texts(made) if entry.built_in else ():
        try:
            load().entry("layer", text)
        except UnknownNameError as error:
            raise ConfigError(f"{where}: {name} = {text!r}: {error}") from None


def _presets(cfg: DictConfig, config: Mapping[str, Any]) -> dict[str, str]:
    """Return by group the names of presets and of other files of one's own that were chosen."""
    chosen = {}
    for place, choice in cfg.hydra.runtime.choices.items():
        group, name = str(place).partition("@")[0], str(choice).removesuffix(".yaml")
        if choice is None or group.partition("/")[0] in ("hydra", "experiment", *NOT_SCIENCE):
            continue
        section = config.get(group)
        component = section.get("name") if isinstance(section, Mapping) else None
        if name != component and not (group == "training" and name in TRAINING):
            chosen[group] = name
    return chosen


def _given(component: Component) -> dict[str, Any]:
    """Return the fields that differ from their defaults, as they are typed, whole numbers without a point."""
    values = {item.name: (getattr(component, item.name), default(item)) for item in fields(component)}
    return {key: _typed(value) for key, (value, usual) in values.items() if value != usual}


def _typed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(item) for item in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if is_whole else value


# Whole numbers below it are what they are as floats.
_EXACT = 2**53


def _plain_fields(component: Component) -> dict[str, Any]:
    """Return a component's fields as plain values: the same however the user wrote them."""
    values = {item.name: getattr(component, item.name) for item in fields(component)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
