"""Entry: one registered component, and what became of one plugin."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from ravine.base.errors import FieldError, PluginError
from ravine.contracts.component import Component, summary
from ravine.contracts.fields import construct
from ravine.registry.blame import call_plugin, definition, imported, quiet, reason, where
from ravine.registry.outline import first_line
from ravine.registry.vetting import check_class

__all__ = [
    "Entry",
    "Plugin",
    "asked_for",
]


_ASKED_FOR: ContextVar[dict[str, Entry] | None] = ContextVar("_ASKED_FOR", default=None)


@contextlib.contextmanager
def asked_for() -> Iterator[dict[str, Entry]]:
    """Collect the components whose classes are asked for in the block, by kind and name: ``layer mine``.

    So what a component looks up in the registry is known, as well as what a configuration names.
    """
    found: dict[str, Entry] = {}
    token = _ASKED_FOR.set(found)
    try:
        yield found
    finally:
        _ASKED_FOR.reset(token)


@dataclass(frozen=True)
class Entry:
    """One registered component.

    Parameters
    ----------
    kind, name : str
        Its kind, and the name by which it is chosen.
    plugin, distribution : str
        The plugin that offers it; its distribution, with the version.
    target : class or str
        The class, or ``"module:Class"`` until it is first needed.
    """

    kind: str
    name: str
    plugin: str
    distribution: str
    target: type[Component] | str

    @property
    def built_in(self) -> bool:
        """Whether it belongs to ravine itself."""
        return _is_ravine(self.distribution)

    @property
    def cls(self) -> type[Any]:
        """The component's class; it is imported if that has not happened yet.

        Raises
        ------
        PluginError
            If it cannot be imported, or is not a component of its kind.
        """
        if (found := _ASKED_FOR.get()) is not None:
            found[f"{self.kind} {self.name}"] = self
        target = self.target
        if isinstance(target, str):
            module, _, name = target.partition(":")
            with quiet(f"plugin {self.plugin} of {self.distribution}"):
                target = call_plugin(
                    lambda: imported(module, name), f"{self.kind} {self.name!r} of {self.distribution}: "
                )
        check_class(self.kind, self.name, target)
        return target

    def make(self, values: Mapping[str, Any]) -> Any:
        """Return the component with some fields set; all other fields have their defaults.

        Raises
        ------
        FieldError
            If a field is unknown, missing or out of its range.
        PluginError
            If its plugin cannot deliver it, or its constructor is broken.
        """
        cls = self.cls
        try:
            return construct(cls, values)
        except FieldError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginError(self.blame(error)) from error

    def blame(self, error: BaseException) -> str:
        """Return one line that says: this component raised this error, it is of this plugin, and where."""
        meant = isinstance(error, ValueError | OSError) and str(error).strip()
        text = " ".join(str(error).split()) if meant else reason(error)
        place = where(error) or definition(self.cls)
        whose = f"{self.cls.__name__} of plugin {self.plugin} of {self.distribution}"
        return f"{self.kind} {self.name!r}, {whose}: {text} ({place})"

    @property
    def summary(self) -> str:
        """The first line of its docstring, or why it cannot be used; a built-in component is not tried."""
        if self.built_in and isinstance(self.target, str) and (line := first_line(self.target)):
            return line
        try:
            return summary(self.cls)
        except PluginError as error:
            return f"cannot be used: {error}"


@dataclass
class Plugin:
    """What became of one plugin.

    Parameters
    ----------
    name, distribution : str
        Its name; the distribution that it comes from, with the version.
    status : "loaded", "disabled" or "left out"
        Some components of a loaded plugin may be left out.
    reason : str
        Why it, or a part of it, was left out; one line.
    where : str
        File and line of an error in the plugin's own code.
    part_of : str
        The entry point that names its package; nothing where the entry point names the plugin itself.
    """

    name: str
    distribution: str
    status: Literal["loaded", "disabled", "left out"] = "loaded"
    reason: str = ""
    where: str = ""
    part_of: str = ""

    @property
    def built_in(self) -> bool:
        """Whether it belongs to ravine itself."""
        return _is_ravine(self.distribution)

    def __str__(self) -> str:
        if self.status == "disabled":
            return f"plugin {self.name} of {self.distribution} is disabled (RAVINE_DISABLE_PLUGINS)"
        how = "partly left out" if self.status == "loaded" else "left out"
        place = f" ({self.where})" if self.where else ""
        return f"plugin {self.name} of {self.distribution} is {how}: {self.reason}{place}"


def _is_ravine(distribution: str) -> bool:
    return distribution.partition(" ")[0] == "ravine"
