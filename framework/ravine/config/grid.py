"""Grid: from the overrides of a sweep to its plan; all runs are built before the first one starts."""

from __future__ import annotations

import copy
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override, Sweep
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from ravine import registry
from ravine.base.errors import ConfigError, masked
from ravine.config.build import build_both
from ravine.config.compose import refuse_choices
from ravine.config.explain import explain
from ravine.config.hydra_internals import (
    ConfigLoaderImpl,
    change,
    extends_list,
    is_group,
    is_path,
    replaces_value,
)
from ravine.config.presets import conf_folder
from ravine.config.ranges import parser
from ravine.config.resolvers import limited
from ravine.config.schema import node
from ravine.config.sweeper import ignore
from ravine.config.text import as_text
from ravine.config.zipped import Zip, as_zip, members
from ravine.engine.experiment import Experiment
from ravine.plans.plan import Expect, GridPlan, Round
from ravine.plans.settings import Subject
from ravine.records.files import sha256
from ravine.records.run import NOT_SCIENCE
from ravine.registry.kinds import GROUPS

__all__ = [
    "Composer",
    "is_hydras",
    "jobs",
    "parsed",
    "plan",
    "set_in",
    "study_name",
]


# Not values: interpolations may make settings of a run of them.
_OF_THE_STUDY = {"experiment", *NOT_SCIENCE} - {"values"}


def plan(
    typed: Sequence[str],
    command: str,
    jobs: Sequence[Sequence[str]],
    composer: Composer,
    expect: Expect = ignore,
) -> GridPlan:
    """Compose and build every job of a sweep.

    Parameters
    ----------
    typed : sequence of str
        Overrides as the user typed them.
    command : str
        The whole command line.
    jobs : sequence of sequences of str
        Overrides of every job.
    composer : Composer
        Makes a job's configuration from its overrides.
    expect : Expect
        Is told of the study when its first run is known.

    Raises
    ------
    ConfigError
        If a job cannot be run, naming it, or the sweep makes no sense.
    """
    _refuse_keys_of_the_study(jobs)
    built: dict[str, tuple[Experiment, list[str]]] = {}
    of_other_seeds: dict[tuple[str, ...], tuple[Experiment, Subject]] = {}
    names = set()
    for number, job in enumerate(jobs, 1):
        rest, seed = _without_seed(job)
        last = number == len(jobs)
        if seed is not None and not last and rest in of_other_seeds:
            first, subject = of_other_seeds[rest]
            experiment = first.with_seed(seed)
        else:
            # What a study is about is one for all runs, and composing claims costs time.
            experiment, subject = _build(composer, job, claims=last)
            if not composer.has_references(job):
                of_other_seeds[rest] = experiment, subject
        if number == 1:
            expect(study_name(subject.name, typed), experiment, subject, len(jobs))
        # Of two presets that are one run the first names it.
        built.setdefault(experiment.id, (experiment, list(job)))
        names.add(subject.name)
    if len(names) > 1:
        raise ConfigError(f"study = {', '.join(sorted(map(str, names)))}: a sweep is one study")
    experiments = [experiment for experiment, _ in built.values()]
    name = study_name(subject.name, typed)
    return GridPlan(name, masked(command), subject, Round(experiments, [job for _, job in built.values()]))


def _without_seed(job: Sequence[str]) -> tuple[tuple[str, ...], int | None]:
    """Return a job's other words, and its seed if it is a plain number."""
    seeds = {word: int(word.partition("=")[2]) for word in job if re.fullmatch(r"seed=(0|[1-9][0-9]*)", word)}
    return tuple(word for word in job if word not in seeds), next(iter(seeds.values()), None)


def _refuse_keys_of_the_study(jobs: Sequence[Sequence[str]]) -> None:
    """Refuse values for each run of what is one for the study, and settings of a search."""
    values: dict[str, set[str]] = {}
    for word in itertools.chain(*jobs):
        key, _, value = word.lstrip("+~").partition("=")
        values.setdefault(key, set()).add(value)
    for key in values:
        section = key.partition(".")[0]
        if section in ("search", "sampler"):
            raise ConfigError(f"{key} belongs to a search: ravine -m hydra/sweeper=search; this is a grid")
        if section == "tuning":
            raise ConfigError(
                f"{key} belongs to a tuned comparison: ravine -m hydra/sweeper=tune; this is a grid"
            )
        if section in _OF_THE_STUDY and len(values[key]) > 1:
            raise ConfigError(f"{key} cannot be swept: it is one for all runs")


def _build(composer: Composer, job: Sequence[str], *, claims: bool) -> tuple[Experiment, Subject]:
    """Make a run, and return with it what its study is about; composing claims costs time."""
    try:
        return build_both(composer.compose(job, claims=claims))
    except (ConfigError, HydraException, OmegaConfBaseException) as error:
        files = set_in(composer.whole(job), error.section) if isinstance(error, ConfigError) else ""
        raise ConfigError(f"{files}{explain(error)}\n  in the run {' '.join(job)}") from error


def parsed(words: Sequence[str], loader: ConfigLoader, around: DictConfig | None = None) -> list[Override]:
    """Parse the overrides of a sweep, of which the last of a setting counts; of a zip, its settings.

    Parameters
    ----------
    words : sequence of str
        Overrides.
    loader : ConfigLoader
        Hydra's.
    around : DictConfig, optional
        The configuration that surrounds the sweep; its types say which values are text.

    Raises
    ------
    ConfigError
        If one is written so that it cannot be told what it sets, or depends on those before it.
    """
    single = [member for word in words for member in members(word)]
    overrides: list[Override] = parser(loader).parse_overrides(single)
    refuse_choices(overrides, loader)
    for override in overrides:
        if is_path(override):
            raise ConfigError(f"{override.input_line}: a sweep's settings are written with dots, a.b.0=1")
        if isinstance(value := override.value(), ChoiceSweep) and any(isinstance(v, Sweep) for v in value.list):
            raise ConfigError(
                f"{override.input_line}: a range or an interval is not one of several values; write all of "
                f"them, {override.key_or_group}=1,2,3, or one range"
            )
        if extends_list(override):
            raise ConfigError(f"{override.input_line}: a sweep's lists are written whole, key=[a,b]")
    if around is None:
        return overrides
    known = [around, *_swept(overrides)]
    return [functools.reduce(as_text, known, override) for override in overrides]


def _swept(overrides: Sequence[Override]) -> Iterator[DictConfig]:
    """Yield the typed sections of the components among which a sweep chooses."""
    for override in overrides:
        group = override.key_or_group
        if group in GROUPS and override.is_discrete_sweep():
            entries = registry.load().among(group)
            for name in map(str, override.sweep_iterator()):
                if name in entries:
                    yield OmegaConf.create({group: node(entries[name].cls, name)})


def jobs(words: Sequence[str], loader: ConfigLoader, around: DictConfig) -> list[list[str]]:
    """Return the overrides of every run of a grid: one value of each setting.

    Parameters
    ----------
    words : sequence of str
        Overrides; of one setting the last counts. Settings of a zip have their values together.
    loader : ConfigLoader
        Hydra's.
    around : DictConfig
        The configuration that surrounds the sweep.

    Raises
    ------
    ConfigError
        If a setting has an interval instead of values, or what goes together has not as many.
    """
    overrides = iter(parsed(words, loader, around))
    # By setting, or by the name of what goes together: what a run has of it.
    choices: dict[str, list[tuple[str, ...]]] = {}
    owners: dict[str, Zip] = {}
    for word in words:
        if made := as_zip(word):
            choices[made.name] = _together(made, [next(overrides) for _ in made.members], loader, around)
            owners = {key: owner for key, owner in owners.items() if owner.name != made.name}
            for key in made.keys:
                if key in owners or key in choices:
                    raise ConfigError(f"{key}: it is in {word} and in another word too; it stands in one place")
            owners |= dict.fromkeys(made.keys, made)
        else:
            override = next(overrides)
            key = override.get_key_element()
            if owner := owners.get(key):
                raise ConfigError(
                    f"{word}: {key} goes together with others in {owner.word}; {owner.name}=zip(…) replaces it"
                )
            choices[key] = [(choice,) for choice in _values(override, loader)]
    return [list(itertools.chain(*job)) for job in itertools.product(*choices.values())]


def _together(
    made: Zip, overrides: Sequence[Override], loader: ConfigLoader, around: DictConfig
) -> list[tuple[str, ...]]:
    """Return the settings of each run of what goes together."""
    if made.name in around or is_group(made.name, loader):
        raise ConfigError(f"{made.word}: {made.name} is a setting; a zip has a name of its own")
    for override in overrides:
        if not override.is_sweep_override():
            raise ConfigError(
                f"{made.word}: {override.input_line} has one value; several are choice(A,B) or [A,B]"
            )
        if getattr(override.value(), "shuffle", False):
            raise ConfigError(f"{made.word}: {override.input_line} would not go together with the others")
    return made.rows([_values(override, loader) for override in overrides])


def _values(override: Override, loader: ConfigLoader) -> list[str]:
    """Return an override for each value of a setting."""
    key = override.get_key_element()
    if not override.is_sweep_override():
        return [f"{key}={override.get_value_element_as_str()}"]
    if not override.is_discrete_sweep():
        values = f"{key}=NAME,NAME" if is_group(key, loader) else f"{key}=1,2 or {key}=range(3)"
        raise ConfigError(f"{override.input_line}: a grid needs values, {values}")
    if not (choices := [f"{key}={value}" for value in override.sweep_string_iterator()]):
        raise ConfigError(f"{override.input_line}: it has no value, so its grid is empty")
    return choices


class Composer:
    """Composes the jobs of a sweep: each set of choices once, from files, and values on a copy of that.

    Hydra reads its files again for every job, which takes a tenth of a second. Jobs with the same choices
    differ in values only, and values need no files.

    Parameters
    ----------
    loader : ConfigLoaderImpl
        Hydra's.
    around : DictConfig
        The configuration that surrounds the sweep.
    """

    def __init__(self, loader: ConfigLoaderImpl, around: DictConfig) -> None:
        self._loader = loader
        self._around = around
        self._parser = OverridesParser.create(config_loader=loader)
        # By word; the bool says whether the override chooses from a group.
        self._parsed: dict[str, tuple[Override, bool]] = {}
        # By choices; without claims, and with claims.
        self._chosen: dict[tuple[str, ...], tuple[DictConfig, DictConfig]] = {}
        self._refer: dict[tuple[str, ...], bool] = {}
        # What the last job has, and what was composed for it.
        self._last: tuple[object, DictConfig] | None = None

    @limited()
    def compose(self, job: Sequence[str], *, claims: bool) -> DictConfig:
        """Return a job's configuration, without Hydra's own settings and, if asked, without its claims.

        It is that of the next job with the same choices and settings, once that has been composed.
        """
        for word in job:
            if word not in self._parsed:
                (override,) = self._parser.parse_overrides([word])
                self._parsed[word] = (override, self._is_choice(override))
        values = [override for override, chooses in map(self._parsed.__getitem__, job) if not chooses]
        choices = tuple(word for word in job if self._parsed[word][1])
        if choices not in self._chosen:
            chosen = self._loader.load_sweep_config(self._around, list(choices))
            with flag_override(chosen, "struct", False):
                # It is the greater part, and only the choices differ between jobs.
                chosen.hydra = {"runtime": {"choices": chosen.hydra.runtime.choices}}
            bare = copy.deepcopy(chosen)
            bare.claims = []
            self._chosen[choices] = (bare, chosen)
        whole = claims or any(override.key_or_group.startswith("claims") for override in values)
        # A value replaces that of the job before; what is added, taken out or merged would not.
        has = choices, whole, [override.key_or_group for override in values]
        replaces = all(replaces_value(override) for override in values)
        if self._last and replaces and self._last[0] == has:
            made = self._last[1]
        else:
            made = copy.deepcopy(self._chosen[choices][whole])
            self._last = (has, made) if replaces else None
        change(made, values, self._loader)
        return made

    def has_references(self, job: Sequence[str]) -> bool:
        """Whether some setting of a job that was composed may be made of others: ``${seed}``."""
        choices = tuple(word for word in job if self._parsed[word][1])
        if choices not in self._refer:
            bare, _ = self._chosen[choices]
            self._refer[choices] = "$" in OmegaConf.to_yaml(bare)
        # Hydra writes it with backslashes.
        return self._refer[choices] or any("$" in word for word in job)

    @limited()
    def whole(self, job: Sequence[str]) -> DictConfig:
        """Return a job's configuration with Hydra's own settings."""
        made: DictConfig = self._loader.load_sweep_config(self._around, list(job))
        return made

    def _is_choice(self, override: Override) -> bool:
        return self._loader.repository.group_exists(override.key_or_group) and not isinstance(
            override.value(), dict
        )


def set_in(cfg: DictConfig, section: str) -> str:
    """Return which files of the user's set a section, as a sentence begins: ``optimizer/mine.yaml: ``.

    It is "" if no such file sets it, or if the command line sets part of it, which may be what is wrong.

    Parameters
    ----------
    cfg : DictConfig
        With Hydra's own settings.
    section : str
        ``initializer``.
    """
    choices, sources = cfg.hydra.runtime.choices, cfg.hydra.runtime.config_sources
    typed = [word.lstrip("+~").partition("=")[0] for word in cfg.hydra.overrides.task]
    if any(key.startswith((f"{section}.", f"{section}[")) or (key == section not in choices) for key in typed):
        return ""
    folders = [Path(source.path) for source in sources if source.schema == "file"]
    files = []
    for group, name in choices.items():
        path = f"{group}/{name}.yaml"
        folder = next((folder for folder in folders if (folder / path).is_file()), conf_folder())
        if folder != conf_folder() and section in (group, *_sections(folder / path, group)):
            files.append(path)
    return " and ".join(files) + ": " if files else ""


def _sections(file: Path, group: str) -> Sequence[str]:
    """Return the sections that an experiment's file sets; other files set their group's only."""
    content = OmegaConf.load(file) if group == "experiment" else None
    return [str(key) for key in content] if isinstance(content, DictConfig) else []


# A study's name does not have these: a search with more trials is the same study.
_NOT_NAMING = ("search.trials", "search.storage")


def is_hydras(override: Override) -> bool:
    """Whether an override is of Hydra's own settings."""
    return bool(override.is_hydra_override())


def study_name(given: str | None, overrides: Sequence[str]) -> str:
    """Return the name of a study's folder: the name that is given, the experiment's, or the overrides.

    A setting with one value changes every run of an experiment, so it is added to the experiment's name. A
    setting that is swept is not: its runs are more runs of the same experiment.
    """
    zips = [word for word in overrides if as_zip(word)]
    single = [word for word in overrides if word not in zips]
    parsed = [o for o in OverridesParser.create().parse_overrides(single) if not is_hydras(o)]
    keys = {override.key_or_group for override in parsed}
    if given and "study" in keys:
        return given
    chosen = {override.key_or_group: override.value() for override in parsed}
    base = given or chosen.get("experiment")
    words = [
        str(override.input_line)
        for override in parsed
        if override.key_or_group not in {"experiment", *_NOT_NAMING, *NOT_SCIENCE} - {"values"}
        and not (base and override.is_sweep_override())
    ] + ([] if base else zips)
    full = ",".join([str(base), *words] if base else words) or "default"
    name = re.sub(r"[^A-Za-z0-9._=,+-]+", "", full.replace("/", "."))
    if name == full and len(name) <= 100:
        return name
    return f"{name[:100].strip('.,')}-{sha256(full.encode())[:6]}"
