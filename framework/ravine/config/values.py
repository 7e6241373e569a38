"""Values: from words, presets and sections of a configuration to plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

from ravine.base.errors import ConfigError
from ravine.config.compose import compose
from ravine.config.explain import explain
from ravine.config.presets import Preset
from ravine.config.resolvers import limited
from ravine.config.schema import node
from ravine.config.text import as_text
from ravine.config.words import readable

__all__ = ["plain_section", "preset_values", "typed_values"]


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
