"""What a network has learned: which is kept, what it changes, and files that are not what was written."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.records.files import sha256
from ravine.records.run import Run

SMALL = ["dataset=gaussian", "dataset.samples=60", "dataset.features=4", "dataset.validation=0.2", "network.hidden=[8]",
         "training.steps=6",
         "training.evaluate_every=3", "network.normalization=batch_norm", "figures=[]", "study=s"]  # fmt: skip


@pytest.fixture
def run():
    return ravine.run([*SMALL, "weights=both"])


@pytest.fixture
def folder(run):
    return Path("runs/s") / run.id


def files(root, run):
    return {path.name: path.read_bytes() for path in (Path(root) / "s" / run.id).glob("*.*")}


def test_a_run_leaves_what_is_asked_for_and_is_the_same_otherwise():
    runs = {
        keep: ravine.run([*SMALL, f"weights={keep}"], root=keep) for keep in ("none", "last", "best", "both")
    }
    left = {keep: files(keep, run) for keep, run in runs.items()}
    expected = {"none": set(), "last": {"last"}, "best": {"best"}, "both": {"last", "best"}}
    for keep, which in expected.items():
        assert {name for name in left[keep] if "weights" in name} == {f"weights.{one}.npz" for one in which}
        assert runs[keep].kept.keys() == which
        assert runs[keep].id == runs["none"].id
        for name in ("config.yaml", "metrics.npz", *(f"weights.{one}.npz" for one in which)):
            assert left[keep][name] == left["both" if "weights" in name else "none"][name]
        record, plain = (json.loads(left[one]["run.json"]) for one in (keep, "none"))
        assert record.pop("weights", {}) == {one: sha256(left[keep][f"weights.{one}.npz"]) for one in which}
        assert {**record, "sha256": 0} == {**plain, "sha256": 0}
    # Without being asked, as with last.
    assert files("default", ravine.run(SMALL, root="default")).keys() == left["last"].keys()


def test_the_arrays_have_the_names_shapes_and_type_of_the_network(run, folder):
    shapes = {
        "1.affine.W": (4, 8), "1.affine.b": (8,), "4.affine.W": (8, 10), "4.affine.b": (10,),
        "2.batch_norm.gamma": (8,), "2.batch_norm.beta": (8,), "2.batch_norm.mean": (8,), "2.batch_norm.var": (8,),
    }  # fmt: skip
    for which in ("last", "best"):
        read = run.weights(which)
        assert {name: array.shape for name, array in read.items()} == shapes
        assert {array.dtype for array in read.values()} == {np.dtype(np.float32)}
        with np.load(folder / f"weights.{which}.npz", allow_pickle=False) as archive:
            assert all((archive[name] == array).all() for name, array in read.items())


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["optimizer.lr=1e30", "training.steps=9"], "diverged"),
        (["training.steps=60", "stop=[{name:gradient_budget,gradients:3}]"], "completed"),
    ],
)
def test_a_completed_run_leaves_weights_and_no_other(words, status):
    run = ravine.run([*SMALL, *words, "weights=both"])
    assert run.status == status
    assert [*run.kept] == (["last", "best"] if status == "completed" else [])
    if status == "diverged":
        with pytest.raises(
            ValueError, match=f"^{run.id} has no last weights: it diverged, and only a completed"
        ):
            run.weights()


def test_weights_of_an_earlier_attempt_are_taken_away(run, folder):
    (folder / "run.json").write_text("damaged")
    again = ravine.run([*SMALL, "weights=best"])
    assert (again.id, {path.name for path in folder.glob("weights*")}) == (run.id, {"weights.best.npz"})


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def as_a(make):
    def change(path):
        path.unlink()
        make(path)

    return change


DAMAGES = {
    "a bit": (flipped, "changed since it was written"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "changed since it was written"),
    "of another run": (lambda path: shutil.copy(path.with_name("metrics.npz"), path), "changed since it was"),
    "gone": (Path.unlink, "not there any more"),
    "a folder": (as_a(Path.mkdir), "cannot be read (Is a directory)"),
    "a pipe": (as_a(os.mkfifo), "cannot be read (not a regular file)"),
}


def test_damage_names_the_file_and_costs_no_result(run, folder, ravine_here):
    path = folder / "weights.best.npz"
    content = path.read_bytes()
    for change, says in DAMAGES.values():
        change(path)
        read = ravine.load_study("runs/s").runs[run.id]
        line = rf"^runs/s/{run.id}/weights\.best\.npz: {re.escape(says)}[^\n]*$"
        for give in (read.weights, read.network):
            with pytest.raises(ValueError, match=line):
                give("best")
        assert read.weights("last").keys() == run.weights("last").keys()
        assert read.final == run.final
        status = ravine_here("status", "runs/s")
        assert (status.returncode, "1 completed" in status.stdout) == (0, True)
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def test_a_record_that_names_other_weights_is_damage(folder):
    from ravine.records import run as run_files

    record = json.loads((folder / "run.json").read_text())
    hashes = record.pop("sha256")
    record["weights"] = {"../../elsewhere": "0" * 64}
    hashes["record"] = run_files._hash(record)
    (folder / "run.json").write_text(json.dumps(record | {"sha256": hashes}))
    with pytest.raises(ValueError, match=r"run\.json: not a run's record: it has weights that are neither"):
        Run.load(folder)


def test_weights_that_a_run_has_not_kept_are_told_in_one_line():
    without = ravine.run([*SMALL, "weights=none"])
    descent = ravine.run(["problem=sphere", "training.steps=2", "figures=[]"])
    blind = ravine.run([*SMALL, "dataset.validation=0"])
    for run, which, says in (
        (
            without,
            "last",
            "it was made without; its command with weights=last trains it again if its folder is",
        ),
        (
            without,
            "best",
            "it was made without; its command with weights=best trains it again if its folder is",
        ),
        (descent, "last", "it is a descent on sphere, which records its path instead"),
        (blind, "best", "without validation examples no state is the best; dataset.validation=0.2 sets some"),
    ):
        for give in (run.weights, run.network):
            with pytest.raises(
                ValueError, match=rf"^{run.id} has no {which} weights: {re.escape(says)}[^\n]*$"
            ):
                give(which)
    with pytest.raises(ValueError, match=r"^which = 'first': it is last or best$"):
        blind.network("first")


def test_a_network_without_arrays_leaves_none_and_that_is_complete(ravine_here):
    words = ["dataset=gaussian", "dataset.features=10", "network=layers", "network.layers=[flatten]", "training.steps=1",
             "figures=[]", "study=s"]  # fmt: skip
    assert "weights" not in "".join(ravine_here(*words).stderr for _ in range(2))
    (run,) = ravine.load_study("runs/s").runs.values()
    assert run.weights() == {}
    assert run.network().evaluate() == run.final


def test_a_function_leaves_what_was_found(ravine_here):
    words = ["problem=quadratic", "problem.n=4", "optimizer=adam", "training.steps=30", "figures=[]", "study=s"]
    assert "weights" not in "".join(ravine_here(*words).stderr for _ in range(2))
    (run,) = ravine.load_study("runs/s").runs.values()
    (x,) = run.weights().values()
    assert list(run.weights()) == ["function.x"]
    problem = ravine.build(run.config).problem()
    problem.parameters.theta[:] = x
    assert problem.evaluate() == run.final
    with pytest.raises(
        ValueError, match=rf"^{run.id} has no network: it minimises quadratic; weights\(\) has what"
    ):
        run.network()
    with pytest.raises(
        ValueError, match=r"has no best weights: without validation examples no state is the best$"
    ):
        run.weights("best")
    done = ravine_here(*words, "weights=best")
    assert "weights = 'best': quadratic has no validation examples, by which a state is the best" in done.stderr
