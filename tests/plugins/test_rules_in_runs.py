"""Runs with rules that keep more than single numbers: swept, drawn, cut at a checkpoint, and gone on with to the same bits."""

from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject
from ravine.records.checkpoint import Checkpoint

# They draw many pictures.
pytestmark = pytest.mark.long

ADAM = "optimizer=adam"
SETTINGS = {
    "schedule_free_adamw": ["optimizer.weight_decay=0.01"],
    "soap": ["optimizer.every=4"],
    "ademamix": ["optimizer.warm_up=8"],
}
# Rules that keep more than a number for each parameter, or know where an array is.
RULES = {
    entry.name: [f"optimizer={entry.name}", *SETTINGS.get(entry.name, [])]
    for entry in registry.load()
    if entry.kind == "optimizer" and entry.built_in and entry.cls.sees != "block"
} | {
    "rprop": ["optimizer=rprop"],
    "yogi": ["optimizer=yogi"],
    "ademamix": ["optimizer=ademamix", *SETTINGS["ademamix"]],
    "sam": [ADAM, "transform=[sam]"],
    "sam with batches gathered": ["optimizer=prodigy", "transform=[sam,{name:accumulate,batches:3}]"],
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


# What a checkpoint has of layers 1 (9 to 8 units), 4, 7 (8 to 8) and 10 (8 to 10); FLAT is all parameters.
FLAT = (9 * 8 + 2 * 8 * 8 + 8 * 10 + 3 * 8 + 10,)
WEIGHTS = {"1": (9, 8), "4": (8, 8), "7": (8, 8), "10": (8, 10)}
BIASES = {layer: (columns,) for layer, (_, columns) in WEIGHTS.items()}


def of(slot, shapes, array):
    return {f"{slot}.{layer}.affine.{array}": shape for layer, shape in shapes.items()}


def squares(shapes, axis):
    return {layer: (shape[axis], shape[axis]) for layer, shape in shapes.items()}


HIDDEN = {layer: WEIGHTS[layer] for layer in ("4", "7")}
ENDS = {layer: WEIGHTS[layer] for layer in ("1", "10")}
LEFT, RIGHT = squares(WEIGHTS, 0), squares(WEIGHTS, 1)
KEPT = {
    "schedule_free_adamw": {
        **{"z": FLAT, "v": FLAT},
        **of("largest", dict.fromkeys(WEIGHTS, ()), "W"), **of("largest", dict.fromkeys(BIASES, ()), "b"),
        **of("total", dict.fromkeys(WEIGHTS, ()), "W"), **of("total", dict.fromkeys(BIASES, ()), "b"),
    },
    "soap": {
        **{"m": FLAT, "v": FLAT},
        **of("L", LEFT, "W"), **of("Q_L", LEFT, "W"), **of("R", RIGHT, "W"), **of("Q_R", RIGHT, "W"),
    },
    "shampoo": {**of("L", LEFT, "W"), **of("R", RIGHT, "W"), **of("L", squares(BIASES, 0), "b")},
    "adafactor": {
        **of("rows", {layer: shape[:1] for layer, shape in WEIGHTS.items()}, "W"),
        **of("columns", {layer: shape[1:] for layer, shape in WEIGHTS.items()}, "W"),
        **of("v", BIASES, "b"),
    },
    "prodigy": {"m": FLAT, "v": FLAT, "s": FLAT, "first": FLAT, "r": (), "d": ()},
    "muon": {
        **of("b", HIDDEN, "W"),
        **of("m", ENDS, "W"), **of("m", BIASES, "b"), **of("v", ENDS, "W"), **of("v", BIASES, "b"),
    },
}  # fmt: skip


@pytest.mark.parametrize("rule", KEPT)
def test_a_checkpoint_has_every_slot_in_its_shape(rule):
    experiment = built(*NET, "network.normalization=null", *RULES[rule], "checkpoint_seconds=0")
    cut(Path("s"), experiment, 3)
    arrays = Checkpoint.newest(Path("s") / experiment.id).arrays
    slots = {name: array.shape for name, array in arrays.items() if name.startswith("optimizer.")}
    assert slots == {f"optimizer.{name}": shape for name, shape in KEPT[rule].items()}


def test_sam_on_a_surface_is_what_a_pencil_finds():
    words = ["problem=ravine", "training.steps=1", "training.dtype=float64"]
    run = built(*words, "optimizer=sgd", "optimizer.lr=0.1", "transform=[sam]").run()
    # The gradient at (-7, 2) is (-0.7, 4); 0.05 further on, at (-7.00861902, 2.04925152), it is
    # (-0.700861902, 4.09850304).
    assert run.arrays["path"][1].tolist() == pytest.approx([-6.9299138098, 1.590149696], rel=1e-8)


def test_schedule_free_leaves_the_weights_at_which_it_was_evaluated():
    run = built(*NET, *RULES["schedule_free_adamw"]).run()
    assert run.network().evaluate() == run.final
    assert run.network("best").evaluate() == {key: run.best[key] for key in run.final}


def test_schedule_free_is_evaluated_at_the_mean_of_its_fast_points_in_a_run():
    words = ["problem=ravine", "training.steps=30", "training.evaluate_every=1", "training.dtype=float64"]
    run = built(*words, "optimizer=schedule_free_adamw", "optimizer.lr=0.3").run().arrays
    fast = run["state.z"][1:]
    means = np.cumsum(fast, axis=0) / np.arange(1, 31)[:, None]
    np.testing.assert_allclose(run["evaluated"][1:], means, rtol=1e-12)
    x, y = means.T
    np.testing.assert_allclose(run["evaluation.value"][1:], x**2 / 20 + y**2, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_a_surface_is_descended(rule):
    run = built("problem=ravine", *RULES[rule], "training.steps=60").run()
    values = run.arrays["evaluation.value"]
    assert run.status == "completed"
    assert values[-1] < values[0]


def test_a_network_learns_with_every_rule():
    words = ["dataset.train=300", "dataset.test=50", "network.hidden=[12,12]", "training.batch_size=30"]
    for name, rule in RULES.items():
        short = 6 if name == "shampoo" else 30  # its roots of 784 rows take a while
        run = built(*words, *rule, f"training.steps={short}").run()
        losses = run.arrays["loss"]
        assert run.status == "completed"
        assert losses[-3:].mean() < losses[:3].mean(), name


def test_gradients_that_are_asked_for_are_counted():
    def gradients(words):
        return built(*SURFACE, *words).run().arrays.get("gradients")

    assert gradients([ADAM]) is None
    assert gradients([ADAM, "transform=[sam]"]).tolist() == [*range(0, 2 * STEPS + 1, 2)]


def test_every_rule_is_swept_and_drawn(ravine_here):
    offered = [name for name in RULES if not name.startswith("sam")]
    done = ravine_here("-m", f"optimizer={','.join(offered)}", *SURFACE, "study=s", "figures=[paths]")
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines() if line} > {*offered}
    assert Path("runs/s/figures/paths.png").stat().st_size > 10_000
    done = ravine_here("-m", "transform=[],[sam],[{name:sam,rho:0.2}]", *NET, "study=t")
    assert done.returncode == 0, done.stderr
    assert len([*Path("runs/t").glob("*/run.json")]) == 3
    assert [*Path("runs/t/figures").glob("*.png")]
