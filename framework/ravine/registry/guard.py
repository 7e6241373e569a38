"""Guard: an error of a component names the component, its plugin and the place, in every process.

Components are called in one of these blocks: ``blaming`` where several are at work, as in a run, and
``guarded`` where it is a single one, as in a search, a figure or a claim.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterable, Iterator

from ravine.base.errors import MissingPackageError, PluginError
from ravine.contracts.component import Component
from ravine.registry.elsewhere import is_an_extra
from ravine.registry.entry import Entry
from ravine.registry.registry import load

__all__ = [
    "blaming",
    "guarded",
]


@contextlib.contextmanager
def blaming(entries: Iterable[Entry]) -> Iterator[None]:
    """Turn an error that a third party's component raises in the block into one that names the component.

    It is found by the calls that led to the error: the first argument of one of them is the component. So a
    function that refuses what a component returned takes the component as its first argument.

    Raises
    ------
    PluginError
        In place of the error; one line names the component, its plugin and the place.
    """
    try:
        yield
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        if entry := _culprit(error, entries):
            raise PluginError(entry.blame(error)) from error
        raise


@contextlib.contextmanager
def guarded(component: Component) -> Iterator[None]:
    """Turn an error that a component raises in the block into one that names it.

    A ``ValueError`` of ravine's own components is a sentence for the user, and so is a missing package.

    Raises
    ------
    PluginError
        In place of the error; one line names the component, its plugin and the place.
    """
    try:
        yield
    except (PluginError, MissingPackageError):
        raise
    except (Exception, SystemExit) as error:
        entry = load().entry_of(component)
        if entry is None:
            raise
        ours = entry.built_in or is_an_extra(entry.distribution)
        if ours and isinstance(error, ValueError):
            raise
        raise PluginError(entry.blame(error)) from error


def _culprit(error: BaseException, entries: Iterable[Entry]) -> Entry | None:
    """Return the third party's component in whose methods an error was raised, or None."""
    strangers = [entry for entry in entries if not entry.built_in]
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for raised in reversed(chain):
        for frame, _ in reversed(list(traceback.walk_tb(raised.__traceback__))):
            # The first argument of a method is self.
            first = frame.f_locals.get(next(iter(frame.f_code.co_varnames), ""))
            for entry in strangers:
                if isinstance(first, entry.cls):
                    return entry
    return None
