"""Runs with and without fusion: what they leave is the same, but for the file that says how they were made."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from ravine.engine import training
from ravine.execution import run_once
from ravine.execution.rounds import begin
from ravine.fusion import kernel
from ravine.fusion.kernel import Fusion
from ravine.plans.plan import GridPlan, Round
from ravine.plans.settings import Execution, Subject
from ravine.records.run import Run

ON_DATA = ["dataset.train=300", "dataset.test=50", "network.hidden=[12]", "training.steps=60"]


class Interrupted(BaseException):
    """As a kill is."""


def made(words, folder, monkeypatch, *, fuses, stop=None):
    """The folder of a run, made to its end or to a step."""
    fusion = Fusion.BOTH if fuses else Fusion.NOTHING
    monkeypatch.setattr(training, "fusion_of", lambda parameters, updates: fusion)
    experiment = ravine.build(ravine.compose(words))
    subject = Subject(execution=Execution(checkpoint_seconds=0))
    begin(folder, GridPlan("s", "ravine …", subject, Round([experiment], [["x"]])), [experiment])

    def stepped(step, steps, loss):
        if step == stop:
            raise Interrupted

    if stop:
        with pytest.raises(Interrupted):
            run_once.make(folder, experiment, subject, stepped)
    else:
        run_once.make(folder, experiment, subject)
    return folder / experiment.id


@pytest.mark.parametrize(
    "words",
    [
        [*ON_DATA, "optimizer=adam"],
        [*ON_DATA, "optimizer=adamw", "training.dtype=float64", "schedule=cosine"],
        [
            *ON_DATA,
            "optimizer=nesterov",
            "training.groups=[{name: '*.b', lr: 0.5}]",
            "schedules.momentum=cosine",
        ],
        ["problem=ravine", "optimizer=rmsprop", "training.steps=60", "transform=[ema]"],
    ],
    ids=["adam", "adamw", "groups", "surface"],
)
def test_metrics_weights_and_checkpoints_are_the_same_to_the_byte(words, tmp_path, monkeypatch):
    fused, plain = (made(words, tmp_path / f"{fuses}/s", monkeypatch, fuses=fuses) for fuses in (True, False))
    assert (fused / "metrics.npz").read_bytes() == (plain / "metrics.npz").read_bytes()
    for path in plain.glob("weights*"):
        assert (fused / path.name).read_bytes() == path.read_bytes()
    assert (fused / "run.json").read_bytes() == (plain / "run.json").read_bytes()
    assert "optimizer.step" in Run.load(fused).fusion["fused"]
    assert Run.load(plain).fusion == {}
    halves = [
        made(words, tmp_path / f"half-{fuses}", monkeypatch, fuses=fuses, stop=31) for fuses in (True, False)
    ]
    one, other = ((half / "checkpoint").read_bytes() for half in halves)
    assert one == other


def test_a_run_that_was_fused_goes_on_without_and_ends_with_the_same_bits(tmp_path, monkeypatch):
    words = [*ON_DATA, "optimizer=adam"]
    whole = made(words, tmp_path / "whole", monkeypatch, fuses=False)
    half = made(words, tmp_path / "half", monkeypatch, fuses=True, stop=31)
    assert (half / "checkpoint").exists()
    made(words, tmp_path / "half", monkeypatch, fuses=False)
    assert (half / "metrics.npz").read_bytes() == (whole / "metrics.npz").read_bytes()


def test_the_record_says_what_numpy_has_run(tmp_path, monkeypatch):
    words = [*ON_DATA, "optimizer=lamb", "transform=[clip_value]"]
    place = made(words, tmp_path / "s", monkeypatch, fuses=True)
    found = json.loads((place / "timing.json").read_text())["fusion"]
    assert found["fused"] == [
        "transform.clip_value.before",
        *("layer 0.flatten", "layer 1.affine", "layer 2.relu", "layer 3.affine"),
    ]
    assert found["numpy"]["optimizer.step"].startswith("np.linalg.norm: size, length = ")


def test_a_long_run_of_many_parameters_is_fused_and_others_do_not_load_the_compiler(monkeypatch):
    monkeypatch.setattr(kernel, "unusable", lambda: "")
    assert kernel.fusion_of(100_000, 1000) is Fusion.BOTH
    assert kernel.fusion_of(100_000, 999) is Fusion.PROGRAMS
    assert kernel.fusion_of(2, 10**9) is Fusion.PROGRAMS
    assert kernel.fusion_of(1000, 500) is Fusion.PROGRAMS
    assert kernel.fusion_of(1000, 499) is Fusion.NOTHING
    # Few updates of many numbers each.
    assert kernel.fusion_of(1_000_000, 100) is Fusion.LOOPS
    monkeypatch.setattr(kernel, "unusable", lambda: "it is not installed")
    assert kernel.fusion_of(100_000, 10**9) is Fusion.PROGRAMS


def test_short_runs_of_one_process_pay_for_the_compiler_together(monkeypatch):
    monkeypatch.setattr(kernel, "unusable", lambda: "")
    found = []
    for _ in range(6):
        found.append(kernel.fusion_of(100_000, 200))
        kernel.count(100_000, 200)
    assert found == [*4 * [Fusion.NOTHING], *2 * [Fusion.LOOPS | Fusion.OFTEN]]
    # Very short ones, and those of few parameters, do not.
    assert kernel.fusion_of(100_000, 199) is Fusion.NOTHING
    assert kernel.fusion_of(9_999, 499) is Fusion.NOTHING


def test_a_run_is_counted_when_it_begins_and_not_when_it_is_prepared(monkeypatch):
    monkeypatch.setattr(kernel, "_FEWEST", 1)
    experiment = ravine.build(ravine.compose(["problem=sphere", "training.steps=200"]))
    experiment.bind(experiment.problem())
    assert kernel._MADE.numbers == 0
    experiment.run()
    assert kernel._MADE.numbers == 2 * 200


def test_nothing_loads_the_compiler_before_a_run_that_is_fused(ravine_here):
    words = ["training.steps=50", "dataset.train=300", "study=s", "figures=[]", "workers=1"]
    code = f"import ravine, sys; ravine.sweep({words}); assert 'llvmlite.binding' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert Path("runs/s/study.json").exists()
