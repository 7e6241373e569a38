"""Check: runs the conformance kit on an installed component, and shows the result as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ravine import registry
from ravine.base.errors import ConfigError, FieldError
from ravine.base.names import nearest
from ravine.base.tables import tabular
from ravine.cli.catalogue import find
from ravine.config.presets import Preset, presets
from ravine.config.values import preset_values, typed_values
from ravine.contracts.layer import Layer
from ravine.contracts.rule import Rule
from ravine.registry.entry import Entry
from ravine.registry.kinds import KINDS
from ravine.testing import Promise, by_reason, examine
from ravine.testing.fusion import fusion_of

__all__ = ["Checkup", "checkup"]


@dataclass(frozen=True)
class Checkup:
    """Which promises a component keeps.

    Parameters
    ----------
    entry : Entry
        Where the component comes from.
    component : Component
        What was examined.
    preset : str
        The name of the preset that sets its fields; nothing if none does.
    results : dict of Promise to str or None
        Why each promise is broken; None if it is kept.
    exempt : sequence of str
        Names of promises that it cannot keep.
    fusion : dict of str to str
        By method of a rule or layer, why NumPy runs it; "" if it is fused.
    """

    entry: Entry
    component: Any
    preset: str
    results: Mapping[Promise, str | None]
    exempt: Sequence[str]
    fusion: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether it keeps all that it is not exempt from."""
        return all(text is None for text in self.results.values())

    def __str__(self) -> str:
        rows = [("exempt", name, "") for name in self.exempt]
        rows += [
            ("BROKEN", promises[0].name, _reason(text, [promise.name for promise in promises]))
            if text
            else ("kept", promises[0].name, promises[0].says)
            for promises, text in by_reason(self.results)
        ]
        broken = sum(text is not None for text in self.results.values())
        head = f"{self.preset} is a preset of {self.entry.name}: " if self.preset else ""
        head += f"{self.entry.kind} {self.component}, of {self.entry.distribution}"
        told = f"{len(self.results)} promises, {broken or 'none'} broken"
        told += f", {len(self.exempt)} exempt" if self.exempt else ""
        loops = [
            f"NumPy runs {method}: {why}" if why else f"{_FUSED[method]}, to the same bits"
            for method, why in self.fusion.items()
        ]
        return "\n".join([head, tabular(rows), told, *loops])

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for a program."""
        return {
            "kind": self.entry.kind,
            "name": self.entry.name,
            "distribution": self.entry.distribution,
            "component": str(self.component),
            "kept": self.kept,
            "exempt": [*self.exempt],
            "promises": [
                {"name": promise.name, "says": promise.says, "kept": text is None, "reason": text}
                for promise, text in self.results.items()
            ],
            "fusion": {method: why or None for method, why in self.fusion.items()},
        }


def checkup(words: Sequence[str], in_shape: str | None = None, exempt: Sequence[str] = ()) -> Checkup:
    """Examine a component.

    Parameters
    ----------
    words : sequence of str
        ``["mine", "lr=0.1"]``: an optional kind, a name, and fields. If it is a preset, its component is
        checked with the fields that the preset sets.
    in_shape : str, optional
        ``"1,28,28"``, the shape of one example, for a layer.
    exempt : sequence of str
        Names of promises that the component cannot keep.

    Raises
    ------
    ValueError
        If there is no such component, several have the name, or a field or the shape cannot be used.
    """
    named = [word for word in words if "=" not in word]
    if not named:
        raise ValueError("which component? ravine check NAME FIELD=VALUE; ravine list shows all names")
    loaded = registry.load()
    found: list[Any] = find(loaded, named, [preset for preset in presets(loaded) if preset.of])
    if named and named[-1] in KINDS and len(named) < 2:
        raise ValueError(f"ravine check {named[0]} NAME{nearest('', (entry.name for entry in found))}")
    if len(found) != 1:
        kinds = ", ".join(entry.kind for entry in found)
        raise ValueError(f"several components are called {named[-1]} ({kinds}): ravine check KIND {named[-1]}")
    (entry,), preset, fields = found, "", {}
    if isinstance(entry, Preset):
        fields, preset = preset_values(entry), entry.name
        entry = loaded.entry(entry.kind, fields.pop("name"))
    try:
        given = typed_values([word for word in words if "=" in word], entry.cls)
        component = entry.make(fields | given)
    except (ConfigError, FieldError) as error:
        raise ValueError(f"{error}: ravine check {entry.kind} {entry.name} FIELD=VALUE") from None
    results = examine(component, in_shape=_shape(in_shape))
    names = [promise.name for promise in results]
    for name in exempt:
        if name not in names:
            raise ValueError(f"--exempt {name}: {entry.name} makes no such promise{nearest(name, names)}")
    results = {promise: text for promise, text in results.items() if promise.name not in exempt}
    # What breaks a promise may raise anything.
    sound = isinstance(component, Rule | Layer) and all(text is None for text in results.values())
    fusion = fusion_of(component, _shape(in_shape)) if sound else {}
    return Checkup(entry, component, preset, results, exempt, fusion)


_FUSED = {
    "step": "step runs as one compiled loop",
    "before": "before runs as one compiled loop",
    "after": "after runs as one compiled loop",
    "forward": "forward and backward run as a program",
}


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
