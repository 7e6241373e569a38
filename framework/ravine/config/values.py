"""Values: from words, presets and sections of a configuration to plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ravine.base.errors import ConfigError
from ravine.config.compose import compose
from ravine.config.presets import Preset
from ravine.config.resolvers import limited

__all__ = ["plain_section", "preset_values", "typed_values"]


def typed_values(words: Sequence[str]) -> dict[str, Any]:
    """Return the values of words such as ``lr=0.1``, by field.

    Raises
    ------
    ConfigError
        If a value cannot be read.
    """
    try:
        return plain_section(OmegaConf.from_dotlist(list(words)))
    except OmegaConfBaseException as error:
        raise ConfigError(str(error)) from error


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
