"""Points that fill a space evenly, however many there are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Goal, Point, Sampler, Space, StatelessSampler, Trial, hookimpl


@dataclass(frozen=True)
class Halton(StatelessSampler):
    r"""Halton's sequence: points that fill the space evenly.

    .. math:: \phi_b(n) = \sum_i \pi_{b,i}(d_i) b^{-i-1}, \quad n = \sum_i d_i b^i

    Each first stretch of it covers the space evenly, which random points do not: these cluster and leave gaps.

    References
    ----------
    Halton 1960, On the Efficiency of Certain Quasi-Random Sequences of Points. Each digit is permuted at
    random, :math:`\pi_{b,i}` (Owen 2017, A Randomized Halton Algorithm in R): without, dimensions of large
    bases run in step.

    Notes
    -----
    The permutations, drawn by the search's seed, move 0 too; so leading zeros count, as many as float64 can
    tell apart.
    """

    def propose(self, space: Space, trials: Sequence[Trial], *, number: int, goal: Goal) -> Point:
        rng = np.random.default_rng(goal.seed)
        return space.at([_mirrored(number, base, _permutations(base, rng)) for base in _primes(len(space))])


def _permutations(base: int, rng: np.random.Generator) -> list[list[int]]:
    return [rng.permutation(base).tolist() for _ in range(math.ceil(53 * math.log(2, base)))]


def _mirrored(number: int, base: int, permutations: Sequence[Sequence[int]]) -> float:
    value, weight = 0.0, 1.0
    for permuted in permutations:
        number, digit = divmod(number, base)
        weight /= base
        value += permuted[digit] * weight
    return value


def _primes(n: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < n:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"halton": Halton}
