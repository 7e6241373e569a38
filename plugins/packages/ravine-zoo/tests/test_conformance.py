"""Every rule keeps the promises of its kind."""

from ravine.testing import conformance

from ravine_zoo.lbfgs import Lbfgs
from ravine_zoo.sophia import Sophia

test_lbfgs = conformance(Lbfgs())
test_sophia = conformance(Sophia())
