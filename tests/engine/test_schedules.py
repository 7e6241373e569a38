"""Schedules of any number, and schedules that follow the evaluations."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine import Optimizer, Regularizer, Schedule, registry
from ravine.engine.scheduled import Held, Scheduled

WITH_WARM_UP = Path(__file__).parents[1] / "golden" / "with_warm_up.json"
SMALL = ["dataset.train=300", "dataset.test=100", "network.hidden=[10]", "training.batch_size=32"]


def experiment(*overrides):
    return ravine.build(ravine.compose([*SMALL, *overrides]))


@dataclass(frozen=True)
class Halves(Schedule):
    def factor(self, step, steps):
        return 0.5**step


SEEN = []


@dataclass(frozen=True)
class Sees(Optimizer):
    lr: float = 0.1
    push: float = 8.0

    def step(self, theta, g, state, *, t, lr):
        SEEN.append(self.push)


@dataclass(frozen=True)
class Pulls(Regularizer):
    strength: float = 4.0

    def add_gradient(self, w, g):
        SEEN.append(self.strength)


def test_a_field_follows_its_schedule_in_optimizer_and_regularizer():
    SEEN.clear()
    made = experiment("training.steps=3")
    paths = {"push": Halves(), "regularizer.strength": Halves()}
    assert replace(made, optimizer=Sees(), regularizer=Pulls(), schedules=paths).run().status == "completed"
    assert SEEN == [4.0, 8.0, 2.0, 4.0, 1.0, 2.0]


def test_a_field_of_a_layer_or_of_a_transform_follows_its_schedule():
    words = ["training.steps=6", "network.dropout=0.8", "transform=[{name:clip_global_norm,limit:1}]"]
    plain, fixed = (experiment(*words, *more).run() for more in ([], ["schedules.3.dropout.ratio=constant"]))
    assert plain.arrays["loss"].tobytes() == fixed.arrays["loss"].tobytes()
    other = experiment(*words, "schedules.3.dropout.ratio={name:exponential}").run()
    assert other.arrays["loss"][0] == plain.arrays["loss"][0]
    assert (other.arrays["loss"][1:] != plain.arrays["loss"][1:]).any()
    clipped = experiment(*words, "schedules.transform.clip_global_norm.limit=cosine").run()
    assert (clipped.arrays["loss"] != plain.arrays["loss"]).any()


def test_momentum_goes_down_while_the_rate_goes_up():
    one = registry.load().get("schedule", "one_cycle")
    rate, momentum = one(), one(start=1.0, middle=0.85 / 0.95, end=1.0)
    rates, momenta = ([schedule.factor(step, 101) for step in range(101)] for schedule in (rate, momentum))
    assert (np.argmax(rates), np.argmin(momenta)) == (30, 30)
    assert (rates[0], rates[30]) == (0.04, 1.0)
    assert rates[100] == pytest.approx(4e-6)
    # Half of the way up, and half of the way down.
    assert (rates[15], rates[65]) == (pytest.approx(0.52), pytest.approx(0.500002))
    words = ["problem=ravine", "optimizer=momentum", "training.steps=20", "schedule=one_cycle"]
    run = ravine.build(
        ravine.compose([*words, "schedules.momentum={name:one_cycle,start:1,middle:0.9,end:1}"])
    ).run()
    assert run.status == "completed"


# On x² + y² a step multiplies x by 1 − 2 lr.
BOWL = ["problem=sphere", "optimizer=sgd", "optimizer.lr=0.1", "training.steps=20", "training.dtype=float64"]
WARM_UP = {"name": "warm_up", "length": 8}


def rates(schedule, *words):
    """Return the rates of a run, over its first one."""
    cfg = ravine.compose([*BOWL, f"schedule={schedule['name']}", *words])
    cfg.schedule, cfg.schedules = schedule, {"lr": WARM_UP}
    x = ravine.build(cfg).run().arrays["path"][:, 0]
    return (1 - x[1:] / x[:-1]) / 0.2


@pytest.mark.parametrize(
    "case", json.loads(WITH_WARM_UP.read_text("utf-8")), ids=lambda case: case["schedule"]["name"]
)
def test_a_warm_up_times_another_schedule_is_what_pytorch_chains(case):
    np.testing.assert_allclose(rates(case["schedule"]), case["factors"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", [entry.name for entry in registry.load() if entry.kind == "schedule"])
def test_a_warm_up_goes_with_any_schedule(name):
    fields = {"name": name} | ({"metric": "value", "patience": 0} if name == "plateau" else {})
    alone = registry.load().get("schedule", name)(**{key: fields[key] for key in fields if key != "name"})
    expected = [min(1, (step + 1) / 8) * alone.factor(step, 20) for step in range(20)]
    np.testing.assert_allclose(rates(fields), expected, rtol=0, atol=1e-12)


def test_the_rate_may_have_a_schedule_by_its_name_alone():
    one, other = (
        ravine.build(ravine.compose([*BOWL, f"{word}=cosine"])).run().arrays["path"].tobytes()
        for word in ("schedule", "schedules.lr")
    )
    assert one == other


def factors(schedule, values, metric="value"):
    rows = [{"step": i, metric: value} for i, value in enumerate(values)]
    return [schedule.factor(0, 1, evaluations=rows[: n + 1]) for n in range(len(rows))]


def test_a_plateau_reduces_after_more_than_its_patience_and_counts_anew():
    plateau = registry.load().get("schedule", "plateau")(metric="value", ratio=0.5, patience=1)
    # By hand as PyTorch's ReduceLROnPlateau counts: bad evaluations are counted, and 0 again after a reduction.
    assert factors(plateau, [5, 4, 4, 4, 3, 6, 6, 6, 6]) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    rises = replace(plateau, metric="train_accuracy", patience=0)
    assert factors(rises, [0.1, 0.3, 0.2], "train_accuracy") == [1, 1, 0.5]


def test_the_rate_follows_the_evaluations_of_the_run():
    words = ["problem=ravine", "training.steps=8", "training.evaluate_every=2", "optimizer.lr=1"]
    # At a rate of 1 the value does not fall: x stays nearly where it is, and y changes its sign.
    plain = ravine.build(ravine.compose(words)).run()
    assert plain.arrays["evaluation.value"][1] < plain.arrays["evaluation.value"][0]
    made = ravine.build(
        ravine.compose(
            [*words, "schedule=plateau", "schedule.metric=value", "schedule.patience=0", "optimizer.lr=2"]
        )
    ).run()
    path, values = made.arrays["path"], made.arrays["evaluation.value"]
    # y is multiplied by 1 - 2 rate: by -3 until the first evaluation that is worse, then by 1 - 0.4.
    assert values[1] > values[0]
    np.testing.assert_allclose(path[1:3, 1] / path[:2, 1], -3)
    np.testing.assert_allclose(path[3:5, 1] / path[2:4, 1], 0.6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["schedules.optimizer.lr=cosine"], "schedules.optimizer.lr: it is written schedules.lr"),
        (
            ["schedules.momentun=cosine", "optimizer=momentum"],
            "schedules.momentun: there is no such number; did you mean momentum?",
        ),
        (
            ["schedules.regularizer.strenth=cosine", "regularizer=l2"],
            "schedules.regularizer.strenth: there is no such number; did you mean regularizer.strength?",
        ),
        (
            ["schedules.momentum=exponentail", "optimizer=momentum"],
            "no schedule is named 'exponentail'; did you mean exponential?",
        ),
        (["schedules=cosine"], "schedules = 'cosine': it is a mapping of fields: schedules.FIELD=NAME"),
        (
            ["schedule=plateau", "training.steps=3", "training.evaluate_every=1"],
            "no evaluation has it; there are: train_loss, train_accuracy, test_loss, test_accuracy",
        ),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_before_the_first_run(ravine_here, words, said):
    steps = [] if any(word.startswith("training.steps") for word in words) else ["training.steps=2"]
    done = ravine_here(*SMALL, *steps, *words)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr


def test_a_typo_in_a_sweep_is_told_before_the_first_run(ravine_here):
    sweep = "schedules={momentum:cosine},{momentun:cosine}"
    done = ravine_here("-m", *SMALL, "training.steps=2", "optimizer=momentum", sweep)
    assert done.returncode == 2
    assert done.stderr == "ravine: schedules.momentun: there is no such number; did you mean momentum?\n"
    both = ravine_here(
        "-m", *SMALL, "training.steps=2", "regularizer=l2,none", "schedules.regularizer.strength=cosine"
    )
    assert both.returncode == 2


def test_a_value_that_is_not_accepted_ends_the_run_with_its_field():
    words = ["problem=ravine", "optimizer=momentum", "training.steps=9"]
    failed = ravine.build(ravine.compose([*words, "schedules.momentum={name:one_cycle,middle:1.2}"])).run()
    assert failed.status == "failed"
    assert "schedules.momentum (OneCycle) at step 2: Momentum: momentum = " in failed.error


def test_a_run_without_schedules_has_the_configuration_that_it_had():
    assert "schedules" not in experiment().config
    made = experiment("schedules.momentum=cosine", "optimizer=momentum")
    assert made.config["schedules"] == {"momentum": {"name": "cosine", "floor": 0.0}}
    assert made.components["schedules.momentum"]["name"] == "cosine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["schedules.momentum={}", "optimizer=momentum"],
            "schedules.momentum = {}: it has no name of a schedule",
        ),
        (
            ["schedules.momentum={floor:0.1}", "optimizer=momentum"],
            "schedules.momentum = {'floor': 0.1}: it has no name of a schedule",
        ),
        (
            ["schedules.optimizer.momentum=cosine", "optimizer=momentum"],
            "schedules.optimizer.momentum: it is written schedules.momentum",
        ),
        (
            ["schedules.transform.lookahead.every=cosine", "transform=[lookahead]"],
            "schedules.transform.lookahead.every: it is a whole number, and these have no schedules",
        ),
        # Which steps there are does not change while a run goes on.
        (
            ["schedules.transform.accumulate.batches=cosine", "transform=[accumulate]"],
            "schedules.transform.accumulate.batches: there is no such number: what says which gradients a step "
            "follows has no schedules\n",
        ),
        (
            ["schedules.dataset.validation=cosine"],
            "schedules.dataset.validation: there is no such number; there are: lr\n",
        ),
    ],
)
def test_a_path_that_has_no_schedule_is_told_with_the_reason(ravine_here, words, said):
    done = ravine_here(*SMALL, "training.steps=5", *words)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr


@pytest.mark.parametrize(("field", "value"), [("twice", "True"), ("cap", "None"), ("name_of", "'a'")])
def test_a_field_that_is_not_a_number_is_told_by_its_value(field, value):
    @dataclass(frozen=True)
    class Capped(Sees):
        twice: bool = True
        cap: float | None = None
        name_of: str = "a"

    with pytest.raises(
        ValueError, match=f"^schedules.{field}: it is {value}, and only numbers have schedules$"
    ):
        Scheduled({field: Halves()}, {"optimizer": Held(Capped(), print)})


def test_a_schedule_that_would_take_a_slot_away_is_refused_before_the_run():
    """Found: the state was made for the field's first value, and a step found another number of slots."""

    @dataclass(frozen=True)
    class Heavy(Optimizer):
        lr: float = 0.1
        beta: float = 0.9

        @property
        def slots(self):
            return ("v",) if self.beta else ()

        def step(self, theta, g, state, *, t, lr):
            for v in state:
                v[...] = self.beta * v + g
            theta -= lr * (state[0] if self.beta else g)

    @dataclass(frozen=True)
    class Ends(Schedule):
        def factor(self, step, steps):
            return float(step < 3)

    words = ["problem=ravine", "optimizer=momentum", "schedules.momentum=cosine", "training.steps=5"]
    made = replace(ravine.build(ravine.compose(words)), optimizer=Heavy(), schedules={"beta": Ends()})
    loop = made.bind(made.problem())
    with pytest.raises(
        ValueError, match=r"^schedules\.beta \(Ends\) at step 3: its slots would be \(\), not \('v',\)$"
    ):
        loop.try_start(evaluates=True)


def test_a_value_that_will_not_be_accepted_is_told_before_the_run(ravine_here):
    words = ["problem=ravine", "optimizer=momentum", "figures=[]"]
    done = ravine_here(*words, "schedules.momentum={name:one_cycle,middle:5}")
    assert done.returncode == 2
    assert done.stderr.startswith("ravine: schedules.momentum (OneCycle) at step 3: Momentum: momentum = ")
    assert done.stderr.endswith(" is not in [0, 1)\n")
    done = ravine_here(*words, "training.steps=1000000", "schedules.momentum={name:one_cycle,middle:5}")
    assert done.returncode == 2
