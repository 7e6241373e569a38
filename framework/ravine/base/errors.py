"""Errors: what a user, or the author of a plugin, can be told."""

from __future__ import annotations

import re

__all__ = [
    "ConfigError",
    "FieldError",
    "MissingPackageError",
    "PluginError",
    "PluginWarning",
    "RunsFailedError",
    "UnknownNameError",
    "WriteError",
    "masked",
]


class ConfigError(ValueError):
    """A configuration cannot be run; the message says what is wrong, where, and what is possible.

    Parameters
    ----------
    text : str
        The message.
    section : str
        Which part of the configuration it is about, ``optimizer``; nothing where that is not known.
    """

    def __init__(self, text: str, section: str = "") -> None:
        super().__init__(text)
        self.section = section


def masked(text: str) -> str:
    """Return a text without the passwords of URLs in it: ``postgresql://user:***@host``."""
    return re.sub(r"(password=)[^&\s']+", r"\1***", re.sub(r"(\w://[^\s:/@]*:)\S+@", r"\1***@", text))


class MissingPackageError(ValueError):
    """A component needs a package that is not installed; the message says how to get it."""


class FieldError(ValueError):
    """A field is unknown, missing or of a wrong type or value; the message says which."""


class RunsFailedError(ValueError):
    """Runs ended with an error; the rest of the study is whole."""


class WriteError(OSError):
    """A file cannot be written or removed; the message says which, and why."""

    def __str__(self) -> str:
        return f"{self.filename} cannot be written: {self.strerror}"


class PluginError(ValueError):
    """A plugin is not what it should be."""


class UnknownNameError(ValueError):
    """No component of that kind has that name."""


class PluginWarning(UserWarning):
    """A plugin, or something it offers, was left out, or warns of something itself."""
