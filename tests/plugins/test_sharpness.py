"""The sharpness of a loss: against matrices whose eigenvalues are known, and what is measured and drawn of it."""

import numpy as np
import pytest
import ravine
from factories import draw, run
from matplotlib.text import Text
from ravine import registry

pytestmark = pytest.mark.usefixtures("shapes_kept")


def made(kind, name, **fields):
    return registry.load().get(kind, name)(**fields)


def look(problem, **fields):
    seen = made("probe", "sharpness", **fields).watch(problem, np.random.default_rng(0))()
    return float(seen["largest"]), float(seen["error"])


def problem(*words):
    return ravine.build(ravine.compose(["dataset=gaussian", "dataset.train=60", *words])).problem()


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-6), ("float32", 1e-3)])
def test_of_a_linear_network_it_is_the_largest_eigenvalue_of_the_inputs_products(dtype, near):
    linear = problem("network.hidden=[]", "loss=mean_squared_error", f"training.dtype={dtype}")
    x = linear.inputs(linear.split.train).astype(float)
    x = np.hstack([x, np.ones((len(x), 1))])
    outputs = linear.network.out_shape[0]
    # The loss is a sum over outputs of the same quadratic form.
    exact = np.linalg.norm(x, 2) ** 2 * 2 / (len(x) * outputs)
    largest, error = look(linear, tolerance=1e-5, most=100)
    assert largest == pytest.approx(exact, rel=near)
    assert error <= 1e-5 * largest


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_of_a_network_that_bends_it_is_that_of_the_hessian(dtype):
    bent = ["dataset=two_moons", "network.hidden=[3]", "network.activation=tanh", "initializer=lecun"]
    small, exact = problem(*bent, f"training.dtype={dtype}"), problem(*bent, "training.dtype=float64")
    theta, loss, n = small.parameters.theta, small.loss, len(small.parameters.theta)
    here = theta.astype(float)

    def value(at):
        exact.parameters.theta[:] = at
        examples = exact.split.train
        y, _ = exact.network.forward(exact.inputs(examples), training=False, rng=np.random.default_rng(0))
        return loss(y, examples.target)[0]

    largest, _ = look(small, tolerance=1e-6, most=n)
    hessian = np.empty((n, n))
    h = 1e-4 * np.eye(n)
    for i in range(n):
        for j in range(i + 1):
            corners = [value(here + a * h[i] + b * h[j]) * a * b for a in (1, -1) for b in (1, -1)]
            hessian[i, j] = hessian[j, i] = sum(corners) / 4e-8
    assert largest == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=2e-3)


def test_a_loss_that_only_bends_down_has_a_sharpness_below_zero_and_a_flat_one_has_none():
    class Down:
        def __call__(self, y, target):
            return -float((y * y).mean()), -2 * y / y.size

    linear = problem("network.hidden=[]", "training.dtype=float64")
    linear.loss = Down()
    largest, _ = look(linear, most=200, tolerance=0)
    x = np.hstack([linear.inputs(linear.split.train), np.ones((60, 1))])
    least = np.linalg.eigvalsh(x.T @ x)[0] * 2 / (60 * linear.network.out_shape[0])
    assert largest == pytest.approx(-max(least, 0), abs=1e-6)


def test_of_numbers_that_are_not_finite_it_is_not_a_number():
    lost = problem("network.hidden=[]")
    lost.parameters.theta[0] = np.inf
    with np.errstate(all="ignore"):
        assert np.isnan(look(lost)).all()


def test_more_products_come_nearer():
    network = problem("network.hidden=[20]", "training.dtype=float64")
    errors = [look(network, tolerance=0, most=most)[1] for most in (2, 5, 20)]
    assert errors[0] > errors[1] > errors[2]


# ---- what is measured of it ------------------------------------------------------------------------------------


def sharpened(sharpness, loss, rate=0.5, **fields):
    fields = {"schedule__name": "constant", "optimizer__lr": rate, **fields}
    steps = np.linspace(0, len(loss), len(sharpness))
    return run(step=len(loss), arrays={
        "loss": np.array(loss, float), "evaluation.step": steps, "probe.sharpness.largest": np.array(sharpness, float),
    }, **fields)  # fmt: skip


def measure(name, of, **fields):
    return made("metric", name, **fields).measure(of)


def test_relative_sharpness_is_over_two_by_the_rate():
    one = sharpened([1, 2, 8, 4, 6], [1.0] * 8)
    assert measure("relative_sharpness", one, last=0) == 6 / 4
    assert measure("relative_sharpness", one) == (4 + 6) / 2 / 4
    assert measure("relative_sharpness", one, last=1) == 21 / 5 / 4
    assert measure("relative_sharpness", sharpened([1, np.nan], [1.0])) is None
    assert measure("relative_sharpness", sharpened([1, 2], [1.0], status="diverged")) is None
    with pytest.raises(ValueError, match=r"no probe saw it: probes=\[sharpness\]"):
        measure("relative_sharpness", run(schedule__name="constant"))


def test_rises_is_the_share_of_the_last_steps_that_go_up():
    one = sharpened([1], [5, 6, 4, 3, 3, 2, 2.5, 2])
    assert measure("rises", one, last=1) == 2 / 7
    assert measure("rises", one, last=0.5) == 1 / 3
    assert measure("rises", sharpened([1], [5], status="completed"), last=1) is None
    assert measure("rises", sharpened([1], [5, 6], status="diverged"), last=1) is None


# ---- what is drawn of it ---------------------------------------------------------------------------------------


def test_sharpness_curves_has_loss_sharpness_and_the_edge_of_plain_descent():
    runs = [sharpened([1 + seed, 4], [3, 2 - seed / 2, 1], seed=seed) for seed in range(3)]
    runs += [sharpened([9, 9], [9, 9, 9], seed=3, status="diverged")]
    runs += [sharpened([2, 3], [3, 2, 1], optimizer__name="adam")]
    picture = draw("sharpness_curves", *runs, names={"sgd": "descent"})
    above, below = picture.axes
    assert [line.get_xydata().tolist() for line in above.lines] == [
        [[0, 3], [1, 1.5], [2, 1]],
        [[0, 3], [1, 2], [2, 1]],
    ]
    first, edge, second = (line.get_xydata().tolist() for line in below.lines)
    assert (first, second) == ([[0, 2], [3, 4]], [[0, 2], [3, 3]])
    assert [y for _, y in edge] == [4, 4]
    corners = below.collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == (1, 4)
    shown = {text.get_text() for text in picture.findobj(Text)}
    assert {"2/η = 4", "training loss", "sharpness", "step"} <= shown
    assert any("descent" in text for text in shown)
    assert above.get_yscale() == "log"
    with pytest.raises(ValueError, match="needs completed runs with the probe sharpness; there is none"):
        draw("sharpness_curves", run())


def test_curves_take_words_for_groups_and_for_the_metric():
    def seen(name):
        arrays = {
            "evaluation.step": np.array([0, 2]),
            "evaluation.probe.sharpness.largest": np.array([2.0, 1.0]),
        }
        return run(name, arrays={"loss": np.array([3.0, 1.0]), **arrays})

    names = {"sgd": "plain descent", "adam": "Adam", "probe.sharpness.largest": "sharpness"}
    (axes,) = draw("value_curves", seen("sgd"), seen("adam"), of="probe.sharpness.largest", names=names).axes
    assert axes.get_ylabel() == "sharpness"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["plain descent", "Adam"]
    (axes,) = draw("loss_curves", seen("sgd"), seen("adam"), names=names).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["plain descent", "Adam"]
