"""MNIST-1D: signals of forty numbers that are hard for a straight line and easy for a convolution."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Data, Dataset, Examples, hookimpl

SAMPLES, TRAIN = 5000, 4000
PADDING = (36, 60)
"""The fewest and the most zeros behind a template."""

DILATED, LENGTH = 72, 40
"""Numbers of a signal while it is transformed, and of an example."""

SCALE, SHEAR, TRANSLATION = 0.4, 0.75, 48
CORRELATED, INDEPENDENT = 0.25, 0.02
"""Standard deviations of the noise, before and after it is filtered: σ is 2, cut at four of them."""

SIGMA, RADIUS = 2.0, 8

# Twelve heights a digit: the numbers that its authors drew (Apache-2.0).
DIGITS = """
5 6   6.5 6.75 7   7    7    7   6.75 6.5 6   5
5 3   3   3.4  3.8 4.2  4.6  5   5.4  5.8 5   5
5 6   6.5 6.5  6   5.25 4.75 4   3.5  3.5 4   5
5 6   6.5 6.5  6   5    5    6   6.5  6.5 6   5
5 4.4 3.8 3.2  2.6 2.6  5    5   5    5   5   5
5 3   3   3    3   5    6    6.5 6.5  6   4.5 5
5 4   3.5 3.25 3   3    3    3   3.25 3.5 4   5
5 7   7   6.6  6.2 5.8  5.4  5   4.6  4.2 5   5
5 4   3.5 3.5  4   5    5    4   3.5  3.5 4   5
5 4   3.5 3.5  4   5    5    5   5    4.7 4.3 5
"""


@dataclass(frozen=True, kw_only=True)
class MNIST1D(Dataset):
    r"""MNIST-1D: 4,000 training and 1,000 test signals of 40 numbers, which are generated.

    A template of twelve numbers, one for each digit, is padded with zeros, stretched to 72 numbers, scaled,
    moved and sheared; noise that is correlated fills what was padded, and every number gets noise of its own:

    .. math:: x_i = (1 + s)\, t_{(i - k) \bmod 72} + 0.25\, (g * \varepsilon)_i \,[t_{(i - k) \bmod 72} = 0]
              + 0.02\, \eta_i - c\, (i / 71 - \tfrac 1 2)

    with :math:`s \sim \mathcal U(-0.2, 0.2)`, :math:`c \sim \mathcal U(-0.375, 0.375)`, k from 0 to 47,
    36 to 60 zeros, and g a Gaussian filter with σ = 2. The line through them is then read at 40 places.

    Parameters
    ----------
    permuted : bool
        Whether the places of all signals are put in another order, the same for all: what lies side by side
        then means nothing. It is the paper's "shuffled".
    data_seed : int
        Of the draw; the data are the same for every seed of a run. 42 is the published dataset.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Greydanus and Kobak 2020, Scaling Down Deep Learning with MNIST-1D (arXiv:2011.14439), section 2 and
    figure 2.

    Notes
    -----
    Random numbers are drawn in the order of the authors' package ``mnist1d``, from NumPy's old generator, which
    gives the same ones in all versions: examples differ from those of the package by rounding only, less than
    1e-12. As there, mean and variance of all 5,000 signals are 0 and 1, those of the test included. The authors
    permuted their signals by a draw that came after all others; so does this.
    """

    permuted: bool = False
    data_seed: int = 42

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(data_seed="[0, 4294967295]")

    def load(self) -> Data:
        chance = np.random.RandomState(self.data_seed)
        classes = np.repeat(np.arange(10), SAMPLES // 10)
        x = signals(templates()[classes], chance)
        order = chance.permutation(SAMPLES)
        x, classes = x[order], classes[order]
        if self.permuted:
            x = x[:, chance.permutation(LENGTH)]
        examples = Examples((x - x.mean()) / x.std(), classes)
        return Data(examples[:TRAIN], examples[TRAIN:], n_out=10)


def templates() -> Array:
    """Return the templates, a row a digit: of variance 1/36, and 0 at the beginning."""
    heights = np.array([[float(height) for height in line.split()] for line in DIGITS.strip().splitlines()])
    rows: Array = (heights - heights[:, :1]) / heights.std(axis=1, keepdims=True) / 6
    return rows


def signals(rows: Array, chance: np.random.RandomState) -> Array:
    """Return a transformed signal for each row; random numbers are drawn signal by signal."""
    n = len(rows)
    zeros, shift = np.empty(n, int), np.empty((n, 1), int)
    scale, slope = np.empty((n, 1)), np.empty((n, 1))
    correlated, independent = np.empty((n, DILATED)), np.empty((n, DILATED))
    low, high = PADDING
    for i in range(n):
        zeros[i] = low + int(chance.rand() * (high - low + 1))
        scale[i] = 1 + SCALE * (chance.rand() - 0.5)
        shift[i] = chance.randint(TRANSLATION)
        correlated[i], independent[i] = chance.randn(DILATED), chance.randn(DILATED)
        slope[i] = SHEAR * (chance.rand() - 0.5)
    x = np.empty((n, DILATED))
    for number in np.unique(zeros):
        # What is drawn is never exactly 0, so that zeros are what was padded.
        padded = np.pad(rows[zeros == number] + 1e-8, ((0, 0), (0, number)))
        x[zeros == number] = resampled(padded, DILATED)
    x = np.take_along_axis(scale * x, (np.arange(DILATED) - shift) % DILATED, axis=1)
    x = np.where(x == 0, filtered(CORRELATED * correlated), x) + INDEPENDENT * independent
    return resampled(x - slope * np.linspace(-0.5, 0.5, DILATED), LENGTH)


def resampled(rows: Array, n: int) -> Array:
    """Return rows read at n places, evenly from first to last, on straight lines between their numbers."""
    at = np.linspace(0, 1, n) * (rows.shape[1] - 1)
    left = np.minimum(at.astype(int), rows.shape[1] - 2)
    between: Array = rows[:, left] + (at - left) * (rows[:, left + 1] - rows[:, left])
    return between


def filtered(rows: Array) -> Array:
    """Return rows after a Gaussian filter; at their ends they are mirrored, the last number twice."""
    offsets = np.arange(-RADIUS, RADIUS + 1)
    weights = np.exp(-0.5 * (offsets / SIGMA) ** 2)
    wide = np.pad(rows, ((0, 0), (RADIUS, RADIUS)), mode="symmetric")
    n = rows.shape[1]
    total: Array = sum(weight * wide[:, at : at + n] for at, weight in enumerate(weights / weights.sum()))
    return total


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"mnist1d": MNIST1D}
