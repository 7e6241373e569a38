"""Errors: the errors and warnings for users and for authors of plugins."""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator

__all__ = [
    "ConfigError",
    "FieldError",
    "IncompleteError",
    "MissingPackageError",
    "PluginError",
    "PluginWarning",
    "UnknownNameError",
    "WriteError",
    "is_full",
    "masked",
    "of",
]


class ConfigError(ValueError):
    """A configuration cannot be run; the message says what is wrong, where, and what is possible.

    Parameters
    ----------
    text : str
        The message.
    section : str
        The part of the configuration that is wrong, ``optimizer``; nothing if that is not known.
    """

    def __init__(self, text: str, section: str = "") -> None:
        super().__init__(text)
        self.section = section


def masked(text: str) -> str:
    """Return a text with the passwords of its URLs hidden: ``postgresql://user:***@host``."""
    text = re.sub(r"(\w://[^\s:/@]*:)\S+@", r"\1***@", text)
    # Without a host; a few digits are a port.
    text = re.sub(r"(\w://[^\s:/@]*:)(?![^\s']*@)(?!\d{1,5}\b)[^\s']+", r"\1***", text)
    return re.sub(r"(password=)[^&\s']+", r"\1***", text)


def is_full(error: BaseException) -> bool:
    """Whether a file could not be written because there is no room, which is not a mistake of the user's."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))


@contextlib.contextmanager
def of(what: str) -> Iterator[None]:
    """Let a ``ValueError`` say of what it is: a setting, or a component by its name."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error


class MissingPackageError(ValueError):
    """A component needs a package that is not installed; the message says how to get it."""


class FieldError(ValueError):
    """A field is unknown or missing, or has a wrong type or value; the message says which field."""


class IncompleteError(ValueError):
    """Some runs ended with an error, or figures or verdicts could not be made; the rest is complete."""


class WriteError(OSError):
    """A file cannot be written or removed; the message says which file, and why."""

    def __str__(self) -> str:
        return f"{self.filename} cannot be written: {self.strerror}"


class PluginError(ValueError):
    """Something is wrong with a plugin; the message says what."""


class UnknownNameError(ValueError):
    """No component of a kind has this name."""


class PluginWarning(UserWarning):
    """A plugin or one of its components was left out, or a plugin has given a warning itself."""
