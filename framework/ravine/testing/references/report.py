"""Report: what a comparison with other libraries found, as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ravine.base.tables import tabular
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.transform import Transform
from ravine.registry.entry import Entry
from ravine.testing.references.rule import parting
from ravine.testing.references.source import AGREES, Source, sources

__all__ = ["Finding", "conventions", "findings", "overview", "paragraphs"]


_SAME = "as here"


@dataclass(frozen=True)
class Finding:
    """How far a component is from one source.

    Parameters
    ----------
    source : Source
        The source.
    apart : mapping of str to float
        The largest relative differences, by what was compared.
    """

    source: Source
    apart: Mapping[str, float]

    @property
    def agrees(self) -> bool:
        """Whether the two are the same but for rounding."""
        return max(self.apart.values()) <= AGREES

    @property
    def expected(self) -> bool:
        """Whether they agree if nothing is said, and differ if there is a reason."""
        return self.agrees != bool(self.source.differs)

    def __str__(self) -> str:
        head = f"{self.source.call}, {self.source.version}, with {_fields(self.source.fields)}"
        if self.agrees and self.expected:
            return f"agrees   {head}"
        where = ", ".join(
            f"{what} {distance:.2g}" for what, distance in self.apart.items() if distance > AGREES
        )
        component = self.source.component
        step = (
            parting(component, self.source.numbers, AGREES)
            if isinstance(component, Optimizer | Transform)
            else None
        )
        first = f"from update {step} on, " if step else ""
        why = self.source.differs or "not expected: the component or the file of numbers is wrong"
        if self.agrees:
            where, why = "nowhere", f"not expected: the file says {self.source.differs!r}"
        return f"differs  {head}\n         {first}at most by {where}: {why}"


def findings(entry: Entry) -> list[Finding]:
    """Return how far a component is from each of its sources."""
    return [Finding(source, source.differences()) for source in sources(entry)]


def conventions(entry: Entry) -> str:
    """Return a table of the libraries that a component was compared with: as here, or what is different.

    Nothing if it was not compared. Tests compare the numbers; here stands what they have found.
    """
    said: dict[str, dict[str, None]] = {}
    for source in sources(entry):
        said.setdefault(source.version, {})[source.differs or _SAME] = None
    alike = sorted(said.items(), key=lambda item: _SAME not in item[1])
    rows = [(f"  {version}", _in_words(words)) for version, words in alike]
    return tabular(rows) if rows else ""


def _in_words(said: Collection[str]) -> str:
    differs = "; ".join(word for word in said if word != _SAME)
    if _SAME not in said:
        return differs
    return f"{_SAME}; with other settings: {differs}" if differs else _SAME


def paragraphs(found: Sequence[Finding]) -> str:
    """Return one paragraph for each source, those that agree first."""
    return "\n".join(map(str, sorted(found, key=lambda finding: not finding.agrees)))


def overview(by_entry: Iterable[tuple[Entry, Sequence[Finding]]]) -> str:
    """Return a table with one line a component, and how many of them agree with two sources or more."""
    rows, proved, n = [], 0, 0
    for entry, found in by_entry:
        agreeing = [finding for finding in found if finding.agrees]
        libraries = dict.fromkeys(finding.source.version.partition(" ")[0] for finding in agreeing)
        differing = [finding for finding in found if not finding.agrees]
        wrong = [finding for finding in found if not finding.expected]
        note = f"{len(wrong)} not as expected" if wrong else ""
        rows.append((entry.name, str(len(agreeing)), ", ".join(libraries), str(len(differing)), note))
        n, proved = n + 1, proved + (len(agreeing) > 1 and not wrong)
    head = ("name", "agrees with", "of", "differs from", "")
    return f"{tabular([head, *rows])}\n\n{proved} of {n} agree with two sources or more"


def _fields(fields: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in fields.items()) or "its defaults"
