"""Tuning: from a command's overrides to a search for each arm, and to the comparison of their choices."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

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
    asked = _Asked.of(parsed([*given, *typed], loader, around))
    composer = Composer(loader, around)
    chosen = composer.compose([asked.word(key) for key in asked.last if key not in asked.swept], claims=False)
    tuning = _settings(chosen, asked)
    arms = _arms(tuning, asked)
    # Who wants no figures of the comparison wants none of the searches.
    figures = "search_progress,search_scatter" if chosen.figures else ""
    searches = {
        arm: _search(words, arm, tuning.seeds, figures, command, loader, around) for arm, words in arms.items()
    }
    seeds = [[word] for word in asked.words("seed")] or [[]]
    compare = _Comparison(typed, masked(command), composer, arms, seeds)
    made = TuningPlan("", masked(command), next(iter(searches.values())).subject, searches, compare)
    _refuse_seen(made, tuning.seeds)
    return replace(made, study=made.middle.study, subject=made.middle.subject)


@dataclass(frozen=True)
class _Asked:
    """What a command asks for: of each setting the last override, and the keys of those with several values."""

    last: Mapping[str, Override]
    swept: Sequence[str]

    @classmethod
    def of(cls, overrides: Sequence[Override]) -> Self:
        last = {override.key_or_group: override for override in overrides if not is_hydras(override)}
        return cls(last, [key for key, override in last.items() if override.is_sweep_override()])

    def word(self, key: str) -> str:
        """Return the word of a setting as it is typed."""
        return str(self.last[key].input_line)

    def words(self, key: str) -> list[str]:
        """Return a word for each value of a setting; none if it is not there."""
        if key not in self.last:
            return []
        return words_of(self.last[key]) if key in self.swept else [self.word(key)]


@dataclass(frozen=True)
class _Comparison:
    """Makes the grid of the points that are chosen, given by arm.

    Parameters
    ----------
    typed, command, composer
        See ``grid.plan``.
    arms : dict of str to dict of str to str
        By name, the words of each arm, by the keys of their settings.
    seeds : list of list of str
        The word of each seed; a single list without a word stands for the seed that runs have by default.
    """

    typed: Sequence[str]
    command: str
    composer: Composer
    arms: Mapping[str, Mapping[str, str]]
    seeds: Sequence[Sequence[str]]

    def __call__(self, points: Mapping[str, Point]) -> GridPlan:
        jobs = [[*self._words(arm, point), *seed] for arm, point in points.items() for seed in self.seeds]
        return replace(grid.plan(self.typed, self.command, jobs, self.composer), chosen=True)

    def _words(self, arm: str, point: Point) -> list[str]:
        """Return the words of an arm's runs: what it has, and what is chosen for it."""
        fixed = [word for key, word in self.arms[arm].items() if key not in point and not _of_search(key)]
        return [*fixed, *(f"{key}={as_typed(value)}" for key, value in point.items())]


def _settings(chosen: DictConfig, asked: _Asked) -> Tuning:
    """Return the settings of the comparison, as far as they make sense without its arms."""
    for key in asked.last:
        if key.startswith("tuning.") and (name := key.split(".")[1]) not in vars(Tuning()):
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


def _arms(tuning: Tuning, asked: _Asked) -> dict[str, dict[str, str]]:
    """Return by the name of each arm its words, by key: those of all arms, its values, and its own space.

    Seeds are not among them, for searches and comparison have others.
    """
    for key in ("sampler", "search.seed"):
        if key in asked.swept:
            raise ConfigError(f"{key}: a tuned comparison has one, so that all arms are tuned alike")
    _check_each(tuning, asked.swept)
    over = _over(tuning, asked.swept)
    values = {key: asked.words(key) for key in (over, *tuning.each)}
    names = list(dict.fromkeys(map(_value, values[over])))
    if unknown := {*tuning.spaces} - {*names}:
        raise ConfigError(f"tuning.spaces: {over} has no value {min(unknown)!r}{nearest(min(unknown), names)}")
    if len(names) < 2:
        raise ConfigError(f"{over}={','.join(names)}: a comparison has two arms or more")
    apart = {"seed", *values}
    common = {key: asked.word(key) for key in asked.last if key not in apart and not key.startswith("tuning.")}
    arms = {
        " ".join(map(_value, words)): {
            **common,
            **dict(zip(values, words, strict=True)),
            **_own(tuning, _value(words[0]), [*values]),
        }
        for words in itertools.product(*values.values())
    }
    _refuse_one_folder([*arms], over)
    return arms


def _refuse_one_folder(arms: Sequence[str], over: str) -> None:
    """Refuse arms whose searches would lie in the same folder."""
    places = [place_of(Path(), arm) for arm in arms]
    if alike := [arm for arm, place in zip(arms, places, strict=True) if places.count(place) > 1]:
        where = place_of(Path(), alike[0])
        raise ConfigError(f"{over}={','.join(alike)}: their searches would lie in one folder, {where}")


def _refuse_seen(made: TuningPlan, seeds: Sequence[int]) -> None:
    """Refuse to compare with a seed that the searches have."""
    if again := {experiment.seed for experiment in made.middle.runs.experiments} & {*seeds}:
        raise ConfigError(
            f"seed = {min(again)}: the searches have it, tuning.seeds = {list(seeds)}, and a comparison needs "
            "seeds that they have not seen"
        )


def _over(tuning: Tuning, swept: Sequence[str]) -> str:
    """Return the setting whose values are compared."""
    if (over := tuning.over) is not None:
        if over == "seed" or over.partition(".")[0] in NOT_SCIENCE:
            raise ConfigError(f"tuning.over = {over}: it is one for all arms")
        if over not in swept:
            raise ConfigError(
                f"tuning.over = {over}: it needs values to compare, {over}=A,B{_meant(over, swept)}"
            )
        return over
    groups = [key for key in swept if key in GROUPS and key not in tuning.each]
    if len(groups) != 1:
        others = " outside of tuning.each" if tuning.each else ""
        found = (
            f"{', '.join(groups)} have several values" if groups else f"no component{others} has several names"
        )
        anew = ", and tuning.each=[SETTING] for which values it is tuned anew" if groups else ""
        raise ConfigError(f"{found}: tuning.over=SETTING says what is tuned and compared{anew}")
    return groups[0]


def _check_each(tuning: Tuning, swept: Sequence[str]) -> None:
    """Refuse settings for whose values nothing can be tuned anew."""
    each = list(tuning.each)
    for key in each:
        if key in (tuning.over, "seed") or key.partition(".")[0] in NOT_SCIENCE or each.count(key) > 1:
            raise ConfigError(f"tuning.each = {each}: {key} is what is compared, or the same for all")
        if key not in swept:
            raise ConfigError(
                f"tuning.each = {each}: {key} needs several values, {key}=A,B{_meant(key, swept)}"
            )


def _meant(key: str, swept: Sequence[str]) -> str:
    """Return the end of a sentence on a setting without several values: which may be meant."""
    return nearest(key, (other for other in swept if other != "seed" and other not in NOT_SCIENCE))


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
