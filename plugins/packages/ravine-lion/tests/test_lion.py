"""Lion keeps the promises of an optimizer, and makes the steps of the paper."""

import numpy as np
from ravine.testing import conformance
from ravine_lion import Lion

test_lion = conformance(Lion())

# An update a row: its gradient, then the parameter and m after it. Beside it, what the sign is taken of.
BY_HAND = [
    (1.0, 0.9, 0.01),  # 0.9 · 0 + 0.1 · 1 = 0.1
    (-0.05, 0.8, 0.0094),  # 0.009 - 0.005 = 0.004, although the gradient points the other way
    (-0.5, 0.9, 0.004306),  # 0.00846 - 0.05 = -0.04154
    (0.0, 0.8, 0.00426294),  # 0.0038754 - 0
    (-0.04, 0.9, 0.0038203106),  # 0.003836646 - 0.004 = -0.000163354
]


def test_five_steps_are_those_worked_out_by_hand():
    theta, m = np.array([1.0]), np.zeros(1)
    for t, (g, parameter, average) in enumerate(BY_HAND, start=1):
        Lion().step(theta, np.array([g]), [m], t=t, lr=0.1)
        np.testing.assert_allclose([*theta, *m], [parameter, average], rtol=0, atol=1e-12)
