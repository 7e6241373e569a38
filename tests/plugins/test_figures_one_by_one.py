"""Figures one by one, read back from their axes: what each does that the others do not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from factories import (
    PATH,
    band_of,
    crosses,
    descends,
    distributed,
    draw,
    ends,
    learns,
    loses,
    rendered,
    run,
    spreads,
    sweep,
    texts,
)
from matplotlib.colors import to_rgba
from ravine import registry


@pytest.mark.parametrize("name", ["accuracy_grid", "against_value"])
@pytest.mark.parametrize("axis", ["optimizer", "network.dropout"])
def test_an_axis_that_is_no_number_is_refused(name, axis):
    says = rf"^{axis} is not a number in every run; axis must be a number that is swept: initializer\.std$"
    with pytest.raises(ValueError, match=says):
        draw(name, *sweep(), axis=axis)


def test_an_axis_has_to_be_chosen_among_several_and_there_has_to_be_one():
    both = [ends(0.5, optimizer__lr=x, initializer__std=y) for x in (1, 2) for y in (3, 4)]
    with pytest.raises(
        ValueError, match=r"^axis must be a number that is swept: optimizer\.lr, initializer\.std"
    ):
        draw("accuracy_grid", *both)
    with pytest.raises(ValueError, match=r"^axis must be a number that is swept: there is none$"):
        draw("against_value", ends(0.5), ends(0.5, "adam"))


def test_other_requests_that_make_no_sense_are_refused():
    figure = registry.load().get("figure", "against_value")
    with pytest.raises(ValueError, match=r"limits of loss = \[0, 1\]: write \[low, high\] for a metric here$"):
        figure(metrics=("gap",), limits={"loss": [0, 1]})
    with pytest.raises(ValueError, match=r"limits of gap = \[0\]"):
        figure(metrics=("gap",), limits={"gap": [0]})
    with pytest.raises(ValueError, match=r"^no run has the metric 'x'; there are gap, test_accuracy, train_"):
        draw("against_value", *sweep(), metrics=("x",))
    with pytest.raises(
        ValueError, match=r"^path_overlay needs runs on one surface; these are on several surfaces$"
    ):
        draw("path_overlay", descends(PATH), descends(PATH, problem="sphere"))
    with pytest.raises(
        ValueError, match=r"^descent draws one descent; there are 2: the figure paths draws them all$"
    ):
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


def test_against_value_has_ticks_at_the_values_of_a_sweep_if_there_is_room():
    def ticks(values):
        runs = [ends(0.5, training__batch_size=size) for size in values]
        (panel,) = draw("against_value", *runs, metrics=("train_accuracy",)).axes
        return [text.get_text() for text in panel.get_xticklabels()]

    assert ticks((4, 16, 128)) == ["4", "16", "128"]
    assert "17" not in ticks((16, 17, 18, 4096))


def test_of_two_lines_in_one_place_both_are_seen():
    both = [
        ends(y, name, optimizer__lr=lr)
        for name, ys in (("sgd", (0.3, 0.5)), ("adam", (0.3, 0.5)), ("momentum", (0.3, 0.9)))
        for lr, y in zip((0.1, 1.0), ys, strict=True)
    ]
    first, second, third = draw("against_value", *both, metrics=("train_accuracy",)).axes[0].lines
    assert second.get_markerfacecolor() == "none"
    assert second.get_markersize() > first.get_markersize()
    assert third.get_markerfacecolor() == third.get_color()
    # What is one in 1e30 of the greatest is another place on a logarithmic axis.
    apart = [
        ends(y, name, optimizer__lr=lr)
        for name, ys in (("sgd", (0.3, 1e-20)), ("adam", (0.3, 1e-30)))
        for lr, y in zip((0.1, 1.0), ys, strict=True)
    ]
    lines = draw("against_value", *apart, metrics=("train_accuracy",), y_scale="log").axes[0].lines
    assert all(line.get_markerfacecolor() == line.get_color() for line in lines)


def test_an_axis_is_named_in_words_and_a_list_of_one_is_a_number():
    runs = [
        ends(y, network__hidden=[width], seed=seed) for width, y in ((30, 0.3), (100, 0.5)) for seed in (0, 1)
    ]
    picture = draw("against_value", *runs, axis="network.hidden", metrics=("train_accuracy",))
    assert picture.axes[0].lines[0].get_xdata() == pytest.approx([30, 100])
    assert picture.get_supxlabel() == "hidden units"
    smoothed = [ends(0.5, optimizer__lr=lr) for lr in (0.05, 0.1, 0.2)]
    for one, size in zip(smoothed, (0.05, 0.1, 0.2), strict=True):
        one.config["augment"] = [{"name": "label_smoothing", "epsilon": size}]
    picture = draw("against_value", *smoothed, axis="augment.0.epsilon", metrics=("train_accuracy",))
    assert picture.get_supxlabel() == "epsilon of label smoothing"
    with pytest.raises(ValueError, match=r"^network\.hidden is not a number in every run"):
        draw(
            "against_value",
            ends(0.5, network__hidden=[3, 3]),
            axis="network.hidden",
            metrics=("train_accuracy",),
        )


def test_a_wide_value_map_has_fewer_panels_in_a_row():
    values = {(lr, ratio): [0.5] for lr in (0.01, 0.02, 0.03, 0.1, 0.2, 0.3, 1.0) for ratio in (0.0, 0.5)}
    runs = [one for name in ("sgd", "adam", "momentum") for one in mapped(name, values=values)]
    picture = draw("value_map", *runs, metric="train_accuracy", rows="network.dropout", columns="optimizer.lr")
    assert picture.get_figwidth() <= 8
    assert len({round(axes.get_subplotspec().rowspan.start) for axes in picture.axes[:3]}) == 2


def test_against_value_keeps_to_its_limits():
    axes = draw("against_value", *sweep(), metrics=("gap", "train_accuracy"), limits={"gap": [-1, 2]}).axes
    assert axes[0].get_ylim() == (-1, 2)
    assert [panel.get_ylabel() for panel in axes] == ["final gap", "final train accuracy"]
    assert axes[0].lines[0].get_ydata() == pytest.approx([0.25, 0.25])


# ---- value map --------------------------------------------------------------------------------------------------

# By rate and ratio of dropout the training accuracy of three seeds; None for one that diverged.
MAP = {
    (0.1, 0): [0.2, 0.3, 0.4], (0.1, 0.5): [0.5, 0.5, 0.6], (0.03, 0): [0.9, 0.7, 0.8],
    (0.03, 0.5): [0.71, 0.71, 0.2], (1, 0): [None, None, None], (1, 0.5): [0.1, None, 0.3],
}  # fmt: skip


def mapped(name="sgd", sign=1, values=MAP, **fields):
    return [
        ends(y if y is None else sign * y, name, seed=seed, optimizer__lr=lr, network__dropout=ratio, **fields)
        for (lr, ratio), ys in values.items()
        for seed, y in enumerate(ys)
    ]


def cells(panel):
    """By place the frame of a cell of a map, the text in it, and the size of a cross."""
    words = {tuple(text.get_position()): text.get_text() for text in panel.texts}
    frames = {
        tuple(np.round(patch.get_center()).astype(int)): patch.get_linewidth()
        for patch in panel.patches
        if to_rgba(patch.get_edgecolor())[3] and not to_rgba(patch.get_facecolor())[3]
    }
    marks = {
        tuple(np.floor(line.get_xydata()[0] + 0.5).astype(int)): line.get_markersize() for line in panel.lines
    }
    return words, frames, marks


def test_a_value_map_has_medians_in_ascending_cells_and_marks_the_best():
    picture = draw(
        "value_map", *mapped(), metric="train_accuracy", rows="network.dropout", columns="optimizer.lr"
    )
    panel, bar = picture.axes
    assert [text.get_text() for text in panel.get_xticklabels()] == ["0.03", "0.1", "1"]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["0", "0.5"]
    words, frames, marks = cells(panel)
    assert words == {(0, 0): ".80", (1, 0): ".30", (0, 1): ".71", (1, 1): ".50", (2, 1): ".20"}
    # The worst seed of the best cell has 0.7: 0.71 is as good, 0.5 is not.
    assert frames.keys() == {(0, 0), (0, 1)}
    assert frames[0, 0] > frames[0, 1]
    assert marks.keys() == {(2, 0), (2, 1)}
    assert marks[2, 0] > marks[2, 1]
    assert bar.get_ylabel() == "final train accuracy"
    said = texts(picture)
    assert {"best", "as good as a seed of the best", "diverged", "some seeds diverged"} < {*said}
    assert "median of 2 to 3 seeds" in said


def test_the_best_of_a_value_map_is_the_lowest_loss_and_light():
    runs = [run(seed=i, optimizer__lr=lr, network__dropout=ratio, final={"train_loss": loss},
                arrays={"evaluation.train_loss": np.array([loss])})
            for (lr, ratio), loss in {(0.1, 0): 2.0, (0.1, 1): 0.5, (1, 0): 1.0, (1, 1): 4.0}.items() for i in (0, 1)]  # fmt: skip
    for scale in ("linear", "log"):
        picture = draw("value_map", *runs, metric="train_loss", scale=scale)
        panel = picture.axes[0]
        assert (picture.get_supylabel(), picture.get_supxlabel()) == ("learning rate", "dropout")
        filled = {
            tuple(np.round(patch.get_center()).astype(int)): sum(patch.get_facecolor()[:3])
            for patch in panel.patches
            if patch.get_facecolor()[3]
        }
        assert cells(panel)[1].keys() == {max(filled, key=filled.get)} == {(1, 0)}
        assert min(filled, key=filled.get) == (1, 1)


def test_a_value_map_has_a_panel_a_group_that_share_their_colours():
    low = {place: [y and y / 2 for y in ys] for place, ys in MAP.items()}
    runs = [*mapped("sgd"), *mapped("a$b", values=low)]
    asked = {"metric": "train_accuracy", "rows": "optimizer.lr", "columns": "network.dropout"}
    picture = draw("value_map", *runs, names={"sgd": "plain"}, **asked)
    one, other, _ = picture.axes
    assert [one.get_title(), other.get_title()] == ["plain", "a$b"]
    assert not other.title.get_parse_math()
    colour = {panel: {tuple(p.get_center()): p.get_facecolor() for p in panel.patches if p.get_facecolor()[3]}
              for panel in (one, other)}  # fmt: skip
    assert colour[one] != colour[other]
    assert draw("value_map", *runs, limits=(0.4, 0.5), **asked).axes[2].get_ylim() == (0.4, 0.5)


def test_a_value_map_leaves_out_of_its_panels_what_follows_from_a_column():
    runs = [*mapped("sgd"), *mapped("adam")]
    for one in runs[len(MAP) * 3 :]:
        one.config["regularizer"] = {"name": "mine", "rate": one.config["optimizer"]["lr"]}
    asked = {"metric": "train_accuracy", "rows": "network.dropout", "columns": "optimizer.lr"}
    *panels, _ = draw("value_map", *runs, **asked).axes
    assert [len(panel.texts) for panel in panels] == [5, 5]


def test_a_value_map_of_settings_that_are_no_numbers_keeps_their_order():
    runs = [ends(0.5, name, optimizer__lr=lr) for name in ("sgd", "adam") for lr in (1, 0.1)]
    panel = draw("value_map", *runs, metric="train_accuracy").axes[0]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["sgd", "adam"]
    assert [text.get_text() for text in panel.get_xticklabels()] == ["0.1", "1"]


def test_a_value_map_says_what_it_needs():
    runs = [ends(0.5, name, optimizer__lr=lr) for name in ("sgd", "adam") for lr in (1, 0.1)]
    with pytest.raises(
        ValueError, match=r"^x\.y is not a setting of every run; swept are optimizer, optimizer\.lr$"
    ):
        draw("value_map", *runs, rows="x.y")
    with pytest.raises(ValueError, match=r"^value_map needs two settings, rows and columns; swept are none$"):
        draw("value_map", ends(0.5))
    with pytest.raises(
        ValueError, match=r"^value_map needs two settings, rows and columns; swept are optimizer, opt"
    ):
        draw("value_map", *runs, *[ends(0.5, optimizer__lr=lr, network__dropout=0.5) for lr in (1, 2)])
    with pytest.raises(
        ValueError, match=r"^no run has the metric 'loss'; there are gap, test_accuracy, train_acc"
    ):
        draw("value_map", *runs, metric="loss")
    figure = registry.load().get("figure", "value_map")
    with pytest.raises(ValueError, match=r"^ValueMap: limits = \[1, 0\]: write \[low, high\]$"):
        figure(limits=(1, 0))
    with pytest.raises(ValueError, match=r"^ValueMap: limits = \[0, 1\]: a logarithmic scale begins above 0$"):
        figure(limits=(0, 1), scale="log")


def test_a_value_map_of_runs_that_all_diverged_is_drawn():
    picture = rendered("value_map", *mapped(values={place: [None] for place in MAP}), metric="train_accuracy")
    assert len(picture.axes[0].lines) == 6
    assert "every run diverged" in texts(picture)


# ---- loss against the rate --------------------------------------------------------------------------------------


def ranged(values, *, lr=1.0, seed=0, status="completed", schedule=None, name="sgd"):
    """A run of 40 updates, evaluated after each tenth, whose rate rises to ``lr`` along a line."""
    made = learns(values, name, seed=seed, status=status, step=10 * (len(values) - 1), optimizer__lr=lr)
    made.config["schedule"] = schedule or {"name": "linear", "start": 0.0, "end": 1.0}
    made.arrays["loss"] = np.linspace(3, 1, 10 * (len(values) - 1))
    return made


def test_loss_against_rate_stands_at_the_rate_of_the_update_before():
    runs = [ranged([0.1, 0.2 + s, 0.5 + s, 0.3 + s, 0.1], seed=i) for i, s in enumerate((0, 0.1, 0.2))]
    axes = draw("loss_against_rate", *runs, of="train_accuracy").axes[0]
    assert axes.lines[0].get_xydata().ravel() == pytest.approx(
        [9 / 40, 0.3, 19 / 40, 0.6, 29 / 40, 0.4, 39 / 40, 0.1]
    )
    assert band_of(axes)[19 / 40] == pytest.approx((0.5, 0.7))
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_xscale()) == (
        "learning rate",
        "train accuracy",
        "log",
    )
    loss = draw("loss_against_rate", *runs, window=1, x_scale="linear").axes[0]
    assert loss.lines[0].get_xydata()[[0, -1]].ravel() == pytest.approx([0, 3, 39 / 40, 1])
    assert loss.get_title("left") == "median of 3 seeds, band from lowest to highest; not smoothed"


def test_loss_against_rate_has_a_point_for_runs_at_one_rate_and_a_cross_for_those_that_diverged():
    constant = {"name": "constant"}
    at = [ranged([0.1, 0.4 + s, end + s], lr=lr, seed=i, schedule=constant)
          for lr, end in ((0.1, 0.5), (0.3, 0.7)) for i, s in enumerate((0, 0.1, 0.2))]  # fmt: skip
    lost = ranged([0.1, 0.2, 0.1], lr=3, schedule=constant, status="diverged")
    picture = draw("loss_against_rate", ranged([0.1, 0.5, 0.3]), *at, lost, of="train_accuracy")
    axes = picture.axes[0]
    points = [line.get_xydata()[0] for line in axes.lines if line.get_marker() not in ("None", "x", "_", "|")]
    assert np.ravel(points) == pytest.approx([0.1, 0.6, 0.3, 0.8])
    assert [line.get_xdata()[0] for line in crosses(axes)] == [3]
    said = [text.get_text() for text in picture.legends[0].get_texts()]
    assert said == ["lr=1 linear", "constant: at the end", "diverged"]
    with pytest.raises(
        ValueError, match=r"^loss_against_rate needs a run with loss and a step; there is none$"
    ):
        draw("loss_against_rate", ends(0.5))


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


def test_aims_has_a_map_a_surface_and_by_angle_the_share_that_misses_by_more():
    pictures = descends(PATH), descends(PATH, "adam"), descends(PATH, problem="sphere")
    ravine, sphere, shares, bar = draw("aims", *pictures, names={"ravine": "valley"}).axes
    assert [axes.get_title(loc="left") for axes in (ravine, sphere)] == ["valley", "sphere"]
    assert "minimum" in bar.get_xlabel()
    for axes, widest in ((ravine, 64.8), (sphere, 0.0)):
        (drawn,) = axes.images
        assert np.nanmax(drawn.get_array()) == pytest.approx(widest, abs=0.1)
    by, more = shares.lines[0].get_data()
    assert more[by == 45] == pytest.approx(0.664, abs=0.003)
    assert (np.diff(more) <= 0).all()
    assert set(shares.lines[1].get_ydata()) == {0.0}


def test_aims_needs_a_minimum_to_miss():
    with pytest.raises(ValueError, match=r"^aims needs surfaces with a minimum; saddle has none$"):
        draw("aims", descends(PATH, problem="saddle"))


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
    picture = draw("paths", *[descends(PATH, name) for name in names], names={"sgd": "SGD"})
    titles = [axes.get_title("left") for axes in picture.axes]
    assert titles == [f"{name}, rate 0.1\nf = 1 after 10 steps" for name in ["SGD", *names[1:]]]
    assert all(any(np.array_equal(line.get_xydata(), PATH) for line in axes.lines) for axes in picture.axes)


@pytest.mark.parametrize("name", ["paths", "path_overlay", "race"])
def test_levels_are_shown_where_the_paths_and_the_minimum_are(name):
    made = draw(name, descends(PATH), descends([[-3, 0.5], [1, -0.2]], "adam"))
    axes = getattr(made, "_fig", made).axes[0]
    made._draw_was_started = True
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert -9 < left < -7 < 1 < right < 3
    assert -1 < bottom < -0.5 < 2 < top < 3
    fills = [fill for fill in axes.collections if fill.get_facecolor().size]
    greys = np.array(fills[0].get_facecolor())[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert len(greys) > 8
    assert (np.diff(greys) < 0).all()  # low is pale


def test_a_path_that_leaves_the_surface_is_marked_where_it_does():
    axes = draw("path_overlay", descends([[-7, 2], [0, 0], [20, 10]], status="diverged")).axes[0]
    marks = [line for line in axes.lines if line.get_marker() in "<>^v"]
    assert [line.get_marker() for line in marks] == [">"]
    x, y = marks[0].get_xydata()[0]
    assert x == pytest.approx(axes.get_xlim()[1])
    assert y == pytest.approx(x / 2)


def test_path_overlay_shows_the_distance_to_the_nearest_minimum_by_step_and_says_who_is_near():
    runs = descends([[-4, 3], [0, 0.5], [3, 4]]), descends([[-4, 3], [0, 2]], "adam")
    paths, by_step = draw("path_overlay", *runs, names={"adam": "Adam"}).axes
    first, second = (line.get_xydata().tolist() for line in by_step.lines)
    assert first == [[0, 5], [1, 0.5], [2, 5]]
    assert second == [[0, 5], [1, 2]]
    assert by_step.get_yscale() == "log"
    # f = x² / 20 + y²: 16.45 and 4
    assert paths.get_title("left") == "Adam ends lowest, at f = 4"
    assert by_step.get_title("left") == "Adam ends nearest, at 2"
    assert [axes.get_xlabel() for axes in (paths, by_step)] == ["x", "step"]


def test_path_overlay_of_a_surface_without_a_minimum_shows_its_value():
    _, by_step = draw("path_overlay", descends([[1, 0], [0.5, 1]], problem="saddle")).axes
    assert (by_step.get_ylabel(), by_step.get_yscale()) == ("f", "linear")


def test_path_overlay_of_a_diverged_path_marks_where_its_curve_leaves():
    far = descends([[-4, 3], [10, 40], [1e200, -1e300]], "adam", status="diverged")
    paths, by_step = draw("path_overlay", descends([[-4, 3], [0, 0.5]]), far).axes
    assert by_step.get_ylim()[1] < 20
    assert [line.get_marker() for line in by_step.lines if line.get_linestyle() == "None"] == ["x", "^"]
    assert paths.get_title("left") == "sgd ends lowest, at f = 0.25"
    alone = draw("path_overlay", far).axes
    assert [axes.get_title("left") for axes in alone] == ["all paths diverged", "none ends near a minimum"]


def histograms_of(axes):
    """Edges, heights over their baseline and the baseline of each histogram, from the top."""
    return [
        (data.edges, data.values - data.baseline, data.baseline)
        for data in (p.get_data() for p in axes.patches)
    ]


def test_signals_has_a_panel_a_group_with_a_layer_below_the_other_along_one_axis():
    narrow, wide = (
        distributed([-1, 0], [1, 0.5], std=[0.5, 0.1]),
        distributed([-4, -2], [4, 2], "adam", std=[2, 1]),
    )
    first, second, _ = draw("signals", narrow, wide).axes
    assert [edges.tolist() for edges, _, _ in histograms_of(first)] == [
        [-1, -0.5, 0, 0.5, 1],
        [0, 0.125, 0.25, 0.375, 0.5],
    ]
    assert [baseline for _, _, baseline in histograms_of(second)] == [1, 0]
    assert first.get_xlim() == second.get_xlim()
    assert first.get_xlim()[0] < -4 < 4 < first.get_xlim()[1]
    assert [tick.get_text() for tick in first.get_yticklabels()] == ["1", "2"]


def test_signals_titles_say_how_the_spread_changes_and_the_result_where_it_ends():
    runs = distributed([-1, 0], [1, 0.5], std=[0.5, 0.125]), distributed([-4, -2], [4, 2], "adam", std=[2, 3])
    picture = draw("signals", *runs, names={"adam": "Adam"})
    assert [axes.get_title("left") for axes in picture.axes[:2]] == ["a  sgd\nσ 0.5 → 0.12", "b  Adam\nσ 2 → 3"]
    says = "The spread σ of activations in the last of 2 layers goes from 0.12 (sgd) to 3 (Adam)"
    assert picture.get_suptitle().replace("\n", " ") == says


def test_signals_marks_layers_that_are_too_wide_for_the_others():
    runs = [distributed([-1], [1], f"rule_{i}", std=[0.5]) for i in range(3)]
    *kept, exploded = draw("signals", *runs, distributed([-1000], [1000], std=[500])).axes[:-1]
    assert [len(axes.lines) for axes in kept] == [0, 0, 0]
    assert [line.get_marker() for line in exploded.lines] == ["<", ">"]
    assert exploded.get_xlim()[1] < 2


def test_signals_shows_the_spread_of_gradients_by_layer():
    runs = distributed([0, 0], [1, 1], std=[1e-3, 1e-5]), distributed([0, 0], [1, 1], "adam", std=[0, 1e-2])
    axes = draw("signals", *runs).axes[-1]
    assert [line.get_xdata().tolist() for line in axes.lines] == [
        [1e-3, 1e-5],
        [pytest.approx(np.nan, nan_ok=True), 1e-2],
    ]
    above, below = axes.lines[0].get_ydata()
    assert above > below
    assert (axes.get_xscale(), axes.get_title("left")) == ("log", "gradients: σ from\n1e-05 to 0.01")


def test_signals_counts_many_exact_zeros_instead_of_drawing_them():
    few, many = (draw("signals", distributed([0.0], [4.0], zeros=share)).axes[0] for share in (0.05, 0.25))
    ((_, heights, _),) = histograms_of(few)
    assert np.ptp(heights) == pytest.approx(0)
    ((_, heights, _),) = histograms_of(many)
    assert (heights / heights.max()).tolist() == [0, 1, 1, 1]  # a quarter of four values, all of the first bin
    assert [axes.get_title("left").partition("\n")[2] for axes in (few, many)] == ["σ 1", "σ 1\n25% are 0"]


def test_signals_names_every_layer():
    deep = distributed([0, 0], [1, 1], network__hidden=[9, 9])
    picture = draw("signals", distributed([0], [1], network__hidden=[9]), deep)
    assert [tick.get_text() for tick in picture.axes[0].get_yticklabels()] == ["1", "2"]


@pytest.mark.parametrize(("kinds", "expected"), [(1, [4, 2]), (2, [3, 3]), (6, [4, 2])])
def test_signals_has_rows_of_one_activation_where_rows_are_filled(kinds, expected):
    runs = [distributed([0], [1], f"rule_{i}", network__activation=f"kind_{i * kinds // 6}") for i in range(6)]
    picture = draw("signals", *runs)
    at = [axes.get_subplotspec().rowspan.start for axes in picture.axes if axes.patches]
    assert [at.count(row) for row in sorted({*at})] == expected


def test_signals_says_what_it_needs_of_an_evaluation():
    with pytest.raises(ValueError, match=r"^signals: evaluation = 3: runs have -1 to 0$"):
        draw("signals", distributed([0], [1]), evaluation=3)


def test_signals_shows_a_seed_that_got_as_far():
    early, late = distributed([0], [1], status="diverged"), distributed([0], [7], seed=1)
    arrays = {key: np.concatenate([array, array]) for key, array in late.arrays.items()}
    picture = draw("signals", early, run(seed=1, arrays=arrays), evaluation=1)
    assert picture.axes[0].patches[0].get_data().edges[-1] == 7


def test_signals_says_that_a_run_diverged():
    picture = draw("signals", distributed([0], [1], status="diverged"))
    assert picture.axes[0].get_title("left").endswith("\ndiverged later")


def test_unit_spread_has_a_place_for_zero():
    axes = draw("unit_spread", spreads([[0, 0.5], [0, 1]])).axes[0]
    heights = axes.transAxes.inverted().transform(axes.transData.transform([(0, 0), (0, 1e-8), (0, 1)]))[:, 1]
    assert 0 <= heights[0] < heights[1] < heights[2] <= 1
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0, 0], [0.5, 1]]


def test_unit_spread_draws_units_that_are_all_alike():
    draw("unit_spread", spreads([[0, 0], [0, 0]]))


def test_loss_curves_stand_at_steps_or_at_gradients():
    asks, plain, lost = (
        loses(np.linspace(3, 1, 6), name, step=6, status=status)
        for name, status in (("sgd", "completed"), ("adam", "completed"), ("momentum", "diverged"))
    )
    asks.arrays["gradients"] = np.array([0.0, 2, 4, 7, 9, 11, 13])
    by_step, by_gradients = (
        draw("loss_curves", asks, plain, lost, by=by).axes[0] for by in ("step", "gradients")
    )
    assert by_step.get_xlabel() == "step"
    assert by_gradients.get_xlabel() == "gradients"
    (all_at,) = {tuple(line.get_xdata()) for line in by_step.lines if len(line.get_xdata()) > 1}
    assert all_at == (1, 2, 3, 4, 5, 6)
    drawn = {tuple(line.get_xdata()) for line in by_gradients.lines if len(line.get_xdata()) > 1}
    # A loss is that of the first gradient of its step.
    assert drawn == {(1, 3, 5, 8, 10, 12), (1, 2, 3, 4, 5, 6)}


def test_value_curves_of_different_lengths_are_seen_on_a_logarithmic_axis():
    short, long = learns([0.1, 0.5], step=10), learns([0.1, 0.2, 0.3, 0.4], "adam", step=30)
    for scale in ("linear", "log"):
        (axes,) = draw("value_curves", short, long, of="train_accuracy", scale="linear", x_scale=scale).axes
        assert axes.get_xscale() == scale
        assert [len(line.get_xdata()) for line in axes.lines] == [2, 4]


def test_accuracy_curves_stand_at_epochs_or_at_gradients():
    asks, lost = (
        learns([0.1, 0.5, 0.8], name, step=20, status=status)
        for name, status in (("sgd", "completed"), ("adam", "diverged"))
    )
    asks.arrays["gradients"] = 3.0 * np.arange(21)
    for by, places in (("epoch", (0, 10, 20)), ("gradients", (0, 30, 60))):
        (axes,) = draw("accuracy_curves", asks, lost, by=by).axes
        line, dotted, cross = axes.lines
        assert tuple(line.get_xdata()) == places
        assert tuple(dotted.get_xdata()) == (0, 10, 20)
        assert (tuple(cross.get_xdata()), tuple(cross.get_ydata())) == ((20,), (0.8,))
        assert axes.get_xlabel() == {"epoch": "step"}.get(by, by)


def timed(run, seconds=12.0, epochs=None):
    """The run with the seconds of its updates, and perhaps its epochs."""
    run.config["training"]["epochs"] = epochs
    return replace(run, seconds=seconds)


@pytest.mark.parametrize(
    ("by", "label", "places"),
    [
        ("step", "step", (1, 2, 3, 4, 5, 6)),
        ("epoch", "epoch", (1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2)),
        ("seconds", "seconds of updates", (2, 4, 6, 8, 10, 12)),
    ],
)
def test_losses_stand_at_steps_epochs_or_seconds(by, label, places):
    (axes,) = draw("loss_curves", timed(loses(np.linspace(3, 1, 6), step=6), epochs=2), by=by).axes
    assert axes.get_xlabel() == label
    assert tuple(axes.lines[0].get_xdata()) == pytest.approx(places)


@pytest.mark.parametrize("name", ["accuracy_curves", "value_curves"])
@pytest.mark.parametrize(
    ("by", "label", "places"),
    [
        ("step", "step", (0, 10, 20)),
        ("epoch", "epoch", (0, 1, 2)),
        ("gradients", "gradients", (0, 30, 60)),
        ("seconds", "seconds of updates", (0, 6, 12)),
    ],
)
def test_evaluations_stand_at_steps_epochs_gradients_or_seconds(name, by, label, places):
    run = timed(learns([0.1, 0.5, 0.8], step=20), epochs=2)
    run.arrays["gradients"] = 3.0 * np.arange(21)
    fields = {"of": "train_accuracy", "scale": "linear"} if name == "value_curves" else {}
    (axes,) = draw(name, run, by=by, **fields).axes
    assert axes.get_xlabel() == label
    assert tuple(axes.lines[0].get_xdata()) == places


@pytest.mark.parametrize("name", ["loss_curves", "accuracy_curves"])
def test_seconds_that_are_not_known_are_not_drawn(name):
    make = loses if name == "loss_curves" else learns
    known, lost = timed(make([0.5, 0.4])), timed(make([0.5, 0.4], "adam"), seconds=math.nan)
    with pytest.raises(ValueError, match=f"{name}: by=seconds, and the seconds of 1 run are not known"):
        draw(name, known, lost, by="seconds")


def test_epochs_that_runs_do_not_have_are_not_drawn():
    with pytest.raises(
        ValueError, match=r"loss_curves: by=epoch needs runs of training\.epochs, and 1 run has none"
    ):
        draw(
            "loss_curves",
            timed(loses([3, 2, 1], step=3), epochs=1),
            loses([3, 2, 1], "adam", step=3),
            by="epoch",
        )


def test_accuracy_on_validation_examples_is_dash_dotted():
    run = learns([0.1, 0.5, 0.8], step=20)
    run.arrays["evaluation.validation_accuracy"] = np.array([0.05, 0.4, 0.7])
    picture = draw("accuracy_curves", run, learns([0.2, 0.3, 0.4], "adam", step=20), validation=True)
    (line,) = [line for line in picture.axes[0].lines if line.get_linestyle() == "-."]
    assert tuple(line.get_ydata()) == (0.05, 0.4, 0.7)
    assert [text for text in texts(picture) if text.endswith("examples")] == [
        "training examples",
        "validation examples",
    ]
    assert picture.axes[0].get_ylabel() == "accuracy"


def test_accuracy_on_validation_examples_needs_some():
    figure = registry.load().get("figure", "accuracy_curves")(validation=True)
    assert figure.needs() == ("evaluation.train_accuracy", "evaluation.validation_accuracy")
    with pytest.raises(ValueError, match="accuracy_curves needs a run with an accuracy on validation examples"):
        draw("accuracy_curves", learns([0.1, 0.5]), validation=True)


@pytest.mark.parametrize(("name", "make"), [("loss_curves", loses), ("accuracy_curves", learns)])
def test_many_groups_have_no_bands_that_cover_each_other_and_it_is_said(name, make):
    def drawn(n):
        runs = [make([0.5, 0.4], seed=seed, optimizer__lr=0.1 * (i + 1)) for i in range(n) for seed in (0, 1)]
        (axes,) = draw(name, *runs).axes
        return len(axes.collections), axes.get_title("left")

    bands, note = drawn(12)
    assert bands == 12
    assert note.startswith("median of 2 seeds, band from lowest to highest")
    bands, note = drawn(13)
    assert bands == 0
    assert note.startswith("median of 2 seeds, without bands: 13 groups would cover each other")
