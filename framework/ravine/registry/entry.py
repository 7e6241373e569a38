"""Entry: one registered component, and what became of one plugin."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ravine.base.errors import FieldError, PluginError
from ravine.contracts.component import Component, summary
from ravine.contracts.fields import construct
from ravine.registry.blame import called, definition, imported, quiet, reason, where
from ravine.registry.vetting import check_class

__all__ = [
    "Entry",
    "Plugin",
]


@dataclass(frozen=True)
class Entry:
    """One registered component.

    Parameters
    ----------
    kind, name : str
        What it is, and how it is chosen.
    plugin, distribution : str
        Who offers it; the distribution with its version.
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
        """The component's class, imported if need be.

        Raises
        ------
        PluginError
            If it cannot be imported, or is not a component of its kind.
        """
        target = self.target
        if isinstance(target, str):
            module, _, name = target.partition(":")
            with quiet(f"plugin {self.plugin} of {self.distribution}"):
                target = called(
                    lambda: imported(module, name), f"{self.kind} {self.name!r} of {self.distribution}: "
                )
        check_class(self.kind, self.name, target)
        return target

    def make(self, values: Mapping[str, Any]) -> Any:
        """Return the component with some fields set; the others have their defaults.

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
        except Exception as error:
            raise PluginError(self.blame(error)) from error

    def blame(self, error: Exception) -> str:
        """Return, in one line, that this component raised an error, whose it is, and where."""
        meant = isinstance(error, ValueError | OSError) and str(error).strip()
        text = " ".join(str(error).split()) if meant else reason(error)
        place = where(error) or definition(self.cls)
        whose = f"{self.cls.__name__} of plugin {self.plugin} of {self.distribution}"
        return f"{self.kind} {self.name!r}, {whose}: {text} ({place})"

    @property
    def summary(self) -> str:
        """The first line of the component's docstring, or why there is none."""
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
        What it is called, and where it came from, with the version.
    status : "loaded", "disabled" or "left out"
        A loaded plugin may have parts that are left out.
    reason : str
        Why it, or a part of it, was left out, in one line.
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
        how = "left out in part" if self.status == "loaded" else "left out"
        place = f" ({self.where})" if self.where else ""
        return f"plugin {self.name} of {self.distribution} is {how}: {self.reason}{place}"


def _is_ravine(distribution: str) -> bool:
    return distribution.partition(" ")[0] == "ravine"


@contextlib.contextmanager
def blaming(entries: Iterable[Entry]) -> Iterator[None]:
    """Name the third party's component that raises an error in the block.

    Raises
    ------
    PluginError
        Saying so, in one line, in place of the error.
    """
    try:
        yield
    except Exception as error:
        if entry := _culprit(error, entries):
            raise PluginError(entry.blame(error)) from error
        raise


def _culprit(error: BaseException, entries: Iterable[Entry]) -> Entry | None:
    """Return the third party's component in whose methods an error was raised, or None."""
    strangers = [entry for entry in entries if not entry.built_in]
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in reversed(chain):
        for frame, _ in reversed(list(traceback.walk_tb(one.__traceback__))):
            first = frame.f_locals.get(next(iter(frame.f_code.co_varnames), ""))  # self, in a method
            for entry in strangers:
                if isinstance(first, entry.cls):
                    return entry
    return None
