"""Which arithmetic made a run: it is recorded, and told where runs of a study or parts of a run differ in it."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from ravine.registry import provenance

SPHERE = ["problem=sphere", "training.steps=3", "figures=[]", "study=s"]


def recorded():
    """The provenance of the runs in the folder of the study, by seed."""
    records = [json.loads(path.read_text()) for path in Path("runs/s").glob("*/run.json")]
    return {record["seed"]: record["provenance"] for record in records}


@pytest.fixture
def elsewhere(monkeypatch):
    """Let runs be made as on a machine with another processor."""

    def pretend():
        other = {"blas": "openblas of there", "simd": "vectors of there"}
        monkeypatch.setattr(provenance, "arithmetic", lambda: other)

    return pretend


def test_a_run_records_the_kernels_that_made_it(ravine_here):
    assert ravine_here(*SPHERE).returncode == 0
    arithmetic = recorded()[0]["arithmetic"]
    assert set(arithmetic) == {"blas", "simd"}
    assert all(arithmetic.values())


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these are names of x86 kernels")
def test_another_kernel_is_another_arithmetic_and_the_same_run():
    code = (
        "import json, ravine; from ravine.registry.provenance import versions; "
        "print(json.dumps([versions()['arithmetic'], ravine.build(ravine.compose(['problem=sphere'])).id]))"
    )
    found = []
    for own in ({"OPENBLAS_CORETYPE": "Nehalem"}, {"OPENBLAS_CORETYPE": "Haswell"}):
        done = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | own, capture_output=True, text=True, check=True
        )
        found.append(json.loads(done.stdout))
    (nehalem, run), (haswell, same) = found
    if "openblas" not in nehalem["blas"]:
        pytest.skip("NumPy is linked with another library")
    assert (nehalem["blas"].split()[-1], haswell["blas"].split()[-1]) == ("Nehalem", "Haswell")
    assert run == same


@pytest.mark.filterwarnings("always:.*made with different")
@pytest.mark.parametrize("look", ["status", "table", "claims", "figures"])
def test_runs_of_different_machines_are_told(ravine_here, elsewhere, look):
    assert ravine_here(*SPHERE).returncode == 0
    here = recorded()[0]["arithmetic"]
    elsewhere()
    assert ravine_here(*SPHERE, "seed=1").returncode == 0
    said = ravine_here(look, "runs/s")
    told = [line for line in said.stderr.splitlines() if "different" in line]
    assert told == [
        "ravine: warning: runs/s: its runs were made with different arithmetic, so their last bits may differ: "
        f"blas {here['blas']} (1 run) and openblas of there (1 run); simd {here['simd']} (1 run) and vectors of there "
        "(1 run)"
    ]


def test_runs_of_one_machine_and_old_runs_are_not_told(ravine_here):
    assert ravine_here("-m", *SPHERE, "seed=0,1").returncode == 0
    path = next(Path("runs/s").glob("*/run.json"))
    record = json.loads(path.read_text())
    del record["provenance"]["arithmetic"]
    path.write_text(json.dumps(record))
    assert ravine_here("status", "runs/s").stderr == ""


def test_different_versions_of_numpy_are_told():
    runs = [
        ravine.build(ravine.compose(["problem=sphere", "training.steps=1", f"seed={seed}"])).run()
        for seed in (0, 1)
    ]
    runs[1].provenance["versions"] = runs[1].provenance["versions"] | {"numpy": "1.0"}
    assert provenance.mixture(runs).endswith(f"numpy {provenance.version('numpy')} (1 run) and 1.0 (1 run)")
