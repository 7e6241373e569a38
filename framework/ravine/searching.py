"""Searching: from a command's overrides to a search that can be made."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, Transformer
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ravine.config import ConfigError, build, sampler
from ravine.explain import explain
from ravine.fields import FieldError, construct
from ravine.planning import Composer, is_hydras, study_name
from ravine.sampler import Goal
from ravine.search import OneSearch, Runs, Search, SearchPlan, aim
from ravine.space import Choice, Dimension, Interval, Point, Space, Value

__all__ = ["plan"]


def plan(
    typed: Sequence[str], given: Sequence[str], command: str, composer: Composer, around: DictConfig
) -> SearchPlan:
    """Read a search's space and settings, and try its middle.

    Parameters
    ----------
    typed, given : sequence of str
        Overrides of the command, and of the experiment's ``hydra.sweeper.params``.
    command : str
        All that was typed.
    composer : Composer
        From overrides to a run's configuration.
    around : DictConfig
        The configuration that surrounds the search.

    Raises
    ------
    ConfigError
        If the space, a setting or a run makes no sense.
    """
    parsed = OverridesParser.create().parse_overrides([*given, *typed])
    last = {override.key_or_group: override for override in parsed if not is_hydras(override)}
    if "sampler" not in last and "sampler" not in around:  # Hydra knows no default that a sweeper brings
        last = {"sampler": OverridesParser.create().parse_override("sampler=random"), **last}
    swept = {key: override for key, override in last.items() if override.is_sweep_override()}
    fixed = [str(override.input_line) for key, override in last.items() if key not in swept]
    if not {"figures", "experiment"} & last.keys():  # those of the problem say little of a search
        trials = last["search.trials"].value() if "search.trials" in last else Search().trials
        figures = _FIGURES if isinstance(trials, int) and trials >= _ENOUGH else _FIGURES[:-1]
        fixed.append(f"figures=[{','.join(figures)}]")
    seeds = [f"seed={value}" for value in _values(swept.pop("seed"))] if "seed" in swept else [""]
    among = [swept.pop(key) for key in ("sampler", "search.seed") if key in swept]
    for key in swept.keys() & {"study", "experiment"} | {k for k in swept if k.startswith("search.")}:
        raise ConfigError(f"{key} cannot be searched: it is the search's own")
    try:
        space = Space(tuple(map(_dimension, swept.values())))
    except ValueError as error:
        raise ConfigError(str(error)) from None

    made: dict[tuple[str, ...], Runs] = {}  # the first round is looked at before it is made

    def compose(which: Sequence[str], point: Point) -> Runs:
        words = [f"{key}={_text(value)}" for key, value in point.items()]
        if (trial := (*which, *words)) in made:
            return made[trial]
        jobs = [[*fixed, *which, *words, *([seed] if seed else [])] for seed in seeds]
        try:
            # Claims are the study's, which takes them from its last run.
            made[trial] = [(build(composer.compose(job, claims=job is jobs[-1])), job) for job in jobs]
        except (ConfigError, HydraException, OmegaConfBaseException) as error:
            raise ConfigError(f"{explain(error)}\n  in the trial {' '.join(words)}") from error
        return made[trial]

    words = [[f"{each.key_or_group}={_text(value)}" for value in _values(each)] for each in among]
    searches = []
    for which in itertools.product(*words):
        chosen = composer.compose([*fixed, *which], claims=True)
        try:
            settings: Search = construct(Search, _plain(chosen.search))
        except FieldError as error:
            raise ConfigError(f"search: {error}") from None
        middle = compose(which, space.at([0.5] * len(space)))
        objective, maximize = aim(settings, middle[0][0].rehearse())
        goal = Goal(maximize, settings.trials, settings.seed)
        composed = functools.partial(compose, which)
        searches.append(OneSearch(chosen.sampler.name, sampler(chosen), goal, composed))
    name = study_name(middle[0][0].study, typed)
    return SearchPlan(name, command, settings, space, objective, tuple(searches), len(seeds))


_ENOUGH = 8  # trials to speak of importance
_FIGURES = ("search_progress", "search_scatter", "search_importance")


def _dimension(override: Override) -> Dimension:
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):
        whole = isinstance(value.start, int) and isinstance(value.end, int)
        if unknown := value.tags - {"log"}:
            raise ConfigError(f"{override.input_line}: there is no tag {min(unknown)!r}; there is: log")
        assert value.start is not None
        assert value.end is not None
        return Interval(key, value.start, value.end, "log" in value.tags, whole)
    return Choice(key, tuple(_values(override)))


def _values(override: Override) -> list[Value]:
    return list(override.sweep_iterator(transformer=Transformer.encode))  # type: ignore[arg-type]


def _text(value: Value) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _plain(section: Any) -> dict[str, Any]:
    made = OmegaConf.to_container(section, resolve=True)
    assert isinstance(made, dict)
    return {str(key): value for key, value in made.items()}
