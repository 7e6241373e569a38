"""What plugins warn of goes to the user and stops nothing, also where Python is told to raise warnings."""

import os

from distributions import describe

WARNS = """
import warnings
from dataclasses import dataclass
from ravine import Data, Dataset, Examples, hookimpl
import numpy as np

@dataclass(frozen=True, kw_only=True)
class Loud(Dataset):
    def load(self):
        warnings.warn("the data are old", stacklevel=1)
        examples = Examples(np.eye(8), np.arange(8) % 2)
        return Data(examples, examples, n_out=2)

@hookimpl
def ravine_datasets(): return {"loud": Loud}
"""


def test_warnings_that_are_errors_do_not_stop_a_dataset(ravine, tmp_path):
    site = tmp_path / "site"
    describe(site, "loud", "1.0", "loud = loud")
    (site / "loud.py").write_text(WARNS)
    words = ("dataset=loud", "training.steps=1", "figures=[]", "network.hidden=[3]")
    done = ravine(*words, PYTHONPATH=str(site), PYTHONWARNINGS="error")
    assert done.returncode == 0, done.stderr
    assert "ravine: warning: the data are old\n" in done.stderr


def test_a_cache_that_cannot_be_written_is_one_warning(ravine):
    words = ("dataset.train=50", "dataset.test=10", "training.steps=1", "figures=[]")
    for environment in ({}, {"PYTHONWARNINGS": "error"}):
        done = ravine(*words, "study=s" + str(len(environment)), RAVINE_CACHE=f"{os.devnull}/x", **environment)
        assert done.returncode == 0, done.stderr
        (line,) = (line for line in done.stderr.splitlines() if "warning" in line)
        assert line.startswith("ravine: warning: MNIST stays in memory: /dev/null/x/mnist cannot be written")
