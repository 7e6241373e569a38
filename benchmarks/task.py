"""What is trained: the network, the batch and the learning rate that everybody gets."""

from __future__ import annotations

import itertools

UNITS = (784, 100, 100, 100, 100, 10)
LAYERS = tuple(itertools.pairwise(UNITS))  # inputs and outputs of each
BATCH = 128
LR = 1e-9  # so small that the weights stay He's: step 1,000 is the same work as step 1
