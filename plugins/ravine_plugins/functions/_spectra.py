"""Eigenvalues and rotations: shared code of functions with a condition number."""

import math
from typing import Literal, TypeAlias

import numpy as np
from ravine import Array

Spectrum: TypeAlias = Literal["geometric", "linear", "power"]


def check_condition(owner: str, n: int, condition: float) -> None:
    """Refuse a condition number that n numbers cannot have; call it in ``__post_init__``."""
    if n == 1 and condition != 1:
        raise ValueError(f"{owner}: condition = {condition}: of a single number it is 1")


def eigenvalues(spectrum: Spectrum, n: int, condition: float) -> Array:
    """Return n eigenvalues, from 1 down to 1 / condition.

    Parameters
    ----------
    spectrum : "geometric", "linear" or "power"
        Equal quotients, equal differences, or powers of 1, 2, 3, …; with ``condition = n`` these are 1/i.
    n, condition
        How many, and the quotient of the first and the last.
    """
    if spectrum == "geometric":
        return np.geomspace(1.0, 1 / condition, n)
    if spectrum == "linear":
        return np.linspace(1.0, 1 / condition, n)
    return np.arange(1.0, n + 1) ** -(math.log(condition) / math.log(max(n, 2)))


def rotation(rng: np.random.Generator, n: int) -> Array:
    """Return an orthogonal matrix, each as likely as any other: Stewart 1980, by a QR decomposition."""
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return Q * np.sign(np.diag(R))
