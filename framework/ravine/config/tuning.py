"""Tuning: from a command's overrides to a search for each arm, and to the comparison of their choices."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hydra.core.override_parser.types import Override
from omegaconf import DictConfig

from ravine.base.errors import ConfigError, FieldError, masked
from ravine.base.names import nearest
from ravine.base.types import Point
from ravine.config import grid, search
from ravine.config.grid import Composer, is_hydras, parsed
from ravine.config.hydra_internals import ConfigLoaderImpl
from ravine.config.search import words_of
from ravine.config.sweeper import given as words_in
from ravine.config.text import as_typed
from ravine.config.values import plain_section
from ravine.config.zipped import refuse_zips
from ravine.contracts.fields import construct
from ravine.plans.plan import GridPlan
from ravine.plans.search import SearchPlan
from ravine.plans.settings import Tuning
from ravine.plans.tuning import TuningPlan
from ravine.records.run import NOT_SCIENCE
from ravine.records.tuned import place_of
from ravine.registry.kinds import GROUPS

__all__ = ["plan"]


def plan(
    typed: Sequence[str], given: Sequence[str], command: str, loader: ConfigLoaderImpl, around: DictConfig
) -> TuningPlan:
    """Divide a command into arms, and plan the search of each.

    Parameters
    ----------
    typed, given : sequence of str
        Overrides of the command, and of the experiment's ``hydra.sweeper.params``.
    command : str
        The whole command line.
    loader : ConfigLoaderImpl
        Hydra's.
    around : DictConfig
        The configuration that surrounds the searches.

    Raises
    ------
    ConfigError
        If it is not clear what is compared, an arm has nothing to tune, or seeds are used twice.
    """
    refuse_zips([*given, *typed], "a tuned comparison")
    overrides = parsed([*given, *typed], loader, around)
    last = {override.key_or_group: override for override in overrides if not is_hydras(override)}
    swept = {key for key, override in last.items() if override.is_sweep_override()}
    for key in ("sampler", "search.seed"):
        if key in swept:
            raise ConfigError(f"{key}: a tuned comparison has one, so that all arms are tuned alike")
    composer = Composer(loader, around)
    chosen = composer.compose([_word(last[key]) for key in last if key not in swept], claims=False)
    tuning = _settings(chosen, [key for key in last if key.startswith("tuning.")])
    over = _over(tuning, last, swept)
    _check_each(tuning.each, over, swept)
    values = {key: words_of(last.pop(key)) for key in (over, *tuning.each)}
    names = list(dict.fromkeys(map(_value, values[over])))
    if unknown := {str(name) for name in tuning.spaces} - {*names}:
        raise ConfigError(f"tuning.spaces: {over} has no value {min(unknown)!r}{nearest(min(unknown), names)}")
    if len(names) < 2:
        raise ConfigError(f"{over}={','.join(names)}: a comparison has two arms or more")
    arms = {" ".join(map(_value, words)): words for words in itertools.product(*values.values())}
    places = [place_of(Path(), arm) for arm in arms]
    if alike := [arm for arm, place in zip(arms, places, strict=True) if places.count(place) > 1]:
        where = place_of(Path(), alike[0])
        raise ConfigError(f"{over}={','.join(alike)}: their searches would lie in one folder, {where}")
    seed = last.pop("seed", None)
    seeds = [""] if seed is None else words_of(seed) if "seed" in swept else [_word(seed)]
    common = {key: _word(last[key]) for key in last if key.partition(".")[0] != "tuning"}
    own = {
        arm: {**common, **dict(zip(values, words, strict=True)), **_own(tuning, _value(words[0]), [*values])}
        for arm, words in arms.items()
    }
    # Who wants no figures of the comparison wants none of the searches.
    figures = "search_progress,search_scatter" if chosen.figures else ""
    searches = {
        arm: _search(words, arm, tuning.seeds, figures, command, loader, around) for arm, words in own.items()
    }

    def compare(points: Mapping[str, Point]) -> GridPlan:
        jobs = [
            [*shared, *[f"{key}={as_typed(value)}" for key, value in point.items()], *([seed] if seed else [])]
            for arm, point in points.items()
            for shared in [[w for key, w in own[arm].items() if key not in point and not _of_search(key)]]
            for seed in seeds
        ]
        return replace(grid.plan(typed, masked(command), jobs, composer), chosen=True)

    made = TuningPlan("", masked(command), next(iter(searches.values())).subject, searches, compare)
    middle = made.middle
    if again := {experiment.seed for experiment in middle.runs.experiments} & {*tuning.seeds}:
        raise ConfigError(
            f"seed = {min(again)}: the searches have it, tuning.seeds = {list(tuning.seeds)}, and a "
            "comparison needs seeds that they have not seen"
        )
    return replace(made, study=middle.study, subject=middle.subject)


def _settings(chosen: DictConfig, typed: Sequence[str]) -> Tuning:
    """Return the settings of the comparison."""
    for key in typed:
        if (name := key.split(".")[1]) not in vars(Tuning()):
            raise ConfigError(f"tuning has no field {name!r}{nearest(name, vars(Tuning()))}")
    try:
        tuning: Tuning = construct(Tuning, plain_section(chosen.tuning))
    except FieldError as error:
        raise ConfigError(f"tuning: {error}") from None
    spaces = tuning.spaces
    if not isinstance(spaces, Mapping) or not all(isinstance(space, Mapping) for space in spaces.values()):
        raise ConfigError(f"tuning.spaces = {spaces!r}: it is a mapping, {{NAME: {{SETTING: 'VALUES'}}}}")
    tuning = replace(tuning, spaces={str(name): space for name, space in spaces.items()})
    if len({*tuning.seeds}) < len(tuning.seeds):
        raise ConfigError(f"tuning.seeds = {list(tuning.seeds)}: a seed is there twice")
    if not tuning.seeds:
        raise ConfigError("tuning.seeds = []: a search needs a seed")
    return tuning


def _over(tuning: Tuning, last: Mapping[str, Override], swept: set[str]) -> str:
    """Return the setting whose values are compared."""
    if tuning.over is not None:
        if tuning.over == "seed" or tuning.over.partition(".")[0] in NOT_SCIENCE:
            raise ConfigError(f"tuning.over = {tuning.over}: it is one for all arms")
        if tuning.over not in swept:
            raise ConfigError(f"tuning.over = {tuning.over}: it needs values to compare, {tuning.over}=A,B")
        return tuning.over
    groups = [key for key in last if key in swept and key in GROUPS and key not in tuning.each]
    if len(groups) != 1:
        found = f"{', '.join(groups)} have several values" if groups else "no component has several names"
        raise ConfigError(f"{found}: tuning.over=SETTING says what is tuned and compared")
    return groups[0]


def _check_each(each: Sequence[str], over: str, swept: set[str]) -> None:
    """Refuse settings for whose values nothing can be tuned anew."""
    for key in each:
        if key in (over, "seed") or key.partition(".")[0] in NOT_SCIENCE or list(each).count(key) > 1:
            raise ConfigError(f"tuning.each = {list(each)}: {key} is what is compared, or the same for all")
        if key not in swept:
            raise ConfigError(f"tuning.each = {list(each)}: {key} needs several values, {key}=A,B")


def _value(word: str) -> str:
    return word.partition("=")[2]


def _own(tuning: Tuning, arm: str, taken: Sequence[str]) -> dict[str, str]:
    """Return the words that only one arm has, by key."""
    try:
        words = words_in(tuning.spaces.get(arm))
    except ConfigError as error:
        raise ConfigError(str(error).replace("hydra.sweeper.params", f"tuning.spaces.{arm}")) from None
    own = {word.partition("=")[0]: word for word in words}
    for key in own:
        if key in (*taken, "seed") or key.partition(".")[0] in NOT_SCIENCE:
            raise ConfigError(f"tuning.spaces.{arm}.{key}: it is one for all arms, so that all are tuned alike")
    return own


def _search(
    words: Mapping[str, str],
    arm: str,
    seeds: Sequence[int],
    figures: str,
    command: str,
    loader: ConfigLoaderImpl,
    around: DictConfig,
) -> SearchPlan:
    """Plan the search that tunes an arm."""
    about = [f"seed={','.join(map(str, seeds))}", "claims=[]", f"figures=[{figures}]"]
    try:
        return search.plan([*words.values(), *about], [], command, loader, around)
    except ConfigError as error:
        raise ConfigError(f"{arm}: {error}") from None


def _of_search(key: str) -> bool:
    return key.partition(".")[0] in ("search", "sampler")


def _word(override: Override) -> str:
    return str(override.input_line)
