"""Descents from the side, in motion, and what their optimizers remember: figures, metrics and experiments."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import ravine
from matplotlib.animation import AbstractMovieWriter
from matplotlib.colors import same_color
from matplotlib.text import Text
from PIL import Image
from ravine import registry
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study
from ravine_plugins.figures._style import looks

pytestmark = pytest.mark.usefixtures("shapes_kept")

# On double_well f is (x² - 1)² + 0.3 x + y², on twin_wells x² + (y² - 1)².
OVER = [[1, 1], [0, 0], [-1, 0.5], [-1, 0]]
# Its lowest value over y is at y = 0, that of twin_wells over x at x = 0.
OVER_FROM_THE_SIDE = [[1, 0.3], [0, 1], [-1, -0.3], [-1, -0.3]]
OVER_ITSELF = [[1, 1.3], [0, 1], [-1, -0.05], [-1, -0.3]]
DOWN = [[1, 0], [0.5, 0], [0.5, 1]]
DOWN_FROM_THE_SIDE = [[0, 1], [0, 1], [1, 0]]
DOWN_ITSELF = [[0, 2], [0, 1.25], [1, 0.25]]
ALONG = {"twin_wells": "y"}
FAR = [[1, 1], [1e10, -1e100], [-1e160, 1e153]]


def descends(path, optimizer="sgd", problem="double_well", *, status="completed", step=7, **state):
    config = {
        "seed": 0, "problem": {"name": problem}, "optimizer": {"name": optimizer, "lr": 0.1},
        "regularizer": {"name": "none"},
    }  # fmt: skip
    arrays = {f"state.{slot}": np.array(values, float) for slot, values in state.items()}
    return Run(config, status, step, 0.0, arrays={"path": np.array(path, float), **arrays})


LEARNS = Run(descends([], problem="supervised").config, "completed", 1, 0.0)
FAILED = Run(descends([], "lost", "twin_wells").config, "failed", 0, 0.0)


def study(*runs):
    return Study(Path(), Ledger("", [], [], []), {str(i): run for i, run in enumerate(runs)})


def draw(name, *runs, **fields):
    return registry.load().get("figure", name)(**fields).draw(study(*runs))


def measure(name, run, **fields):
    return registry.load().get("metric", name)(**fields).measure(run)


def drawn(axes, optimizer):
    """Points of an optimizer's lines on some axes, in the order in which they were drawn."""
    color = looks(study(descends(OVER, optimizer)).groups())[optimizer].color
    return [line.get_xydata().tolist() for line in axes.lines if same_color(line.get_color(), color)]


def texts(picture):
    return [text.get_text() for text in picture.findobj(Text) if text.get_visible() and text.get_text()]


class Watch(AbstractMovieWriter):
    """Keeps what an animation shows, frame by frame: by optimizer its trail and ball, and all texts."""

    def __init__(self, *optimizers):
        super().__init__()
        self.optimizers, self.frames = optimizers, []

    def setup(self, fig, outfile, dpi=None):
        self.fig = fig

    def grab_frame(self, **how):
        shown = {name: [drawn(axes, name) for axes in self.fig.axes] for name in self.optimizers}
        self.frames.append((shown, texts(self.fig)))

    def finish(self):
        pass


def watched(name, *runs, **fields):
    watch = Watch(*dict.fromkeys(run.config["optimizer"]["name"] for run in runs))
    draw(name, *runs, **fields).save("nowhere", writer=watch)
    return watch.frames


# ---- from the side --------------------------------------------------------------------------------------------


def pair():
    return [descends(OVER), descends(DOWN, problem="twin_wells"), descends(OVER[:2], "momentum")]


def test_side_view_shows_the_path_on_the_profile_its_own_value_the_coordinate_by_step_and_the_end():
    over, down, over_by_step, down_by_step = draw("side_view", *pair(), along=ALONG).axes
    path, itself, end = drawn(over, "sgd")
    assert path == [pytest.approx(point) for point in OVER_FROM_THE_SIDE]
    assert itself == [pytest.approx(point) for point in OVER_ITSELF]
    assert end == [path[-1]]
    assert drawn(over, "momentum") == [path[:2], itself[:2], path[1:2]]
    assert drawn(down, "sgd") == [DOWN_FROM_THE_SIDE, DOWN_ITSELF, DOWN_FROM_THE_SIDE[-1:]]
    assert drawn(over_by_step, "sgd") == [[[1, 0], [0, 1], [-1, 2], [-1, 3]], [[-1, 3]]]
    assert drawn(down_by_step, "sgd") == [[[0, 0], [0, 1], [1, 2]], [[1, 2]]]
    assert all(low > high for low, high in (over_by_step.get_ylim(), down_by_step.get_ylim()))


def test_side_view_names_every_axis_and_optimizer_once_and_says_who_ends_lowest():
    picture = draw("side_view", *pair(), along=ALONG, names={"twin_wells": "saddle", "sgd": "SGD"})
    shown = [text for text in texts(picture) if not text.replace(".", "").lstrip("−").isdigit()]
    titles = ["double_well: SGD ends lowest, at f = −0.3", "saddle: it ends at f = 0.25"]
    assert sorted(shown) == [
        "SGD",
        titles[0],
        "f",
        "f of the descent itself",
        "momentum",
        titles[1],
        "step",
        "x",
        "y",
    ]
    assert [axes.get_xlabel() for axes in picture.axes] == ["", "", "x", "y"]


def test_side_view_says_of_diverged_runs_only_that_they_are():
    titles = [draw("side_view", descends(FAR, status="diverged")).axes[0].get_title("left")]
    both = draw("side_view", descends(FAR, status="diverged"), descends(OVER, "momentum"))
    titles.append(both.axes[0].get_title("left"))
    assert titles == ["double_well: every run diverged", "double_well: momentum ends lowest, at f = −0.3"]
    ties = draw("side_view", *(descends(OVER, name) for name in ("sgd", "adam"))).axes[0].get_title("left")
    assert ties.replace("\n", " ") == "double_well: sgd and 1 other end lowest, at f = −0.3"


@pytest.mark.parametrize(
    ("problem", "axis", "heights"),
    [
        ("double_well", "x", {-2: 8.4, -1: -0.3, 0: 1, 1: 0.3}),
        ("double_well", "y", {-2: 3.694572, 0: -0.305428, 1: 0.694572}),
        ("twin_wells", "x", {-1: 1, 0: 0, 1.5: 2.25}),
        ("twin_wells", "y", {-1: 0, 0: 1, 1.5: 1.5625}),
    ],
)
def test_the_profile_is_the_lowest_that_the_surface_is(problem, axis, heights):
    panel = draw("side_view", descends(OVER, problem=problem), along={problem: axis}).axes[0]
    across, floor = max(panel.lines, key=lambda line: len(line.get_xdata())).get_data()
    assert np.interp(list(heights), across, floor) == pytest.approx(list(heights.values()), abs=2e-4)


@pytest.mark.parametrize("name", ["side_view", "rolling"])
def test_a_coordinate_across_is_x_or_y_of_a_surface_that_is_there(name):
    title = name.title().replace("_", "")
    with pytest.raises(ValueError, match=rf"^{title}: along of twin_wells = 'z' is not x or y$"):
        draw(name, *pair(), along={"twin_wells": "z"})
    with pytest.raises(ValueError, match=r"^along has ravine; the runs are on double_well, twin_wells$"):
        draw(name, *pair(), along={"ravine": "x"})


# ---- in motion ------------------------------------------------------------------------------------------------


def test_the_balls_of_a_race_are_where_the_paths_are():
    other = [[1, 1], [0.5, 0.5]]
    frames = watched("race", descends(OVER), descends(other, "momentum"))
    for t, (shown, says) in enumerate(frames[:4]):
        trail, ball, *_ = shown["sgd"][0]
        assert (trail, ball) == (OVER[: t + 1], [OVER[t]])
        trail, ball, *_ = shown["momentum"][0]
        assert (trail, ball) == (other[: t + 1], [other[min(t, 1)]])
        assert f"step {t}" in says
    assert {"sgd", "momentum", "x", "y"} <= set(frames[0][1])


# On the ravine the gradient is (x / 10, 2 y): in x here -0.8, -0.6 and -0.59, and the rates are 2.5, 1/6 and 10/59.
STALLS = [[-8, 0], [-6, 0], [-5.9, 0], [-5.8, 0]]
KEPT = [[0, 0], [4, 0], [9, 0], [16, 0]]


def test_beside_a_race_grow_the_sums_of_squares_and_the_roots_of_what_optimizers_keep():
    runs = descends(STALLS, problem="ravine"), descends(STALLS, "adagrad", "ravine", h=KEPT)
    frames = watched("race", *runs)
    walls, ends, *_ = frames[0][0]["sgd"][1]
    assert (walls, ends) == ([], [])
    for t, (shown, _) in enumerate(frames[1:4], 1):
        wall, end, *_ = shown["sgd"][1]
        assert wall == [pytest.approx(point) for point in [[1, 0.64], [2, 1.0], [3, 1.3481]][:t]]
        assert end == wall[-1:]
        assert shown["adagrad"][2][0] == [pytest.approx(point) for point in [[1, 2], [2, 3], [3, 4]][:t]]
    assert {"Σg² in x", "√h in x"} <= set(frames[0][1])


def test_a_race_shows_from_when_a_rate_stays_below_a_tenth_of_its_first():
    lives = [[-8, 0], [-6, 0], [-5.9, 0], [-4, 0]]
    frames = watched(
        "race", descends(STALLS, problem="ravine"), descends(lives, "adam", "ravine"), names={"sgd": "SGD"}
    )
    says = [[one for one in texts if "tenth" in one] for _, texts in frames[:4]]
    assert says[:2] == [[], []]
    for one in (says[2], says[3]):
        assert [text.replace("\n", " ").strip() for text in one] == [
            "SGD: from step 2 on a tenth of the first rate in x, or less"
        ]


def test_balls_roll_where_the_paths_are_from_the_side():
    frames = watched("rolling", *pair(), along=ALONG)
    for t, (shown, says) in enumerate(frames[:4]):
        (trail, ball), (trail_down, ball_down) = shown["sgd"]
        assert trail == [pytest.approx(point) for point in OVER_FROM_THE_SIDE[: t + 1]]
        assert ball == trail[-1:]
        assert trail_down == DOWN_FROM_THE_SIDE[: t + 1]
        assert ball_down == trail_down[-1:]
        assert {f"double_well, step {t}", f"twin_wells, step {t}"} <= set(says)


@pytest.mark.parametrize(("name", "steps"), [(n, s) for n in ("race", "rolling") for s in (0, 1, 50, 51, 1003)])
def test_a_long_descent_is_shown_in_few_frames_and_its_end_for_a_second(name, steps):
    path = np.column_stack([np.linspace(-2, 2, steps + 1), np.zeros(steps + 1)])
    at = [int(one.removeprefix("double_well, ").removeprefix("step ")) for _, says in watched(name, descends(path))
          for one in says if "step " in one and one.rpartition(" ")[2].isdigit()]  # fmt: skip
    end = at.index(steps)
    assert at[: end + 1] == sorted({*at, 0, steps})
    assert set(at[end:]) == {steps}
    assert 0.1 * (len(at) - end) >= 1
    assert 0.1 * len(at) <= 8


def test_most_frames_of_rolling_are_where_balls_move():
    rests = np.vstack([OVER, np.tile(OVER[-1], (896, 1))]).astype(float)
    leaves = np.vstack([np.tile(rests[-1], (100, 1)), np.linspace([-1, 0], [1, 0], 100)])
    at = [
        int(one.rpartition(" ")[2])
        for _, says in watched("rolling", descends([*rests, *leaves]))
        for one in says
        if one.startswith("double_well, step")
    ]
    before_end = at[: at.index(1099) + 1]
    moving = [t for t in before_end if t <= 4 or t >= 999]
    assert {0, 1, 2} <= set(moving)
    assert len(moving) > 0.5 * len(before_end)
    assert len([t for t in moving if t >= 999]) >= 20


def test_nothing_but_the_balls_moves(tmp_path):
    draw("race", descends([*OVER[:3], [-0.5, 0.2]]), descends(OVER[:2], "momentum")).save(
        tmp_path / "race.gif", writer="pillow", dpi=50
    )
    with Image.open(tmp_path / "race.gif") as gif:
        frames = []
        for i in range(gif.n_frames):
            gif.seek(i)
            frames.append(np.asarray(gif.convert("L"), int))
    height, width = frames[0].shape
    changed = np.abs(frames[3] - frames[0]) > 40
    places = np.argwhere(changed) / (height, width)
    assert changed.any()
    # A GIF's palette differs between frames, and a pixel or two with it.
    assert changed[: height // 12].sum() < 5, "the legend moves"
    assert changed[-height // 8 :].sum() < 5, "the axis moves"
    assert places[:, 1].min() > 0.05


# ---- what cannot be shown, or hardly --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [FAR, OVER[:1]], ids=["far", "at once"])
def test_a_path_that_diverged_is_marked_and_leaves_the_axes_as_they_are(path, tmp_path):
    lost, kept = descends(path, status="diverged"), descends(OVER, "momentum")
    picture = draw("side_view", lost, kept)
    picture.savefig(io.BytesIO(), dpi=50)
    assert "sgd diverged at step 7" in texts(picture)
    assert picture.axes[0].get_xlim() == (-2, 2)
    assert -1 < picture.axes[0].get_ylim()[0] < picture.axes[0].get_ylim()[1] < 20
    for name in ("race", "rolling"):
        draw(name, lost, kept).save(tmp_path / "moving.gif", writer="pillow", dpi=40)
        says = ["sgd diverged at step 7" in says for _, says in watched(name, lost, kept)]
        assert says.index(True) == len(path) - 1
        assert all(says[len(path) - 1 :])


@pytest.mark.parametrize("name", ["side_view", "race", "rolling", "state"])
def test_a_descent_of_no_step_is_drawn_and_a_failed_run_is_not(name, tmp_path):
    runs = descends(OVER[:1], "momentum", v=[[0, 0]]), FAILED
    if name in ("race", "rolling"):
        draw(name, *runs).save(tmp_path / "moving.gif", writer="pillow", dpi=40)
        says = watched(name, *runs)[-1][1]
    else:
        picture = draw(name, *runs)
        picture.savefig(io.BytesIO(), dpi=50)
        says = texts(picture)
    assert any("momentum" in text for text in says)
    assert not any("lost" in text for text in says)


@pytest.mark.parametrize("name", ["side_view", "race", "rolling"])
def test_a_run_that_is_no_descent_is_refused(name):
    with pytest.raises(ValueError, match=r"^only a descent on a surface has a path; .* problem is supervised$"):
        draw(name, LEARNS)


def test_a_race_is_on_one_surface():
    with pytest.raises(ValueError, match=r"^race needs runs on one surface; these are on several surfaces$"):
        draw("race", *pair())


# ---- state ----------------------------------------------------------------------------------------------------


def test_state_shows_every_array_by_step_for_x_and_for_y():
    m, v = [[0, 0], [1, -2], [3, -4]], [[0, 0], [0.5, 4], [0.7, 40]]
    picture = draw("state", descends(OVER[:3], "adam", m=m, v=v))
    first, second = picture.axes
    assert [axes.get_ylabel() for axes in picture.axes] == ["m", "v"]
    assert drawn(first, "adam") == [[[0, 0], [1, 1], [2, 3]], [[0, 0], [1, -2], [2, -4]]]
    assert drawn(second, "adam") == [[[0, 0], [1, 0.5], [2, 0.7]], [[0, 0], [1, 4], [2, 40]]]
    assert [axes.get_yscale() for axes in picture.axes] == ["linear", "log"]
    assert [line.get_linestyle() for line in first.lines] == ["-", "--"]
    assert {"adam, x", "adam, y", "step"} <= set(texts(picture))


def test_state_has_a_panel_for_arrays_of_one_name_and_leaves_out_who_keeps_none():
    runs = descends(OVER[:2]), descends(OVER[:2], "momentum", v=[[0, 0], [1, 2]]), descends(OVER[:2], "adam", m=[[0, 0], [3, -3]], v=[[0, 0], [5, 6]])  # fmt: skip
    picture = draw("state", *runs)
    assert [axes.get_ylabel() for axes in picture.axes] == ["v", "m"]
    assert [len(drawn(axes, "momentum")) for axes in picture.axes] == [2, 0]
    assert [len(drawn(axes, "adam")) for axes in picture.axes] == [2, 2]
    assert not any("sgd" in text for text in texts(picture))


@pytest.mark.parametrize("run", [descends(OVER), LEARNS], ids=["no state", "no descent"])
def test_state_says_what_it_needs(run):
    with pytest.raises(
        ValueError, match=r"^state needs a descent whose optimizer keeps arrays; there is none$"
    ):
        draw("state", run)


# ---- metrics --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "steps"), [(2, 0), (1.9, 1), (1.25, 1), (1.2, 2), (0.25, 2), (0.24, None)])
def test_steps_to_a_level(level, steps):
    assert measure("steps_to", descends([*DOWN, [3, 3]], problem="twin_wells"), level=level) == steps


def test_the_effective_rate_is_the_step_for_the_gradient():
    # On the ravine the gradient is (x / 10, 2 y): (-0.8, 4), (-0.6, 2), (0, -1).
    run = descends([[-8, 2], [-6, 1], [0, -0.5], [1, 0.5]], problem="ravine")
    rates = {
        axis: [measure("effective_rate", run, axis=axis, step=step) for step in (1, 2, 3, -1, 4)]
        for axis in "xy"
    }
    assert rates["x"] == [pytest.approx(2.5), pytest.approx(10), None, None, None]
    assert rates["y"] == [pytest.approx(0.25), pytest.approx(0.75), 1, 1, None]


def test_metrics_of_descents_that_did_not_get_there():
    at_once, lost = descends(OVER[:1]), descends(FAR, status="diverged")
    assert measure("effective_rate", at_once, step=-1) is measure("effective_rate", lost, step=-1) is None
    assert measure("effective_rate", lost, step=1) == pytest.approx(1e10 / 0.3)
    assert measure("steps_to", lost, level=1) is None
    with pytest.raises(ValueError, match="runs have no evaluated value"):
        measure("steps_to", LEARNS)
    with pytest.raises(ValueError, match="this run's problem is supervised"):
        measure("effective_rate", LEARNS)


# ---- experiments ----------------------------------------------------------------------------------------------


def run(experiment, *overrides):
    return ravine.build(ravine.compose([f"experiment={experiment}", *overrides])).run()


def test_rmsprop_s_first_step_is_ten_times_adagrad_s():
    # From (-7, 2) the gradient is (-0.7, 4): AdaGrad's step is 0.1 in both, RMSProp's 0.1 / √0.01 = 1.
    adagrad, rmsprop = (run("adagrad_against_rmsprop", f"optimizer={name}") for name in ("adagrad", "rmsprop"))
    assert adagrad.arrays["path"][1] == pytest.approx([-6.9, 1.9], abs=1e-6)
    assert rmsprop.arrays["path"][1] == pytest.approx([-6, 1], abs=1e-5)
    assert adagrad.arrays["state.h"][1] == pytest.approx([0.49, 16])
    assert rmsprop.arrays["state.h"][1] == pytest.approx([0.0049, 0.16])
    for made in (adagrad, rmsprop):  # the rate is 0.1 / (√h + ε), by what is kept
        kept = 0.1 / (np.sqrt(made.arrays["state.h"][-1]) + 1e-7)
        rates = [measure("effective_rate", made, axis=axis, step=-1) for axis in "xy"]
        assert rates == pytest.approx(kept, rel=1e-9)


def test_what_the_experiment_says_of_adagrad_and_rmsprop():
    tenfold = run("adagrad_against_rmsprop", "optimizer=adagrad", "optimizer.lr=1")
    rmsprop = run("adagrad_against_rmsprop", "optimizer=rmsprop", "training.steps=1000")
    assert (measure("steps_to", tenfold, level=0.01), measure("steps_to", rmsprop, level=0.01)) == (40, 37)
    value = rmsprop.arrays["loss"]
    assert value[300:600].max() < 1e-9
    assert value[600:].max() > 0.1


@pytest.mark.parametrize(
    ("rate", "over", "ends"), [(0.004, False, 0.96), (0.005, True, -1.04), (0.01, True, -1.04), (0.04, True, 0.96)]
)  # fmt: skip
def test_what_the_experiment_says_of_momentum_s_rate(rate, over, ends):
    x = run("escape", "problem=double_well", "optimizer=momentum", f"optimizer.lr={rate}").arrays["path"][:, 0]
    assert (x.min() < 0.075) == over
    assert x[-1] == pytest.approx(ends, abs=0.005)


@pytest.mark.parametrize("name", ["escape", "adagrad_against_rmsprop"])
def test_the_runs_support_the_claims(name, ravine, tmp_path):
    assert ravine("-m", f"experiment={name}", "figures=[]").returncode == 0
    (file,) = tmp_path.glob("runs/*/claims.json")
    claims = json.loads(file.read_text())
    assert len(claims) >= 4
    assert {claim["outcome"] for claim in claims} == {"supported"}


def test_the_command_writes_animations_that_move_and_hold_their_end(ravine, tmp_path):
    done = ravine("-m", "experiment=escape", "training.steps=6")
    assert done.returncode == 0, done.stderr
    assert "not drawn" not in done.stderr
    (file,) = tmp_path.glob("runs/*/figures/rolling.gif")
    with Image.open(file) as gif:
        pauses = []
        for i in range(gif.n_frames):
            gif.seek(i)
            pauses.append(gif.info["duration"])
    assert len(pauses) == 7
    assert set(pauses[:-1]) == {100}
    assert pauses[-1] >= 1000
