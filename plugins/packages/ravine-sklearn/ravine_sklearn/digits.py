"""Small handwritten digits."""

from dataclasses import dataclass

import numpy as np
from ravine import Data, Examples

from ravine_sklearn._shares import Shared


@dataclass(frozen=True, kw_only=True)
class Digits(Shared):
    """Digits: 1,797 handwritten digits, 8 × 8 numbers from 0 to 16 each, which are scaled to 0 … 1.

    Parameters
    ----------
    test_share : float
        The share of the examples that is the test, drawn with ``data_seed``.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.

    Notes
    -----
    Scikit-learn has the repository's test set only. The people who wrote a training and a test example can be
    the same here; in the repository they are others.
    """

    def load(self) -> Data:
        from sklearn.datasets import load_digits

        found = load_digits()
        train, test = self.parts(Examples(found.images.astype(np.uint8), found.target))
        return Data(train, test, n_out=10, scale=1 / 16)
