"""Runs with every rule: swept, drawn, cut at a checkpoint, and gone on with to the same bits."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine
from ravine import registry
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject
from ravine.records.checkpoint import NEWEST

ADAM = "optimizer=adam"
RULES = {
    "lbfgs": ["optimizer=zoo/lbfgs", "optimizer.memory=4"],
    "sophia": ["optimizer=zoo/sophia", "optimizer.every=3"],
    "sam around a rule that asks": ["optimizer=zoo/sophia", "transform=[sam,{name:ema,beta:0.9}]"],
    "lbfgs with batches gathered": ["optimizer=zoo/lbfgs", "transform=[{name:accumulate,batches:3}]"],
}
STEPS = 11
NET = [
    *("dataset=gaussian", "dataset.train=100", "dataset.test=50", "dataset.validation=0.2"),
    "dataset.features=9",
    *("network.hidden=[8,8,8]", "network.normalization=batch_norm", "network.dropout=0.3", "regularizer=l2"),
    *("training.batch_size=16", f"training.steps={STEPS}", "training.evaluate_every=3", "schedule=cosine"),
]
SURFACE = ["problem=ravine", f"training.steps={STEPS}", "training.evaluate_every=4", "training.dtype=float64"]

# A checkpoint after every update.
OFTEN = Subject(execution=Execution(checkpoint_seconds=0))


class Interrupted(BaseException):
    """As a kill is: nobody hears of it."""


def contents(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("timing.json", "lock")
    }


def built(*words):
    return ravine.build(ravine.compose(words))


def cut(place, experiment, at):
    """Make a run until an update, and nothing more."""

    def stop(step, steps, loss):
        if step == at:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_once.make(place, experiment, OFTEN, stop)


@pytest.mark.parametrize("where", [NET, SURFACE], ids=["net", "surface"])
@pytest.mark.parametrize("rule", RULES)
def test_a_run_that_was_cut_ends_with_the_same_bits(rule, where):
    experiment = built(*where, *RULES[rule], "checkpoint_seconds=0")
    run_once.make(Path("whole"), experiment, OFTEN)
    whole = contents(Path("whole") / experiment.id)
    weights = {"weights.last.npz"} if where == NET else set()
    assert set(whole) == {"config.yaml", "metrics.npz", "run.json", *weights}
    for at in (2, 8):
        place, made = Path(f"cut-{at}", "whole"), []  # the study's name is in the configuration
        cut(place, experiment, at)
        run_once.make(place, experiment, OFTEN, lambda step, *_, made=made: made.append(step))
        assert made[0] == at
        assert contents(place / experiment.id) == whole


def test_a_command_that_is_killed_again_and_again_ends_with_the_same_bits(monkeypatch, tmp_path):
    words = [*RULES["sam around a rule that asks"], "training.steps=300", "training.evaluate_every=50"]
    command = [Path(sys.executable).parent / "ravine", *NET, *words, "study=s", "figures=[]"]
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    monkeypatch.chdir(tmp_path / "killed")
    kills, written = 0, set()
    for _ in range(3):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([*command, "checkpoint_seconds=0"], **quiet) as process:
            while process.poll() is None and not checkpoints() - written:
                time.sleep(0.001)
            written |= checkpoints()
            process.kill()
        kills += process.returncode == -signal.SIGKILL
    # A quick machine may have ended the run before the last.
    assert kills
    found = []
    for name in ("killed", "whole"):
        monkeypatch.chdir(tmp_path / name)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder,) = Path("runs/s").glob("*-*")
        found.append(contents(folder))
    assert found[0] == found[1]


def checkpoints():
    """Return when the newest checkpoint was written, in a set; an empty one if there is none."""
    with contextlib.suppress(FileNotFoundError):  # it is replaced
        return {path.stat().st_mtime_ns for path in Path("runs").glob(f"s/*/{NEWEST}")}
    return set()


@pytest.mark.parametrize("rule", RULES)
def test_a_surface_is_descended(rule):
    run = built("problem=ravine", *RULES[rule], "training.steps=60").run()
    values = run.arrays["evaluation.value"]
    assert run.status == "completed"
    assert values[-1] < values[0]


def test_a_network_learns_with_every_rule():
    words = ["dataset.train=300", "dataset.test=50", "network.hidden=[12,12]", "training.batch_size=30"]
    for name, rule in RULES.items():
        run = built(*words, *rule, "training.steps=30").run()
        losses = run.arrays["loss"]
        assert run.status == "completed"
        assert losses[-3:].mean() < losses[:3].mean(), name


def test_gradients_that_are_asked_for_are_counted():
    def gradients(words):
        return built(*SURFACE, *words).run().arrays.get("gradients")

    assert gradients([ADAM]) is None
    # Two more at the first update, the sixth and the eleventh.
    sophia = gradients(["optimizer=zoo/sophia", "optimizer.every=5"])
    assert sophia.tolist() == [0, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17]


def test_every_rule_is_swept_and_drawn(ravine_here):
    offered = [name for name in registry.load().entries["optimizer"] if name.startswith("zoo/")]
    assert len(offered) == 2
    done = ravine_here("-m", f"optimizer={','.join(offered)}", *SURFACE, "study=s", "figures=[paths]")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("zoo/")] == offered
    assert Path("runs/s/figures/paths.png").stat().st_size > 10_000
