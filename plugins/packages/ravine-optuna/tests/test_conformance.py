"""The promises of a sampler, kept by every one of Optuna's."""

from importlib.util import find_spec

import pytest
from ravine.testing import conformance

from ravine_optuna.cmaes import CMAES
from ravine_optuna.gp import GP
from ravine_optuna.tpe import TPE

test_tpe = conformance(TPE())
test_cmaes = conformance(CMAES())
missing = not (find_spec("torch") and find_spec("scipy"))
test_gp = pytest.mark.skipif(missing, reason="gp needs PyTorch and SciPy")(conformance(GP()))
