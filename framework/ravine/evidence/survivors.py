"""Survivors: what is compared if runs that diverged count, of the side that looks better without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ravine.evidence.claim import Claim, Outcome

__all__ = ["Side", "differences", "with_diverged"]


@dataclass(frozen=True)
class Side:
    """The measured values of one side of a claim.

    Parameters
    ----------
    values : dict of int to float or None
        By seed; None if a run has no value.
    diverged : frozenset of int
        Seeds of the runs that have none because they diverged.
    unfit : dict of int to float
        By seed, what the metric gave of other runs that is not finite.
    """

    values: Mapping[int, float | None]
    diverged: frozenset[int] = frozenset()
    unfit: Mapping[int, float | None] = field(default_factory=dict)

    def filled(self, other: Side, worst: Mapping[float, float]) -> Side:
        """Return this side with a value for the diverged runs of pairs whose other run has one.

        ``worst`` has the value by that of the other run.
        """
        of_others = {seed: other.values.get(seed) for seed in self.diverged}
        added = {seed: worst[value] for seed, value in of_others.items() if value is not None}
        return Side({**self.values, **added}, self.diverged - added.keys())


def differences(ours: Side, theirs: Side) -> list[float]:
    """Return the differences of the pairs that have both values, in the order of their seeds."""
    seeds = sorted(ours.values.keys() & theirs.values.keys())
    pairs = [(ours.values[seed], theirs.values[seed]) for seed in seeds]
    return [our - their for our, their in pairs if our is not None and their is not None]


def with_diverged(claim: Claim, outcome: Outcome, ours: Side, theirs: Side) -> list[float]:
    """Return the differences if diverged runs count as the worst value that was measured.

    They are the runs of the side for which the outcome speaks: it may look better because its worst runs are
    lost. Worst is what speaks most against the outcome. If two sides are claimed to be equal, it is what is
    farthest from the other run of the pair, for both.
    """
    seen = [value for side in (ours, theirs) for value in side.values.values() if value is not None]
    if claim.is_ == "equal":
        low, high = min(seen, default=0.0), max(seen, default=0.0)
        farthest = {value: low if value - low > high - value else high for value in seen}
        return differences(ours.filled(theirs, farthest), theirs.filled(ours, farthest))
    worst = dict.fromkeys(seen, min(seen, default=0.0) if claim.is_ == "higher" else max(seen, default=0.0))
    if outcome == "not supported":
        return differences(ours, theirs.filled(ours, worst))
    return differences(ours.filled(theirs, worst), theirs)
