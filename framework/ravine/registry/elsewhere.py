"""Elsewhere: which components are in packages that an extra of ravine installs.

A package that is not installed cannot be asked what it has. Its names are listed here, so that an error can
name the package instead of similar names. The package's tests compare them with what it offers.
"""

from __future__ import annotations

from importlib import metadata

from ravine.registry.installed import version_of

__all__ = ["how_to_get", "is_an_extra"]

_EXTRAS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "optuna": ("ravine-optuna", {"sampler": ("cmaes", "gp", "tpe")}),
    "mlflow": ("ravine-mlflow", {"tracker": ("mlflow",)}),
    "tensorboard": ("ravine-tensorboard", {"tracker": ("tensorboard",)}),
    "trackio": ("ravine-trackio", {"tracker": ("trackio",)}),
    "wandb": ("ravine-wandb", {"tracker": ("wandb",)}),
}


def how_to_get(kind: str, name: str) -> str:
    """Return which package has a component and how it is installed; nothing if none is known, or if it is."""
    for extra, (package, components) in _EXTRAS.items():
        if name in components.get(kind, ()) and not _is_installed(package):
            clone = f"in a clone pip install . ./plugins/packages/{package}"
            how = f"pip install 'ravine[{extra}]', or {clone}"
            return f"{kind} {name!r} is in {package}, which is not installed: {how}"
    return ""


def is_an_extra(distribution: str) -> bool:
    """Whether a distribution, with its version, is a package that an extra of ravine installs."""
    return distribution.partition(" ")[0] in {package for package, _ in _EXTRAS.values()}


def _is_installed(package: str) -> bool:
    try:
        version_of(package)
    except metadata.PackageNotFoundError:
        return False
    return True
