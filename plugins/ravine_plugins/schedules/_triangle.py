"""The triangle of cyclical rates."""


def triangle(step: int, stepsize: int) -> tuple[int, float]:
    """Return the number of the cycle, from 1, and the height of the triangle from 0 to 1.

    As in Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.1.
    """
    cycle = 1 + step // (2 * stepsize)
    x = abs(step / stepsize - 2 * cycle + 1)
    return cycle, max(0.0, 1 - x)
