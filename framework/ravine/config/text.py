"""Text: a field of text gets the text that is typed, where Hydra would read a number or a truth value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from omegaconf import DictConfig, ListConfig, StringNode

from ravine.config.words import NOT_TEXT, PART, PLAIN

if TYPE_CHECKING:
    from ravine.base.types import Value

__all__ = ["as_text", "as_typed", "written"]

# Of functions these take values as they are; range and others compute.
_FUNCTIONS = {"choice", "shuffle", "tag"}


def written(text: str) -> str:
    """Return a text as a value that Hydra reads as this text; ``null`` is left as it is."""
    plain = PLAIN.fullmatch(text) and not NOT_TEXT.fullmatch(text)
    return text if plain else str(QuotedString(text, Quote.single).with_quotes())


def as_typed(value: Value) -> str:
    """Return a number, a truth value or a text as it is typed in a command."""
    return written(value) if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def as_text(override: Override, cfg: DictConfig) -> Override:
    """Return an override whose value is the text that is typed, if a field of text gets it.

    Parameters
    ----------
    override : Override
        As Hydra's parser returns it.
    cfg : DictConfig
        The typed configuration for which it is.
    """
    word, optional = override.input_line or "", _may_be_null(cfg, override.key_or_group)
    key, _, value = word.partition("=")
    if optional is None or override.is_delete() or not set(re.findall(r"(\w+)\(", value)) <= _FUNCTIONS:
        return override

    def text(part: re.Match[str]) -> str:
        typed = part[0]
        plain = NOT_TEXT.fullmatch(typed) or (typed.lower() == "null" and not optional)
        return f"'{typed}'" if plain else typed

    quoted = f"{key}={PART.sub(text, value)}"
    return override if quoted == word else OverridesParser.create().parse_override(quoted)


def _may_be_null(cfg: Any, key: str) -> bool | None:
    """Return whether a field of text, or of a list of text, may be null; None if there is no such field."""
    node = cfg
    for part in key.split("."):
        if isinstance(node, ListConfig) and part.isdigit() and int(part) < len(node):
            node = node._get_node(int(part))
        else:
            inner = isinstance(node, DictConfig) and not node._is_none()
            node = node._get_node(part, validate_access=False) if inner else None
    if isinstance(node, StringNode):
        return node._is_optional()
    item = node._metadata.element_type if isinstance(node, ListConfig) else None
    return node._is_optional() or item is not str if item in (str, str | None) else None
