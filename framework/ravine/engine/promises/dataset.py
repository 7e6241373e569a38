"""Dataset: it splits its examples into those of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ravine.contracts.dataset import Data, Dataset, Examples, Split
from ravine.engine.promises.writing import to_read

__all__ = ["split"]


def split(dataset: Dataset, data: Data, rng: np.random.Generator) -> Split:
    """Return the examples of a run as a dataset splits them; nobody can write into their arrays.

    Raises
    ------
    ValueError
        As ``Dataset.split`` does.
    TypeError
        If it does not return a ``Split``.
    """
    given: Any = dataset.split(data, rng)
    if not isinstance(given, Split):
        raise TypeError(f"split returned a {type(given).__name__}, not a ravine.Split")
    # All that sees examples sees these arrays, and every later batch is made of them: scores, losses, probes.
    parts = {name: getattr(given, name) for name in ("train", "validation", "test")}
    return replace(given, **{name: Examples(to_read(p.x), to_read(p.target)) for name, p in parts.items()})
