"""Functions: numbers by hand, of SciPy and of NumPy's solvers, and what they are used for."""

from types import SimpleNamespace

import numpy as np
import pytest
import ravine
from ravine import load_study, registry
from scipy import optimize, special


def function(name, **fields):
    return registry.load().get("function", name)(**fields)


def made(one, seed=0):
    """Return the data of a function."""
    return SimpleNamespace(**one.data(np.random.default_rng(seed)))


def gradient(one, data, **arrays):
    return one.sample(SimpleNamespace(**arrays), data, np.random.default_rng(5))[1]


def value(one, data, **arrays):
    return one.value(SimpleNamespace(**arrays), data)


# ---- numbers -------------------------------------------------------------------------------------------------


def test_chained_rosenbrock_is_scipys():
    one, x = function("chained_rosenbrock", n=5), np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    # The example of scipy.optimize's tutorial.
    assert value(one, None, x=x) == pytest.approx(848.22)
    assert value(one, None, x=x) == pytest.approx(optimize.rosen(x))
    assert gradient(one, None, x=x)["x"] == pytest.approx(optimize.rosen_der(x))
    assert one.start(None, None)["x"].tolist() == [-1.2, 1.0, -1.2, 1.0, -1.2]
    assert function("chained_rosenbrock", n=2).value(
        SimpleNamespace(x=np.array([-1.2, 1.0])), None
    ) == pytest.approx(24.2)


@pytest.mark.parametrize(
    ("spectrum", "expected"),
    [
        ("geometric", [1, 0.1, 0.01]),
        ("linear", [1, 0.505, 0.01]),
        # 2 to the power log 100 / log 3 is 18.2751.
        ("power", [1, 1 / 18.2751, 0.01]),
    ],
)
@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("name", ["quadratic", "noisy_quadratic"])
def test_a_quadratic_has_the_eigenvalues_that_are_asked_for(name, spectrum, expected, rotated):
    fields = {"noise": 0.0} if name == "noisy_quadratic" else {}
    one = function(name, n=3, condition=100.0, spectrum=spectrum, rotated=rotated, **fields)
    data = made(one)
    hessian = np.array([gradient(one, data, x=axis)["x"] for axis in np.eye(3)])
    assert np.linalg.eigvalsh(hessian)[::-1] == pytest.approx(expected, rel=1e-5)
    assert (np.abs(hessian[0, 1:]) > 1e-3).any() == rotated
    x = np.array([1.0, -2.0, 0.5])
    assert value(one, data, x=x) == pytest.approx(x @ hessian @ x / 2)


@pytest.mark.parametrize("rotated", [False, True])
def test_the_noise_of_a_batch_has_the_shape_of_the_bowl(rotated):
    one = function("noisy_quadratic", n=3, condition=3.0, noise=2.0, batch_size=8, rotated=rotated)
    data, chance, p = made(one), np.random.default_rng(0), SimpleNamespace(x=np.zeros(3))
    noise = np.array([one.sample(p, data, chance)[1]["x"] for _ in range(4000)])
    if rotated:
        noise = noise @ data.Q
    assert noise.mean(axis=0) == pytest.approx(np.zeros(3), abs=0.06)
    # σ² / B = 1/2, times 1, 1/2, 1/3.
    assert np.cov(noise.T) == pytest.approx(np.diag([1 / 2, 1 / 4, 1 / 6]), abs=0.03)


def test_logistic_regression_is_the_cross_entropy_and_its_minimum_is_scipys():
    one = function("logistic_regression", n=4, examples=60, l2=0.01, condition=10.0, batch_size=None)
    data, w = made(one), np.array([0.5, -1.0, 2.0, 0.0])
    expected = -np.mean(special.log_expit(data.sa @ w)) + 0.01 / 2 * 5.25
    assert value(one, data, w=w) == pytest.approx(expected)
    found = optimize.minimize(
        lambda w: value(one, data, w=w), np.zeros(4), jac=lambda w: gradient(one, data, w=w)["w"], tol=1e-12
    )
    assert one.minimum(data)["w"] == pytest.approx(found.x, abs=1e-5)
    assert value(one, data, w=one.minimum(data)["w"]) <= found.fun + 1e-12
    assert function("logistic_regression", l2=0.0).minimum(data) is None
    assert value(one, data, w=np.zeros(4)) == pytest.approx(0.6931471805599453)


def test_features_have_the_variances_that_are_asked_for():
    data = made(function("least_squares", n=3, examples=20000, condition=100.0))
    assert data.A.var(axis=0) == pytest.approx([1, 0.1, 0.01], rel=0.05)


def test_least_squares_has_its_minimum_where_the_normal_equations_say():
    one = function("least_squares", n=3, examples=50, noise=0.5)
    data = made(one)
    x = np.linalg.solve(data.A.T @ data.A, data.A.T @ data.b)
    assert one.minimum(data)["x"] == pytest.approx(x)
    r = data.b - data.A @ x
    assert value(one, data, x=x) == pytest.approx(np.mean(r**2) / 2)
    exact = function("least_squares", n=3, examples=50, noise=0.0)
    assert value(exact, made(exact), **exact.minimum(made(exact))) == pytest.approx(0, abs=1e-25)


def test_a_matrix_to_factorize_has_the_singular_values_that_are_asked_for():
    data = made(function("matrix_factorization", rows=4, columns=6, rank=3, condition=100.0))
    assert np.linalg.svd(data.M, compute_uv=False) == pytest.approx([1, 0.1, 0.01, 0], abs=1e-12)
    one = function("matrix_factorization", rows=1, columns=1, rank=1, condition=1.0)
    data, two = SimpleNamespace(M=np.array([[1.0]])), np.array([[2.0]])
    assert value(one, data, U=two, V=two) == 4.5
    assert {name: g.tolist() for name, g in gradient(one, data, U=two, V=two).items()} == {
        "U": [[6]],
        "V": [[6]],
    }


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("quadratic", {"n": 0}, "Quadratic: n = 0 is not in [1, inf)"),
        ("noisy_quadratic", {"condition": -1.0}, "NoisyQuadratic: condition = -1.0 is not in [1, inf)"),
        ("noisy_quadratic", {"noise": -1.0}, "NoisyQuadratic: noise = -1.0 is not in [0, inf)"),
        ("quadratic", {"n": 1}, "Quadratic: condition = 100.0: of a single number it is 1"),
        ("chained_rosenbrock", {"n": 1}, "ChainedRosenbrock: n = 1 is not in [2, inf)"),
        ("logistic_regression", {"batch_size": 0}, "batch_size = 0 is not in [1, inf)"),
        ("least_squares", {"examples": 5}, "LeastSquares: examples = 5 are fewer than n = 20"),
        ("matrix_factorization", {"rank": 25}, "MatrixFactorization: rank = 25 is more than rows or columns"),
    ],
)
def test_fields_that_cannot_be_are_refused(name, fields, says):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        function(name, **fields)
    assert says in str(error.value)


# ---- what they are used for ----------------------------------------------------------------------------------

HARD = ["problem=noisy_quadratic", "problem.n=1000", "problem.condition=1e4", "problem.noise=0.1"]


def test_a_noisy_quadratic_is_swept_judged_and_drawn(ravine_here, tmp_path):
    claims = (
        "claims=[{says: Momentum ends lower., metric: {name: final, of: excess}, where: {optimizer: momentum}, "
        "than: {optimizer: sgd}, is: lower}, {says: It is low sooner., metric: {name: steps_to, of: excess, "
        "level: 0.65}, where: {optimizer: momentum}, than: {optimizer: sgd}, is: lower}]"
    )
    words = [*HARD, "optimizer=sgd,momentum", "optimizer.lr=0.1", "seed=range(6)", "training.steps=60"]
    done = ravine_here("-m", *words, claims, "study=nq", "figures=[value_curves]")
    assert done.returncode == 0, done.stderr
    assert "\nsupported: Momentum ends lower. " in done.stdout
    assert "\nsupported: It is low sooner. " in done.stdout
    study = load_study(tmp_path / "runs" / "nq")
    assert {run.status for run in study.runs.values()} == {"completed"}
    assert {(*run.arrays["evaluation.step"],) for run in study.runs.values()} == {(*range(0, 61, 10),)}
    assert (tmp_path / "runs" / "nq" / "figures" / "value_curves.png").exists()


def test_a_search_chooses_by_the_excess(ravine_here, tmp_path):
    space = ["optimizer=momentum", "optimizer.lr=tag(log,interval(1e-3,1))", "training.steps=20"]
    aim = ["search.objective=excess", "search.trials=2"]
    words = ["-m", "hydra/sweeper=search", "sampler=random", "problem=least_squares", *space, *aim, "study=h"]
    done = ravine_here(*words)
    assert done.returncode == 0, done.stderr
    study = load_study(tmp_path / "runs" / "h")
    assert all(0 < run.final["excess"] < run.final["value"] for run in study.runs.values())


def test_the_steps_to_a_level_are_counted_in_evaluations_where_there_is_no_path():
    words = ["problem=quadratic", "problem.n=2", "problem.condition=1", "optimizer.lr=0.5", "training.steps=40"]
    run = ravine.build(ravine.compose([*words, "training.evaluate_every=4"])).run()
    start = run.arrays["evaluation.value"][0]
    metric = registry.load().get("metric", "steps_to")
    # A step halves x, so four steps divide the value by 2 to the eighth.
    assert [metric(level=start / 2**k * 1.01).measure(run) for k in (0, 1, 8, 9)] == [0, 4, 4, 8]
    assert metric(of="excess", level=start / 2**16 * 1.01).measure(run) == 8
    assert metric(level=0.0).measure(run) is None
    with pytest.raises(ValueError, match="runs have no evaluated test_loss"):
        metric(of="test_loss").measure(run)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["figures=[paths]"],
            "paths cannot be drawn of these runs: it shows descents on a surface, and every ",
        ),
        (["figures=[state]"], "it shows descents on a surface, and every run minimises a function"),
        (
            ["figures=[accuracy_curves]"],
            "it shows networks that learn from data, and every run minimises a fun",
        ),
        (["problem=sphere", "figures=[{name:value_curves,of:excess}]"], "it shows how far a function is above"),
        (["dataset=mnist"], "dataset makes no sense with this problem, a surface or a function; it goes with"),
        (
            ["+dataset=mnist"],
            "dataset makes no sense with problem=quadratic, a function; it goes with problem=",
        ),
        (
            ["training=surface"],
            "training=surface is for surfaces; problem=quadratic, a function, has training=",
        ),
        (["problem=sphere", "training=function"], "training=function is for functions; problem=sphere, a surf"),
        (["problem=quadratc"], "problem=quadratc: there is no such problem; did you mean quadratic or noisy_q"),
        (["problem.n=0"], "problem: Quadratic: n = 0 is not in [1, inf)"),
        (["problem=matrix_factorization", "problem.scale=1e200"], "problem: the value at the start is not fin"),
        (["training.groups=[{name:x,lr:2}]"], "no array is named x; there are: function.x"),
        (["problem.start=[0,0]"], "problem has no field 'start'"),
    ],
)
def test_what_does_not_go_with_a_function_is_one_line(ravine_here, tmp_path, words, says):
    done = ravine_here("problem=quadratic", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("ravine: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_preset_of_a_function_is_a_function(ravine_here, tmp_path):
    (tmp_path / "mine" / "problem").mkdir(parents=True)
    (tmp_path / "mine" / "problem" / "steep.yaml").write_text(
        "defaults: [quadratic, _self_]\ncondition: 1000\n"
    )
    done = ravine_here("list", "function", "--config-dir", "mine")
    (line,) = [line for line in done.stdout.splitlines() if " steep " in line]
    assert line.split()[:2] == ["function", "steep"]
    cfg = ravine.compose(["problem=steep"], config_dir="mine")
    assert (cfg.problem.name, cfg.problem.condition, cfg.training.steps) == ("quadratic", 1000.0, 1000)


def test_a_seed_without_chance_is_one_observation_and_another_start_is_not(ravine_here):
    words = ["seed=0,1", "training.steps=5", "figures=[]"]
    same = ravine_here("-m", "problem=chained_rosenbrock", "optimizer.lr=1e-4", *words, "study=a").stdout
    other = ravine_here("-m", "problem=quadratic", *words, "study=b").stdout
    one = "the 2 seeds gave the same numbers: this is one observation"
    assert (one in same, one in other) == (True, False)


@pytest.mark.parametrize(("problem", "there"), [("sphere", "value"), ("quadratic", "excess, value")])
def test_a_search_without_data_is_not_told_to_set_examples_aside(ravine_here, problem, there):
    words = ["hydra/sweeper=search", "sampler=random", "search.objective=validation_loss", "study=h"]
    done = ravine_here("-m", *words, f"problem={problem}", "optimizer.lr=interval(0.1,1)")
    assert done.stderr == f"ravine: search.objective: no run has 'validation_loss'; there are: {there}\n"
