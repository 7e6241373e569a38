"""Compare: how far components are from the same ones of other libraries."""

from __future__ import annotations

from collections.abc import Sequence

from ravine import registry
from ravine.base.errors import UnknownNameError
from ravine.cli.catalogue import find
from ravine.testing.references.report import findings, overview, paragraphs

__all__ = ["compare"]


def compare(words: Sequence[str]) -> tuple[str, bool]:
    """Return the comparison of one component, or of all of a kind, as text, and whether all is as expected.

    Parameters
    ----------
    words : sequence of str
        A kind, a name, or both.

    Raises
    ------
    UnknownNameError
        If there is no such component, or if its package has no numbers of other libraries.
    """
    loaded = registry.load()
    entries = [item for item in find(loaded, words) if isinstance(item, registry.Entry)]
    by_entry = [(entry, found) for entry in entries if (found := findings(entry))]
    if not by_entry:
        kinds = {entry.kind for entry in loaded if findings(entry)}
        there = f"{' '.join(words)}: its package has no numbers of other libraries to compare it with"
        raise UnknownNameError(f"{there}; kinds that have: {', '.join(sorted(kinds))}")
    well = all(finding.expected for _, found in by_entry for finding in found)
    if len(by_entry) > 1:
        return overview(by_entry), well
    ((entry, found),) = by_entry
    return f"{entry.kind} {entry.name}, of {entry.distribution}\n\n{paragraphs(found)}", well
