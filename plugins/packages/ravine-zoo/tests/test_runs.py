"""Runs with every rule: swept, drawn, cut at a checkpoint, and gone on with to the same bits."""

from pathlib import Path

import pytest
import ravine
from ravine import registry
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject

ADAM = "optimizer=adam"
RULES = {
    "schedule_free_adamw": ["optimizer=zoo/schedule_free_adamw", "optimizer.weight_decay=0.01"],
    "soap": ["optimizer=zoo/soap", "optimizer.every=4"],
    "shampoo": ["optimizer=zoo/shampoo"],
    "adafactor": ["optimizer=zoo/adafactor"],
    "lbfgs": ["optimizer=zoo/lbfgs", "optimizer.memory=4"],
    "sophia": ["optimizer=zoo/sophia", "optimizer.every=3"],
    "prodigy": ["optimizer=zoo/prodigy"],
    "muon": ["optimizer=zoo/muon"],
    "sam": [ADAM, "transform=[zoo/sam]"],
    "sam around a rule that asks": ["optimizer=zoo/sophia", "transform=[zoo/sam,{name:ema,beta:0.9}]"],
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


@pytest.mark.parametrize("where", [NET, SURFACE], ids=["net", "surface"])
@pytest.mark.parametrize("rule", RULES)
def test_a_run_that_was_cut_ends_with_the_same_bits(rule, where):
    experiment = ravine.build(ravine.compose([*where, *RULES[rule], "checkpoint_seconds=0"]))
    run_once.make(Path("whole"), experiment, OFTEN)
    whole = contents(Path("whole") / experiment.id)
    assert set(whole) == {"config.yaml", "metrics.npz", "run.json"}
    for cut in (2, 8):
        place = Path(f"cut-{cut}", "whole")  # the study's name is in the configuration
        made = []

        def stop(step, steps, loss, cut=cut):
            if step == cut:
                raise Interrupted

        with pytest.raises(Interrupted):
            run_once.make(place, experiment, OFTEN, stop)
        run_once.make(place, experiment, OFTEN, lambda step, *_, made=made: made.append(step))
        assert made[0] == cut
        assert contents(place / experiment.id) == whole


@pytest.mark.parametrize("rule", RULES)
def test_a_surface_is_descended(rule):
    run = ravine.build(ravine.compose(["problem=ravine", *RULES[rule], "training.steps=60"])).run()
    values = run.arrays["evaluation.value"]
    assert run.status == "completed"
    assert values[-1] < values[0]


def test_a_network_learns_with_every_rule():
    words = ["dataset.train=300", "dataset.test=50", "network.hidden=[12,12]", "training.batch_size=30"]
    for name, rule in RULES.items():
        short = 6 if name == "shampoo" else 30  # its roots of 784 rows take a while
        run = ravine.build(ravine.compose([*words, *rule, f"training.steps={short}"])).run()
        losses = run.arrays["loss"]
        assert run.status == "completed"
        assert losses[-3:].mean() < losses[:3].mean(), name


def test_gradients_that_are_asked_for_are_counted():
    def gradients(words):
        return ravine.build(ravine.compose([*SURFACE, *words])).run().arrays.get("gradients")

    assert gradients([ADAM]) is None
    assert gradients([ADAM, "transform=[zoo/sam]"]).tolist() == [*range(0, 2 * STEPS + 1, 2)]
    # Two more at the first update, the sixth and the eleventh.
    sophia = gradients(["optimizer=zoo/sophia", "optimizer.every=5"])
    assert sophia.tolist() == [0, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17]


def test_every_rule_is_swept_and_drawn(ravine_here):
    offered = [name for name in registry.load().entries["optimizer"] if name.startswith("zoo/")]
    assert len(offered) == 8
    done = ravine_here("-m", f"optimizer={','.join(offered)}", *SURFACE, "study=s", "figures=[paths]")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("zoo/")] == offered
    assert Path("runs/s/figures/paths.png").stat().st_size > 10_000
    done = ravine_here("-m", "transform=[],[zoo/sam],[{name:zoo/sam,rho:0.2}]", *NET, "study=t")
    assert done.returncode == 0, done.stderr
    assert len([*Path("runs/t").glob("*/run.json")]) == 3
    assert [*Path("runs/t/figures").glob("*.png")]
