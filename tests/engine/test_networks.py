"""Networks beyond a chain: layers that contain layers, other initializers, penalties, and whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
import ravine
from ravine import Composite, Initializer, ParameterSpec, Place, registry
from ravine.base.errors import ConfigError, PluginError
from ravine.contracts.initializer import draw

SMALL = ["dataset.train=200", "dataset.test=50", "training.batch_size=40", "training.steps=6"]


def layers(*items):
    return ["network=layers", f"network.layers=[flatten,{','.join(items)},{{name:affine,units:10}}]"]


def affine(units):
    return f"{{name:affine,units:{units}}}"


def residual(*items):
    return f"{{name:residual,layers:[{','.join(items)}]}}"


def experiment(*words):
    return ravine.build(ravine.compose([*SMALL, *words]))


def add(name, cls):
    """Add a class to the registry under a name, as a stranger's package has it."""
    ravine.register(dataclass(frozen=True)(cls), name=name)


# ---- layers that contain layers ------------------------------------------------------------------------------


def test_parts_have_names_places_and_provenance():
    made = experiment(*layers(affine(8), residual("batch_norm", residual("tanh", affine(8)), affine(8))))
    places = made.problem().parameters.places
    assert [name for name in places if name.endswith("W")] == [
        "1.affine.W", "2.residual.branch.1.residual.branch.1.affine.W", "2.residual.branch.2.affine.W",
        "3.affine.W",
    ]  # fmt: skip
    assert [places[name].role for name in places if name.endswith("W")] == [
        "input",
        "hidden",
        "hidden",
        "output",
    ]
    assert {"layer residual", "layer tanh", "layer batch_norm"} <= set(made.components)


def test_the_same_numbers_as_by_hand():
    problem = experiment(*layers(affine(6), residual("tanh", affine(6))), "training.dtype=float64").problem()
    p = problem.parameters.named(problem.parameters.theta)
    x = problem.inputs(problem.split.test)
    h = x.reshape(len(x), -1) @ p["1.affine.W"]
    h = h + np.tanh(h) @ p["2.residual.branch.1.affine.W"]
    by_hand = h @ p["3.affine.W"]
    y, _ = problem.network.forward(x, training=False, rng=None)
    np.testing.assert_allclose(y, by_hand, rtol=1e-12)


def test_gradients_through_parts_in_parts():
    inner = residual("sigmoid", affine(5))
    both = f"{{name:concat,branches:[[],[{affine(3)},tanh],[{inner}]]}}"
    words = layers(affine(5), "batch_norm", both, affine(4), "{name:activity_penalty,l1:0.1,l2:0.2}")
    problem = experiment(*words, "training.dtype=float64").problem()
    loss = problem.loss_and_gradient()
    theta, g = problem.parameters.theta, problem.parameters.grad.copy()
    rng = np.random.default_rng(0)
    for array in problem.parameters.named(g).values():
        assert array.any()
    for _ in range(5):
        direction = rng.standard_normal(len(theta))
        theta += 1e-6 * direction
        above = problem.again()
        theta -= 2e-6 * direction
        below = problem.again()
        theta += 1e-6 * direction
        assert (above - below) / 2e-6 == pytest.approx(g @ direction, rel=1e-6)
    assert problem.again() == pytest.approx(loss, rel=1e-12)


def test_a_branch_of_zeros_leaves_its_input_as_it_is():
    with_block = experiment(*layers(affine(8), residual(affine(8))), "initializers={*.branch.*: zeros}")
    without = experiment(*layers(affine(8)))
    # The output's weights are drawn after those of the block, which draws none.
    assert with_block.problem().evaluate() == without.problem().evaluate()


def test_a_residual_network_by_options():
    made = experiment(
        "network=residual_mlp", "network.width=12", "network.blocks=2", "network.normalization=batch_norm"
    )
    names = list(made.problem().network.layers)
    assert names[:4] == ["0.flatten", "1.affine", "2.residual", "2.residual.branch.0.batch_norm"]
    assert len([name for name in names if name.endswith("residual")]) == 2
    assert made.run().status == "completed"


def test_fields_in_parts_are_swept_scheduled_and_frozen(ravine_here):
    words = [*SMALL, *layers(affine(8), residual("{name:dropout,ratio:0.5}", affine(8))), "figures=[]"]
    swept = ravine_here("-m", *words, "network.layers.2.layers.0.ratio=0.1,0.6", "study=swept")
    assert swept.returncode == 0, swept.stderr
    assert "ratio=0.1" in swept.stdout
    made = experiment(
        *layers(affine(8), residual("{name:dropout,ratio:0.5}", affine(8))),
        "schedules.2.residual.branch.0.dropout.ratio=cosine", "training.groups=[{name:'2.residual.*',frozen:true}]",
    )  # fmt: skip
    problem = made.problem()
    first = problem.parameters.named(problem.parameters.theta.copy())
    loop = made.bind(problem)
    loop.run()
    for name, array in problem.parameters.named(problem.parameters.theta).items():
        assert (array == first[name]).all() == name.startswith("2.residual."), name


@dataclass(frozen=True)
class Block(Composite):
    def parts(self):
        return {"branch": ["relu"]}

    def joined(self, in_shape, shapes):
        return in_shape

    def forward(self, x, p, *, training, rng):
        return p.branch(x)


class Listed(Block):
    def parts(self):
        return ["relu"]


class OfOneLayer(Block):
    def parts(self):
        return {"branch": "relu"}


class Spaced(Block):
    def parts(self):
        return {"left branch": ["relu"]}


class Keyword(Block):
    def parts(self):
        return {"else": ["relu"]}


class NamesAnArray(Block):
    def buffers(self, in_shape):
        return {"branch": ParameterSpec(in_shape, fill=0.0)}


class Shapeless(Block):
    def joined(self, in_shape, shapes):
        return None


class Unknown(Block):
    def parts(self):
        return {"branch": ["rellu"]}


class Wrong(Block):
    def forward(self, x, p, *, training, rng):
        y, back = p.branch(x)
        return y, lambda dy, need_dx=True: back(dy[:, 1:])


class Charges(Block):
    def forward(self, x, p, *, training, rng):
        return (*p.branch(x), "much")


@pytest.mark.parametrize(
    ("cls", "says"),
    [
        (Listed, "layer strange: parts returned ['relu'], not a dict of names and lists of layers"),
        (OfOneLayer, "layer strange: parts: branch is 'relu', not a list of layers"),
        (Keyword, "layer strange: parts: 'else' is not a name like 'branch', which forward finds as p.branch"),
        (
            Spaced,
            "layer strange: parts: 'left branch' is not a name like 'branch', which forward finds as p.branch",
        ),
        (NamesAnArray, "layer 1.strange: its arrays need different names, and none may be named grad"),
        (Shapeless, "layer 1.strange: joined returned None, not a tuple like (50,) or (1, 28, 28)"),
        (
            Unknown,
            "layer 0 of the branch of strange, 1 of the network: no layer is named 'rellu'; did you mean relu or prelu or elu?",
        ),
        (Charges, "layer 1.strange: its penalty is 'much', not a number"),
    ],
)
def test_what_is_wrong_with_a_composite(cls, says):
    add("strange", cls)
    with pytest.raises((ConfigError, PluginError, ValueError)) as error:
        experiment(*layers("strange")).rehearse(1)
    assert says in str(error.value)


def test_a_wrong_shape_is_told_of_the_layer_that_gave_it(ravine_here):
    add("strange", Wrong)
    done = ravine_here(*SMALL, *layers(affine(7), "strange"))
    assert done.returncode == 2
    assert "layer 2.strange: backward gives shape" in done.stderr
    assert "its part gave" in done.stderr


# ---- penalties, and gradients that stop ----------------------------------------------------------------------


def test_a_penalty_is_in_the_loss_of_training_only():
    words = [*layers(affine(8), "{name:activity_penalty,l1:0,l2:0.5}"), "training.batch_size=200"]
    paid, free = (
        experiment(*words).problem(),
        experiment(*layers(affine(8)), "training.batch_size=200").problem(),
    )
    assert paid.evaluate() == free.evaluate()
    x = paid.inputs(paid.split.train)
    h = x.reshape(200, -1) @ paid.parameters.named(paid.parameters.theta)["1.affine.W"]
    assert paid.loss_and_gradient() - free.loss_and_gradient() == pytest.approx(
        0.5 * (h**2).sum() / 200, rel=1e-4
    )


def test_nothing_before_a_stop_of_the_gradient_learns():
    problem = experiment(*layers(affine(8), "stop_gradient", "relu")).problem()
    problem.loss_and_gradient()
    gradients = problem.parameters.named(problem.parameters.grad)
    assert [name for name, g in gradients.items() if g.any()] == ["4.affine.W", "4.affine.b"]


# ---- initializers --------------------------------------------------------------------------------------------


def weights(*words):
    problem = experiment("network.hidden=[30,20]", *words).problem()
    named = problem.parameters.named(problem.parameters.theta)
    return {name: array for name, array in named.items() if name.endswith("W")}


def test_initializers_by_role_and_by_name_and_the_last_counts():
    each = "*.affine.W: zeros, hidden: {name: constant, value: 3}, 1.*: {name: constant, value: 7}"
    found = weights(f"initializers={{{each}}}")
    assert {name: set(array.ravel()) for name, array in found.items()} == {
        "1.affine.W": {7}, "3.affine.W": {3}, "5.affine.W": {0},
    }  # fmt: skip
    assert [bool(array.any()) for array in weights("initializers.hidden=zeros").values()] == [True, False, True]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "initializers.outputs=zeros",
            "initializers.outputs: no weight is named outputs; there are: 1.affine.W",
        ),
        ("initializers={3.*: he, hidden: zeros}", "initializers.3.*: later ones take all weights named 3.*"),
        ("initializers=he", "initializers = 'he': it is a mapping of weights: initializers.WEIGHT=NAME"),
        ("initializers.output=hee", "initializers.output: no initializer is named 'hee'; did you mean he?"),
        ("initializers.output={std: 1}", "initializers.output = {'std': 1}: it has no name of an initializer"),
    ],
)
def test_what_is_wrong_with_initializers(words, says):
    with pytest.raises((ConfigError, ValueError)) as error:
        weights(words)
    assert says in str(error.value)


def test_a_run_without_other_initializers_has_the_name_that_it_had():
    assert "initializers" not in experiment().config
    assert experiment("initializers.output=zeros").config["initializers"]["output"]["name"] == "zeros"


def test_the_order_of_initializers_is_part_of_a_runs_name_and_that_of_schedules_is_not():
    """Found: the last pattern that fits counts, and runs of both orders had one name, so one was not made."""
    first, last = (
        experiment("network.hidden=[30,20]", f"initializers={{{words}}}")
        for words in ("hidden: he, 3*: orthogonal", "3*: orthogonal, hidden: he")
    )
    assert first.id != last.id
    assert ravine.build(first.config).id == first.id
    paths = ["beta: cosine", "augment.input_noise.std: cosine"]
    one, other = (
        experiment("optimizer=momentum", "augment=[input_noise]", f"schedules={{{', '.join(those)}}}")
        for those in (paths, paths[::-1])
    )
    assert one.id == other.id


def test_a_table_tells_two_orders_of_initializers_apart(ravine_here):
    orders = "{hidden: he, 1*: orthogonal},{1*: orthogonal, hidden: he}"
    words = ["network.hidden=[9,9,9,9,9]", f"initializers={orders}", "figures=[]", "study=s"]
    done = ravine_here("-m", *SMALL, *words)
    assert "sgd order=hidden, 1*  " in done.stdout
    assert "same numbers" not in done.stdout


class Halves(ravine.Layer):
    def forward(self, x, p, *, training, rng):
        return x / 2, lambda dy, need_dx=True: dy / 2


class Doubles(Halves):
    def forward(self, x, p, *, training, rng):
        return x * 2, lambda dy, need_dx=True: dy * 2


class ByOutputs(ravine.Architecture):
    """For one output it has another layer than for several."""

    def stack(self, n_out):
        return ["flatten", "for_one" if n_out == 1 else "for_many", {"name": "affine", "units": n_out}]


def test_layers_that_a_network_has_for_the_data_only_are_part_of_a_runs_name():
    """Found: layers were tried for one output, and those for ten were not part of a run's name."""
    add("by_outputs", ByOutputs)
    add("for_one", type("One", (Halves,), {"__doc__": ""}))
    ids = []
    for cls in (Halves, Doubles):
        add("for_many", cls)
        made = experiment("network=by_outputs")
        assert "layer for_many" in made.made_of["components"]
        assert "layer for_one" not in made.made_of["components"]
        assert made.run().provenance["made_of"] == made.made_of
        ids.append(made.id)
    assert ids[0] != ids[1]


class Table(ravine.Optimizer):
    lr: float = 0.1
    sizes: Mapping[str, float] = field(default_factory=lambda: {"a": 1.0})

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * next(iter(self.sizes.values())) * g


def test_the_order_of_a_mapping_that_a_component_has_is_part_of_a_runs_name():
    add("of_a_table", Table)

    config = experiment("optimizer=of_a_table").config
    rules = [{"name": "of_a_table", "sizes": sizes} for sizes in ({"b": 2.0, "c": 3.0}, {"c": 3.0, "b": 2.0})]
    one, other = (ravine.build({**config, "optimizer": rule}) for rule in rules)
    assert one.id != other.id


def test_lsuv_gives_every_layer_unit_variance():
    problem = experiment(
        "network.hidden=[50,40,30]", "network.activation=tanh", "initializer=lsuv", "initializer.tolerance=0.01",
        "training.batch_size=200",
    ).problem()  # fmt: skip
    seen = {}
    # A batch of all examples, in whatever order.
    problem.network.forward(
        problem.inputs(problem.split.train), training=False, rng=None, trace=seen.__setitem__
    )
    variances = [float(y.var()) for where, y in seen.items() if where.endswith("affine")]
    assert variances == pytest.approx([1] * 4, abs=0.01)


@pytest.mark.parametrize("shape", [(9, 4), (4, 9), (6, 6)])
def test_orthogonal_weights_keep_lengths(shape):
    orthogonal = registry.load().get("initializer", "orthogonal")(gain=2.0)
    w = draw(orthogonal, np.random.default_rng(0), shape, Place("0.affine.W", shape, "hidden", 0, 2, 1.0))
    product = w.T @ w if shape[0] >= shape[1] else w @ w.T
    np.testing.assert_allclose(product, 4 * np.eye(min(shape)), atol=1e-12)


@dataclass(frozen=True)
class Fixed(Initializer):
    def std_for(self, fan_in, fan_out):
        return 1.0

    def sample(self, rng, shape, fan_in, fan_out, *, place):
        return np.full(shape, place.depth + (place.axes == ("in", "out")) / 2)


class Breaks(Fixed):
    def settle(self, weight, outputs):
        weight /= 0


def test_an_initializer_gets_the_place_that_it_asks_for():
    ravine.register(Fixed, name="by_depth")
    assert [set(array.ravel()) for array in weights("initializer=by_depth").values()] == [{0.5}, {1.5}, {2.5}]


def test_what_settles_must_stay_finite():
    add("breaks", Breaks)
    with pytest.raises(
        (PluginError, ValueError), match=r"settle left numbers that are not finite in 1\.affine\.W"
    ):
        weights("initializer=breaks")


def test_dropout_of_the_inputs():
    problem = experiment("network.hidden=[5]", "network.input_dropout=0.25").problem()
    assert list(problem.network.layers)[:2] == ["0.flatten", "1.dropout"]
    assert problem.network.layers["1.dropout"].ratio == 0.25


def test_an_activation_with_fields():
    words = [
        "network.activation={name: dropout, ratio: 0.125}",
        "network.normalization={name: batch_norm, eps: 0.5}",
    ]
    found = experiment("network.hidden=[5]", *words).problem().network.layers
    assert (found["2.batch_norm"].eps, found["3.dropout"].ratio) == (0.5, 0.125)
    with pytest.raises(ConfigError, match=r"BatchNorm has no field 'epz'; did you mean eps\?"):
        experiment("network.normalization={name: batch_norm, epz: 0.5}")


# ---- whole numbers -------------------------------------------------------------------------------------------


def words_of(x, y, *more):
    ravine.dataset_of(x, y, name="words")
    stack = "network.layers=[{name:embedding,words:6,units:4},flatten,{name:affine,units:2}]"
    return ravine.build(ravine.compose(["dataset=words", "network=layers", stack, "training.steps=60", *more]))


def test_an_embedding_learns_which_words_there_are():
    x = np.random.default_rng(0).integers(6, size=(200, 3))
    run = words_of(x, (x == 2).any(axis=1).astype(int), "optimizer=adam", "optimizer.lr=0.05").run()
    assert run.final["train_accuracy"] > 0.95


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (
            np.full((20, 3), 6),
            "layer 0.embedding takes whole numbers from 0 to 5, and train inputs go from 6 to 6",
        ),
        (
            np.full((20, 3), -1),
            "layer 0.embedding takes whole numbers from 0 to 5, and train inputs go from -1 to -1",
        ),
        (
            np.full((20, 3), 1.5),
            "layer 0.embedding takes whole numbers from 0 to 5, and train inputs are float64",
        ),
    ],
)
def test_what_is_not_a_word_is_refused(x, says):
    with pytest.raises(ValueError, match=f"{says}$"):
        words_of(x, np.arange(20) % 2).problem()


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.full((2, 3), -1), "x goes from -1 to -1"),
        (np.full((2, 3), 6), "x goes from 6 to 6"),
        (np.full((2, 3), 1.5), "x is float64"),
    ],
)
def test_what_is_not_a_word_is_not_predicted(x, says):
    """Found: the words of the data were looked at, and -1 was then the last of them."""
    words = np.arange(60).reshape(20, 3) % 6
    network = words_of(words, np.arange(20) % 2).run().network()
    assert network.predict(words).shape == (20, 2)
    assert network.predict(np.empty((0, 3), int)).shape == (0, 2)
    with pytest.raises(ValueError, match=rf"^layer 0.embedding takes whole numbers from 0 to 5, and {says}$"):
        network.predict(x)


class Before(ravine.Augmentation):
    """It has a word that there is not."""

    def augment(self, x, target, *, n_out, rng):
        return x - 10, target


@pytest.mark.parametrize("name", ["before_all", "input_noise", "mixup"])
def test_an_augmentation_that_does_not_make_words_is_refused_before_any_run(ravine_here, name):
    """Found: words are no measurements; the run failed in NumPy's words, or went on with the last word for -1."""
    add("before_all", type("Before", (Before,), {"__doc__": ""}))
    add("is_words", type("Words", (Words,), {"__doc__": ""}))
    done = ravine_here(
        "dataset=is_words", "network=layers", f"network.layers={EMBEDDED}", f"augment=[{name}]", "figures=[]",
        "training.steps=2",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{name}" in done.stderr.splitlines()[0]
    assert "whole numbers from 0 to 5" in done.stderr
    assert len(done.stderr.splitlines()) == 1


class Words(ravine.Dataset):
    def load(self):
        x = np.arange(60).reshape(20, 3) % 6
        examples = ravine.Examples(x, np.arange(20) % 2)
        return ravine.Data(examples, examples, n_out=2)


EMBEDDED = "[{name:embedding,words:6,units:2},flatten,{name:affine,units:2}]"


class Needs(ravine.Layer):
    min_batch = None

    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: dy


class Ten(Needs):
    min_batch = 1

    @property
    def vocabulary(self):
        return "ten"


class Half(Ten):
    @property
    def vocabulary(self):
        return 10.5


@pytest.mark.parametrize(
    ("cls", "says"),
    [
        (Needs, "layer 0.declares: min_batch is None, not a whole number from 1"),
        (Ten, "layer 0.declares: vocabulary is 'ten', not a whole number from 1, or None"),
        (Half, "layer 0.declares: vocabulary is 10.5, not a whole number from 1, or None"),
    ],
)
def test_what_a_layer_declares_is_looked_at(cls, says):
    """Found: a declaration of another type was a traceback without a name, or was taken."""
    add("declares", type(cls.__name__, (cls,), {"__doc__": ""}))
    made = experiment("network=layers", "network.layers=[declares,flatten,{name:affine,units:10}]")
    with pytest.raises(PluginError, match=f"^layer 'declares', .*: {says}"):
        made.problem()


class Within(ravine.Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        raise KeyError("deep inside")


class Around(ravine.Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        registry.load().get("optimizer", "within")(lr=lr).step(theta, g, state, t=t, lr=lr)


def test_an_error_of_a_component_that_another_one_calls_names_the_inner_one():
    """Found: the outer one was named, which had only called it."""
    add("within", Within)
    add("around", Around)
    run = experiment("optimizer=around").run()
    assert "PluginError: optimizer 'within', Within of plugin" in run.error
    assert "optimizer 'around'" not in run.error


class Forgets(ravine.Score):
    """Its name is looked at by a helper that does not have it as its first argument."""

    def score(self, y, target):
        return 1.0


def test_a_component_is_found_wherever_a_helper_has_it():
    from ravine.registry.guard import blaming

    add("forgets", Forgets)
    score = registry.load().get("score", "forgets")()

    def helper(number, one):
        return one.nothing + number

    with pytest.raises(PluginError, match=r"^score 'forgets', Forgets of plugin .*AttributeError"), blaming([]):
        helper(1, score)


@pytest.mark.parametrize(
    ("swept", "says"),
    [
        (
            "transform=[{name:accumulate,batches:2}],[{name:accumulate,batches:500}]",
            "none of 6 gradients is followed",
        ),
        ("training.groups=[{name:'*',lr:2}],[{name:'*.V',lr:2}]", "no array is named *.V"),
        ("initializer=he,draws_no_numbers", "sample returned numbers that are not finite"),
    ],
)
def test_every_run_of_a_sweep_is_tried_whatever_differs(ravine_here, swept, says):
    """Found: rules were told apart by their classes only, and initializers not at all."""
    add("draws_no_numbers", type("NoNumbers", (NoNumbers,), {"__doc__": ""}))
    done = ravine_here("-m", *SMALL, "network.hidden=[9]", swept, "figures=[]", "study=s")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


class NoNumbers(Initializer):
    def std_for(self, fan_in, fan_out):
        return 1.0

    def sample(self, rng, shape, fan_in, fan_out):
        return np.full(shape, np.nan)


class WritesTargets(ravine.Score):
    def score(self, y, target):
        target[...] = 0
        return 1.0


class WritesOutputs(ravine.Score):
    def score(self, y, target):
        y[...] = 0
        return 1.0


class WritesInALoss(ravine.Loss):
    def __call__(self, y, target):
        target[...] = 0
        return 0.0, np.zeros_like(y)


@pytest.mark.parametrize(
    ("kind", "cls"), [("scores", WritesTargets), ("scores", WritesOutputs), ("loss", WritesInALoss)]
)
def test_what_examples_have_cannot_be_changed_by_what_sees_them(kind, cls):
    """Found: a score could set the targets of the training to 0, and the run was completed."""
    add("writes", type(cls.__name__, (cls,), {"__doc__": ""}))
    add("is_written", type("Written", (Words,), {"__doc__": ""}))
    words = ["dataset=is_written", "network=layers", f"network.layers={EMBEDDED}", "training.steps=2"]
    words += ["scores=[writes]" if kind == "scores" else "loss=writes"]
    run = ravine.build(ravine.compose(words)).run()
    assert run.status == "failed"
    assert f"{kind.removesuffix('s') if kind == 'scores' else kind} 'writes', " in run.error
    assert "read-only" in run.error


class SometimesLeftOut(Composite):
    """Stochastic depth, Huang et al. 2016: a branch that some batches do not go through."""

    drop: float = 0.5

    def parts(self):
        return {"branch": [{"name": "affine", "units": 8}]}

    def joined(self, in_shape, shapes):
        return in_shape

    def forward(self, x, p, *, training, rng):
        if training and rng.random() < self.drop:
            return x, lambda dy, need_dx=True: dy
        y, back = p.branch(x)
        return x + y, lambda dy, need_dx=True: dy + back(dy)


def test_a_part_that_a_batch_does_not_go_through_learns_nothing_from_it():
    """Found: its weights kept the gradient of the batch before, and every optimizer used it again."""
    add("sometimes_left_out", SometimesLeftOut)
    problem = experiment(*layers(affine(8), "sometimes_left_out")).problem()
    gradients = problem.parameters.named(problem.parameters.grad)
    seen, before = set(), None
    for _ in range(12):
        problem.loss_and_gradient()
        own = gradients["2.sometimes_left_out.branch.0.affine.W"].copy()
        assert gradients["1.affine.W"].any()
        assert before is None or not (own.any() and np.array_equal(own, before))
        seen.add(bool(own.any()))
        before = own
    assert seen == {True, False}


def test_whole_numbers_go_into_the_first_layer_only():
    with pytest.raises(
        ValueError, match=r"layer 1\.embedding takes whole numbers, so it can only be the first"
    ):
        experiment(*layers("embedding")).problem()


def test_a_pattern_that_fits_nothing_is_refused_before_the_first_run_of_a_sweep(ravine_here):
    done = ravine_here("-m", *SMALL, "initializers={output: zeros},{outputs: zeros}", "figures=[]", "study=s")
    assert (done.returncode, done.stdout) == (2, "")
    assert "initializers.outputs: no weight is named outputs" in done.stderr
