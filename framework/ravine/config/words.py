"""Words: settings before Hydra reads them. It is not imported here: errors are told even if it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable

from ravine.base.errors import ConfigError

__all__ = ["NOT_TEXT", "PART", "PLAIN", "STUDY", "STUDY_NAME", "advised", "readable"]

# A reference, ${a.b}, and a sign after \ are parts of text without quotes.
_SIGN, _EDGE = (rf"""(?:\$\{{[^}}]*\}}|\\.|[^,\[\](){{}}'"\\{more}])""" for more in ("", r"\s"))

PART = re.compile(rf"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|{_EDGE}(?:{_SIGN}*{_EDGE})?""")
"""Text in quotes, or without quotes, among brackets and commas."""

NOT_TEXT = re.compile(r"[.\d+-][\w.+-]*|true|false|nan|inf", re.IGNORECASE)
"""What a number or a truth value may look like."""

PLAIN = re.compile(r"[\w./:+%@?|$*-]+(?: [\w./:+%@?|$*-]+)*", re.ASCII)
"""What Hydra can read without quotes."""

STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=,+-]{0,127}")

STUDY = "it is a folder's name: a letter or a digit, and then at most 127 letters, digits and . _ = , + -"


def readable(word: str) -> str:
    """Return a word in which a value with a ``~``, the home, is in quotes: Hydra could not read it.

    Raises
    ------
    ConfigError
        If it has bytes that are not UTF-8.
    """
    try:
        word.encode()
    except UnicodeEncodeError:
        typed = re.sub(r"[\udc80-\udcff]", lambda byte: f"\\x{ord(byte[0]) - 0xDC00:x}", word)
        raise ConfigError(f"{typed}: it is not text in UTF-8") from None
    key, _, value = word.partition("=")
    if "~" not in value:
        return word
    return f"{key}=" + _quoted(value, lambda text: f"'{text}'" if "~" in text else text)


def advised(value: str) -> str:
    """Return a value that Hydra cannot read as it has to be written, with … in the place of text."""
    if value[:1] not in ("[", "{") and ("," not in value or ", " in value):
        return "'…'"
    return _quoted(value, lambda text: text if PLAIN.fullmatch(text) else "'…'")


def _quoted(value: str, quote: Callable[[str], str]) -> str:
    """Return a value in which each text without quotes is another; a mapping's keys stay as they are."""

    def changed(part: re.Match[str]) -> str:
        if part[0][0] in "'\"":
            return part[0]
        key = re.match(r"\w+\s*:\s*" if "{" in value else "", part[0])
        begin = key[0] if key else ""
        text = part[0].removeprefix(begin)
        return begin + quote(text) if text else begin

    return PART.sub(changed, value)
