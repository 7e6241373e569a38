"""Explain: errors of Hydra and OmegaConf in at most two lines: what is wrong, where, and what is possible."""

from __future__ import annotations

import enum
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from ravine import registry
from ravine.base.errors import ConfigError, PluginError, UnknownNameError, is_full, masked
from ravine.base.names import nearest
from ravine.config.words import STUDY, STUDY_NAME, advised
from ravine.config.zipped import as_zip
from ravine.records.run import NOT_SCIENCE
from ravine.registry.kinds import ALIASES, GROUPS, KINDS, SUPERVISED

__all__ = [
    "GLOB",
    "GONE",
    "SETTINGS",
    "WITHOUT_PACKAGE",
    "explain",
    "is_gone",
    "is_input",
    "making",
]


GLOB = "{}=glob([NAME,PATTERN])"
"""How a pattern is written for a group."""

WITHOUT_PACKAGE = "an experiment is settings, key: value, below the line # @package _global_"

GONE = "the current folder is no longer there"

# What to do about an error of YAML, by how it begins.
_MENDED = {
    "mapping values are not allowed": "a text with a colon and a space in it needs quotes",
    "expected <block end>": "a text with commas or brackets may need quotes: '[5],[50]'",
    "found character '\\t'": "lines are indented by spaces, not by tabs",
}
_COMPOSERS = ("hydra", "omegaconf", "antlr4", "yaml")

# What Hydra 1.3 and Hydra 1.4 say of it.
_NOTHING_TO_OVERRIDE = "Could not override|Invalid Defaults List override"

_LISTED = {str(kind.setting) for kind in KINDS.values() if kind.listed}
SETTINGS = {"training", "seed", "experiment", "schedules", "initializers", *_LISTED, *NOT_SCIENCE} - {
    "search",
    "sampler",
    "tuning",
}
"""What stands at the top of a configuration, beside the groups."""

_KINDS = {"Float": "a number", "Integer": "a whole number", "Boolean": "true or false", "string": "text"}


def explain(error: BaseException) -> str:
    """Return what the user can do about an error of composition.

    Parameters
    ----------
    error : exception
        From Hydra, OmegaConf or the registry; its causes are looked at too.
    """
    chain = _chain(error)
    if circle := _made_of_itself(error):
        return f"{circle}: its defaults lead back to it"
    if _wrong_antlr(error):
        return (
            "Hydra 1.3 needs antlr4-python3-runtime 4.9, and another version is installed: "
            "pip install 'antlr4-python3-runtime==4.9.*', or Hydra 1.4, which needs none"
        )
    if isinstance(error, MemoryError):
        return f"there is not enough memory: {error}".rstrip(": ")
    if unread := _unnumbered(error) or _unread(error):
        return unread
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object}: files have names in {error.encoding} here: PYTHONUTF8=1, or another locale"
    if not _of_composer(error):
        # Python's own error.
        if isinstance(error, FileNotFoundError) and is_gone():
            return GONE
        if isinstance(error, OSError) and str(error).startswith("[Errno"):
            where = error.filename or ("standard output" if is_full(error) else "")
            return f"{where}: {error.strerror}" if where else str(error)
        # ravine's own errors say it themselves.
        return str(error) or type(error).__name__
    for cause in chain:
        if isinstance(cause, UnknownNameError | PluginError):
            return str(cause)
        if (mark := getattr(cause, "problem_mark", None)) is not None:
            problem = getattr(cause, "problem", "") or "not YAML"
            way_out = next((f"; {text}" for begin, text in _MENDED.items() if problem.startswith(begin)), "")
            return f"{mark.name}, line {mark.line + 1}: {problem}{way_out}"
        if isinstance(typed := getattr(cause, "override", None), str):
            return _unreadable(typed, str(cause))
    text = "\n".join(str(cause) for cause in chain)
    if twice := _chosen_twice(chain[0], text):
        return twice
    place = re.search(r"full_key: (\S+)", text)
    key = place.group(1) if place else ""
    made = re.match(rf"In '([^']+)': (?:\w+ raised while composing config|{_NOTHING_TO_OVERRIDE})", text)
    file = f"{made[1]}.yaml: " if made and made[1] != "config" else ""
    for pattern, say in _SENTENCES.items():
        if found := re.search(pattern, text):
            return file + say(key, chain, *found.groups())
    override = _override(chain)
    reasons = [str(cause).strip().splitlines() for cause in chain[bool(file) :]]  # the first names the file
    said = [lines[0] for lines in reasons if lines and not lines[0].startswith("Error merging override")]
    first = said[0] if said else type(error).__name__
    return file + (f"{override}{first}" if override else f"{key}: {first}" if key else first)


def _override(chain: list[BaseException]) -> str:
    """Return the override that an error names, as a sentence begins; or ""."""
    text = "\n".join(map(str, chain))
    found = re.search(r"Error (?:merging|parsing) override '?(.*?)'?$", text, re.MULTILINE)
    return f"{found[1]}: " if found else ""


def is_gone() -> bool:
    """Whether the current folder was removed, so that nothing is found in it."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def is_input(error: BaseException) -> bool:
    """Whether an error comes from the user's input, and not from a mistake in the code."""
    known = isinstance(error, OSError | ValueError | MemoryError) or _of_composer(error) or _wrong_antlr(error)
    return known or bool(_made_of_itself(error) or _unread(error))


@contextmanager
def making(key: str) -> Iterator[None]:
    """Tell of a launcher or a sweeper that cannot be made: Hydra 1.3 hides the reason, Hydra 1.4 says no place.

    Parameters
    ----------
    key : str
        The section that chooses it, such as ``hydra.launcher``.

    Raises
    ------
    ConfigError
        With the section and the reason.
    """
    try:
        yield
    except Exception as error:
        cause = next((cause for cause in _chain(error) if not _of_composer(cause)), None)
        if cause is None or isinstance(cause, ConfigError):
            raise (cause or error) from None
        raise ConfigError(f"{key}: {type(cause).__name__}: {cause}") from error


def _made_of_itself(error: BaseException) -> str:
    """Return the file whose defaults lead back to it, so that Hydra never ends; or ""."""
    if not isinstance(error, RecursionError):
        return ""
    seen = set()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "_create_defaults_tree_impl" and "root" in frame.f_locals:
            path = frame.f_locals["root"].node.get_config_path()
            if path in seen:
                return f"{path}.yaml"
            seen.add(path)
    return ""


def _unread(error: BaseException) -> str:
    """Say what a composer could not read, if it fails with an error of Python's own: then it did not expect it.

    It is "" if another package's code fails, or ravine's.
    """
    undecoded = isinstance(error, UnicodeDecodeError)
    if (isinstance(error, OSError | ValueError) and not undecoded) or _of_composer(error):
        return ""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    packages = [str(frame.f_globals.get("__name__")).partition(".")[0] for frame in frames]
    last = next((name for name in reversed(packages) if name not in sys.stdlib_module_names), "")
    if last not in _COMPOSERS:
        return ""
    deep = isinstance(error, RecursionError)
    text = "" if isinstance(error, AssertionError) else str(error).partition("\n")[0]
    what = ": ".join(filter(None, [type(error).__name__, text]))
    why = f"Hydra cannot read it ({what})"
    if deep or undecoded:
        why = "it is nested too deeply, or contains itself" if deep else "it is not text in UTF-8"
    for frame in reversed(frames):
        here: dict[str, Any] = frame.f_locals
        node = here.get("node")
        if node is not None and not deep and type(node).__module__ == "yaml.nodes":
            return f"{node.start_mark.name}, line {node.start_mark.line + 1}: {why}"
        if frame.f_code.co_name == "load_config" and isinstance(path := here.get("config_path"), str):
            return f"{path.removesuffix('.yaml')}.yaml: {why}"
        # By name: Hydra cannot be imported where its error is that it cannot be.
        if type(here.get("self")).__name__ == "Override" and here["self"].input_line:
            return f"{masked(here['self'].input_line)}: {why}"
    return why


def _unnumbered(error: BaseException) -> str:
    """Say which override takes a list's item by what is not a number, or ""; OmegaConf does not say it."""
    number = r"invalid literal for int\(\) with base 10: '(.*)'" if type(error) is ValueError else "(?!)"
    found = re.match(rf"{number}|Index '(.*)' \(str\) is not an int", str(error))
    if not found:
        return ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        override: Any = frame.f_locals.get("override")
        if type(override).__name__ == "Override" and override.input_line:
            line = masked(override.input_line)
            key = line.lstrip("+~").partition("=")[0].partition(f".{found[1] or found[2]}")[0]
            return f"{line}: a list's items have numbers, from 0 on; {key}=[a,b] sets all"
    return ""


def _wrong_antlr(error: BaseException) -> bool:
    """Whether OmegaConf 2.3 cannot be imported, for its parser was made with another version of antlr."""
    return str(error).startswith("Could not deserialize ATN")


def _of_composer(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in _COMPOSERS


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _unmatched(group: str) -> str:
    """Say why a group or a setting is not there."""
    # Without its first line the file of an experiment is about settings below ``experiment``.
    if group.partition("@")[2].startswith("experiment."):
        return WITHOUT_PACKAGE
    if group.partition(".")[0] in SUPERVISED:
        return (
            f"{group} makes no sense with this problem, a surface or a function; "
            "it goes with problem=supervised"
        )
    if group in GROUPS:
        return (
            f"{group} cannot be overridden there; an experiment can, if its file begins with the line "
            "# @package _global_"
        )
    if (kind := KINDS.get(ALIASES.get(group, group))) is not None:
        return f"there is no setting {group!r}: {kind.plural} are chosen with {kind.chosen('NAME')}"
    if group == "search":
        return "search belongs to a search: ravine -m hydra/sweeper=search"
    if group == "root":
        return "root is where studies lie, which is an argument of ravine.run and ravine.sweep: root=FOLDER"
    if group == "tuning":
        return "tuning belongs to a tuned comparison: ravine -m hydra/sweeper=tune"
    return f"there is no setting {group!r}{nearest(group, [*GROUPS, *SETTINGS])}"


def _relative(group: str, chain: list[BaseException]) -> str:
    """Say that an experiment's override needs a slash, because it is looked for beside the file; or ""."""
    folder, _, rest = group.partition("@")[0].partition("/")
    names = []
    for frame, _ in traceback.walk_tb(chain[0].__traceback__):
        overrides: Any = frame.f_locals.get("self")
        if group in getattr(overrides, "override_choices", {}):
            names.append(overrides.override_choices[group])
    if not (folder == "experiment" and rest and names):
        return ""
    return f"there is no {folder}/{rest}: its defaults need override /{rest}: {names[0]}"


def _unknown_key(key: str, chain: list[BaseException], name: str) -> str:
    section, _, _ = key.rpartition(".")
    if not section:
        return _unmatched(key or name)
    fields_of = [
        item
        for cause in chain
        if is_dataclass(kind := getattr(cause, "object_type", None))
        for item in fields(kind)
        if item.name not in ("name", "_target_")
    ]
    known = [item.name for item in fields_of]
    if known:
        return f"{section} has no field {name!r}{nearest(name, known)}{_elsewhere(section, name)}"
    # A mapping; what it may have, a component says that has it as a field.
    if section.endswith("]"):
        return f"{section} is given without {name!r}: write it in the list, {{name: NAME, {name}: VALUE}}"
    if section == "hydra.launcher":
        return f"{section} has no field {name!r}: runs are made here; workers=N makes N at a time"
    free = section == "values" or re.fullmatch(r"(?!hydra\.)\w+(\.\w+)+", section)
    return f"{section} has no field {name!r}" + (f"; +{key}=VALUE adds it" if free else "")


def _elsewhere(group: str, name: str) -> str:
    """Return the end of a sentence: which components of a group have a field; "" if none has."""
    entries = registry.load().among(group)
    # A plugin's class that is given as text is not imported for this.
    classes = {
        key: entry.cls for key, entry in entries.items() if entry.built_in or isinstance(entry.target, type)
    }
    having = sorted(key for key, cls in classes.items() if name in {item.name for item in fields(cls)})
    if not having:
        return ""
    more = f" and {len(having) - 3} more" if len(having) > 3 else ""
    return f"; {group}={','.join(having[:3])}{more} {'has' if len(having) == 1 else 'have'} it"


def _one_value(key: str, chain: list[BaseException], value: str, what: str) -> str:
    """Say that a setting is one value: it has no fields, and is not a mapping."""
    typed = re.search(r"Error merging override '?\+*([^=']*)", str(chain[0]))
    if typed and typed[1].startswith(f"{key}."):
        name = typed[1].removeprefix(f"{key}.").partition(".")[0]
        return f"{key} has no field {name!r}: it is {what}"
    if value.startswith(("{", "[")):
        return f"{key} is {what}, not a {'mapping' if value.startswith('{') else 'list'}"
    return f"{key} = {value!r}: it is {what}"


def _choices_of(key: str, chain: list[BaseException]) -> str:
    """Return what a field's Literal has, as text."""
    name = key.rpartition(".")[2]
    kinds = [
        item.type
        for cause in chain
        if is_dataclass(kind := getattr(cause, "object_type", None))
        for item in fields(kind)
        if item.name == name
    ]
    return ", ".join(str(value) for kind in kinds[:1] for value in _members(kind))


def _members(kind: Any) -> Iterator[Any]:
    """Yield the members of an Enum, or of the Enum in an Optional."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from kind
    for inner in get_args(kind):
        yield from _members(inner)


def _list_or_mapping(key: str, chain: list[BaseException]) -> str:
    """Say that a list is given for a mapping or a mapping for a list; of a file it is not known where."""
    if not key:
        return "a list is where a mapping, key: value, belongs, or the other way round"
    wanted = {getattr(cause, "object_type", None) for cause in chain}
    return f"{key} is " + ("a list, [a,b], not a mapping" if list in wanted else "a mapping, {a:b}, not a list")


def _unknown_option(key: str, chain: list[BaseException], group: str, name: str, options: str) -> str:
    file = _overriding(chain[0], f"{group}/{name}")
    if group.partition("/")[0] in GROUPS:
        group, _, name = f"{group}/{name}".partition("/")  # a family's name belongs to the component's
    why = registry.load().missing(GROUPS[group], name) if group in GROUPS else ""
    return f"{file}{group}={name}: there is no such {group}{why or nearest(name, options.split())}"


def _overriding(error: BaseException, chosen: str) -> str:
    """Return, as the beginning of a sentence, the file whose defaults choose what does not exist; or ""."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        overrides: Any = frame.f_locals.get("overrides")
        for group, name in getattr(overrides, "override_choices", {}).items():
            about = overrides.override_metadata[group]
            if f"{group}/{name}" == chosen and not about.external_override:
                return f"{about.containing_config_path}.yaml: "
    return ""


def _chosen_twice(error: BaseException, text: str) -> str:
    """Say which file, or word with +, chooses of a group that has a choice already; or "".

    Hydra reads defaults from the last to the first. So the choice that it has read before is the later one, and
    what is wrong, unless it stands in ``config.yaml``.
    """
    found = re.search(r"Multiple values for (\S+)\. To override", text)
    if not found:
        return ""
    group = found[1]
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    levels = [level for level in frames if "children" in level and "root" in level]
    choices = [choice for level in levels for choice in _choices(level["root"], level["children"])]
    # Other functions have a root, too.
    roots = [level["root"] for level in frames if hasattr(level.get("root"), "node")]
    choices += [(root.parent, root.node) for root in roots[-1:]]
    of_group = [
        (parent.node.get_config_path(), node)
        for parent, node in choices
        if parent is not None and hasattr(node, "group") and node.get_override_key() == group
    ]
    for file, node in of_group:
        if node.is_external_append():
            return f"{group} is chosen already: write {group}={node.get_name()} without +"
        if file != "config":
            other = f"override /{group}: {node.get_name()}"
            if file.startswith("experiment/") or "/" not in file:
                return f"{file}.yaml: {group} is chosen already: its defaults need {other}"
            typed = f"{group}={node.get_name()} is for the command line"
            return f"{file}.yaml: {group} is chosen already: {typed}, {other} for an experiment"
    return f"{group} is chosen twice"


def _choices(parent: Any, children: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the choices in a tree of Hydra's, each with the tree of the file that it stands in."""
    for child in children:
        node = getattr(child, "node", child)
        yield parent, node
        yield from _choices(child, getattr(child, "children", None) or ())


def _misplaced(key: str, chain: list[BaseException], file: str, path: str) -> str:
    """Say what is wrong with a choice that Hydra looks for beside the file where it stands."""
    group, _, name = path.removeprefix(f"{file.rpartition('/')[0]}/").partition("/")
    if group == file.partition("/")[0]:
        why = f": a preset's file begins with defaults: [{name}, _self_]"
    elif group in GROUPS:
        why = f": its defaults need override /{group}: {name}"
    else:
        why = nearest(group, GROUPS)
    return f"{file}.yaml: there is no {path}{why}"


def _unreadable(override: str, why: str) -> str:
    """Say what is wrong with an override that Hydra's grammar cannot read."""
    key, _, value = override.partition("=")
    if key == "study" and not STUDY_NAME.fullmatch(value):
        return f"{override}: {STUDY}"
    _, found, rest = why.partition(f"Error parsing override '{override}'\n")
    reason = rest.partition("\n")[0] if found else "it cannot be read"
    reason = re.sub(r"^AssertionError while evaluating .*", "it cannot be computed from these values", reason)
    reason = re.sub(r"^\w+ while evaluating '.*?': ", "", reason)
    try:
        if as_zip(override):
            return f"{override} has several values: ravine -m runs them"
    except ConfigError as error:
        return str(error)
    if override.startswith("zip("):
        reason = "values that go together have a name: NAME=zip(SETTING=choice(A,B),OTHER=choice(C,D))"
    elif value.startswith("glob("):
        reason = f"glob takes names, {GLOB.format(key)}"
    elif "Glob is incompatible" in reason:
        reason = f"glob stands alone, {GLOB.format(key)}"
    elif "interval" in value:
        reason += f"; an interval is {key}=interval(LOW,HIGH) or {key}=tag(log,interval(LOW,HIGH))"
    elif value.startswith(",") or value.endswith(","):
        reason = "a value is missing beside a comma"
    elif any(value.count(opening) != value.count(closing) for opening, closing in ("()", "[]", "{}")):
        reason += "; a bracket is missing"
    elif reason == "it cannot be read" and (bare := _QUOTED_KEY.sub(r"\1\3:", value)) != value:
        reason += f"; a name before a colon stands without quotes: '{key}={bare}'"
    elif reason == "it cannot be read":
        reason += f"""; text with special characters is quoted twice, "{key}={advised(value)}\""""
    return f"{masked(override)}: {reason}"


# A mapping's name in quotes.
_QUOTED_KEY = re.compile(r"""([{,]\s*)(["'])([^"':{},]+)\2\s*:""")


def _names(group: str) -> Iterable[str]:
    return registry.load().among(group)


_SENTENCES: dict[str, Callable[..., str]] = {
    r"Could not find '([^']+)/([^'/]*)'\n\nAvailable options in '[^']*':\n((?:\t.*\n?)*)": _unknown_option,
    r"(?:Could not override|No earlier Group Default for) '([^']+)'": lambda key, chain, group: (
        _unknown_key(key, chain, key.rpartition(".")[2])
        if key
        else _relative(group, chain) or _unmatched(group)
    ),
    r"In '([^']+)': Could not load '([^'/]+)/([^']+)'": lambda _, __, file, group, name: (
        f"{file}.yaml: there is no {group} {name!r}{nearest(name, _names(group))}"
    ),
    r"In '([^']+)': Could not find '([^']+/[^']+)'": _misplaced,
    r"Key '([^']+)' (?:is )?not in": _unknown_key,
    r"Value '(.*)' of type '\w+' could not be converted to (\w+)": lambda key, chain, value, kind: _one_value(
        key, chain, value, _KINDS.get(kind, str(kind))
    ),
    r"Value (.*) \(\w+\) is not a valid input for <enum": lambda key, chain, value: _one_value(
        key, chain, value, f"one of {_choices_of(key, chain)}"
    ),
    r"Invalid value '(.*)', expected one of \[(.*)\]": lambda key, _, value, values: (
        f"{key} = {value!r}: it is one of {values}"
    ),
    r"(\w+) is not a ListConfig": lambda key, _, kind: f"{key} is a list, [a,b], not of type {kind}",
    r"Merge error: \w+ is not a subclass of \w+\. value: (.*)": lambda _, __, value: (
        f"{value!r} is where a component's settings belong: defaults: [override /GROUP: {value}] chooses one"
    ),
    r"Cannot merge (?:DictConfig with ListConfig|incompatible container types)": _list_or_mapping,
    r"field '(hydra\.sweeper\.params\.[^']+)' is not Optional": lambda _, __, key: (
        f"{key} = null: values are written as text there: 'null'"
    ),
    r"field '([^']+)' is not Optional": lambda _, __, key: f"{key} = null: it needs a value",
    r"Cannot assign \w+ to Dict": lambda key, _: f"{key} is a mapping of settings, key: 'values'",
    r"Cannot convert '\w+' to string: '(.*)'": lambda key, chain, value: _one_value(
        key, chain, value, _KINDS["string"]
    ),
    r"list index out of range\s+full_key: (\S+)\[(\d+)\]": lambda _, chain, key, number: (
        f"{_override(chain)}there is no item {number}; {key}=[a,b] sets the whole list"
    ),
    r"Interpolation key '([^']+)' not found": lambda key, _, other: (
        f"{key} refers to {other!r}, which is not there: give {key}=VALUE"
    ),
    r"Unsupported interpolation type (\S+)": lambda key, _, name: (
        f"{key or 'a setting'}: there is no ${{{name}:…}}; an interpolation reads the configuration only, "
        "possible are: ${a.b}, oc.dict.keys, oc.dict.values, oc.select"
    ),
    r"You must specify '([^']+)'": lambda _, __, group: f"{group} is not chosen: write {group}=NAME",
    r"Sweep parameters '(.*)' requires --multirun": lambda _, __, override: (
        f"{override} has several values: ravine -m runs them"
    ),
    r"Ambiguous value for argument '(.*)'": lambda _, __, override: (
        f"{override} has several values: ravine -m runs them all, key=[a,b] is one list"
    ),
    r"does not support deletion": lambda key, _: (
        f"{key} cannot be deleted; its default is used where it is not given"
    ),
    r"Cannot find primary config '([^']+)'": lambda _, __, name: (
        f"there is no configuration called {name!r} in the folder of --config-path or --config-dir"
    ),
}
