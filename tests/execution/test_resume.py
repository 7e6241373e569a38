"""A run that is interrupted, and what it comes to when it goes on: the same bits."""

import itertools
import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject
from ravine.records.checkpoint import NEWEST, PREVIOUS, Checkpoint, Keeper
from ravine.records.files import sha256

DATA = ["dataset.train=300", "dataset.validation=0.2", "dataset.test=50", "network.hidden=[12,12]",
        "training.batch_size=32", "figures=[]", "checkpoint_seconds=0"]  # fmt: skip
# Roots of matrices with 784 rows take long; test_rules_in_runs cuts Shampoo in a small network.
OPTIMIZERS = sorted(registry.load().entries["optimizer"].keys() - {"shampoo"})
TRANSFORMS = sorted(registry.load().entries["transform"])

# A checkpoint after every update.
OFTEN = Subject(execution=Execution(checkpoint_seconds=0, weights="both"))


class Interrupted(BaseException):
    """As a kill is: nobody hears of it."""


def built(*overrides):
    return ravine.build(ravine.compose(overrides))


def interrupted(folder, experiment, at, subject=OFTEN):
    """Make a run until an update, and nothing more."""

    def stop(step, steps, loss):
        if step == at:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_once.make(folder, experiment, subject, stop)


def contents(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("timing.json", "lock")
    }


def assert_goes_on_to_the_same_bits(experiment, cuts, weights=None):
    run_once.make(Path("whole"), experiment, OFTEN)
    whole = contents(Path("whole") / experiment.id)
    if weights is None:
        weights = ["weights.last.npz", "weights.best.npz"] if experiment.data else []
    assert set(whole) == {"config.yaml", "metrics.npz", "run.json", *weights}
    for cut in cuts:
        place = Path(f"cut-{cut}", "whole")  # the study's name is in the configuration
        interrupted(place, experiment, cut)
        run_once.make(place, experiment, OFTEN)
        assert contents(place / experiment.id) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "technique", ["network.normalization=batch_norm", "network.dropout=0.4"], ids=["batch_norm", "dropout"]
)
def test_a_run_ends_the_same_wherever_it_was_cut(name, technique):
    words = [*DATA, f"optimizer={name}", technique, "training.steps=25", "training.evaluate_every=3"]
    experiment = built(*words, "regularizer=l2", "schedule=cosine")
    assert_goes_on_to_the_same_bits(experiment, [2, 7, 8, 16, 25])


@pytest.mark.parametrize(
    "names", [*TRANSFORMS, ",".join(name for name in TRANSFORMS if name not in ("ema", "swa"))]
)
def test_transforms_go_on_with_what_they_keep(names):
    words = ["optimizer=momentum", f"transform=[{names}]", "training.steps=14", "training.evaluate_every=3"]
    experiment = built(*DATA, *words, "network.dropout=0.4", "network.normalization=batch_norm")
    assert_goes_on_to_the_same_bits(experiment, [3, 7, 13])


def test_augmentations_go_on_with_their_stream():
    chain = "augment=[cutout,shifts,input_noise,label_noise,label_smoothing,mixup]"
    experiment = built(*DATA, chain, "training.steps=10", "network.dropout=0.4")
    assert_goes_on_to_the_same_bits(experiment, [3, 9])


def test_a_checkpoint_from_before_there_were_augmentations_is_gone_on_from():
    experiment = built(*DATA, "training.steps=14")
    run_once.make(Path("whole"), experiment, OFTEN)
    interrupted(Path("s", "whole"), experiment, 9)
    place = Path("s", "whole") / experiment.id
    saved = Checkpoint.from_bytes((place / NEWEST).read_bytes())
    saved.about["streams"].pop("augmentation")
    (place / NEWEST).write_bytes(saved.as_bytes())
    steps = []
    run_once.make(Path("s", "whole"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert steps == [*range(9, 15)]
    assert contents(place) == contents(Path("whole") / experiment.id)


@pytest.mark.parametrize("name", ["noisy_quadratic", "logistic_regression", "matrix_factorization"])
def test_a_function_goes_on_with_its_data_and_its_noise(name):
    words = [f"problem={name}", "optimizer=adam", "training.steps=11", "training.evaluate_every=4"]
    experiment = built(*words, "figures=[]", "checkpoint_seconds=0")
    assert_goes_on_to_the_same_bits(experiment, [9], weights=["weights.last.npz"])


def test_a_run_that_is_stopped_ends_at_the_same_step():
    words = ["optimizer=adam", "optimizer.lr=0.01", "training.steps=60", "training.evaluate_every=3"]
    stop = "stop=[{name:target,metric:train_loss,value:0.6}]"
    experiment = built(*DATA, *words, stop)
    assert 20 < experiment.run().step < 60
    assert_goes_on_to_the_same_bits(experiment, [4, 13, 20])


def test_a_run_whose_rate_follows_its_evaluations_goes_on_at_the_same_rate():
    words = ["schedule=plateau", "schedule.metric=validation_loss", "schedule.patience=0", "optimizer.lr=2"]
    other = ["schedules.3.dropout.ratio=cosine", "network.dropout=0.3", "training.steps=20"]
    experiment = built(*DATA, *words, *other, "training.evaluate_every=2")
    assert_goes_on_to_the_same_bits(experiment, [3, 10, 17])


@pytest.mark.parametrize("sampling", ["shuffled", "replacement"])
@pytest.mark.parametrize("probe", sorted(registry.load().entries["probe"]))
def test_batches_and_probes_go_on_in_the_midst_of_an_epoch(sampling, probe):
    words = [
        f"training.sampling={sampling}",
        # Its own layer is one that this network does not have.
        "probes=[{name:input_quantiles,layer:relu}]" if probe == "input_quantiles" else f"probes=[{probe}]",
        "network.dropout=0.3",
        "training.dtype=float64",
        "dataset=two_moons",
        "dataset.samples=300",
    ]
    experiment = built(*DATA, *words, "training.epochs=3", "training.evaluate_every=5")
    assert_goes_on_to_the_same_bits(experiment, [6, 11, 17, 23])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_descent_goes_on_with_its_path(name):
    experiment = built(
        "problem=ravine", f"optimizer={name}", "training.steps=40", "training.evaluate_every=7",
        "checkpoint_seconds=0",
    )  # fmt: skip
    assert_goes_on_to_the_same_bits(experiment, [8, 21, 39])


def test_a_run_goes_on_from_its_last_checkpoint_and_takes_it_away():
    experiment = built(*DATA, "training.epochs=4")  # 8 updates each
    interrupted(Path("s"), experiment, 20)
    place = Path("s") / experiment.id
    assert [Checkpoint.from_bytes((place / name).read_bytes()).step for name in (NEWEST, PREVIOUS)] == [19, 18]
    steps = []
    run_once.make(Path("s"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert steps == list(range(20, 33))
    assert sorted(path.name for path in place.iterdir()) == [
        "config.yaml", "lock", "metrics.npz", "run.json", "timing.json", "weights.best.npz", "weights.last.npz",
    ]  # fmt: skip


def test_a_run_that_is_never_evaluated_in_between_loses_nothing():
    experiment = built(*DATA, "training.steps=30", "training.evaluate_every=30")
    run_once.make(Path("whole"), experiment, OFTEN)
    interrupted(Path("s", "whole"), experiment, 20)
    steps = []
    run_once.make(Path("s", "whole"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert steps == list(range(20, 31))
    assert contents(Path("s", "whole") / experiment.id) == contents(Path("whole") / experiment.id)


def test_every_checkpoint_is_the_same_however_the_run_came_to_it(monkeypatch):
    experiment = built(*DATA, "network.normalization=batch_norm", "network.dropout=0.4", "training.epochs=5")
    seen = []
    keep = Keeper.__call__

    def kept(self, seconds, make):
        keep(self, seconds, make)
        checkpoint = Checkpoint.newest(self.folder)
        seen.append((checkpoint.step, sha256((self.folder / NEWEST).read_bytes())))

    monkeypatch.setattr(Keeper, "__call__", kept)
    run_once.make(Path("whole"), experiment, OFTEN)
    whole, seen[:] = dict(seen), []
    for cut in (9, 20, 30):
        interrupted(Path("s"), experiment, cut)
    run_once.make(Path("s"), experiment, OFTEN)
    assert dict(seen) == whole
    assert len(whole) == 39


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "swap"])
def test_a_damaged_checkpoint_is_told_and_the_one_before_it_taken(damage):
    experiment = built(*DATA, "training.epochs=4")
    run_once.make(Path("whole"), experiment, OFTEN)
    interrupted(Path("s", "whole"), experiment, 20)
    path = Path("s", "whole") / experiment.id / NEWEST
    content = path.read_bytes()
    path.write_bytes(
        {
            "flip": content[:5000] + bytes([content[5000] ^ 8]) + content[5001:],
            "cut": content[:-1],
            "empty": b"",
            "swap": b"0" * 64 + content[64:],
        }[damage]
    )
    steps = []
    with pytest.warns(UserWarning, match=r"checkpoint: not what was written .*; the run goes on from step 18"):
        run_once.make(Path("s", "whole"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert steps[0] == 19
    assert contents(Path("s", "whole") / experiment.id) == contents(Path("whole") / experiment.id)


def test_where_both_checkpoints_are_damaged_the_run_begins_anew():
    experiment = built(*DATA, "training.epochs=4")
    interrupted(Path("s"), experiment, 20)
    for name in (NEWEST, PREVIOUS):
        (Path("s") / experiment.id / name).write_bytes(b"nothing")
    steps = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run_once.make(Path("s"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert [str(one.message).rpartition("; ")[2] for one in told] == [
        "the run starts again from the beginning"
    ] * 2
    assert steps[0] == 1


def test_every_single_changed_byte_of_a_checkpoint_is_seen():
    experiment = built(*DATA, "training.epochs=2", "network.hidden=[2]", "dataset.train=100")
    interrupted(Path("s"), experiment, 4)
    content = (Path("s") / experiment.id / NEWEST).read_bytes()
    assert Checkpoint.from_bytes(content).step == 3
    rng = np.random.default_rng(0)
    for place in rng.integers(len(content), size=500):
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(ValueError, match="not what was written"):
            Checkpoint.from_bytes(bytes(changed))


def test_other_versions_are_told_when_a_run_goes_on():
    experiment = built(*DATA, "training.epochs=3")
    interrupted(Path("s"), experiment, 17)
    experiment = replace(experiment, versions={**experiment.versions, "python": "2.7"})
    with pytest.warns(UserWarning, match=r"its last bits may differ: python was 3\.\d+\.\d+, is 2.7"):
        run_once.make(Path("s"), experiment, OFTEN)


def test_a_run_that_several_made_records_all_of_them():
    experiment = built(*DATA, "training.epochs=4")
    first = experiment.versions
    second = {
        **first,
        "versions": {**first["versions"], "numpy": "1.0"},
        "arithmetic": {**first["arithmetic"], "blas": "openblas 0.3.30 Zen"},
    }
    interrupted(Path("s"), experiment, 12)
    says = rf"differ: numpy was {first['versions']['numpy']}, is 1.0; blas was .*, is openblas 0.3.30 Zen$"
    with pytest.warns(UserWarning, match=says):
        interrupted(Path("s"), replace(experiment, versions=second), 20)
    # The last one begins with what the second has kept.
    with pytest.warns(UserWarning, match="is openblas 0.3.30 Zen|was openblas 0.3.30 Zen"):
        run_once.make(Path("s"), experiment, OFTEN)
    record = json.loads((Path("s") / experiment.id / "run.json").read_text())["provenance"]
    assert record["earlier"] == [first, second]
    assert record["versions"] == first["versions"]


def test_a_checkpoint_of_before_is_told_of_what_it_knows_only():
    experiment = built(*DATA, "training.epochs=3")
    old = {key: value for key, value in experiment.versions.items() if key != "arithmetic"}
    interrupted(Path("s"), replace(experiment, versions=old), 17)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run_once.make(Path("s"), experiment, OFTEN)
    assert "earlier" not in json.loads((Path("s") / experiment.id / "run.json").read_text())["provenance"]


def test_checkpoints_come_no_more_often_than_is_asked_and_take_a_tenth_of_the_time(monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(
        "ravine.records.checkpoint.time.monotonic", lambda: next(clock) / 2
    )  # half a second an update
    experiment = built(*DATA[:-1], "training.epochs=20")
    interrupted(Path("s"), experiment, 20, Subject(execution=Execution(checkpoint_seconds=2)))
    place = Path("s") / experiment.id
    kept = [json.loads((place / name).read_bytes().splitlines()[1]) for name in (NEWEST, PREVIOUS)]
    # The first is due after 2 s, and takes half a second; the next 5 s after that.
    assert [about["step"] for about in kept] == [14, 4]


def test_a_full_disk_costs_no_checkpoint_and_is_no_fault_of_the_run(monkeypatch):
    experiment = built(*DATA, "training.epochs=4")

    def full(path, content):
        if path.name == NEWEST and (path.parent / PREVIOUS).exists():
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    from ravine.records import checkpoint

    write = checkpoint.write_atomically
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "write_atomically", full)
        with pytest.raises(OSError, match=r"checkpoint cannot be written: No space left on device$"):
            run_once.make(Path("s"), experiment, OFTEN)
    place = Path("s") / experiment.id
    assert not (place / "run.json").exists()
    steps = []
    run_once.make(Path("s"), experiment, OFTEN, lambda step, *_: steps.append(step))
    assert steps[0] == 2


def test_a_checkpoint_of_another_run_is_not_gone_on_from():
    first, other = (built(*DATA, "training.epochs=4", f"seed={seed}") for seed in (0, 1))
    run_once.make(Path("whole"), first, OFTEN)
    interrupted(Path("s"), other, 20)
    place = Path("s", "whole") / first.id
    place.mkdir(parents=True)
    (place / NEWEST).write_bytes((Path("s") / other.id / NEWEST).read_bytes())
    with pytest.warns(
        UserWarning,
        match=rf"checkpoint: of a different run, {other.id}; the run starts again from the beginning",
    ):
        run_once.make(Path("s", "whole"), first, OFTEN)
    assert contents(place) == contents(Path("whole") / first.id)


def without(name):
    return lambda arrays, about: arrays.pop(name)


def changed(name, change):
    return lambda arrays, about: arrays.update({name: change(arrays[name])})


def nan_in_first(array):
    array = array.copy()
    array.flat[0] = np.nan
    return array


MISFITS = {
    "weights": (without("theta"), "theta is missing"),
    "a slot": (without("optimizer.m"), "optimizer.m is missing"),
    "buffers": (without("problem.buffers"), "problem.buffers is missing"),
    "the best weights": (without("best.1.affine.W"), "best.1.affine.W is missing"),
    "losses": (without("record.loss"), "record.loss is missing"),
    "metrics": (without("record.evaluation.step"), "record.evaluation.step is missing"),
    "weights that are not numbers": (changed("theta", nan_in_first), "theta has values that are not numbers"),
    "a slot that is not numbers": (changed("optimizer.v", nan_in_first), "optimizer.v has values that are not"),
    "metrics that are not numbers": (
        changed("record.evaluation.test_loss", nan_in_first), "record.evaluation.test_loss has values that are not",
    ),
    "one weight": (changed("theta", lambda theta: theta[:1]), "theta has another shape or type"),
    "weights of another type": (changed("theta", lambda theta: theta.astype(float)), "theta has another shape or type"),
    "fewer losses": (changed("record.loss", lambda loss: loss[:3]), "record.loss has another shape or type"),
    "fewer metrics": (changed("record.evaluation.step", lambda step: step[:1]), r"record\..* has another shape"),
    "examples that there are not": (changed("problem.rest", lambda rest: rest + 1000), "problem.rest has examples"),
    "streams": (lambda arrays, about: about.pop("streams"), "it has no streams"),
    "a stream": (lambda arrays, about: about["streams"].pop("noise"), "it has no noise"),
    "steps": (lambda arrays, about: about.update(step="16"), "step is '16', not a whole number"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISFITS)
def test_a_checkpoint_that_does_not_fit_its_run_is_not_gone_on_from(what):
    change, says = MISFITS[what]
    experiment = built(*DATA, "training.epochs=4", "optimizer=adam", "training.evaluate_every=5")
    run_once.make(Path("whole"), experiment, OFTEN)
    interrupted(Path("s", "whole"), experiment, 16)
    place = Path("s", "whole") / experiment.id
    saved = Checkpoint.from_bytes((place / NEWEST).read_bytes())
    arrays, about = dict(saved.arrays), dict(saved.about)
    change(arrays, about)
    (place / NEWEST).write_bytes(Checkpoint(arrays, about).as_bytes())
    (place / PREVIOUS).unlink()
    with pytest.warns(UserWarning, match=rf"checkpoint: {says}.* again from the beginning$"):
        run_once.make(Path("s", "whole"), experiment, OFTEN)
    assert contents(place) == contents(Path("whole") / experiment.id)


def test_a_network_that_is_not_a_chain_goes_on():
    branch = "{name:residual,layers:[batch_norm,relu,{name:dropout,ratio:0.3},{name:affine,units:12}]}"
    layers = f"[flatten,{{name:affine,units:12}},{branch},{{name:concat,branches:[[],[tanh]]}},activity_penalty,{{name:affine,units:10}}]"
    experiment = built(
        *(word for word in DATA if not word.startswith("network")), "network=layers", f"network.layers={layers}",
        "initializers.output=zeros", "initializer=lsuv", "optimizer=adam", "training.steps=20",
        "schedules.2.residual.branch.2.dropout.ratio=cosine", "training.groups=[{name:'*.residual.*.W',lr:0.1}]",
    )  # fmt: skip
    assert_goes_on_to_the_same_bits(experiment, [3, 11])
