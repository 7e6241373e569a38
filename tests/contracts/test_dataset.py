"""Examples: some of them, taken as NumPy takes rows."""

import numpy as np
from ravine import Examples


def test_examples_are_taken_by_number_by_mask_and_by_slice():
    examples = Examples(np.arange(6) * 10, np.arange(6))
    assert examples[np.array([4, 2])].x.tolist() == [40, 20]
    assert examples[np.arange(6) > 3].x.tolist() == [40, 50]
    assert examples[1:3].target.tolist() == [1, 2]
