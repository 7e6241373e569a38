"""Installed: which version of a distribution is installed."""

from __future__ import annotations

from importlib import metadata

__all__ = ["installed", "version_of"]


def installed(name: str) -> metadata.Distribution:
    """Return an installed distribution; leftovers of an installer, which have no version, are passed over.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If it is not installed.
    """
    for found in metadata.distributions(name=name):
        if "Version" in found.metadata:
            return found
    raise metadata.PackageNotFoundError(name)


def version_of(name: str) -> str:
    """Return the version of an installed distribution.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If it is not installed.
    """
    return installed(name).version
