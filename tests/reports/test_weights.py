"""What is told of the weights of a study: how large they are, and which runs do not have them."""

import shutil
from pathlib import Path

import pytest
import ravine
from ravine.reports import weights

SMALL = ["dataset=gaussian", "dataset.samples=60", "dataset.features=4", "dataset.validation=0.2", "network.hidden=[8]",
         "training.steps=2", "figures=[]", "workers=1", "study=s"]  # fmt: skip


def test_weights_that_completed_runs_have_not_kept_are_told_and_come_as_is_said(ravine_here):
    words = ["-m", "seed=0,1,2,3,4", *SMALL]
    assert "weights" not in ravine_here(*words, "weights=none").stderr
    done = ravine_here(*words, "weights=both")
    (line,) = [line for line in done.stderr.splitlines() if "weights" in line]
    ids = [run.id for run in ravine.load_study("runs/s").runs.values()]
    assert done.returncode == 0
    assert line == (
        "ravine: 5 of 5 runs have not kept the weights of weights=both; to train them again, remove first "
        f"runs/s/{ids[0]} runs/s/{ids[1]} runs/s/{ids[2]} and 2 more"
    )
    for name in ids[1:]:
        shutil.rmtree(Path("runs/s") / name)
    done = ravine_here(*words, "weights=both")
    assert f"ravine: 1 of 5 runs has not kept the weights of weights=both; to train it again, remove first runs/s/{ids[0]}\n" in done.stderr  # fmt: skip
    assert [*ravine.load_study("runs/s").runs[ids[1]].kept] == ["last", "best"]
    # Of these, one file is taken away by the user.
    (Path("runs/s") / ids[2] / "weights.last.npz").unlink()
    assert "2 of 5 runs have not kept the weights of weights=last" in ravine_here(*words).stderr
    assert "weights" not in ravine_here(*words, "weights=none").stderr


def test_the_size_is_told(ravine_here, monkeypatch):
    ravine_here("-m", "seed=0,1", *SMALL)
    size = sum(path.stat().st_size for path in Path("runs/s").glob("*/weights.*.npz"))
    line = f"weights: 2 files, {size / 1000:.1f} kB; weights=none keeps none"
    assert line in ravine_here("status", "runs/s").stdout.splitlines()
    monkeypatch.setattr(weights, "_LARGE", size)
    done = ravine_here("-m", "seed=0,1", *SMALL)
    assert f"ravine: {line}, and runs/s/*/weights.*.npz can be removed" in done.stderr.splitlines()
    ravine_here("problem=sphere", "training.steps=1", "figures=[]", "study=descent")
    assert "weights" not in ravine_here("status", "runs/descent").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["dataset.validation=0"],
            "without validation examples no state is the best; dataset.validation=0.2 sets",
        ),
        (["problem=sphere"], "sphere has no validation examples, by which a state is the best"),
    ],
)
def test_the_best_of_what_has_no_best_is_refused_before_training(words, says, ravine_here):
    on = [word for word in SMALL if "." not in word and "=" in word and "dataset" not in word]
    done = ravine_here(*(on if "problem=sphere" in words else SMALL), *words, "weights=both")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: weights = 'both': {says}")
    assert done.stderr.count("\n") == 1
    assert not Path("runs").exists()
