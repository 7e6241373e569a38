"""Guard: an error of a component names the component, its plugin and the place, in every process.

Components are called in one of these blocks: ``blaming`` where several are at work, as in a run, and
``guarded`` where it is a single one, as in a search, a figure or a claim.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterable, Iterator, Sequence

from ravine.base.errors import MissingPackageError, PluginError
from ravine.contracts.component import Component
from ravine.fusion.tape import NotFusableError
from ravine.registry.elsewhere import is_an_extra
from ravine.registry.entry import Entry
from ravine.registry.registry import load

__all__ = [
    "OF_EARLIER",
    "blaming",
    "guarded",
]

OF_EARLIER = "an array of an earlier call is used, and arrays are for one call; slots and buffers last"
"""What is said of a component that keeps an array: one of a call that was written down has no numbers."""


@contextlib.contextmanager
def blaming(entries: Iterable[Entry]) -> Iterator[None]:
    """Turn an error that a third party's component raises in the block into one that names the component.

    It is found by the calls that led to the error: the first argument of one of them is the component. So a
    function that refuses what a component returned takes the component as its first argument. An error that is
    never a user's, such as a ``TypeError``, is also found where a function has one component as a variable.

    Parameters
    ----------
    entries : iterable of Entry
        Components that are at work. Others that the registry has are found too.

    Raises
    ------
    PluginError
        In place of the error; one line names the component, its plugin and the place.
    """
    try:
        yield
    except PluginError:
        raise
    except (Exception, SystemExit, NotFusableError) as error:
        if entry := _culprit(error, entries):
            raise PluginError(entry.blame(_told(error))) from error
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


def _told(error: BaseException) -> BaseException:
    """Return an error in words for the user: fusion's own, outside of it, has one cause."""
    if isinstance(error, NotFusableError):
        return ValueError(OF_EARLIER).with_traceback(error.__traceback__)
    return error


def _culprit(error: BaseException, entries: Iterable[Entry]) -> Entry | None:
    """Return the third party's component in whose methods an error was raised, or None."""
    of_run = [entry for entry in entries if not entry.built_in]
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    frames = [
        frame for raised in reversed(chain) for frame, _ in reversed([*traceback.walk_tb(raised.__traceback__)])
    ]
    for frame in frames:
        # The first argument of a method is self.
        first = frame.f_locals.get(next(iter(frame.f_code.co_varnames), ""))
        if entry := _strangers(first, of_run):
            return entry
    # A function that has forgotten it.
    for frame in () if isinstance(chain[-1], ValueError | OSError) else frames:
        found = {id(one): entry for one in frame.f_locals.values() if (entry := _strangers(one, of_run))}
        if len(found) == 1:
            return next(iter(found.values()))
    return None


def _strangers(one: object, entries: Sequence[Entry]) -> Entry | None:
    """Return the third party's entry of an object that is a component, or None."""
    if not isinstance(one, Component):
        return None
    for entry in entries:
        if isinstance(one, entry.cls):
            return entry
    found = load().entry_of(one)
    return found if found and not found.built_in else None
