"""The standard normal distribution."""

import math
from collections.abc import Sequence

import numpy as np
from ravine import Array

# Of log(erfc(z) exp(z²) / t) in 2 t - 1, where t = 2 / (2 + z), for z ≥ 0: the transformation of Schonfelder
# 1978, Chebyshev expansions for the error and related functions. tests/golden/layers.py computes the
# coefficients.
ERFC = (
    -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632,
    -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-05, -2.0278578112534242e-05,
    -1.6242900046470254e-06, 1.3036558355805232e-06, 1.5626441722066142e-08, -8.523809591492654e-08,
    6.5290544390988515e-09, 5.059343495551469e-09, -9.91364156493033e-10, -2.273651222931836e-10,
    9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
    3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15,
    -1.5230282014571043e-15, -9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17,
)  # fmt: skip


def normal_cdf(x: Array) -> Array:
    """Return the chance that a standard normal number is below x, with all digits on the left."""
    z = np.abs(x) / math.sqrt(2)
    t = 2 / (2 + z)
    tail = 0.5 * t * np.exp(_chebyshev(ERFC, 2 * t - 1) - z * z)
    return np.where(x < 0, tail, 1 - tail)


def _chebyshev(coefficients: Sequence[float], x: Array) -> Array:
    """Return the sum of Chebyshev polynomials of x, by Clenshaw's recurrence."""
    first, *others = coefficients
    b, before = np.zeros_like(x), np.zeros_like(x)
    for c in reversed(others):
        b, before = c + 2 * x * b - before, b
    return first + x * b - before
