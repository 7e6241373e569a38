"""The published digits come again on any processor with AVX2, if NumPy and OpenBLAS are told to use no more."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from documentation import ROOT
from numpy._core._multiarray_umath import __cpu_features__ as features
from ravine.engine.arithmetic import arithmetic
from ravine.evidence.verdicts import judge_study
from ravine.reports.report.published import agreement

COMMAND = re.search(
    r"^OPENBLAS_CORETYPE=(\w+) NPY_DISABLE_CPU_FEATURES='(.*)' ravine -m experiment=batch_norm$",
    (ROOT / "docs" / "machines.md").read_text(),
    re.MULTILINE,
)


@pytest.mark.long
@pytest.mark.skipif(platform.machine() != "x86_64" or not features["AVX2"], reason="the processor has no AVX2")
@pytest.mark.skipif("openblas" not in arithmetic()["blas"], reason="matrix products are not OpenBLAS's here")
def test_numbers_are_those_of_the_page_of_claims(cache):
    kind, without = COMMAND.groups()
    asked = {"OPENBLAS_CORETYPE": kind, "NPY_DISABLE_CPU_FEATURES": without, "RAVINE_CACHE": str(cache)}
    command = [sys.executable, "-m", "ravine", "-m", "experiment=batch_norm", "figures=[]", "study=batch_norm"]
    done = subprocess.run(command, env=os.environ | asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    study = ravine.load_study(Path("runs") / "batch_norm")
    assert {run.provenance["arithmetic"]["simd"] for run in study.runs.values()} == {"X86_V3"}
    verdicts = {"batch_norm": judge_study(study).verdicts}
    assert agreement(verdicts) == "as published: 2 of 2 verdicts, and the numbers of 2"
