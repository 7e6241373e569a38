"""Searching: from a command's overrides to a search that can be made."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, QuotedString, Transformer
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from ravine import registry
from ravine.base.errors import ConfigError, FieldError, masked
from ravine.base.names import nearest
from ravine.base.types import Point, Value
from ravine.config.build import build, build_both
from ravine.config.explain import explain
from ravine.config.grid import Composer, is_hydras, parsed, study_name
from ravine.config.hydra_internals import ConfigLoaderImpl
from ravine.config.sweeper import ignore
from ravine.config.text import as_typed
from ravine.config.values import plain_section
from ravine.config.zipped import refuse_zips
from ravine.contracts.fields import construct
from ravine.contracts.sampler import Goal
from ravine.engine.experiment import Experiment
from ravine.engine.settings import TRAINING
from ravine.evidence.ranks import FEWEST
from ravine.plans.plan import Expect
from ravine.plans.search import OneSearch, Runs, SearchPlan, aim
from ravine.plans.settings import Search
from ravine.records.axes import flat
from ravine.records.run import NOT_SCIENCE
from ravine.records.space import Choice, Dimension, Interval, Space
from ravine.registry.kinds import GROUPS
from ravine.registry.make import make_component
from ravine.registry.provenance import made_with

__all__ = ["plan", "values_of", "words_of"]


def plan(
    typed: Sequence[str],
    given: Sequence[str],
    command: str,
    loader: ConfigLoaderImpl,
    around: DictConfig,
    expect: Expect = ignore,
) -> SearchPlan:
    """Read the space and the settings of a search, and try the point in the middle of the space.

    Parameters
    ----------
    typed, given : sequence of str
        Overrides of the command, and of the experiment's ``hydra.sweeper.params``.
    command : str
        The whole command line.
    loader : ConfigLoaderImpl
        Hydra's.
    around : DictConfig
        The configuration that surrounds the search.
    expect : Expect
        Is told of the study when it is known.

    Raises
    ------
    ConfigError
        If the space, a setting or a run makes no sense.
    """
    parser, composer = OverridesParser.create(config_loader=loader), Composer(loader, around)
    refuse_zips([*given, *typed], "a search")
    overrides = parsed([*given, *typed], loader, around)
    last = {override.key_or_group: override for override in overrides if not is_hydras(override)}
    if "sampler" not in last and "sampler" not in around:  # Hydra knows no default that a sweeper brings
        last = {"sampler": parser.parse_override("sampler=random"), **last}
    swept = {key: override for key, override in last.items() if override.is_sweep_override()}
    fixed = {key: str(override.input_line) for key, override in last.items() if key not in swept}
    # The figures of the problem say little about a search.
    if not {"figures", "experiment"} & last.keys():
        trials = last["search.trials"].value() if "search.trials" in last else Search().trials
        enough = isinstance(trials, int) and trials >= FEWEST and not _all_learn(last.get("sampler"))
        fixed["figures"] = f"figures=[{','.join(_FIGURES if enough else _FIGURES[:-1])}]"
    for key in last:
        if key.startswith("search.") and (name := key.removeprefix("search.")) not in vars(Search()):
            raise ConfigError(f"search has no field {name!r}{nearest(name, vars(Search()))}")
    seeds = words_of(swept.pop("seed")) if "seed" in swept else [""]
    among = [words_of(swept.pop(key)) for key in ("sampler", "search.seed") if key in swept]
    for key in swept:
        if key == "experiment" or key.partition(".")[0] in {*NOT_SCIENCE} - {"values"}:
            raise ConfigError(f"{key} cannot be searched: it is one for all trials")
    try:
        space = Space(tuple(map(_dimension, swept.values())))
    except ValueError as error:
        raise ConfigError(str(error)) from None

    # The plan looks at the first round before it is made, so each trial is composed once.
    made: dict[tuple[str, ...], Runs] = {}

    def compose(which: Sequence[str], point: Point) -> Runs:
        words = [f"{key}={as_typed(value)}" for key, value in point.items()]
        if (trial := (*which, *words)) in made:
            return made[trial]
        # The URL of a storage may have a password, which must not go to other machines.
        shared = [word for key, word in fixed.items() if key != "search.storage"]
        jobs = [[*shared, *which, *words, *([seed] if seed else [])] for seed in seeds]
        try:
            made[trial] = [(build(composer.compose(job, claims=False)), job) for job in jobs]
        except (ConfigError, HydraException, OmegaConfBaseException) as error:
            said = explain(error)
            if "whole number" in said and any(
                isinstance(dimension, Interval) for dimension in space.dimensions
            ):
                said += "; int(interval(LOW,HIGH)) has whole numbers"
            raise ConfigError(f"{said}\n  in the trial {' '.join(words)}") from error
        return made[trial]

    searches, middles = [], []
    for which in itertools.product(*among):
        chosen = composer.compose([*fixed.values(), *which], claims=True)
        try:
            settings: Search = construct(Search, plain_section(chosen.search))
        except FieldError as error:
            raise ConfigError(f"search: {error}") from None
        middle = compose(which, space.at([0.5] * len(space)))
        objective, maximize = aim(settings, middle[0][0].at_start())
        if settings.prune and not _is_evaluated_between(middle[0][0]):
            raise ConfigError(
                "search.prune=true: runs are evaluated only at their end, and nothing is left to prune; "
                "training.evaluate_every=N evaluates them every N updates"
            )
        goal = Goal(maximize, settings.trials, settings.seed)
        own = tuple(int(experiment.seed) for experiment, _ in middle)
        composed = functools.partial(compose, which)
        entry, proposer = make_component("sampler", plain_section(chosen.sampler), "sampler")
        searches.append(OneSearch(entry.name, proposer, made_with(entry), goal, composed, own))
        middles.append(flat(middle[0][0].config))
    _, subject = build_both(composer.compose(middle[0][1], claims=True))
    study = study_name(subject.name, typed)
    common = {
        key: value
        for key, value in middles[0].items()
        if key != "seed" and all(key in other and other[key] == value for other in middles)
    }
    made_of = settings, space, objective, common, tuple(searches)
    whole = SearchPlan(study, masked(command), subject, *made_of)
    expect(study, middle[0][0], subject, whole.at_once)
    return whole


def _is_evaluated_between(experiment: Experiment) -> bool:
    """Whether a run is evaluated between its start and its end."""
    problem, training = experiment.problem(), experiment.training
    return training.interval(problem) < training.budget(problem)


_FIGURES = ("search_progress", "search_scatter", "search_importance")


def _all_learn(override: Override | None) -> bool:
    """Whether every chosen sampler learns: then the trials do not represent the whole space."""
    if override is None:
        return False
    known = {name: bool(entry.cls.learns) for name, entry in registry.load().entries["sampler"].items()}
    chosen = values_of(override) if override.is_sweep_override() else [override.value()]
    return all(known.get(str(name), False) for name in chosen)


def _dimension(override: Override) -> Dimension:
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):
        if key in (*GROUPS, "training"):
            names = registry.load().among(key) or TRAINING
            raise ConfigError(f"{override.input_line}: names are searched, {key}=A,B{nearest('', names)}")
        whole = isinstance(value.start, int) and isinstance(value.end, int)
        if unknown := value.tags - {"log"}:
            raise ConfigError(f"{override.input_line}: there is no tag {min(unknown)!r}; there is: log")
        assert value.start is not None
        assert value.end is not None
        return Interval(key, value.start, value.end, "log" in value.tags, whole)
    return Choice(key, tuple(values_of(override)))


def values_of(override: Override) -> list[Value]:
    """Return the values of a choice or a range, each once.

    Raises
    ------
    ConfigError
        If it is an interval, has lists or mappings, or no value.
    """
    if isinstance(override.value(), IntervalSweep):
        key = override.get_key_element()
        these = f"{key}=A,B" if key == "sampler" else f"{key}=0,1,2 or {key}=range(3)"
        raise ConfigError(f"{override.input_line}: it needs values, not an interval: {these}")
    typed = list(override.sweep_iterator(transformer=Transformer.identity))
    if any(isinstance(value, list | dict) for value in typed):
        raise ConfigError(
            f"{override.input_line}: a search chooses among numbers and words, not among lists and mappings; a "
            "sweep without a search does"
        )
    values: list[Any] = [v.text if isinstance(v, QuotedString) else Transformer.encode(v) for v in typed]
    if not values:
        raise ConfigError(f"{override.input_line}: there is no such value")
    return list({repr(float(value) if type(value) is int else value): value for value in values}.values())


def words_of(override: Override) -> list[str]:
    """Return an override for each value of a choice or a range."""
    return [f"{override.get_key_element()}={as_typed(value)}" for value in values_of(override)]
