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


_FIRST = re.compile(r"^defaults:\s*[\[-]\s*([\w/]+)\s*[,\]\n]", re.MULTILINE)


@dataclass(frozen=True)
class Preset:
    """A file that is chosen as a component is: ``optimizer=lion_text``.

    Parameters
    ----------
    group, name : str
        How it is chosen.
    of : str
        Name of the component that its defaults begin with; nothing where that is none.
    distribution : str
        Whose folder it is in, with the version.
    file : Path
        The file.
    """

    group: str
    name: str
    of: str
    distribution: str
    file: Path

    @property
    def kind(self) -> str:
        """The kind of what it is a preset of."""
        return GROUPS[self.group]

    @property
    def summary(self) -> str:
        """What it is a preset of, and the comment that the file begins with."""
        first = self.file.read_text("utf-8").partition("\n")[0]
        return f"preset of {self.of}" + (f": {first.lstrip('# ')}" if first.startswith("# ") else "")


def presets(registry: Registry) -> list[Preset]:
    """Return the presets in the folders of ravine and of its plugins, by kind and name.

    One that nobody can choose, for another has its name and comes first, is none.
    """
    taken = {(group, name) for group, kind in GROUPS.items() for name in registry.entries[kind]}
    found: dict[tuple[str, str], Preset] = {}
    for preset in _presets(registry):
        if (preset.group, preset.name) not in taken:
            found.setdefault((preset.group, preset.name), preset)
    kinds = list(registry.entries)
    return sorted(found.values(), key=lambda preset: (kinds.index(preset.kind), preset.name))


def _presets(registry: Registry) -> Iterator[Preset]:
    for folder, distribution in config_folders(registry).items():
        for group in GROUPS:
            for file in sorted((folder / group).rglob("*.yaml")):
                name = file.relative_to(folder / group).with_suffix("").as_posix()
                first = _FIRST.search(file.read_text("utf-8", errors="replace"))  # Hydra says what is wrong
                yield Preset(group, name, first[1] if first else "", distribution, file)


def config_folders(registry: Registry) -> dict[Path, str]:
    """Return the folders of configurations, ravine's own first, each with its distribution."""
    ours = next(plugin.distribution for plugin in registry.plugins if plugin.built_in)
    theirs = registry.config_folders().items()
    return {conf_folder(): ours} | {folder: registry.owner(plugin) or plugin for folder, plugin in theirs}


def conf_folder() -> Path:
    """Return the folder of Hydra configurations: beside the code in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    folders = package / "conf", package.parents[1] / "conf"
    return next(folder for folder in folders if (folder / "config.yaml").is_file())
