"""The paths that the scripts of the book draw."""

import pytest
import ravine
from numpy.testing import assert_allclose


@pytest.mark.parametrize(
    ("optimizer", "fields", "first", "last", "value", "within"),
    [
        ("sgd", ["lr=0.95"], (-6.335, -1.8), (-0.387175, -0.094203), 0.016369, 1e-6),
        ("momentum", ["lr=0.1"], (-6.93, 1.6), (0.814112, 0.272878), 0.107601, 1e-6),
        ("adagrad", ["lr=1.5"], (-5.5, 0.5), (-0.136185, 0.0), 0.000927, 1e-6),
        ("adam", ["lr=0.3"], (-6.7, 1.7), (0.020149, 0.321957), 0.103677, 1e-5),  # the book's ε is elsewhere
        ("nesterov", ["lr=0.1"], (-6.867, 1.24), (0.619266, 0.007374), 0.019229, 1e-6),
        ("rmsprop", ["lr=0.1", "decay=0.99"], (-6.000001, 1.0), (-0.748162, 0.0), 0.027987, 1e-6),
    ],
)
def test_the_book_s_paths_down_the_ravine(optimizer, fields, first, last, value, within):
    chosen = ["problem=ravine", f"optimizer={optimizer}", *(f"optimizer.{field}" for field in fields)]
    run = ravine.build(ravine.compose([*chosen, "training.steps=29"])).run()
    path = run.arrays["path"]
    assert path.shape == (30, 2)
    assert_allclose(path[0], (-7, 2), rtol=0)
    assert_allclose(path[1], first, rtol=0, atol=within)
    assert_allclose(path[29], last, rtol=0, atol=within)
    assert_allclose(run.final["value"], value, rtol=0, atol=within)
