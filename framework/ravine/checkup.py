"""Checkup: the conformance kit on an installed component, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ravine import registry
from ravine.config import compose
from ravine.fields import FieldError
from ravine.listing import find, tabular
from ravine.names import nearest
from ravine.presets import Preset, presets
from ravine.testing import by_reason, examine
from ravine.vetting import KINDS

__all__ = ["checkup"]


def checkup(words: Sequence[str], in_shape: str | None = None) -> tuple[str, bool]:
    """Return which promises a component keeps, and whether it keeps all.

    Parameters
    ----------
    words : sequence of str
        ``["mine", "lr=0.1"]``: perhaps a kind, a name, and fields. Of a preset its component is checked, with
        the fields that it sets.
    in_shape : str, optional
        ``"1,28,28"``, the shape of one example, for a layer.

    Raises
    ------
    ValueError
        If there is no such component, several have the name, or a field or the shape cannot be used.
    """
    named = [word for word in words if "=" not in word]
    loaded = registry.load()
    found: list[Any] = find(loaded, named, [preset for preset in presets(loaded) if preset.of])
    if named and named[-1] in KINDS and len(named) < 2:
        raise ValueError(f"ravine check {named[0]} NAME{nearest('', (entry.name for entry in found))}")
    if len(found) != 1:
        kinds = ", ".join(entry.kind for entry in found)
        raise ValueError(f"several components are called {named[-1]} ({kinds}): ravine check KIND {named[-1]}")
    (entry,), head, fields = found, "", {}
    if isinstance(entry, Preset):
        fields = _plain(compose([f"{entry.group}={entry.name}"])[entry.group])
        head = f"{entry.name} is a preset of {fields['name']}: "
        entry = loaded.entry(entry.kind, fields.pop("name"))
    try:
        given = _plain(OmegaConf.from_dotlist([word for word in words if "=" in word]))
        component = entry.make(fields | given)
    except (OmegaConfBaseException, FieldError) as error:
        raise ValueError(f"{error}: ravine check {entry.kind} {entry.name} FIELD=VALUE") from None
    results = examine(component, in_shape=_shape(in_shape))
    rows = [
        ("BROKEN", made[0].name, _reason(text, [promise.name for promise in made]))
        if text
        else ("kept", made[0].name, made[0].says)
        for made, text in by_reason(results)
    ]
    broken = sum(text is not None for text in results.values())
    head += f"{entry.kind} {component}, of {entry.distribution}"
    return "\n".join([head, tabular(rows), f"{len(results)} promises, {broken or 'none'} broken"]), not broken


def _plain(section: DictConfig) -> dict[str, Any]:
    made: Any = OmegaConf.to_container(section, resolve=True, enum_to_str=True)
    return dict(made)


def _reason(text: str, names: Sequence[str]) -> str:
    return text if len(names) == 1 else f"{text}; breaks {len(names)} promises: {', '.join(names)}"


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = (0,)
    if min(shape) < 1:
        raise ValueError(f"--in-shape {text}: it is whole numbers from 1, such as 1,28,28")
    return shape
