"""Augmentations: numbers by hand, and how a run uses them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.engine.randomness import Streams
from ravine.records.study import load_study

SMALL = ["dataset.train=300", "dataset.test=100", "network.hidden=[10]", "training.batch_size=32", "figures=[]"]
ALL = "[cutout,shifts,input_noise,label_noise,label_smoothing,mixup]"


class Chance:
    """A stream that gives what the test says."""

    def __init__(self, **given):
        for name, value in given.items():
            setattr(self, name, lambda *_, value=value, **__: np.array(value)[()])


def augmented(name, x, target, rng, n_out=2, **fields):
    made = registry.load().get("augmentation", name)(**fields)
    x, target = made.augment(np.array(x, float), np.array(target), n_out=n_out, rng=rng)
    return x.tolist(), target.tolist()


def built(*words):
    return ravine.build(ravine.compose([*SMALL, *words]))


# ---- by hand -------------------------------------------------------------------------------------------------


def test_mixup_mixes_inputs_and_targets_alike():
    rng = Chance(beta=0.25, permutation=[1, 0])
    x, target = augmented("mixup", [[4.0], [8.0]], [0, 1], rng)
    assert (x, target) == ([[7.0], [5.0]], [[0.25, 0.75], [0.75, 0.25]])
    _, numbers = augmented("mixup", [[4.0], [8.0]], [[10.0, 0.0], [20.0, 4.0]], rng)
    assert numbers == [[17.5, 3.0], [12.5, 1.0]]


def test_the_shares_of_mixup_are_those_of_the_beta_distribution():
    x, rng = np.array([[0.0], [1.0]]), np.random.default_rng(0)
    made = registry.load().get("augmentation", "mixup")(alpha=0.4)
    drawn = [made.augment(x, np.array([0, 1]), n_out=2, rng=rng) for _ in range(4000)]
    shares = np.array([target[0, 0] for x, target in drawn if x[0, 0] > 0 or x[1, 0] < 1])
    # Half of the batches are in the order that they had; the variance of the shares is 1 / 4 (2 α + 1).
    assert len(shares) == pytest.approx(2000, rel=0.1)
    assert shares.var() == pytest.approx(1 / 7.2, rel=0.05)
    assert augmented("mixup", [[0.0], [1.0]], [0, 1], rng, alpha=0.0)[0] == [[0.0], [1.0]]


@pytest.mark.parametrize(
    ("size", "centre", "left"),
    [
        (3, [[1]], ["0001", "0001", "0001", "1111"]),
        (3, [[3]], ["1111", "1111", "1100", "1100"]),
        (2, [[1]], ["0011", "0011", "1111", "1111"]),
    ],
)
def test_cutout_takes_a_square(size, centre, left):
    rng = Chance(integers=centre)
    image, _ = augmented("cutout", np.ones((1, 4, 4)), [0], rng, size=size)
    assert image == [[[float(letter) for letter in row] for row in left]]
    channels, _ = augmented("cutout", np.ones((1, 3, 4, 4)), [0], rng, size=size)
    assert channels == [image * 3]


def test_shifts_move_images_and_leave_zeros():
    image = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
    rng = Chance(integers=[[0, 1, 2], [1, 1, 0]])
    # Down by one; not at all; up and to the right by one.
    moved, _ = augmented("shifts", [image] * 3, [0] * 3, rng, pixels=1)
    assert moved == [[[0, 0, 0], [1, 2, 3], [4, 5, 6]], image, [[0, 4, 5], [0, 7, 8], [0, 0, 0]]]
    channels, _ = augmented("shifts", [[image, image]] * 3, [0] * 3, rng, pixels=1)
    assert channels == [[one, one] for one in moved]


def test_noise_has_the_spread_that_it_is_given():
    x, _ = augmented("input_noise", np.ones((100, 200)), [0] * 100, np.random.default_rng(0), sigma=0.5)
    assert (np.mean(x), np.std(x)) == (pytest.approx(1, abs=0.02), pytest.approx(0.5, abs=0.01))


def test_label_noise_draws_from_all_classes_and_anew_for_each_batch():
    rng, right = np.random.default_rng(0), [2] * 20000
    first, second = (augmented("label_noise", [[0.0]] * 20000, right, rng, 4, alpha=0.4)[1] for _ in range(2))
    # Of four classes one is the right one: 0.6 + 0.4 / 4.
    assert np.bincount(first) / 20000 == pytest.approx([0.1, 0.1, 0.7, 0.1], abs=0.01)
    assert first != second


def test_label_smoothing_spreads_a_share_over_all_classes():
    _, target = augmented("label_smoothing", [[0.0]] * 2, [0, 3], None, 4, epsilon=0.2)
    assert np.array(target) == pytest.approx(np.array([[0.85, 0.05, 0.05, 0.05], [0.05, 0.05, 0.05, 0.85]]))


def test_the_loss_of_a_mixture_is_the_mean_of_its_classes():
    loss = registry.load().get("loss", "softmax_cross_entropy")()
    value, dy = loss(np.array([[np.log(3), 0.0]]), np.array([[0.5, 0.5]]))
    assert value == pytest.approx(-0.5 * np.log(0.75) - 0.5 * np.log(0.25))
    assert dy == pytest.approx(np.array([[0.25, -0.25]]))


# ---- in a run ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shapes_kept")
def test_augmentations_get_what_their_contract_says():
    run = built(f"augment={ALL}", "training.steps=6").run()
    assert run.status == "completed", run.error


def seen(*words, steps=3):
    """The inputs and targets of the first batches, and the weights before them."""
    problem = built(*words).make_problem(Streams(7))
    weights = problem.parameters.theta.copy()
    batches = []
    for _ in range(steps):
        problem.loss_and_gradient()
        batches.append((problem._x.copy(), problem._target))
    return weights, batches


def test_chance_is_of_a_stream_of_its_own():
    weights, plain = seen("network.dropout=0.5")
    its_weights, changed = seen("network.dropout=0.5", "augment=[input_noise,label_noise]")
    _, other = seen("network.hidden=[20]", "augment=[input_noise,label_noise]")
    assert weights.tobytes() == its_weights.tobytes()
    for (x, target), (noisy, labels), (noisy_too, labels_too) in zip(plain, changed, other, strict=True):
        # The same examples, with the same changes for another network.
        assert abs(noisy - x).max() < 0.6
        assert (noisy != x).all()
        assert np.mean(labels == target) > 0.7
        assert (noisy == noisy_too).all()
        assert (labels == labels_too).all()


def test_a_second_gradient_is_of_the_same_augmented_batch():
    problem = built(f"augment={ALL}", "network.dropout=0.5").make_problem(Streams(0))
    first = problem.loss_and_gradient(), problem.parameters.grad.tobytes()
    again = problem.again(), problem.parameters.grad.tobytes()
    assert first == again
    x = problem._x.copy()
    problem.loss_and_gradient()
    assert problem._x.tobytes() != x.tobytes()


def test_evaluations_see_the_examples_as_they_are():
    plain, changed = (built("training.steps=1", *more).run() for more in ([], [f"augment={ALL}"]))
    first, its_first = (
        {name: array[0] for name, array in run.arrays.items() if name.startswith("evaluation.")}
        for run in (plain, changed)
    )
    assert first == its_first
    assert changed.arrays["loss"][0] != plain.arrays["loss"][0]


def test_numbers_are_mixed_as_numbers():
    x = np.random.default_rng(0).normal(size=(60, 3))
    ravine.dataset_of(x, x[:, :2] ** 2, name="squares")
    words = ["dataset=squares", "loss=mean_squared_error", "augment=[mixup]", "training.steps=3", "figures=[]"]
    run = ravine.build(ravine.compose(words)).run()
    assert run.status == "completed", run.error


def test_a_run_without_augmentations_has_the_name_that_it_had():
    assert "augment" not in built("augment=[]").config
    assert built().config == built("augment=[]").config
    assert built("augment=[mixup]").config["augment"] == [{"name": "mixup", "alpha": 1.0}]


def test_strengths_are_swept_and_named(ravine_here):
    small = [
        "-m",
        "dataset=gaussian",
        "dataset.samples=50",
        "network.hidden=[5]",
        "training.steps=1",
        "figures=[]",
    ]
    words = [*small, "augment=[{name:mixup,alpha:0.2},input_noise]", "study=s"]
    done = ravine_here(*words, "augment.0.alpha=0.2,0.4", "seed=0,1")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:3]] == [
        "augment.0.alpha=0.2",
        "augment.0.alpha=0.4",
    ]
    assert len(load_study("runs/s").runs) == 4
    done = ravine_here(*small, "augment=[],[mixup]", "study=t")
    assert "augment=[] " in done.stdout
    assert "augment=[mixup alpha=1]" in done.stdout


def test_a_strength_can_have_a_schedule():
    words = ["augment=[{name:input_noise,sigma:0.5}]", "training.steps=4"]
    fixed, fading = (
        built(*words, f"schedules.augment.input_noise.sigma={name}").run() for name in ("constant", "cosine")
    )
    plain = built(*words).run()
    assert plain.arrays["loss"].tobytes() == fixed.arrays["loss"].tobytes()
    assert (plain.arrays["loss"][1:] != fading.arrays["loss"][1:]).all()


# ---- refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["dataset=gaussian", "augment=[cutout]"],
            "augment: cutout: it needs images, of shape (…, height, width), and examples have shape (100,)",
        ),
        (["augment=[{name:cutout,size:29}]"], "augment: cutout: size = 29, and images are 28 × 28"),
        (["augment=[{name:shifts,pixels:30}]"], "augment: shifts: pixels = 30, and images are 28 × 28"),
        (
            ["augment=[mixup,label_noise]"],
            "augment: label_noise: it needs targets that are classes; it stands before what mixes them",
        ),
        (["augment=[mixup,mixup]"], "augment"),
        (["augment=[mixip]"], "augment[0]: no augmentation is named 'mixip'; did you mean mixup?"),
        (["augment=[{name:mixup,alpha:-1}]"], "augment[0]: Mixup: alpha = -1"),
        (
            ["problem=ravine", "augment=[mixup]"],
            "augment makes no sense with this problem, a surface or a function; it goes with problem=supervised",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_run(ravine_here, words, said):
    small = [] if "problem=ravine" in words else ["network.hidden=[10]", "figures=[]"]
    done = ravine_here("training.steps=2", *small, *words)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@dataclass(frozen=True)
class Hinge(ravine.Loss):
    r"""Hinge: outputs of wrong classes should be lower by 1.

    .. math:: \sum_{k \ne t} \max(0, 1 + y_k - y_t)
    """

    def __call__(self, y, target):
        rows = np.arange(len(y))
        apart = np.maximum(0, 1 + y - y[rows, target][:, None])
        apart[rows, target] = 0
        dy = (apart > 0).astype(y.dtype)
        dy[rows, target] = -dy.sum(axis=1)
        return float(apart.sum() / len(y)), dy / len(y)

    def check_targets(self, target, n_out):
        if target.ndim != 1:
            raise ValueError("hinge takes class numbers")


def test_a_loss_that_takes_classes_only_goes_with_what_leaves_them(ravine_here):
    ravine.register(Hinge, name="hinge_of_classes")
    words = [*SMALL, "training.steps=2", "loss=hinge_of_classes"]
    done = ravine_here(*words, "augment=[cutout,label_noise]")
    assert done.returncode == 0, done.stderr
    done = ravine_here(*words, "augment=[mixup]")
    says = "augment: the targets that are made do not fit the loss: hinge takes class numbers"
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("gives", ["float64", "cut", "nan", "pairs", "rows"])
def test_what_is_not_a_batch_is_refused_at_once(gives):
    @dataclass(frozen=True)
    class Odd(ravine.Augmentation):
        def augment(self, x, target, *, n_out, rng):
            return {
                "float64": (x.astype(float), target),
                "cut": (x[:-1], target[:-1]),
                "nan": (x * np.nan, target),
                "pairs": [x, target],
                "rows": (x, np.ones((len(x), n_out))),
            }[gives]

    made = built("augment=[mixup]", "training.steps=2")

    def odd(streams):
        problem = made.make_problem(streams)
        problem.augmentations["mixup"] = Odd()
        return problem

    run = replace(made, make_problem=odd).run()
    assert run.status == "failed"
    assert (
        run.error.splitlines()[-1]
        == "TypeError: "
        + {
            "float64": "augment returned inputs of shape (32, 28, 28) in float64, not of shape (32, 28, 28) in float32",
            "cut": "augment returned inputs of shape (31, 28, 28) in float32, not of shape (32, 28, 28) in float32",
            "nan": "augment returned inputs of 32 examples are not finite, the first at 0",
            "pairs": "augment returned a list, not inputs and targets: return x, target",
            "rows": "augment returned rows that are not shares of classes: they must be at least 0 and sum to 1",
        }[gives]
    )
