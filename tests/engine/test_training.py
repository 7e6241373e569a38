"""The order of operations, budgets, chance and divergence."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Initializer, Layer, ParameterSpec
from ravine.engine.batches import Batches
from ravine.engine.descent import Descent
from ravine.engine.network import Network, Node
from ravine.engine.parameters import Parameters
from ravine.engine.training import Loop
from ravine.engine.update import Update
from ravine_plugins.surfaces.himmelblau import Himmelblau

pytestmark = pytest.mark.usefixtures("shapes_kept")

SMALL = ["dataset.train=300", "dataset.test=200", "network.hidden=[20]", "training.batch_size=32"]


def run(*overrides):
    return ravine.build(ravine.compose([*SMALL, *overrides])).run()


def descend(*overrides):
    return ravine.build(ravine.compose(["problem=ravine", *overrides])).run()


@pytest.mark.parametrize(
    "technique",
    [
        ["optimizer=adam"],
        ["network.dropout=0.3"],
        ["network.normalization=batch_norm", "network.placement=after"],
        ["training.dtype=float64", "training.sampling=replacement"],
        ["dataset.validation=0.2"],
    ],
    ids=" ".join,
)
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(technique):
    first, second, other = (run(*technique, "training.steps=12", f"seed={seed}") for seed in (3, 3, 4))
    assert {k: v.tobytes() for k, v in first.arrays.items()} == {
        k: v.tobytes() for k, v in second.arrays.items()
    }
    assert first.arrays["loss"].tobytes() != other.arrays["loss"].tobytes()
    assert first.final == second.final


def test_runs_of_a_seed_are_paired():
    experiments = [
        ravine.build(ravine.compose([*SMALL, *overrides]))
        for overrides in (["optimizer=sgd"], ["optimizer=adam", "regularizer=l1"], ["network.dropout=0.5"])
    ]
    problems = [experiment.problem() for experiment in experiments]
    assert len({problem.parameters.theta.tobytes() for problem in problems}) == 1
    seen = [[next(problem._batches).tobytes() for _ in range(15)] for problem in problems]
    assert seen[0] == seen[1] == seen[2]


def test_float32_and_float64_start_from_the_same_weights():
    single, double = (
        ravine.build(ravine.compose([*SMALL, f"training.dtype={dtype}"])).problem().parameters.theta
        for dtype in ("float32", "float64")
    )
    assert (single == double.astype(np.float32)).all()


def test_the_loss_of_a_step_is_the_one_its_gradient_came_from():
    record = descend("optimizer=sgd", "optimizer.lr=0.1", "training.steps=3")
    x, y = record.arrays["path"].T
    assert record.arrays["loss"] == pytest.approx((x**2 / 20 + y**2)[:3], rel=1e-14)
    assert record.final["value"] == pytest.approx((x**2 / 20 + y**2)[3], rel=1e-14)
    assert record.arrays["loss"][0] == pytest.approx(49 / 20 + 4)


def test_the_reported_loss_contains_the_penalty():
    plain, penalised = (
        run(*more, "training.steps=1") for more in ([], ["regularizer=l2", "regularizer.strength=0.1"])
    )
    theta = ravine.build(ravine.compose(SMALL)).problem().parameters
    w = theta.theta[theta.decayed].astype(float)
    assert penalised.arrays["loss"][0] - plain.arrays["loss"][0] == pytest.approx(
        0.05 * np.square(w).sum(), rel=1e-5
    )
    assert penalised.arrays["evaluation.train_loss"][0] == plain.arrays["evaluation.train_loss"][0]


def test_what_decays_is_the_weights_and_comes_first():
    problem = ravine.build(ravine.compose([*SMALL, "network.normalization=batch_norm"])).problem()
    parameters = problem.parameters
    marked = np.zeros(len(parameters))
    marked[parameters.decayed] = 1
    decays = {name: view.all() for name, view in parameters.named(marked).items()}
    assert decays == {name: name.endswith(".W") for name in decays}
    assert sum(decays.values()) == 2
    assert parameters.theta.base is None
    assert all(view.base is not None for view in parameters.named(parameters.theta).values())


def test_decoupled_decay_with_sgd_moves_as_the_coupled_penalty_does():
    coupled, decoupled = (
        run(
            "training.steps=10", "training.dtype=float64", f"regularizer={kind}", "regularizer.strength=0.5"
        ).final
        for kind in ("l2", "decoupled_l2")
    )
    assert coupled["test_loss"] == pytest.approx(decoupled["test_loss"], rel=1e-10)


def test_decoupled_decay_shrinks_before_the_optimizer_moves():
    cfg = ravine.compose(
        [
            *SMALL,
            "training.steps=1",
            "training.dtype=float64",
            "regularizer=decoupled_l2",
            "regularizer.strength=50",
        ]
    )
    experiment = ravine.build(cfg)
    problem, twin = experiment.problem(), experiment.problem()
    Loop(problem, experiment.optimizer, experiment.schedule, experiment.regularizer, experiment.training).run()
    twin.loss_and_gradient()
    w, g = (array[twin.parameters.decayed] for array in (twin.parameters.theta, twin.parameters.grad))
    assert problem.parameters.theta[twin.parameters.decayed] == pytest.approx(0.5 * w - 0.01 * g, rel=1e-12)


def test_a_schedule_multiplies_the_rate_of_each_update():
    record = descend(
        "optimizer.lr=0.1", "schedule=step", "schedule.every=2", "schedule.gamma=0.5", "training.steps=6"
    )
    x = record.arrays["path"][:, 0]
    rates = -np.diff(x) / (x[:-1] / 10)
    assert rates == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rel=1e-9)


def test_many_points_descend_as_if_each_were_alone():
    starts = np.array([[0.0, 0.0], [3.5, -1.0], [-2.0, 2.0]])
    adam = ravine.registry.load().get("optimizer", "adam")(lr=0.1)
    together = Descent(Himmelblau(), starts=starts, dtype="float64")
    update = Update(adam, together.parameters)
    alone = [Descent(Himmelblau(), starts=starts[[i]], dtype="float64") for i in range(3)]
    updates = [Update(adam, problem.parameters) for problem in alone]
    for t in range(1, 51):
        for problem, move in zip([together, *alone], [update, *updates], strict=True):
            problem.loss_and_gradient()
            move(t, 0.1)
    ends = together.parameters.theta.reshape(2, 3).T
    assert [tuple(end) for end in ends] == [tuple(problem.parameters.theta) for problem in alone]


# ---- budgets -------------------------------------------------------------------------------------------------


def test_an_epoch_shows_every_example_once_and_counts_whole_steps():
    stream = Batches(100, 32, "shuffled", np.random.default_rng(0))
    epochs = [[next(stream) for _ in range(4)] for _ in range(2)]
    assert [len(batch) for batch in epochs[0]] == [32, 32, 32, 4]
    for epoch in epochs:
        assert sorted(np.concatenate(epoch)) == list(range(100))
    assert (np.concatenate(epochs[0]) != np.concatenate(epochs[1])).any()


def test_replacement_draws_from_all_examples_every_time():
    stream = Batches(50, 50, "replacement", np.random.default_rng(0))
    drawn = next(stream)
    assert len(drawn) == 50
    assert len(set(drawn)) < 50


def test_budgets():
    assert run("training.epochs=2").step == 20  # 300 examples in batches of 32: 10 steps, the last of 12
    assert run("training.steps=7").step == 7
    assert run().step == 10
    assert run("training.epochs=2").arrays["evaluation.step"].tolist() == [0, 10, 20]
    assert run("training.steps=7", "training.evaluate_every=3").arrays["evaluation.step"].tolist() == [
        0,
        3,
        6,
        7,
    ]


def test_a_last_batch_of_one_example_does_not_spoil_running_statistics():
    problem = ravine.build(
        ravine.compose(
            ["dataset=gaussian", "dataset.train=17", "network.hidden=[5]", "network.normalization=batch_norm",
             "training.batch_size=16", "training.dtype=float64"]
        )
    ).problem()  # fmt: skip
    for _ in range(100):
        problem.loss_and_gradient()
    x = problem.split.train.x @ problem.parameters.named(problem.parameters.theta)["1.affine.W"]
    kept = problem.network.buffers.named(problem.network.buffers.theta)
    assert kept["2.batch_norm.var"] == pytest.approx(x.var(axis=0), rel=0.15)
    assert kept["2.batch_norm.mean"] == pytest.approx(x.mean(axis=0), abs=0.15 * x.std())


def test_validation_examples_are_set_aside_and_choose_the_best():
    experiment = ravine.build(ravine.compose([*SMALL, "dataset.validation=0.2", "training.epochs=3"]))
    split = experiment.problem().split
    assert (len(split.train), len(split.validation), len(split.test)) == (240, 60, 200)
    images = {image.tobytes() for image in split.train.x} | {image.tobytes() for image in split.validation.x}
    assert len(images) == 300
    record = experiment.run()
    losses = record.arrays["evaluation.validation_loss"]
    assert record.best["validation_loss"] == losses.min()
    assert record.best["step"] == record.arrays["evaluation.step"][losses.argmin()]
    assert run("training.epochs=1").best == {}


# ---- divergence ----------------------------------------------------------------------------------------------


def test_a_run_that_diverges_keeps_its_record_and_invents_nothing():
    record = descend("optimizer.lr=3", "training.steps=1000")
    assert record.status == "diverged"
    assert 100 < record.step < 1000
    assert len(record.arrays["loss"]) == record.step
    assert np.isfinite(record.arrays["loss"]).all()
    assert np.isfinite(record.arrays["path"]).all()
    assert record.final == {}


def test_a_network_that_diverges_says_so():
    record = run("optimizer.lr=1e20", "training.steps=50")
    assert record.status == "diverged"
    assert record.step == len(record.arrays["loss"]) < 50


# ---- judging -------------------------------------------------------------------------------------------------


def test_a_network_is_judged_on_the_right_examples_and_without_noise():
    experiment = ravine.build(
        ravine.compose([*SMALL, "dataset.validation=0.1", "training.evaluation_samples=100"])
    )
    problem, seen = experiment.problem(), []

    def answer_three(x, *, training, rng, fusion):
        assert not training
        seen.extend(x)
        return np.eye(10, dtype=x.dtype)[np.full(len(x), 3)], None

    problem.network.forward = answer_three
    metrics = problem.evaluate()
    for name in ("train", "validation", "test"):
        examples = getattr(problem.split, name)[: 100 if name == "train" else None]
        x, seen = seen[: len(examples)], seen[len(examples) :]
        assert (x == examples.x * np.float32(1 / 255)).all()
        assert metrics[f"{name}_accuracy"] == pytest.approx((examples.target == 3).mean())
    assert len(seen) == 0


def test_without_test_examples_there_is_no_word_of_a_test():
    record = run("dataset.validation=0.1", "dataset.test=0", "training.steps=2")
    assert set(record.final) == {
        f"{part}_{what}" for part in ("train", "validation") for what in ("loss", "accuracy")
    }


def test_losses_of_parts_are_weighted_by_their_length(monkeypatch):
    experiment = ravine.build(ravine.compose([*SMALL, "dataset.validation=0.1", "dataset.test=130"]))
    whole = experiment.problem().evaluate()
    monkeypatch.setattr("ravine.engine.supervised._EVALUATION_ROWS", 100)
    problem, rows = experiment.problem(), []
    forward = problem.network.forward
    problem.network.forward = lambda x, **how: (rows.append(len(x)), forward(x, **how))[1]
    assert problem.evaluate() == pytest.approx(whole, rel=1e-6)
    assert rows == [100, 100, 100, 100, 30]


def test_batches_stay_paired_through_noise_and_evaluations():
    def batches_of(*overrides):
        experiment = ravine.build(
            ravine.compose([*SMALL, "training.steps=8", "training.evaluate_every=2", *overrides])
        )
        problem, seen = experiment.problem(), []
        judge = problem.loss
        problem.loss = lambda y, target: (seen.append(target.tobytes()), judge(y, target))[1]
        Loop(
            problem, experiment.optimizer, experiment.schedule, experiment.regularizer, experiment.training
        ).run()
        return [batch for batch in seen if len(batch) == 32]

    plain = batches_of()
    assert len(plain) == 8
    assert plain == batches_of("network.dropout=0.3", "optimizer=adam", "network.normalization=batch_norm")


def test_the_initializer_gets_the_fans_of_the_layer():
    fans = []

    class Spy(Initializer):
        def std_for(self, fan_in, fan_out):
            return 0.0

        def sample(self, rng, shape, fan_in, fan_out):
            fans.append((shape, fan_in, fan_out))
            return np.zeros(shape)

    affine = ravine.registry.load().get("layer", "affine")
    Network(
        [Node("affine", affine(units=3))],
        (7,),
        initializer=Spy(),
        rng=np.random.default_rng(0),
        dtype="float32",
    )
    assert fans == [((7, 3), 7, 3)]


def test_the_first_layers_input_gradient_is_never_computed():
    asked = []

    @dataclass(frozen=True)
    class First(Layer):
        def parameters(self, in_shape):
            return {"w": ParameterSpec((1,), fill=1.0)}

        def forward(self, x, p, *, training, rng):
            def backward(dy, need_dx=True):
                asked.append(need_dx)
                p.grad.w[...] = 0

            return x * p.w, backward

    he = ravine.registry.load().get("initializer", "he")()
    network = Network(
        [Node("first", First())], (2,), initializer=he, rng=np.random.default_rng(0), dtype="float64"
    )
    y, backward = network.forward(np.ones((3, 2)), training=True, rng=np.random.default_rng(0))
    backward(y)
    assert asked == [False]


@pytest.mark.parametrize("names", [("w", "w"), ("w", "grad"), ("grad", "k")])
def test_arrays_of_a_layer_have_names_of_their_own(names):
    @dataclass(frozen=True)
    class Clash(Layer):
        def parameters(self, in_shape):
            return {names[0]: ParameterSpec((1,), fill=1.0)}

        def buffers(self, in_shape):
            return {names[1]: ParameterSpec((1,), fill=1.0)}

        def forward(self, x, p, *, training, rng):
            return x, lambda dy, need_dx=True: dy

    he = ravine.registry.load().get("initializer", "he")()
    with pytest.raises(ValueError, match=r"layer 0\.clash: its arrays need different names"):
        Network([Node("clash", Clash())], (2,), initializer=he, rng=np.random.default_rng(0), dtype="float64")


@pytest.mark.parametrize(
    ("sees", "shapes"),
    [("block", [(8,)]), ("all", [(8,)]), ("array", [(2, 3), (2,)])],
    ids=["block", "all", "array"],
)
def test_an_optimizer_sees_what_it_asks_for(sees, shapes):
    seen = []

    class Spy(ravine.Optimizer, slots=("m",), sees=sees):
        def step(self, theta, g, state, *, t, lr):
            seen.append((theta.shape, g.shape, state[0].shape))
            theta += 1
            state[0][...] = 2

    parameters = Parameters(
        {("a", "b"): ParameterSpec((2,), fill=0.0), ("a", "W"): ParameterSpec((2, 3), 2, 3, decay=True)},
        "float32",
    )
    update = Update(Spy(lr=1.0), parameters)
    update(1, 1.0)
    assert seen == [(shape,) * 3 for shape in shapes]
    assert (parameters.theta == 1).all()
    assert (update.state["m"] == 2).all()


def test_a_loop_that_is_written_by_hand_makes_the_same_updates():
    words = ["dataset.train=300", "dataset.test=50", "network.hidden=[12]", "training.steps=9", "optimizer=adam",
             "schedule=cosine", "regularizer=l2"]  # fmt: skip
    by_hand, by_run = (loop_of(ravine.build(ravine.compose(words))) for _ in range(2))
    assert by_hand.evaluate()
    losses = [by_hand.step() for _ in range(9)]
    by_run.run()
    assert by_hand.made == by_run.made == 9
    assert losses == by_run.record.arrays["loss"].tolist()
    assert by_hand.problem.parameters.theta.tobytes() == by_run.problem.parameters.theta.tobytes()


def loop_of(experiment):
    return Loop(
        experiment.problem(),
        experiment.optimizer,
        experiment.schedule,
        experiment.regularizer,
        experiment.training,
    )
