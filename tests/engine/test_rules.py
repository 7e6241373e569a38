"""What rules can ask for, where they are evaluated, and what transforms do around a step."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import ravine
from ravine import Optimizer, Transform, registry
from ravine.engine.groups import Groups
from ravine.engine.update import Update

SMALL = ["dataset.train=300", "dataset.test=100", "network.hidden=[20,20]", "training.batch_size=32"]
NOISY = [
    "network.dropout=0.3",
    "network.normalization=batch_norm",
    "regularizer=l2",
    "regularizer.strength=0.1",
]


def experiment(*overrides, surface=False):
    return ravine.build(ravine.compose(["problem=ravine", *overrides] if surface else [*SMALL, *overrides]))


def run(*overrides, surface=False, **components):
    return replace(experiment(*overrides, surface=surface), **components).run()


def same(one, other):
    assert one.arrays.keys() == other.arrays.keys()
    return all(one.arrays[name].tobytes() == other.arrays[name].tobytes() for name in one.arrays)


HEARD = []


@dataclass(frozen=True)
class Listens(Optimizer, sees="all"):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr, loss, gradient_at):
        HEARD.append((loss, g.copy(), gradient_at(theta), gradient_at(theta - g)))
        theta -= lr * g


@dataclass(frozen=True)
class Plain(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


def test_a_second_gradient_is_of_the_same_batch_noise_and_penalty_and_changes_nothing():
    HEARD.clear()
    asks, plain = (run(*NOISY, "training.steps=12", optimizer=rule) for rule in (Listens(), Plain()))
    for loss, g, here, there in HEARD:
        assert here[0] == loss
        assert here[1].tobytes() == g.tobytes()
        # A step against the gradient of this very batch, without other noise: the loss differs, and is lower.
        assert there[0] < loss
    assert asks.arrays.pop("gradients").tolist() == [3 * i for i in range(13)]
    assert same(asks, plain)
    assert asks.final == plain.final


def test_a_second_gradient_needs_parameters_of_its_shape():
    @dataclass(frozen=True)
    class Short(Plain, sees="all"):
        def step(self, theta, g, state, *, t, lr, gradient_at):
            gradient_at(theta[1:])

    failed = run(optimizer=Short(), surface=True)
    assert failed.status == "failed"
    assert "gradient_at got an array of shape (1,) in float64, not of shape (2,) in float64" in failed.error


@pytest.mark.parametrize(
    ("sees", "method", "word", "says"),
    [
        (
            "block",
            "step",
            "gradient_at",
            "step asks for gradient_at, which goes with sees='named' or sees='all'",
        ),
        (
            "array",
            "step",
            "gradient_at",
            "step asks for gradient_at, which goes with sees='named' or sees='all'",
        ),
        ("all", "step", "place", "step asks for place, which goes with sees='array'"),
        ("named", "step", "place", "step asks for place, which goes with sees='array'"),
        ("array", "step", "places", "step asks for places, which goes with sees='named'"),
        (
            "block",
            "step",
            "rng",
            "step asks for rng, which goes with sees='array' or sees='named' or sees='all'",
        ),
        ("all", "start", "place", "start asks for place, which goes with sees='array' or sees='named'"),
        ("all", "start", "loss", "start asks for loss, which goes with updates only"),
    ],
)
def test_what_does_not_go_together_is_refused_where_the_class_is_made(sees, method, word, says):
    space = {}
    exec(f"def {method}(self, theta, {word}): ...", space)
    with pytest.raises(TypeError, match=f"^Asks: {says}$"):
        type("Asks", (Plain,), {method: space[method]}, sees=sees)


PLACES = {}


@dataclass(frozen=True)
class Looks(Plain, sees="array"):
    def step(self, theta, g, state, *, t, lr, place):
        assert theta.shape == g.shape == place.shape
        PLACES[place.name] = place
        theta -= lr * g


def test_a_rule_knows_where_an_array_is():
    PLACES.clear()
    run("network.normalization=batch_norm", "training.steps=1", optimizer=Looks())
    assert {name: (place.role, place.depth, place.layers, place.decay) for name, place in PLACES.items()} == {
        "1.affine.W": ("input", 0, 5, True),
        "1.affine.b": ("other", 0, 5, False),
        "2.batch_norm.gamma": ("other", 1, 5, False),
        "2.batch_norm.beta": ("other", 1, 5, False),
        "4.affine.W": ("hidden", 2, 5, True),
        "4.affine.b": ("other", 2, 5, False),
        "5.batch_norm.gamma": ("other", 3, 5, False),
        "5.batch_norm.beta": ("other", 3, 5, False),
        "7.affine.W": ("output", 4, 5, True),
        "7.affine.b": ("other", 4, 5, False),
    }
    PLACES.clear()
    run("network.hidden=[]", "training.steps=1", optimizer=Looks())
    assert PLACES["1.affine.W"].role == "output"


@dataclass(frozen=True)
class LooksAtAll(Plain, sees="named"):
    def step(self, theta, g, state, *, t, lr, places):
        assert theta.keys() == g.keys() == state.keys() == places.keys()
        for name, array in theta.items():
            assert array.shape == places[name].shape
            array -= lr * g[name]


@pytest.mark.parametrize("rule", [Looks(), LooksAtAll()])
def test_whatever_a_rule_sees_the_bits_are_the_same(rule):
    assert same(run("training.steps=5", optimizer=rule), run("training.steps=5", optimizer=Plain()))


@dataclass(frozen=True)
class Rows(Optimizer, slots=("rows", "scale", "twice"), sees="array"):
    lr: float = 0.1

    def start(self, theta):
        own = {"twice": 2 * theta, "scale": np.array(0.5)}
        return own | {"rows": np.ones(len(theta))} if theta.ndim > 1 else own

    def step(self, theta, g, state, *, t, lr):
        (*rows, scale, twice) = state
        assert [array.shape for array in rows] == ([(len(theta),)] if theta.ndim > 1 else [])
        assert twice.shape == theta.shape
        assert scale.dtype == theta.dtype
        scale[...] *= 0.5
        theta -= lr * scale * g


def test_slots_have_the_shapes_and_first_values_that_a_rule_gives():
    problem = experiment().problem()
    update = Update(Rows(), problem.parameters)
    shapes = {name: array.shape for name, array in update.state.items()}
    n = len(problem.parameters)
    # One that every array has in its own shape is flat, as all slots of plain rules are.
    assert shapes.pop("twice") == (n,)
    assert {name: shape for name, shape in shapes.items() if name.startswith("rows")} == {
        "rows.1.affine.W": (784,), "rows.3.affine.W": (20,), "rows.5.affine.W": (20,),
    }  # fmt: skip
    assert [shape for name, shape in shapes.items() if name.startswith("scale")] == [()] * 6
    assert (update.state["twice"] == 2 * problem.parameters.theta).all()
    # What a rule starts with is its own: the parameters do not move it.
    problem.parameters.theta[:] = 7
    assert not (update.state["twice"] == 14).any()
    assert run("training.steps=3", optimizer=Rows()).status == "completed"


def test_what_is_kept_is_counted_in_numbers():
    measure = registry.load().get("metric", "state_arrays")().measure
    whole = run("training.steps=1", optimizer=Rows())
    n = whole.provenance["state"]["parameters"]
    assert n == 784 * 20 + 20 * 20 + 20 * 10 + 50
    # For each of three weights its rows and a number, for each of three biases a number, and twice all.
    assert whole.provenance["state"]["numbers"] == 784 + 20 + 20 + 6 + n
    assert measure(whole) == pytest.approx(1 + 830 / n)
    assert "state" not in run("training.steps=1").provenance
    for optimizer, arrays in (("sgd", 0), ("momentum", 1), ("adam", 2)):
        assert measure(run("training.steps=1", f"optimizer={optimizer}")) == arrays
        assert measure(run("training.steps=1", f"optimizer={optimizer}", surface=True)) == arrays
    assert measure(run("training.steps=1", "transform=[ema]")) == 1


@dataclass(frozen=True)
class Mean(Transform, slots=("mean",)):
    """Keeps the mean of all parameters after steps."""

    def after(self, theta, previous, g, state, *, t, lr):
        state[0][...] += (theta - state[0]) / t

    def evaluated(self, theta, state, *, t):
        return state[0] if t else theta


def test_a_run_is_evaluated_elsewhere_and_its_training_stays_the_same():
    words = ["training.steps=8", "training.evaluate_every=4"]
    plain = run(*words, surface=True)
    mean = run(*words, surface=True, transforms={"mean": Mean()})
    path = plain.arrays["path"]
    assert mean.arrays["path"].tobytes() == path.tobytes()
    means = np.array([path[0], *(path[1 : t + 1].mean(axis=0) for t in range(1, 9))])
    np.testing.assert_allclose(mean.arrays["evaluated"], means, rtol=1e-13)
    x, y = means[[0, 4, 8]].T
    np.testing.assert_allclose(mean.arrays["evaluation.value"], x**2 / 20 + y**2, rtol=1e-12)
    network, averaged = run(*words), run(*words, transforms={"mean": Mean()})
    assert network.arrays["loss"].tobytes() == averaged.arrays["loss"].tobytes()
    assert network.final["train_loss"] < averaged.final["train_loss"]


def test_probes_look_at_what_is_evaluated():
    plain, averaged = (
        run("training.steps=6", "probes=[distributions]", transforms=transforms)
        for transforms in ({}, {"mean": Mean()})
    )
    names = [name for name in plain.arrays if name.startswith("probe.")]
    first, last = (
        [plain.arrays[name][i].tobytes() == averaged.arrays[name][i].tobytes() for name in names]
        for i in (0, -1)
    )
    assert all(first)
    assert not all(last)


@dataclass(frozen=True)
class Third(Transform, slots=("sum",)):
    def before(self, theta, g, state, *, t, lr):
        state[0][...] += g / 3
        if not self.waits(t):
            g[...] = state[0]
            state[0][...] = 0

    def waits(self, t):
        return t % 3 != 0


T = []


@dataclass(frozen=True)
class Counts(Plain):
    def step(self, theta, g, state, *, t, lr):
        T.append(t)
        theta -= lr * g


def test_where_no_step_follows_there_is_neither_decay_nor_a_count():
    T.clear()
    waits = run("training.steps=9", surface=True, optimizer=Counts(), transforms={"third": Third()})
    assert T == [1, 2, 3]
    steps = run("training.steps=3", surface=True, optimizer=Counts())
    np.testing.assert_allclose(waits.arrays["path"][::3], steps.arrays["path"], rtol=1e-14)
    assert (waits.arrays["path"][1] == waits.arrays["path"][0]).all()
    T.clear()
    words = ["regularizer=decoupled_l2", "regularizer.strength=1"]
    first, last = trained("training.steps=2", *words, transforms={"third": Third()})
    assert all((first[name] == last[name]).all() for name in first)


def test_two_that_wait_are_refused():
    both = {"third": Third(), "half": Third()}
    two = replace(experiment("training.steps=9", surface=True), transforms=both)
    with pytest.raises(
        ValueError, match="third and half each let gradients pass without a step; it can be one"
    ):
        two.at_start()


def test_after_a_step_the_steps_are_counted_and_not_the_gradients():
    seen = []

    @dataclass(frozen=True)
    class After(Transform):
        def after(self, theta, previous, g, state, *, t, lr):
            seen.append(("after", t))

        def evaluated(self, theta, state, *, t):
            seen.append(("evaluated", t))
            return theta

    words = ["training.steps=6", "training.evaluate_every=2"]
    run(*words, transforms={"third": Third(), "after": After()})
    assert [t for what, t in seen if what == "after"] == [1, 2]
    assert [t for what, t in seen if what == "evaluated"] == [0, 0, 1, 2]
    # The mean of the parameters after steps is that of all that there are.
    chain = "transform=[{name:accumulate,batches:3},swa]"
    swa = run(*words, chain, surface=True)
    path = swa.arrays["path"]
    np.testing.assert_allclose(swa.arrays["evaluated"][6], (path[3] + path[6]) / 2, rtol=1e-14)
    assert (swa.arrays["evaluated"][:3] == path[0]).all()


def test_transforms_come_in_order_around_decay_and_step():
    said = []

    def saying(name):
        @dataclass(frozen=True)
        class Says(Transform, sees="all"):
            def before(self, theta, g, state, *, t, lr):
                said.append((f"{name} before", theta.copy(), g.copy()))
                g += 1

            def after(self, theta, previous, g, state, *, t, lr):
                said.append((f"{name} after", theta.copy(), previous.copy()))
                theta += 1

        return Says()

    run(
        "training.steps=1",
        "regularizer=decoupled_l2",
        optimizer=Plain(),
        transforms={n: saying(n) for n in "ab"},
    )
    assert [name for name, *_ in said] == ["a before", "b before", "a after", "b after"]
    (_, theta, g), (_, same_theta, more), (_, after_a, previous), (_, after_b, same_previous) = said
    assert (theta == same_theta).all()
    assert (more == g + 1).all()
    # Decay lies between before and the step.
    assert (previous != theta).any()
    assert (previous == same_previous).all()
    np.testing.assert_allclose(after_a, previous - np.float32(0.1) * (g + 2), rtol=1e-6, atol=1e-7)
    assert (after_b == after_a + 1).all()


def test_a_run_without_transforms_has_the_configuration_that_it_had():
    assert "transform" not in experiment().config
    # However it is written, it is one run.
    written = ["[ema]", "[{name:ema}]", "[{name:ema,beta:0.99}]"]
    ids = {experiment(f"transform={given}").id for given in written}
    assert len(ids) == 1
    assert experiment("transform=[ema]").config["transform"] == [{"name": "ema", "beta": 0.99}]


# ---- groups --------------------------------------------------------------------------------------------------


def trained(*overrides, **components):
    """Return the arrays of parameters before and after a run, by name."""
    made = replace(experiment(*overrides), **components)
    found = []

    def watching(streams):
        problem = made.make_problem(streams)
        found.append(problem.parameters)
        found.append(problem.parameters.theta.copy())
        return problem

    assert replace(made, make_problem=watching).run().status == "completed"
    parameters, first = found
    return parameters.named(first), parameters.named(parameters.theta)


def moved(*overrides, **components):
    first, last = trained(*overrides, **components)
    return {name: last[name] - first[name] for name in first}


@pytest.mark.parametrize("rule", [Plain(), Looks(), LooksAtAll()], ids=["block", "array", "named"])
def test_a_group_learns_at_its_own_rate_and_the_last_that_fits_counts(rule):
    plain = moved("training.steps=1", optimizer=rule)
    words = "training.groups=[{name:'*',lr:0.5},{name:'3.*',lr:0.25},{name:'5.affine.b',frozen:true}]"
    grouped = moved("training.steps=1", words, optimizer=rule)
    factors = dict.fromkeys(plain, 0.5) | {"3.affine.W": 0.25, "3.affine.b": 0.25, "5.affine.b": 0.0}
    for name, factor in factors.items():
        np.testing.assert_allclose(grouped[name], factor * plain[name], atol=1e-7)
    assert not grouped["5.affine.b"].any()


def test_what_is_frozen_stays_whatever_moves_it():
    words = ["training.steps=4", "regularizer=decoupled_l2", "transform=[gradient_noise,max_norm,cautious]"]
    first, last = trained(*words, "training.groups=[{name:'1.*',frozen:true}]", "optimizer=adam")
    for name in first:
        assert (first[name].tobytes() == last[name].tobytes()) == name.startswith("1."), name


@pytest.mark.parametrize("transform", ["ema", "lookahead", "swa"])
def test_what_is_frozen_is_evaluated_at_its_first_values(transform):
    words = ["training.steps=9", "regularizer=decoupled_l2", "regularizer.strength=1", "optimizer.lr=0.1"]
    made = experiment(
        *words, f"transform=[gradient_noise,max_norm,{transform}]", "training.groups=[{name:'1.*',frozen:true}]"
    )
    evaluated = []

    def watching(streams):
        problem = made.make_problem(streams)
        evaluate = problem.evaluate

        def seen():
            evaluated.append(problem.parameters.named(problem.parameters.theta.copy()))
            return evaluate()

        problem.evaluate = seen
        return problem

    assert replace(made, make_problem=watching).run().status == "completed"
    first, last = evaluated[0], evaluated[-1]
    for name in first:
        assert (first[name].tobytes() == last[name].tobytes()) == name.startswith("1."), name


def test_a_frozen_array_has_no_gradient_that_a_norm_would_see():
    seen = []

    @dataclass(frozen=True)
    class Norm(Transform, sees="named"):
        def before(self, theta, g, state, *, t, lr):
            seen.append({name: bool(one.any()) for name, one in g.items()})
            for one in g.values():
                one += 1

    @dataclass(frozen=True)
    class Step(Plain, sees="named"):
        def step(self, theta, g, state, *, t, lr):
            seen.append({name: bool(one.any()) for name, one in g.items()})

    words = ["training.steps=1", "training.groups=[{name:'1.*',frozen:true}]"]
    assert run(*words, optimizer=Step(), transforms={"norm": Norm()}).status == "completed"
    for of in seen:
        assert of == {name: not name.startswith("1.") for name in of}


@dataclass(frozen=True)
class Length(ravine.Regularizer):
    def penalty(self, w):
        return float(np.sqrt((w * w).sum()))

    def add_gradient(self, w, g):
        g += w / max(float(np.sqrt((w * w).sum())), 1e-12)


def test_a_factor_of_the_rate_leaves_the_penalty_alone():
    words = ["training.steps=2", "training.groups=[{name:'1.*',lr:0.5}]"]
    grouped, plain = (run(*more, "training.steps=1", regularizer=Length()) for more in (words[1:], []))
    assert grouped.arrays["loss"][0] == plain.arrays["loss"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["transform=[ema,swa]"], "ema and swa each say where a run is evaluated; it can be one place"),
        (
            ["training.groups=[{name:'1.*',lr:2},{name:'*',lr:3}]"],
            "training.groups[0]: later groups take all arrays named 1.*",
        ),
        (
            ["training.groups=[{name:'*'}]"],
            "training.groups[0] changes nothing: arrays named * learn the same without it",
        ),
        (
            ["training.groups=[{name:'*.W',lr:2},{name:'*.b'}]"],
            "training.groups[1] changes nothing: arrays named *.b learn the same without it",
        ),
        (
            ["training.groups=[{name:'*',lr:2},{name:'*.b',lr:2}]"],
            "training.groups[1] changes nothing: arrays named *.b learn the same without it",
        ),
        (
            ["training.groups=[{name:'*.b',decay:2}]"],
            "training.groups[0]: decay = 2.0, and no array named *.b decays",
        ),
        (
            ["training.groups=[{name:'*.W',decay:2}]"],
            "training.groups: decay is a factor, and there is nothing that decays",
        ),
        (
            ["training.groups=[{name:'*',lr:2,frozen:true}]"],
            "groups[0]: Group: what is frozen has neither lr nor decay",
        ),
        (["transform=[{name:accumulate,batches:5}]"], "transform: none of 4 gradients is followed by a step"),
    ],
)
def test_what_would_have_no_effect_is_refused(ravine_here, words, said):
    done = ravine_here(*SMALL, "training.steps=4", *words)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr


def test_a_rule_that_asks_for_gradients_and_sees_all_has_one_rate():
    """Found: its state described the step that it had made, and arrays of other rates had made another."""

    @dataclass(frozen=True)
    class Asks(Plain, sees="all"):
        def step(self, theta, g, state, *, t, lr, gradient_at):
            theta -= lr * gradient_at(theta - lr * g)[1]

    with pytest.raises(ValueError, match="Asks sees all arrays in one call and asks for other gradients"):
        replace(experiment("training.groups=[{name:'1.*',lr:2}]"), optimizer=Asks()).at_start()
    replace(experiment("training.groups=[{name:'1.*',frozen:true}]"), optimizer=Asks()).at_start()


@pytest.mark.parametrize("sees", ["array", "block"])
def test_a_transform_gets_the_rate_of_its_arrays(sees):
    """Found: a transform got the rate of the whole network, and moved arrays whose rate is 0."""

    @dataclass(frozen=True)
    class Fades(Transform, sees=sees):
        def after(self, theta, previous, g, state, *, t, lr):
            theta[...] = previous * (1 - lr)

    words = ["training.steps=1", "optimizer.lr=0.5", "training.groups=[{name:'1.*',lr:0},{name:'3.*',lr:0.5}]"]
    made = experiment(*words)
    loop = replace(made, transforms={"fades": Fades()}).bind(made.problem())
    first = loop.problem.parameters.theta.copy()
    loop.step()
    left = {"1": 1.0, "3": 0.75}
    for name, view in loop.problem.parameters.named(
        loop.problem.parameters.theta / np.where(first, first, 1)
    ).items():
        np.testing.assert_allclose(view[view != 0], left.get(name[0], 0.5), rtol=1e-6)


def test_a_group_takes_arrays_out_of_an_earlier_one():
    of_two = experiment("training.groups=[{name:'*',lr:2},{name:'*.b'}]")
    rates = Groups(of_two.training.made_groups(), of_two.problem().parameters).rates
    assert rates == {name: 1.0 if name.endswith(".b") else 2.0 for name in rates}


def test_a_rule_that_is_evaluated_elsewhere_has_one_rate():
    @dataclass(frozen=True)
    class Elsewhere(Plain, sees="all"):
        def evaluated(self, theta, state, *, t):
            return theta * 1

    with pytest.raises(ValueError, match="Elsewhere sees all arrays in one call and is evaluated elsewhere"):
        replace(experiment("training.groups=[{name:'*',lr:2}]"), optimizer=Elsewhere()).at_start()


@pytest.mark.parametrize("regularizer", ["l2", "decoupled_l2"])
def test_a_group_decays_by_its_own_factor(regularizer):
    words = ["training.steps=1", f"regularizer={regularizer}", "optimizer=sgd"]
    first, _ = trained(*words)
    none, whole, twice = (
        moved(*words, *more)
        for more in (
            ["regularizer.strength=0"],
            ["regularizer.strength=0.5"],
            ["regularizer.strength=0.5", "training.groups=[{name:'3.affine.W',decay:2}]"],
        )
    )
    for name in first:
        decay = whole[name] - none[name]
        np.testing.assert_allclose(
            twice[name] - none[name], decay * (2 if name == "3.affine.W" else 1), atol=5e-7
        )
        expected = -0.01 * 0.5 * first[name] if name.endswith("W") else 0 * first[name]
        np.testing.assert_allclose(decay, expected, atol=5e-7)


@dataclass(frozen=True)
class Shrinks(Plain, sees="array"):
    def step(self, theta, g, state, *, t, lr, place):
        theta *= 1 - 0.5 * place.decay


def test_a_rule_with_a_decay_of_its_own_knows_its_factor():
    groups = "training.groups=[{name:'3.affine.W',decay:0.5}]"
    first, last = trained("training.steps=1", groups, optimizer=Shrinks())
    factors = {name: 0.5 if name.endswith("W") else 1 for name in first} | {"3.affine.W": 0.75}
    for name, view in last.items():
        np.testing.assert_allclose(view, factors[name] * first[name], atol=1e-7)


def test_a_pattern_of_a_network_without_arrays_is_told_that_there_are_none(ravine_here):
    words = ["dataset=gaussian", "dataset.features=10", "network=layers", "network.layers=[relu]"]
    done = ravine_here(*words, "training.groups=[{name:'*',lr:2}]")
    assert done.returncode == 2
    assert done.stderr == "ravine: training.groups[0]: no array is named *; there are none\n"


def test_a_pattern_that_fits_nothing_is_told_with_the_names_there_are(ravine_here):
    done = ravine_here("problem=ravine", "training.groups=[{name:point.z}]")
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: training.groups[0]: no array is named point.z; there are: point.x, point.y\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[{nam:a}]", "training: groups[0]: Group has no field 'nam'; did you mean name?"),
        ("[{lr:2}]", "training: groups[0]: name is missing: Group needs it"),
        ("[{name:a,lr:-1}]", "training: groups[0]: Group: lr = -1.0 is not in [0, inf)"),
        ("[{name:a,frozen:1}]", "training: groups[0]: frozen = 1: it must be true or false"),
        ("[a]", "training: groups = 'a': it must be a mapping, {key: value}"),
    ],
)
def test_a_group_that_cannot_be_is_refused(given, said):
    with pytest.raises(ravine.ConfigError) as error:
        experiment(f"training.groups={given}")
    assert str(error.value) == said


def test_a_run_without_groups_has_the_configuration_that_it_had():
    assert "groups" not in experiment().config["training"]
    assert "groups" in experiment("training.groups=[{name:'*',lr:2}]").config["training"]


def test_a_method_that_cannot_be_called_is_told_before_the_first_step():
    @dataclass(frozen=True)
    class Short(Transform):
        def after(self, theta, g, state, *, t, lr):
            """Take one array less."""

    failed = run("training.steps=3", transforms={"short": Short()})
    assert (failed.status, failed.step) == ("failed", 0)
    assert "after does not take what it is called with: too many positional arguments" in failed.error


@dataclass(frozen=True)
class NotNumbers(Plain, sees="all"):
    where: str = "gradient_at"

    def step(self, theta, g, state, *, t, lr, gradient_at):
        if self.where == "gradient_at" and t == 2:
            _, g = gradient_at(theta * np.nan)
        theta -= lr * g

    def evaluated(self, theta, state, *, t):
        return theta * np.nan if self.where == "evaluated" and t == 2 else theta


@pytest.mark.parametrize("where", ["gradient_at", "evaluated"])
def test_a_rule_that_makes_numbers_that_are_not_finite_is_told_in_place_of_its_rate(where, ravine_here):
    ravine.register(NotNumbers, name="not_numbers")
    what = {
        "gradient_at": "gradient_at got numbers that are not finite",
        "evaluated": "evaluated returned numbers that are not finite",
    }
    for problem in (["problem=ravine"], ["dataset=gaussian", "dataset.train=50"]):
        words = [
            "optimizer=not_numbers",
            f"optimizer.where={where}",
            "training.steps=3",
            "training.evaluate_every=1",
        ]
        done = ravine_here(*problem, *words, "figures=[]", "study=s")
        assert f": {what[where]}, and its parameters are finite\n" in done.stderr
        done = ravine_here(*problem, "optimizer=sgd", "optimizer.lr=1e30", "figures=[]", "study=s2")
        assert "a smaller optimizer.lr may hold" in done.stderr


def test_a_second_gradient_takes_numbers_in_double_precision():
    @dataclass(frozen=True)
    class Double(Plain, sees="all"):
        def step(self, theta, g, state, *, t, lr, gradient_at):
            _, there = gradient_at(theta.astype(np.float64))
            assert (there == g).all()

    assert run("training.dtype=float32", optimizer=Double(), surface=True).status == "completed"
