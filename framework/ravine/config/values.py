"""Values: from words, presets and sections of a configuration to plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

from ravine.base.errors import ConfigError
from ravine.base.types import Named
from ravine.config.compose import compose
from ravine.config.explain import explain
from ravine.config.presets import Preset
from ravine.config.ranges import parser
from ravine.config.resolvers import limited
from ravine.config.schema import node
from ravine.config.text import as_text
from ravine.config.words import readable

__all__ = ["named", "plain_section", "preset_values", "typed_values", "values_of_word"]


def typed_values(words: Sequence[str], cls: type[Any]) -> dict[str, Any]:
    """Return the values of words such as ``lr=0.1``, by field; they are read as those of any command.

    Parameters
    ----------
    words : sequence of str
        As they are typed.
    cls : type
        The component's class, whose fields they set.

    Raises
    ------
    ConfigError
        If a value cannot be read, or there are several.
    """
    try:
        overrides = OverridesParser.create().parse_overrides([readable(word) for word in words])
    except HydraException as error:
        raise ConfigError(explain(error)) from error
    if several := [override.input_line for override in overrides if override.is_sweep_override()]:
        raise ConfigError(f"{several[0]} has several values: a component is checked with one; [a,b] is a list")
    return {override.key_or_group: as_text(override, node(cls)).value() for override in overrides}


def values_of_word(word: str) -> list[str]:
    """Return the values of a setting, ``seed=range(3)`` or ``optimizer.lr=0.1``, each as it is typed.

    Raises
    ------
    ConfigError
        If it cannot be read, or is an interval.
    """
    try:
        (override,) = parser().parse_overrides([readable(word)])
    except HydraException as error:
        raise ConfigError(explain(error)) from error
    if not override.is_sweep_override():
        return [override.get_value_element_as_str()]
    if not override.is_discrete_sweep():
        raise ConfigError(f"{word}: it is an interval, to which no value can be added")
    return list(override.sweep_string_iterator())


def named(word: str) -> Named:
    """Return a name, or a mapping ``{name: NAME, FIELD: VALUE}`` that is typed like one of a configuration.

    Raises
    ------
    ConfigError
        If it cannot be read, or has no name.
    """
    if not word.lstrip().startswith("{"):
        return word
    try:
        found: Any = OverridesParser.create().parse_override(f"it={word}").value()
    except HydraException as error:
        raise ConfigError(f"{word}: {explain(error)}") from error
    made = OmegaConf.to_container(OmegaConf.create(found)) if isinstance(found, dict) else found
    if not isinstance(made, dict) or not isinstance(made.get("name"), str):
        raise ConfigError(f"{word}: it is a name, or {{name: NAME, FIELD: VALUE}}")
    return {str(key): value for key, value in made.items()}


@limited()
def preset_values(preset: Preset) -> dict[str, Any]:
    """Return the name of the component that a preset chooses, and the fields that it sets.

    Raises
    ------
    ConfigError
        If it cannot be composed.
    """
    return plain_section(compose([f"{preset.group}={preset.name}"])[preset.group])


@limited()
def plain_section(section: Any) -> dict[str, Any]:
    """Return a section of a configuration as plain values, with everything resolved."""
    made = OmegaConf.to_container(section, resolve=True, enum_to_str=True)
    assert isinstance(made, dict)
    return {str(key): value for key, value in made.items()}
