"""What figures draw, read back from their axes, of runs whose numbers are known."""

import numpy as np
import pytest
import ravine
from factories import (
    LOSS,
    PATH,
    band_of,
    crosses,
    descends,
    distributed,
    draw,
    ends,
    learns,
    lines,
    loses,
    rendered,
    run,
    seeds_by_rate,
    spreads,
    study,
    sweep,
    texts,
)
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from ravine import registry
from ravine.config.build import build_both
from ravine.execution.preflight import unsuited
from ravine.registry.make import make_figures
from ravine.reports import chapter
from ravine_plugins.figures._style import _GROUPS, GOES_ON, looks, smooth

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


SURFACE = "only a descent on a surface has a path; this run's problem is supervised"
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
    for dashes in (True, False):
        four = styles(*map(run, ["torch/adam", "adam", "jax/adam", "mine/adam"]), dashes=dashes)
        assert {look.color for look in four.values()} == {made["adam"].color}
        assert len({look.marker for look in four.values()}) == 4
        assert len({look.dashes for look in four.values()}) == (4 if dashes else 1)


def test_only_sgd_has_no_hue():
    greys = [look for look in _GROUPS if np.ptp(to_rgb(look.color)) < 0.25]
    assert greys == [styles(run("sgd"))["sgd"]]


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


def test_paths_that_diverged_are_told_in_few_lines():
    def says(*names):
        runs = [descends(PATH, name, status="diverged") for name in names]
        (told,) = draw("path_overlay", *runs, names={"sgd": "SGD"}).axes[0].texts
        return told.get_text()

    assert says("sgd", "adam") == "SGD diverged at step 10\nadam diverged at step 10"
    assert says(*(f"rule_{i}" for i in range(30))) == "30 of 30 diverged, the first at step 10"


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
        ([loses(LOSS)], 51, "smoothed over 7 steps"),
        ([loses(np.tile(LOSS, 20))], 51, "smoothed over 51 steps"),
        ([loses(LOSS[:19])], 51, "not smoothed"),
        ([loses(LOSS[:5])], 1, "not smoothed"),
        ([loses(LOSS), loses([1, 9], "adam", status="diverged")], 51, "smoothed over 7 steps"),
        ([loses(LOSS)], 2, "smoothed over 3 steps"),
        ([loses(np.tile(LOSS, 20))], 50, "smoothed over 51 steps"),
        ([loses(LOSS), loses(LOSS[:40], "adam")], 51, "smoothed over 5 steps"),
    ],
)
def test_the_smoothing_that_is_named_is_the_one_that_is_done(runs, window, says):
    title = draw("loss_curves", *runs, window=window).axes[0].get_title("left")
    assert title.partition("; ")[2].startswith(says)


# ---- lines that leave the picture -------------------------------------------------------------------------------


def exits(axes):
    """The triangles at the edges, with where they stand in data coordinates, a list of x by edge."""
    found = {}
    for line in axes.lines:
        if line.get_marker() in ("^", "v") and line.get_transform() == axes.transAxes:
            points = axes.transData.inverted().transform(axes.transAxes.transform(line.get_xydata()))
            found.setdefault(line.get_marker(), []).extend(points[:, 0])
    return found


def test_a_line_that_limits_cut_has_triangles_where_it_leaves():
    values = dict(zip((1.0, 2.0, 3.0, 4.0), (0.2, 0.8, 0.2, 0.1), strict=True))
    runs = [ends(y, optimizer__lr=x) for x, y in values.items()]
    cut = draw(
        "against_value",
        *runs,
        metrics=("train_accuracy",),
        limits={"train_accuracy": [0.15, 0.5]},
        x_scale="linear",
    )
    assert exits(cut.axes[0]) == {"^": pytest.approx([1.5, 2.5]), "v": pytest.approx([3.5])}
    assert GOES_ON in texts(cut)
    whole = draw("against_value", *runs, metrics=("train_accuracy",), limits={"train_accuracy": [0, 0.8]})
    assert exits(whole.axes[0]) == {}
    assert GOES_ON not in texts(whole)


def test_a_line_is_cut_where_it_is_drawn_on_logarithmic_axes():
    runs = [ends(y, optimizer__lr=x) for x, y in ((1.0, 0.01), (100.0, 1.0))]
    cut = draw(
        "against_value",
        *runs,
        metrics=("train_accuracy",),
        limits={"train_accuracy": [0.001, 0.1]},
        y_scale="log",
    )
    assert exits(cut.axes[0]) == {"^": pytest.approx([10.0])}


def test_a_line_that_is_nowhere_in_the_picture_is_marked():
    cut = draw("against_value", *sweep(), metrics=("train_accuracy",), limits={"train_accuracy": [0.6, 1]})
    assert exits(cut.axes[0]) == {"v": pytest.approx([0.1, 1.0] * 2)}


def test_first_steps_that_jump_do_not_stretch_the_axis():
    jumping = np.array([2.0, 300.0, 40.0, *np.linspace(2, 1, 57)])
    axes = draw("loss_curves", loses(LOSS), loses(jumping, "rmsprop"), window=1).axes[0]
    assert axes.get_ylim() == pytest.approx((1 / 1.25, 3 * 1.25))
    assert exits(axes)["^"] == pytest.approx([1.126, 3.784], abs=0.01)  # on the way up, and down
    assert GOES_ON in [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_rise_that_stays_or_is_small_is_not_cut():
    for late in ([*LOSS[:50], *[90.0] * 10], [*LOSS[:2], 25.0, *LOSS[3:]]):
        axes = draw("loss_curves", loses(late), window=1).axes[0]
        assert axes.get_ylim()[1] == pytest.approx(max(late) * 1.25)
        assert exits(axes) == {}


@pytest.mark.parametrize("far", [1e301, 1e-301, 1.7e308])
def test_losses_of_any_size_are_drawn(far):
    axes = rendered("loss_curves", loses(LOSS), loses([1.0, *[far] * 59], "adam"), window=1).axes[0]
    assert axes.get_ylim() == pytest.approx((1 / 1.25, 1e200) if far > 1 else (1e-200, 3 * 1.25))
    assert list(exits(axes)) == ["^" if far > 1 else "v"]


def test_losses_that_are_not_above_0_leave_a_logarithmic_axis_and_not_a_linear_one():
    below = loses([4.0, 1.0, -2.0], "adam")
    assert draw("loss_curves", below, window=1).axes[0].get_ylim() == pytest.approx((1 / 1.25, 5))
    axes = draw("loss_curves", loses([-1.0, -2.0]), window=1).axes[0]
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] <= -2 < -1 <= axes.get_ylim()[1]


# ---- words ------------------------------------------------------------------------------------------------------


def test_rates_that_differ_stand_in_the_legend_of_path_overlay():
    both = [descends(PATH, optimizer__lr=0.95), descends(PATH, "adam", optimizer__lr=0.3)]
    assert {"sgd, rate 0.95", "adam, rate 0.3"} <= set(texts(draw("path_overlay", *both)))
    assert {"sgd", "adam"} <= set(texts(draw("path_overlay", descends(PATH), descends(PATH, "adam"))))
    swept = [descends(PATH, optimizer__lr=rate) for rate in (0.1, 0.2)]
    assert {"lr=0.1", "lr=0.2"} <= set(texts(draw("path_overlay", *swept)))


def test_a_field_that_a_component_has_got_since_is_named_where_it_was_not():
    runs = [
        ends(0.5, optimizer__lr=rate, **more) for rate in (0.1, 1) for more in ({}, {"optimizer__decay": 0.9})
    ]
    assert {"sgd without decay", "sgd"} <= set(texts(draw("against_value", *runs, axis="optimizer.lr")))
    others = [ends(0.5, "adam", optimizer__lr=rate, optimizer__beta=b) for rate in (0.1, 1) for b in (0.5, 0.9)]
    plain = [ends(0.5, optimizer__lr=rate) for rate in (0.1, 1)]
    assert "sgd" in texts(draw("against_value", *others, *plain, axis="optimizer.lr"))


# ---- before training --------------------------------------------------------------------------------------------

ON_SURFACE = ("problem=ravine",)
ON_DATA = ("network.hidden=[4]",)
SHOWS_DESCENTS = "it shows descents on a surface, and every run learns from data"
SHOWS_VALUES = "it shows values of a surface or a function, and every run learns from data"
SHOWS_LEARNING = "it shows networks that learn from data, and every run is a descent on a surface"


def before_training(name, *chosen, **fields):
    figure = registry.load().get("figure", name)(**fields)
    return unsuited(figure, [ravine.build(ravine.compose(words)) for words in chosen])


@pytest.mark.parametrize("name", sorted(registry.load().entries["figure"]))
def test_a_figure_says_before_training_of_which_runs_it_can_be_drawn(name):
    surface, data = before_training(name, ON_SURFACE), before_training(name, ON_DATA)
    descents = {
        "aims",
        "descent",
        "path_overlay",
        "path_zoom",
        "paths",
        "race",
        "rolling",
        "side_view",
        "state",
        "step_sizes",
    }
    probed = {
        "accuracy_by_masks": "masks",
        "activations_by_step": "distributions",
        "decision_boundary": "decision_surface",
        "input_quantiles": "input_quantiles",
        "layers_by_step": "distributions",
        "sharpness_curves": "sharpness",
        "signals": "distributions",
        "unit_spread": "unit_spread",
    }
    if name in descents:
        assert (surface, data) == ("", SHOWS_DESCENTS)
    elif name in probed:
        probe = probed[name]
        assert (
            surface
            == data
            == f"it shows what the probe {probe} records, and no run has that probe: probes=[{probe}]"
        )
        assert before_training(name, ON_DATA, [*ON_DATA, f"probes=[{probe}]"]) == ""
    elif name in ("loss_against_rate", "loss_curves"):
        assert surface == data == ""
    elif name == "value_curves":
        assert (surface, data) == ("", SHOWS_VALUES)
    elif name.startswith("search_"):
        assert surface == data == "it shows a search, and this is not one: ravine -m hydra/sweeper=search"
        figure = registry.load().get("figure", name)()
        assert unsuited(figure, [ravine.build(ravine.compose(ON_DATA))], search=True) == ""
    else:
        assert (surface, data) == (SHOWS_LEARNING, "")
    if surface:
        with pytest.raises(ValueError, match=r"need|no run has|a number that is swept|shows a search"):
            draw(name, descends(PATH))


def test_what_a_figure_needs_hangs_on_its_fields():
    assert before_training("against_value", ON_SURFACE, metrics=("value",)) == ""
    assert before_training("against_value", ON_DATA, metrics=("value",)) == SHOWS_VALUES
    of = ("unit_spread.weights",)
    assert "the probe unit_spread" in before_training("layers_by_step", ON_DATA, of=of)
    assert before_training("layers_by_step", [*ON_DATA, "probes=[unit_spread]"], of=of) == ""


@pytest.mark.parametrize("item", chapter.chapter(), ids=lambda item: item.name)
def test_the_figures_of_the_chapter_suit_its_experiments(item):
    cfg = ravine.compose([f"experiment={item.name}"])
    experiment, subject = build_both(cfg)
    for name, figure in make_figures(subject.figures).items():
        assert unsuited(figure, [experiment], search="search" in cfg) == "", name


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["figures=[paths]", "network.hidden=[4]"],
            f"ravine: figures: paths cannot be drawn of these runs: {SHOWS_DESCENTS}\n",
        ),
        (
            ["problem=ravine", "figures=[accuracy_curves]"],
            f"ravine: figures: accuracy_curves cannot be drawn of these runs: {SHOWS_LEARNING}\n",
        ),
    ],
)
def test_a_figure_that_does_not_suit_is_refused_before_training(ravine_here, tmp_path, words, says):
    done = ravine_here(*words)
    assert (done.returncode, done.stderr) == (2, says)
    assert not (tmp_path / "runs").exists()
