"""Randomness: a run has one seed, and an independent random stream for each purpose.

Two runs with the same seed draw the same initial weights and see the same batches, even if their other settings
differ. So they can be compared in pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = [
    "Streams",
]


class Streams:
    """The generators of a run.

    Parameters
    ----------
    seed : int
        Seed of the run, 0 or more.

    Attributes
    ----------
    weights, batches, noise, split, probes, updates, augmentation : numpy.random.Generator
        For initial weights, the order of batches, noise in layers, the choice of validation examples, probes,
        optimizers and transforms, and augmentations. A function has its start from the first, its noise from
        the third, and its data from the fourth. A new purpose would not change the draws of the old ones.
    """

    def __init__(self, seed: int) -> None:
        streams = (
            np.random.Generator(np.random.PCG64(child)) for child in np.random.SeedSequence(seed).spawn(7)
        )
        self.weights, self.batches, self.noise, self.split, self.probes, self.updates, self.augmentation = (
            streams
        )

    @property
    def state(self) -> dict[str, Any]:
        """The state of every stream, by purpose, as plain values; assigning to it restores the streams."""
        return {purpose: stream.bit_generator.state for purpose, stream in vars(self).items()}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        # A checkpoint from before there were augmentations is of a run that has none.
        state = {"augmentation": self.augmentation.bit_generator.state, **state}
        for purpose, stream in vars(self).items():
            stream.bit_generator.state = state[purpose]
