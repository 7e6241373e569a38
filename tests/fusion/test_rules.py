"""Every rule that ravine has, with and without fusion."""

import numpy as np
import pytest
from ravine import registry
from ravine.testing.rule import Trial, assert_same

RULES = [entry for entry in registry.load() if entry.kind in ("optimizer", "transform")]
# What NumPy runs, and what prevents a loop: sums over arrays, products of matrices, and what is asked for.
BY_NUMPY = {
    "adafactor": "an array's .reshape: square = square.reshape(-1, g.shape[-1])",
    "cautious": "an array's .sum: mean = int(agrees.sum()) / max(agrees.size, 1)",
    "centralize": "an array's .mean: g -= g.mean(axis=tuple(range(g.ndim - 1)), keepdims=True)",
    "clip_global_norm": "np.linalg.norm: norm = float(np.linalg.norm(g))",
    "clip_norm": "np.linalg.norm: norm = float(np.linalg.norm(g))",
    "gradient_noise": "it asks for rng",
    "lamb": "np.linalg.norm: size, length = float(np.linalg.norm(theta)), float(np.linalg.norm(r))",
    "lars": "np.linalg.norm: size, length = float(np.linalg.norm(theta)), float(np.linalg.norm(g))",
    "max_norm": "an array's .sum: norm = np.sqrt((theta * theta).sum(axis=tuple(range(theta.ndim - 1)), keepdims=True))",
    "muon": "an array's .reshape: ahead = (g + self.momentum * (b - g)).reshape(-1, g.shape[-1])",
    "novograd": "an array's .sum: square = float((g * g).sum())",
    "prodigy": "an array's @: r[...] = fades * float(r) + weight * float(g @ (first - theta))",
    "sam": "it asks for gradient_at",
    "shampoo": "an array's .reshape: G = g.reshape(-1, g.shape[-1])",
    "soap": "an array's .reshape: W, G, M, V = (array.reshape(-1, array.shape[-1]) for array in (theta, g, *state[:2]))",
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.name)
def test_a_rule_gives_the_same_bits_and_says_what_prevents_a_loop(entry, dtype):
    rule = entry.make({})
    fused, plain = (Trial(rule, dtype=dtype, fuses=fuses).run(last=50) for fuses in (True, False))
    assert_same(fused, plain, "one is fused")
    said = {method: why.partition("  (")[0] for method, why in fused.update.fused.items()}
    own = {method: why for method, why in said.items() if entry.kind in method}
    assert [*own.values()] == [BY_NUMPY.get(entry.name, "")]
    assert plain.update.fused == {}


def test_every_rule_that_numpy_runs_is_there():
    assert BY_NUMPY.keys() <= {entry.name for entry in RULES}
