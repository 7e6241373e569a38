"""Weights: what there is to say of the weights that the runs of a study have kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ravine.base.names import shown
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.records.weights import Keep, Stored, Which, wanted

__all__ = ["kept", "notes", "stored"]


# From this size on a command tells it, in bytes.
_LARGE = 100_000_000

# How many folders a sentence names.
_NAMED = 3


def kept(files: Iterable[Stored]) -> str:
    """Return how many files of weights are there, and how large they are; "" if there are none."""
    sizes = [size for one in files if (size := one.size)]
    return f"weights: {len(sizes)} file{'s' if len(sizes) > 1 else ''}, {_size(sum(sizes))}" if sizes else ""


def notes(study: Study, asked: Sequence[str], keep: Keep) -> list[str]:
    """Return sentences on weights that runs do not have though they were to keep them, and on large ones.

    Parameters
    ----------
    study : Study
        The study, when its runs have ended.
    asked : sequence of str
        Ids of the runs that a command has asked for.
    keep : "none", "last", "best" or "both"
        Which weights it has asked for.
    """
    runs = [study.runs[name] for name in asked if name in study.runs]
    sentences = []
    if lacking := [run for run in runs if any(_lacks(run, which) for which in wanted(keep))]:
        places = [f"{study.folder.as_posix()}/{run.id}" for run in lacking[:_NAMED]]
        more = f" and {len(lacking) - _NAMED} more" * (len(lacking) > _NAMED)
        has, it = ("has", "it") if len(lacking) == 1 else ("have", "them")
        sentences.append(
            f"{len(lacking)} of {len(runs)} runs {has} not kept the weights of weights={keep}; "
            f"to train {it} again, remove first {shown(' '.join(places))}{more}"
        )
    if sum(one.size for one in stored(study)) >= _LARGE:
        files = shown(f"{study.folder.as_posix()}/*/weights.*.npz")
        sentences.append(f"{kept(stored(study))}; weights=none keeps none, and {files} can be removed")
    return sentences


def stored(study: Study) -> list[Stored]:
    """Return the files of weights that a study's runs have written, whether they are still there or not."""
    return [one for run in study.runs.values() for one in run.kept.values() if isinstance(one, Stored)]


def _lacks(run: Run, which: Which) -> bool:
    """Whether a run has not kept weights that it could have."""
    one = run.kept.get(which)
    if one is not None:
        return isinstance(one, Stored) and not one.size
    return run.status == "completed" and "path" not in run.arrays


def _size(n: int) -> str:
    """Return a number of bytes in words: ``5.4 MB``."""
    return f"{n / 1e6:.1f} MB" if n >= 1e5 else f"{n / 1e3:.1f} kB"
