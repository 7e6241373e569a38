"""Presets: files of configuration that choose a component and set some of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ravine.registry.kinds import GROUPS
from ravine.registry.registry import Registry

__all__ = [
    "Preset",
    "conf_folder",
    "config_folders",
    "presets",
]


_FIRST = re.compile(r"""^defaults:\s*[\[-]\s*["']?([\w/]+)["']?\s*[,\]\n]""", re.MULTILINE)


@dataclass(frozen=True)
class Preset:
    """A file that is chosen as a component is: ``optimizer=lion_text``.

    Parameters
    ----------
    group, name : str
        The group and the name by which it is chosen.
    kind : str
        The kind of its component.
    of : str
        Name of the component with which its defaults begin, or "".
    distribution : str
        The distribution whose folder has the file, with its version; or the user's folder.
    file : Path
        The file.
    """

    group: str
    name: str
    kind: str
    of: str
    distribution: str
    file: Path

    @property
    def summary(self) -> str:
        """The name of its component, and the comment with which the file begins."""
        first = self.file.read_text("utf-8-sig").partition("\n")[0]
        return f"preset of {self.of}" + (f": {first.lstrip('# ')}" if first.startswith("# ") else "")


def presets(registry: Registry, own: Path | None = None) -> list[Preset]:
    """Return the presets in the folders of ravine and of its plugins, by kind and name.

    A preset is left out if a component or another preset of its name comes first, because then it cannot be
    chosen.

    Parameters
    ----------
    registry : Registry
        All components, and the plugins' folders.
    own : path, optional
        A folder that comes before all components, as with ``--config-dir``.
    """
    taken = {(group, name) for group in GROUPS for name in registry.among(group)}
    found: dict[tuple[str, str], Preset] = {}
    for preset in _presets(registry, own):
        if (preset.group, preset.name) not in taken or (own and preset.file.is_relative_to(own)):
            found.setdefault((preset.group, preset.name), preset)
    kinds = list(registry.entries)
    return sorted(found.values(), key=lambda preset: (kinds.index(preset.kind), preset.name))


def _presets(registry: Registry, own: Path | None) -> Iterator[Preset]:
    for folder, distribution in config_folders(registry, own).items():
        for group in GROUPS:
            for file in sorted((folder / group).rglob("*.yaml")):
                name = file.relative_to(folder / group).with_suffix("").as_posix()
                # If the text cannot be decoded, Hydra says so when the preset is chosen.
                first = _FIRST.search(file.read_text("utf-8-sig", errors="replace"))
                of = first[1].removeprefix(f"/{group}/") if first else ""
                entry = registry.among(group).get(of)
                yield Preset(group, name, entry.kind if entry else GROUPS[group][0], of, distribution, file)


def config_folders(registry: Registry, own: Path | None = None) -> dict[Path, str]:
    """Return the folders of configurations, the user's and ravine's own first, each with its distribution.

    Of the user's folder that is its path.
    """
    ours = next(plugin.distribution for plugin in registry.plugins if plugin.built_in)
    theirs = registry.config_folders().items()
    first = {own: own.as_posix()} if own else {}
    folders = {folder: registry.owner(plugin) or plugin for folder, plugin in theirs}
    return first | {conf_folder(): ours} | folders


def conf_folder() -> Path:
    """Return the folder of Hydra configurations: beside the code in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    folders = package / "conf", package.parents[1] / "conf"
    return next(folder for folder in folders if (folder / "config.yaml").is_file())
