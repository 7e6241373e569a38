"""What figures draw, read back from their axes, of runs whose numbers are known."""

import io
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.text import Text
from ravine import registry
from ravine.recording import Run
from ravine.study import Ledger, Study
from ravine_plugins.figures._style import looks, smooth

PATH = [[-7.0, 2.0], [-6.0, 1.0], [-5.0, -0.5], [-4.0, 0.25]]
LOSS = np.linspace(3.0, 1.0, 60)


def study(*runs):
    return Study(Path(), Ledger("", [], [], []), {str(i): run for i, run in enumerate(runs)})


def run(optimizer="sgd", *, seed=0, status="completed", step=10, problem="supervised", final=None, arrays=None, **other):  # fmt: skip
    config = {
        "seed": seed, "training": {"epochs": None}, "problem": {"name": problem},
        "optimizer": {"name": optimizer, "lr": 0.1}, "regularizer": {"name": "none"},
    }  # fmt: skip
    for key, value in other.items():
        owner, _, last = key.partition("__")
        config[owner] = config.get(owner, {}) | {last: value}
    return Run(config, status, step, 0.0, final or {}, arrays={} if status == "failed" else arrays or {})


def loses(values, *args, **fields):
    return run(*args, arrays={"loss": np.array(values, float)}, **fields)


def learns(values, *args, **fields):
    train = np.array(values, float)
    arrays = {"step": 10 * np.arange(len(train)), "train_accuracy": train, "test_accuracy": train / 2}
    return run(*args, arrays={f"evaluation.{name}": array for name, array in arrays.items()}, **fields)


def ends(train, *args, **fields):
    if train is None:
        return learns([0.1], *args, status="diverged", **fields)
    return learns([0.1, train], *args, final={"train_accuracy": train, "test_accuracy": train / 2}, **fields)


def descends(path, *args, problem="ravine", **fields):
    return run(*args, problem=problem, final={"value": 1.0}, arrays={"path": np.array(path, float)}, **fields)


def spreads(values, *args, **fields):
    values = np.array(values, float)
    return run(*args, arrays={
        "evaluation.step": 10 * np.arange(len(values)), "probe.unit_spread.weights": values,
    }, **fields)  # fmt: skip


def distributed(low, high, *args, zeros=0.0, **fields):
    layers = len(low)
    seen = {"counts": np.ones((1, layers, 4)), "low": [low], "high": [high], "std": np.ones((1, layers))}
    return run(*args, arrays={"probe.distributions.zeros": np.full((1, layers), zeros)} | {
        f"probe.distributions.{kind}.{what}": np.array(value) for kind in ("activation", "gradient") for what, value in seen.items()
    }, **fields)  # fmt: skip


def sweep(make=ends, names=("sgd", "adam"), values=(0.1, 1.0)):
    return [make(0.5, name, initializer__std=value) for name in names for value in values]


def draw(name, *runs, **fields):
    return registry.load().get("figure", name)(**fields).draw(study(*runs))


def rendered(name, *runs, **fields):
    """Draw a figure to the end, which is when text is read and the layout made."""
    picture = draw(name, *runs, **fields)
    picture.savefig(io.BytesIO(), dpi=50)
    return picture


def seeds_by_rate(values):
    """Runs by learning rate, a seed for each end; None for one that diverged."""
    return [ends(y, seed=i, optimizer__lr=rate) for rate, ys in values.items() for i, y in enumerate(ys)]


def lines(axes, color, style="-"):
    return [
        line for line in axes.lines if same_color(line.get_color(), color) and line.get_linestyle() == style
    ]


def crosses(axes):
    return [line for line in axes.lines if line.get_marker() == "x"]


def band_of(axes, i=0):
    """Lowest and highest of the i-th band, by x."""
    points = axes.collections[i].get_paths()[0].vertices
    heights = {x: points[points[:, 0] == x, 1] for x in np.unique(points[:, 0])}
    return {x: (ys.min(), ys.max()) for x, ys in heights.items()}


def texts(picture):
    return [text.get_text() for text in picture.findobj(Text) if text.get_visible() and text.get_text()]


EVERY = {
    "accuracy_curves": lambda name: [learns([0.1, 0.5], name), learns([0.2, 0.6], "adam")],
    "accuracy_grid": lambda name: sweep(names=(name, "adam")),
    "against_value": lambda name: sweep(names=(name, "adam")),
    "descent": lambda name: [descends(PATH, name)],
    "loss_curves": lambda name: [loses(LOSS, name), loses(LOSS, "adam")],
    "path_overlay": lambda name: [descends(PATH, name), descends(PATH, "adam")],
    "path_zoom": lambda name: [descends(PATH, name), descends(PATH, "adam")],
    "paths": lambda name: [descends(PATH, name), descends(PATH, "adam")],
    "signals": lambda name: [distributed([0, -1], [1, 2], name), distributed([0, -1], [1, 2], "adam")],
    "step_sizes": lambda name: [descends(PATH, name), descends(PATH, "adam")],
    "unit_spread": lambda name: [spreads([[0.1, 0.2]] * 3, name), spreads([[0.1, 0.2]] * 3, "adam")],
}  # fmt: skip
ODD = "a$b_c\\frac{^$" + "x" * 400


# ---- what every figure owes its reader ------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_every_axis_with_data_has_a_name_and_all_text_is_inside_the_picture(name):
    picture = rendered(name, *EVERY[name]("sgd"))
    along = {"x": picture.get_supxlabel(), "y": picture.get_supylabel()}
    for axes in picture.axes if name != "signals" else ():  # histograms are named by row and column
        assert axes.get_xlabel() or along["x"]
        assert axes.get_ylabel() or along["y"] or not axes.get_subplotspec().is_first_col()
    width, height = picture.get_size_inches()
    box = picture.get_tightbbox()
    assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.02
    for made in picture.legends:
        panels = [axes.get_window_extent() for axes in picture.axes]
        assert not any(made.get_window_extent().overlaps(panel) for panel in panels)


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
@pytest.mark.parametrize("name", EVERY)
def test_labels_are_drawn_as_they_are_written(name):
    picture = rendered(name, *EVERY[name](ODD))
    shown = [text for text in picture.findobj(Text) if ODD in text.get_text()]
    assert shown
    assert not any(text.get_parse_math() for text in shown)


SURFACE = "a path is drawn of a descent on a surface; this run's problem is supervised"
NOTHING = {
    "accuracy_curves": "accuracy_curves needs a run with an accuracy; there is none",
    "accuracy_grid": "accuracy_grid needs a run with an accuracy; there is none",
    "against_value": "no run has the metric 'train_accuracy'; there are none",
    "loss_curves": "loss_curves needs a run with at least one step; there is none",
    "signals": "signals needs runs with the probe distributions; there is none",
    "unit_spread": "unit_spread needs runs with the probe unit_spread; there is none",
}


@pytest.mark.parametrize("name", EVERY)
def test_a_study_that_holds_nothing_to_show_is_refused(name):
    values = (1, 2) if name in ("accuracy_grid", "against_value") else (1,)
    empty = [run(initializer__std=value) for value in values]
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        draw(name, *empty)
    assert str(caught.value) == NOTHING.get(name, SURFACE)


@pytest.mark.parametrize("name", EVERY)
def test_a_failed_run_is_left_out(name):
    picture = draw(name, *EVERY[name]("sgd"), run("lost", status="failed", initializer__std=0.1))
    assert not any("lost" in text for text in texts(picture))


# ---- colours --------------------------------------------------------------------------------------------------


def styles(*runs, **fields):
    return looks(study(*runs).groups(), **fields)


def test_an_optimizer_has_one_colour_in_whatever_it_is_drawn():
    names = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
    whole = styles(*map(run, names))
    assert len({look.color for look in whole.values()}) == len({look.marker for look in whole.values()}) == 6
    for name in names:
        assert styles(run(name))[name] == styles(run("mine"), run(name))[name] == whole[name]
    for name in EVERY.keys() - {"descent", "signals", "unit_spread"}:
        drawn = draw(name, *EVERY[name]("momentum")).axes
        for label in ("momentum", "adam"):
            assert any(lines(axes, whole[label].color) for axes in drawn), name
    assert all(lines(draw("descent", descends(PATH, "adam")).axes[i], whole["adam"].color) for i in (0, 1))


def test_an_optimizer_of_a_plugin_has_one_colour_too_unless_it_is_taken():
    assert styles(run("mine"), run("yours"))["yours"].color == styles(run("yours"))["yours"].color
    names = [f"mine_{i}" for i in range(20)]
    for dashes in (True, False):
        together = styles(*map(run, names), dashes=dashes)
        assert together[names[0]].color == styles(run(names[0]))[names[0]].color
        assert len({together[name].color for name in names[:5]}) == 5
        assert len({look[1:] for look in together.values()}) == 20


def test_the_same_name_of_another_family_has_the_colour_and_other_dashes():
    made = styles(run("adam"), run("torch/adam"), run("torch/adamw"))
    assert made["adam"].color == made["torch/adam"].color != made["torch/adamw"].color
    assert made["adam"].dashes != made["torch/adam"].dashes


RATES = [0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize(
    ("names", "rates", "dashes"),
    [
        (["sgd"], RATES, True),
        (["sgd", "adam"], RATES[:4], True),
        (["sgd", "adam"], RATES, False),
        (["sgd", "adam"], RATES, True),
        (["sgd", "adam"], [*RATES, 0.6], False),
        (["sgd"], np.arange(1, 61), True),
        (["sgd", "adam"], np.arange(1, 21), False),
    ],
)
def test_groups_differ_in_colour_or_dashes_and_in_grey(names, rates, dashes):
    made = styles(*[run(name, optimizer__lr=float(rate)) for name in names for rate in rates], dashes=dashes)
    assert len(made) == len(names) * len(rates)
    assert len({(look.marker, look.dashes) for look in made.values()}) == len(made)
    if dashes:
        assert len({(look.color, look.dashes) for look in made.values()}) == len(made)
    else:  # after eleven colours, which can still be told apart, markers alone tell
        assert len({look.color for look in made.values()}) == min(len(made), 11)
        assert {look.dashes for look in made.values()} == {"-"}


def test_every_look_can_be_drawn():
    rates = [float(rate) for rate in range(1, 21)]
    rendered(
        "loss_curves", *[loses(LOSS, name, optimizer__lr=rate) for name in ("sgd", "adam") for rate in rates]
    )
    rendered("accuracy_curves", *[learns([0.1, 0.5], optimizer__lr=rate) for rate in rates])


# ---- smoothing, median and band ---------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 2, 3, 11, 51, 1000])
def test_smoothing_keeps_the_first_value_and_what_is_constant(window):
    values = np.random.default_rng(0).normal(size=40)
    smoothed = smooth(values, window)
    assert smoothed.shape == values.shape
    assert smoothed[0] == pytest.approx(values[0])
    assert smooth(np.full(40, 0.3), window) == pytest.approx(np.full(40, 0.3))
    assert window < 3 or smoothed.std() < values.std()
    assert smooth(values[:1], window) == values[:1]


def test_the_line_is_the_median_and_the_band_all_seeds():
    seeds = loses([1, 4, 6]), loses([2, 9, 5, 7], seed=1), loses([9, 3, 1, 1], seed=2)
    axes = draw("loss_curves", *seeds, window=1).axes[0]
    (line,) = axes.lines
    assert line.get_xydata().tolist() == [[1, 2], [2, 4], [3, 5]]
    assert band_of(axes) == {1: (1, 9), 2: (3, 9), 3: (1, 6)}
    assert axes.get_title("left") == "median of 3 seeds, band from lowest to highest; not smoothed"

    curves = [0.1, 0.5, 0.9], [0.2, 0.3, 0.7, 0.8], [0.3, 0.9, 0.8, 0.9]
    seeds = [learns(curve, seed=seed) for seed, curve in enumerate(curves)]
    train, test = draw("accuracy_curves", *seeds, test=True).axes[0].lines
    assert train.get_xydata().ravel() == pytest.approx([0, 0.2, 10, 0.5, 20, 0.8])
    assert test.get_ydata() == pytest.approx([0.1, 0.25, 0.4])
    assert (train.get_linestyle(), test.get_linestyle()) == ("-", "--")
    assert band_of(draw("accuracy_curves", *seeds).axes[0]) == {0: (0.1, 0.3), 10: (0.3, 0.9), 20: (0.7, 0.9)}

    panel = draw("against_value", *seeds_by_rate({0.1: [0.2, 0.9, 0.4], 1: [0.6, 0.6, 0.8]})).axes[0]
    assert panel.lines[0].get_xydata().ravel() == pytest.approx([0.1, 0.4, 1.0, 0.6])
    assert band_of(panel) == {0.1: (0.2, 0.9), 1.0: (0.6, 0.8)}
    probed = draw("unit_spread", *[spreads([[s], [2 * s]], seed=s) for s in (1, 5, 2)]).axes[0]
    assert probed.lines[0].get_xydata().tolist() == [[0, 2], [10, 4]]


def test_epochs_are_counted_where_all_runs_agree_on_their_length():
    def of(*steps):
        made = [learns([0.1, 0.5], seed=i, step=step, training__epochs=2) for i, step in enumerate(steps)]
        axes = draw("accuracy_curves", *made).axes[0]
        return axes.get_xlabel(), axes.lines[0].get_xdata().tolist()

    assert of(20, 20) == ("epoch", [0, 1])
    assert of(20, 40) == ("step", [0, 10])


# ---- runs that diverged -----------------------------------------------------------------------------------------


def test_a_diverged_run_is_marked_and_never_in_the_median():
    runs = loses([2, 1, 1]), loses([9, 99], seed=1, status="diverged"), loses([2, 1, 1], "adam")
    axes = draw("loss_curves", *runs, window=1).axes[0]
    assert lines(axes, "#000000")[0].get_ydata().tolist() == [2, 1, 1]
    assert [line.get_xdata()[0] for line in crosses(axes)] == [2]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sgd (1 diverged)", "adam"]
    runs = learns([0.1, 0.4, 0.8]), learns([0.1, 0.9], seed=1, status="diverged", step=15)
    picture = draw("accuracy_curves", *runs)
    assert lines(picture.axes[0], "#000000")[0].get_ydata().tolist() == [0.1, 0.4, 0.8]
    assert [tuple(line.get_xydata()[0]) for line in crosses(picture.axes[0])] == [(15, 0.9)]
    assert "diverged" in texts(picture)
    picture = draw("against_value", *seeds_by_rate({0.1: [0.2, 0.4], 1: [0.6, None], 10: [None, None]}))
    (line,) = lines(picture.axes[0], "#000000")[:1]
    assert line.get_xydata().ravel() == pytest.approx([0.1, 0.3, 1, 0.6])
    some, every = crosses(picture.axes[0])
    assert (some.get_xdata()[0], every.get_xdata()[0]) == (1, 10)
    assert some.get_markersize() < every.get_markersize()
    assert {"diverged", "some seeds diverged"} <= set(texts(picture))


LOST = {
    "accuracy_curves": [learns([0.1, 0.2], status="diverged"), learns([0.1], "adam", status="diverged")],
    "accuracy_grid": [ends(None, initializer__std=value) for value in (0.1, 1.0)],
    "against_value": [ends(None, initializer__std=value) for value in (0.1, 1.0)],
    "loss_curves": [loses([1, 9], status="diverged"), loses([1, 2, 8], "adam", status="diverged")],
    "unit_spread": [spreads([[1]], status="diverged"), spreads([[1], [9]], "adam", status="diverged")],
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_a_study_of_which_every_run_diverged_is_drawn(name):
    picture = draw(name, *LOST[name])
    assert sum(len(crosses(axes)) for axes in picture.axes) == (6 if name == "against_value" else 2)
    assert not any("one seed" in text for text in texts(picture))


@pytest.mark.parametrize("name", ["descent", "path_overlay", "path_zoom", "paths"])
@pytest.mark.parametrize("path", [[*PATH, [1e10, -1e100], [-1e160, 1e153]], [PATH[0]]], ids=["far", "at once"])
def test_a_path_that_diverged_is_drawn_where_it_can_be_seen(name, path):
    picture = rendered(name, descends(path, status="diverged", step=7))
    assert any("diverged at step 7" in text for text in texts(picture))
    assert max(np.abs(axes.get_xlim()).max() for axes in picture.axes) < 25


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("accuracy_curves", [learns([0.1], status="diverged"), learns([0.1, 0.4], seed=1)]),
        ("accuracy_grid", seeds_by_rate({1: [None, 0.4], 2: [None, 0.4]})),
        ("unit_spread", [spreads([[9]], status="diverged"), spreads([[1]] * 2, seed=1)]),
    ],
)
def test_a_seed_that_diverges_early_does_not_keep_the_others_from_being_drawn(name, runs):
    assert draw(name, *runs).axes[0].lines[0].get_xdata().tolist() == [0, 10]


def test_a_diverged_run_does_not_enter_the_median_of_a_probe():
    picture = draw("unit_spread", spreads([[1], [1]]), spreads([[9], [9]], seed=1, status="diverged", step=17))
    median, dotted, cross = picture.axes[0].lines
    assert median.get_ydata().tolist() == [1, 1]
    assert (dotted.get_ydata().tolist(), dotted.get_linestyle()) == ([9, 9], ":")
    assert (cross.get_xdata()[0], cross.get_marker()) == (17, "x")
    assert "diverged" in texts(picture)


def test_two_paths_that_diverged_do_not_write_over_each_other():
    picture = draw("path_overlay", *[descends(PATH, name, status="diverged") for name in ("sgd", "adam")])
    one, other = picture.axes[0].texts
    assert one.get_text() == "sgd diverged at step 10"
    assert not one.get_window_extent().overlaps(other.get_window_extent())


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("loss_curves", [loses([2, 1]), loses([2, 1], seed=1), loses([9], seed=2, status="diverged")]),
        ("accuracy_curves", [*(learns([0.1, 0.5], seed=s) for s in (0, 1)), learns([0.1], seed=2, status="diverged")]),
        ("against_value", seeds_by_rate({1: [0.5, 0.6, None], 2: [0.5, 0.6, None]})),
    ],
)  # fmt: skip
def test_the_number_of_seeds_is_that_of_the_median(name, runs):
    assert any("median of 2 seeds" in text for text in texts(draw(name, *runs)))


@pytest.mark.parametrize(
    ("runs", "window", "says"),
    [
        ([loses(LOSS)], 51, "smoothed over 51 steps"),
        ([loses(LOSS[:5])], 1, "not smoothed"),
        ([loses(LOSS), loses([1, 9], "adam", status="diverged")], 51, "smoothed over 51 steps"),
        ([loses(LOSS)], 2, "smoothed over 3 steps"),
        ([loses(LOSS)], 50, "smoothed over 51 steps"),
        ([loses(LOSS), loses(LOSS[:5], "adam")], 51, "smoothed over 5 steps"),
    ],
)
def test_the_smoothing_that_is_named_is_the_one_that_is_done(runs, window, says):
    title = draw("loss_curves", *runs, window=window).axes[0].get_title("left")
    assert title.partition("; ")[2].startswith(says)


# ---- figures one by one -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["accuracy_grid", "against_value"])
@pytest.mark.parametrize("axis", ["optimizer", "network.dropout"])
def test_an_axis_that_is_no_number_is_refused(name, axis):
    says = rf"^{axis} is no number in every run; axis is one number that is swept: initializer\.std$"
    with pytest.raises(ValueError, match=says):
        draw(name, *sweep(), axis=axis)


def test_an_axis_has_to_be_chosen_among_several_and_there_has_to_be_one():
    both = [ends(0.5, optimizer__lr=x, initializer__std=y) for x in (1, 2) for y in (3, 4)]
    with pytest.raises(ValueError, match=r"^axis is one number that is swept: optimizer\.lr, initializer\.std"):
        draw("accuracy_grid", *both)
    with pytest.raises(ValueError, match=r"^axis is one number that is swept: there is none$"):
        draw("against_value", ends(0.5), ends(0.5, "adam"))


def test_other_requests_that_make_no_sense_are_refused():
    figure = registry.load().get("figure", "against_value")
    with pytest.raises(ValueError, match=r"limits of loss = \[0, 1\]: a metric here has \[low, high\]$"):
        figure(metrics=("gap",), limits={"loss": [0, 1]})
    with pytest.raises(ValueError, match=r"limits of gap = \[0\]"):
        figure(metrics=("gap",), limits={"gap": [0]})
    with pytest.raises(ValueError, match=r"^no run has the metric 'x'; there are gap, test_accuracy, train_"):
        draw("against_value", *sweep(), metrics=("x",))
    with pytest.raises(ValueError, match=r"^path_overlay needs runs on one surface; these are on several$"):
        draw("path_overlay", descends(PATH), descends(PATH, problem="sphere"))
    with pytest.raises(ValueError, match=r"^descent draws one descent; here are 2, which paths draws$"):
        draw("descent", descends(PATH), descends(PATH, "adam"))


def test_accuracy_grid_has_a_panel_a_value_in_descending_order_and_no_empty_one():
    picture = draw("accuracy_grid", *sweep(values=(0.01, 1.0, 0.1, 10.0, 0.5)), columns=3)
    assert [axes.get_title() for axes in picture.axes] == ["std 10", "std 1", "std 0.5", "std 0.1", "std 0.01"]
    assert all(len(axes.lines) == 2 for axes in picture.axes)


def test_accuracy_grid_writes_values_as_they_are():
    picture = draw("accuracy_grid", *[ends(0.5, training__batch_size=size) for size in (128, 129)])
    assert [axes.get_title() for axes in picture.axes] == ["batch_size 129", "batch_size 128"]


def test_against_value_has_a_place_for_zero_on_a_logarithmic_axis():
    runs = [ends(y, network__dropout=x) for x, y in ((0, 0.3), (0.1, 0.5), (1, 0.7))]
    (panel,) = draw("against_value", *runs, metrics=("train_accuracy",)).axes
    line, point, level = panel.lines
    assert line.get_xydata().ravel() == pytest.approx([0.1, 0.5, 1, 0.7])
    assert panel.get_xlim()[0] < point.get_xdata()[0] < 0.1
    assert point.get_ydata()[0] == level.get_ydata()[0] == 0.3
    labels = {text.get_text(): x for x, text in zip(panel.get_xticks(), panel.get_xticklabels(), strict=True)}
    assert labels == pytest.approx({"0": point.get_xdata()[0], "0.1": 0.1, "1": 1})


def test_against_value_keeps_to_its_limits():
    axes = draw("against_value", *sweep(), metrics=("gap", "train_accuracy"), limits={"gap": [-1, 2]}).axes
    assert axes[0].get_ylim() == (-1, 2)
    assert [panel.get_ylabel() for panel in axes] == ["final gap", "final train accuracy"]
    assert axes[0].lines[0].get_ydata() == pytest.approx([0.25, 0.25])


def test_step_sizes_shows_steps_and_rates_and_those_uphill_hollow():
    picture = draw("step_sizes", descends([[-8, 2], [-6, 1], [-7, -0.5]]))
    for k, uphill in ((0, [2]), (1, [])):
        line, downhill, hollow = picture.axes[k].lines[:3]
        assert [line.get_linestyle(), downhill.get_marker(), hollow.get_marker()] == ["-", "o", "o"]
        assert downhill.get_xdata().tolist() == ([1] if uphill else [1, 2])
        assert hollow.get_xdata().tolist() == uphill
        assert hollow.get_markerfacecolor() == "white" != downhill.get_markerfacecolor()
    assert picture.axes[0].lines[0].get_xydata().tolist() == [[1, 2], [2, 1]]
    assert picture.axes[2].lines[0].get_ydata() == pytest.approx([2 / 0.8, 1 / 0.6])
    assert {"a step uphill", "lr 0.1", "in x", "in y"} <= set(texts(picture))
    assert "a step uphill" not in texts(draw("step_sizes", descends([[-8, 2], [-6, 1]])))


def test_path_zoom_numbers_steps_and_the_end():
    path = np.column_stack([np.linspace(-7, -1, 8), np.linspace(2, 1, 8)])
    (panel,) = draw("path_zoom", descends(path), every=3).axes
    assert [text.get_text() for text in panel.texts] == ["0", "3", "6", "7"]
    assert [list(text.xy) for text in panel.texts] == path[[0, 3, 6, 7]].tolist()
    assert panel.get_aspect() == 1
    for (low, high), values in zip((panel.get_xlim(), panel.get_ylim()), path.T, strict=True):
        assert low < values.min() < values.max() < high


def test_path_zoom_draws_where_all_of_the_surface_is_negative():
    rendered("path_zoom", descends([[0, 2.9], [0, 2.91], [0, 2.92]], problem="saddle"))


def test_paths_has_a_panel_a_descent_and_says_where_it_ended():
    names = ["sgd", "adam", "momentum", "adagrad", "rmsprop"]
    picture = draw("paths", *[descends(PATH, name) for name in names])
    titles = [axes.get_title() for axes in picture.axes]
    assert titles == [f"{name}, lr 0.1\nf = 1 after 10 steps" for name in names]
    assert all(any(np.array_equal(line.get_xydata(), PATH) for line in axes.lines) for axes in picture.axes)


def test_signals_spans_the_data_from_lowest_to_highest():
    picture = draw("signals", distributed([-2.0, 0.5], [4.0, 0.75]))
    edges = [axes.patches[0].get_data().edges for axes in picture.axes]
    assert edges[0] == pytest.approx([-2, -0.5, 1, 2.5, 4])
    assert [(ends[0], ends[-1]) for ends in edges] == [(-2, 4), (0.5, 0.75)] * 2
    titles = [axes.get_title() for axes in picture.axes]
    assert titles == [f"{kind}\nlayer {layer}" for kind in ("activation", "gradient") for layer in (1, 2)]


def test_signals_counts_many_exact_zeros_instead_of_drawing_them():
    few, many = (draw("signals", distributed([0.0], [4.0], zeros=share)).axes for share in (0.05, 0.2))
    assert [axes.patches[0].get_data().values.tolist() for axes in few] == [[1, 1, 1, 1]] * 2
    heights = [axes.patches[0].get_data().values for axes in many]
    assert heights[0] == pytest.approx([1 - 0.2 * 4, 1, 1, 1])  # a fifth of four values, in the first bin
    assert heights[1].tolist() == [1, 1, 1, 1]  # gradients are drawn whole
    assert [[text.get_text() for text in axes.texts] for axes in many] == [["20% are 0"], []]


def test_signals_names_every_layer():
    deep = distributed([0, 0], [1, 1], network__hidden=[9, 9])
    picture = draw("signals", distributed([0], [1], network__hidden=[9]), deep)
    titled = {axes.get_title() for axes in picture.axes if axes.get_visible()}
    assert {"activation\nlayer 2", "gradient\nlayer 2"} <= titled


def test_signals_says_what_it_needs_of_an_evaluation():
    with pytest.raises(ValueError, match=r"^signals: evaluation = 3: runs have -1 to 0$"):
        draw("signals", distributed([0], [1]), evaluation=3)


def test_signals_shows_a_seed_that_got_as_far():
    early, late = distributed([0], [1], status="diverged"), distributed([0], [7], seed=1)
    arrays = {key: np.concatenate([array, array]) for key, array in late.arrays.items()}
    picture = draw("signals", early, run(seed=1, arrays=arrays), evaluation=1)
    assert picture.axes[0].patches[0].get_data().edges[-1] == 7


def test_unit_spread_has_a_place_for_zero():
    axes = draw("unit_spread", spreads([[0, 0.5], [0, 1]])).axes[0]
    heights = axes.transAxes.inverted().transform(axes.transData.transform([(0, 0), (0, 1e-8), (0, 1)]))[:, 1]
    assert 0 <= heights[0] < heights[1] < heights[2] <= 1
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0, 0], [0.5, 1]]


def test_unit_spread_draws_units_that_are_all_alike():
    draw("unit_spread", spreads([[0, 0], [0, 0]]))
