"""Looks into networks while they learn: masked networks and their averages, and what is drawn of probes."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import ravine
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from ravine import registry
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.engine.network import Node
from ravine.engine.randomness import Streams
from ravine.engine.supervised import SupervisedProblem
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study

pytestmark = pytest.mark.usefixtures("shapes_kept")


def made(kind, name, **fields):
    return registry.load().get(kind, name)(**fields)


# ---- masks -----------------------------------------------------------------------------------------------------


def trained(*overrides):
    small = ["dataset.train=300", "dataset.test=120", "training.steps=6", "network.hidden=[20,20]"]
    return ravine.build(ravine.compose([*small, *overrides])).run()


MASKS = "probes=[{name:masks,numbers:[1,2,5]}]"


@pytest.mark.parametrize("form", ["dropout", "inverted_dropout"])
def test_the_probe_changes_nothing_that_is_measured(form):
    noisy = [
        "network.dropout=0.2",
        f"network.dropout_form={form}",
        "network.normalization=batch_norm",
        "training.evaluate_every=2",
    ]
    plain, watched = trained(*noisy, "probes=[]"), trained(*noisy, MASKS)
    for name, array in plain.arrays.items():
        assert array.tobytes() == watched.arrays[name].tobytes()
    seen = {name: array.shape for name, array in watched.arrays.items() if name not in plain.arrays}
    assert seen == {
        "probe.masks.numbers": (4, 3),
        "probe.masks.accuracy": (4, 3),
        "probe.masks.scaled": (4,),
        "evaluation.probe.masks.scaled": (4,),
    }
    assert watched.arrays["probe.masks.scaled"].tolist() == plain.arrays["evaluation.test_accuracy"].tolist()


def test_running_statistics_are_left_as_they_are_found():
    noisy = ["network.dropout=0.2", "network.normalization=batch_norm", "dataset.test=50"]
    problem = ravine.build(ravine.compose(noisy)).problem()
    kept = problem.network.buffers.theta, problem.parameters.theta
    before = [array.tobytes() for array in kept]
    made("probe", "masks", numbers=(1, 3)).watch(problem, np.random.default_rng(0))()
    assert [array.tobytes() for array in kept] == before
    assert kept[0].any()


class Ones(Dataset):
    """Examples with one feature, 1, all of class 1."""

    def load(self):
        examples = Examples(np.ones((6000, 1)), np.ones(6000, int))
        return Data(examples, examples, n_out=2)


class Rows(Ones):
    def load(self):
        examples = Examples(np.ones((4, 1)), np.full((4, 2), 0.5))
        return Data(examples, examples, n_out=2)


def one_unit(form, kept, dropped, dataset=Ones):
    """A network of one feature with dropout, whose second logit is ``kept`` or ``dropped``, the first 0."""
    problem = SupervisedProblem(
        dataset=dataset(),
        nodes=lambda n_out: [
            Node(form, made("layer", form, ratio=0.2)), Node("affine", made("layer", "affine", units=n_out))
        ],
        initializer=made("initializer", "zeros"), loss=made("loss", "softmax_cross_entropy"), batch_size=10,
        sampling="shuffled", evaluation_samples=None, streams=Streams(0), dtype="float64",
    )  # fmt: skip
    scale = 1.0 if form == "dropout" else 0.8  # inverted, the feature is 1 / 0.8 where it is kept
    views = problem.parameters.named(problem.parameters.theta)
    views["1.affine.W"][...] = [[0, (kept - dropped) * scale]]
    views["1.affine.b"][...] = [0, dropped]
    return problem


def looked(problem, seed=0, **fields):
    return made("probe", "masks", **fields).watch(problem, np.random.default_rng(seed))()


# The unit is kept with a chance of 0.8. Class 1 has the logit 20 where it is kept and −100 where it is not, so the
# mean of probabilities is the share of masks that keep it and has to be more than a half: with 2 masks both have
# to keep it, 0.8²; with 4, three or four, 4 · 0.8³ · 0.2 + 0.8⁴. The mean of the logits is −4: the scaled network
# always says 0, and so would an average of logits.
# The other has the logits of the probabilities 0.55 and 0.01. Masks that keep it are four of five, so a vote
# would say 1; the mean of probabilities, 0.44, says 0. Of 2 masks both have to keep it, of 4 all four.
BY_HAND = {
    "not of logits": (20, -100, {1: 0.8, 2: 0.64, 4: 0.8192, 64: 1.0}, 0.0),
    "not of votes": (np.log(0.55 / 0.45), np.log(0.01 / 0.99), {1: 0.8, 2: 0.64, 4: 0.4096, 64: 0.0}, 0.0),
    "the scaled one, too": (3, 2, {1: 1.0, 2: 1.0}, 1.0),
}


@pytest.mark.parametrize("form", ["dropout", "inverted_dropout"])
@pytest.mark.parametrize("case", BY_HAND)
def test_averages_are_of_probabilities(form, case):
    kept, dropped, expected, scaled = BY_HAND[case]
    seen = looked(one_unit(form, kept, dropped), numbers=tuple(expected))
    assert seen["numbers"].tolist() == list(expected)
    # 6000 examples draw masks of their own: a standard error below 0.0065.
    assert seen["accuracy"] == pytest.approx(list(expected.values()), abs=0.025)
    assert seen["scaled"] == scaled


def test_an_average_begins_with_the_masks_of_the_one_before():
    problem = one_unit("dropout", 20, -100)
    short, long = looked(problem, numbers=(1, 4)), looked(problem, numbers=(4, 9))
    assert short["accuracy"][1] == long["accuracy"][0]
    assert looked(problem, seed=1, numbers=(1, 4))["accuracy"][0] != short["accuracy"][0]


def test_so_many_test_examples_are_looked_at():
    seen = looked(one_unit("dropout", 20, -100), numbers=(1,), samples=10)["accuracy"][0]
    assert seen * 10 == pytest.approx(round(seen * 10))


def test_masks_says_what_it_needs():
    failed = trained("network.normalization=batch_norm", MASKS)
    assert failed.status == "failed"
    says = (
        "ValueError: masks needs a network with noise while it trains, such as network.dropout=0.15; "
        "no layer of this one draws any: 0.flatten, 1.affine, 2.batch_norm, 3.relu, 4.affine"
    )
    assert says in failed.error
    with pytest.raises(ValueError, match=r"^masks compares how networks classify; the targets of these data"):
        looked(one_unit("dropout", 1, 0, Rows))
    for numbers in ((), (2, 1), (1, 1)):
        with pytest.raises(ValueError, match=r"numbers = \[.*\]: they ascend, and there is one at least$"):
            made("probe", "masks", numbers=numbers)
    with pytest.raises(ValueError, match=r"numbers = \(0, 1\) is not in \[1, inf\)"):
        made("probe", "masks", numbers=(0, 1))


# ---- metrics ---------------------------------------------------------------------------------------------------


def run(*, seed=0, status="completed", arrays=None, **settings):
    config = {"seed": seed, "optimizer": {"name": "sgd"}, "network": {"activation": "relu", **settings}}
    return Run(config, status, 10, 0.0, arrays=arrays or {})


def masked(accuracy, scaled, numbers=(1, 2, 8), **fields):
    at_start = np.zeros(len(numbers))
    return run(**fields, arrays={
        "probe.masks.numbers": np.array([numbers, numbers]),
        "probe.masks.accuracy": np.array([at_start, accuracy]), "probe.masks.scaled": np.array([0.0, scaled]),
    })  # fmt: skip


def test_metrics_by_hand():
    def measure(name, run, /, **fields):
        return made("metric", name, **fields).measure(run)

    learned = masked([0.5, 0.6, 0.7], 0.75)
    assert [measure("masked_accuracy", learned, masks=n) for n in (1, 8, None)] == [0.5, 0.7, 0.75]
    assert measure("masked_accuracy", masked([0.5, 0.6, 0.7], 0.75, status="diverged"), masks=1) is None
    with pytest.raises(ValueError, match=r"^no average over 3 masks; there are 1, 2, 8$"):
        measure("masked_accuracy", learned, masks=3)
    with pytest.raises(ValueError, match=r"^masked_accuracy needs runs with the probe masks$"):
        measure("masked_accuracy", run(), masks=3)
    seen = run(arrays={"probe.p.x": np.array([[1.0, 8.0, 4.0], [6.0, 0.0, 3.0]])})
    assert measure("probed_ratio", seen, of="p.x") == 2
    assert measure("probed_ratio", seen, of="p.x", evaluation=0) == 0.25
    assert measure("probed_ratio", seen, of="p.x", layer=2, over=0, evaluation=0) == 4
    assert measure("probed_ratio", seen, of="p.x", over=1) is None
    with pytest.raises(ValueError, match=r"no probe saw y; there are: p\.x"):
        measure("probed_ratio", seen, of="y")


# ---- figures ---------------------------------------------------------------------------------------------------


def study(*runs):
    return Study(Path(), Ledger("", [], [], []), {str(i): run for i, run in enumerate(runs)})


def draw(name, *runs, **fields):
    return made("figure", name, **fields).draw(study(*runs))


def texts(picture):
    return [text for text in picture.findobj(Text) if text.get_visible() and text.get_text()]


def distributed(values, **fields):
    """A run whose probe saw these values, by evaluation and layer, in histograms of four bins."""

    def each(of):
        return np.array([[of(np.array(layer, float)) for layer in layers] for layers in values])

    seen = {
        "activation.counts": each(lambda x: np.histogram(x, 4)[0]), "activation.low": each(np.min),
        "activation.high": each(np.max), "zeros": each(lambda x: (x == 0).mean()),
        "dead": each(lambda x: float(np.ptp(x) == 0)), "saturated": each(lambda x: (x > 0.95).mean()),
    }  # fmt: skip
    arrays = {f"probe.distributions.{name}": array for name, array in seen.items()}
    return run(**fields, arrays={"evaluation.step": 50 * np.arange(len(values))} | arrays)


START, END = [0, 0, 0, 0.1, 0.3, 0.3, 0.6, 0.9, 4.0], [-1, -1, 0, 1]


def histograms(axes):
    """Height of each histogram's bins over its foot, its edges, and where it stands; lowest first."""
    drawn = [patch.get_data() for patch in axes.patches]
    return [((data.values - data.baseline).tolist(), data.edges.tolist(), data.baseline) for data in drawn]


def test_activations_by_step_stacks_histograms_without_zeros():
    axes = draw("activations_by_step", distributed([[START], [END]])).axes[0]
    (first, first_edges, low), (second, second_edges, high) = histograms(axes)
    assert first_edges == [0, 1, 2, 3, 4]
    assert np.array(first) / max(first) == pytest.approx([1, 0, 0, 1 / 5])  # 5 above 0 and below 1, and 4.0
    assert second_edges == [-1, -0.5, 0, 0.5, 1]
    assert np.array(second) / max(second) == pytest.approx([1, 0, 0, 1 / 2])
    assert (low, high) == (0, 1)
    assert low + max(first) < high  # a histogram ends below the next
    ticks = dict(zip(axes.get_yticks(), (tick.get_text() for tick in axes.get_yticklabels()), strict=True))
    assert ticks == {0: "0", 1: "50"}


def test_activations_by_step_shows_a_layer_that_is_dead_as_empty():
    axes = draw("activations_by_step", distributed([[START], [[0, 0, 0]]])).axes[0]
    assert [max(heights) > 0 for heights, _, _ in histograms(axes)] == [True, False]
    axes = draw("activations_by_step", distributed([[START], [[2, 2, 2]]])).axes[0]
    heights, edges, _ = histograms(axes)[1]
    assert edges[int(np.argmax(heights))] <= 2 <= edges[int(np.argmax(heights)) + 1]


def test_activations_by_step_is_of_one_run_which_it_names():
    runs = [
        distributed([[END]], seed=3, status="diverged"),
        distributed([[[7, 8]]], seed=5),
        distributed([[START]], seed=4),
    ]
    picture = draw("activations_by_step", *runs)
    assert histograms(picture.axes[0])[0][1] == [0, 1, 2, 3, 4]
    assert any(text.get_text().startswith("one run each, seed 4\n") for text in texts(picture))


def test_activations_by_step_chooses_among_many_evaluations_and_keeps_the_ends():
    axes = draw("activations_by_step", distributed([[END]] * 101), most=5).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "1250", "2500", "3750", "5000"]
    assert len(axes.patches) == 5


def test_activations_by_step_names_every_layer_and_compares_rows_of_one_activation():
    shallow = distributed([[[-3, 1]]], hidden=1)
    deep = distributed([[[0, 1], [0, 5]]], hidden=2)
    other = distributed([[[0, 90], [0, 90]]], activation="tanh")
    picture = draw("activations_by_step", shallow, deep, other)
    assert {"layer 1", "layer 2"} <= {text.get_text() for text in texts(picture)}
    first, _, second, _, third, _ = (axes.get_xlim() for axes in picture.axes)
    assert first == second
    assert first[0] <= -3 < 5 <= first[1] < 90 <= third[1]


def seen(values, of="p.x", **fields):
    values = np.array(values, float)
    return run(**fields, arrays={"evaluation.step": 50 * np.arange(len(values)), f"probe.{of}": values})


def test_layers_by_step_has_medians_and_bands_of_the_seeds_that_ended():
    runs = [seen([[x, 2 * x], [5 * x, 0.1]], seed=seed) for seed, x in enumerate((1, 4, 2))]
    runs.append(seen([[90, 90]], seed=3, status="diverged"))
    picture = draw("layers_by_step", *runs, of=("p.x",), names={"p.x": "what"})
    (axes,) = picture.axes
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[0, 2], [50, 10]], [[0, 4], [50, 0.1]]]
    corners = [band.get_paths()[0].vertices for band in axes.collections]
    assert [(band[:, 1].min(), band[:, 1].max()) for band in corners] == [(1, 20), (0.1, 8)]
    assert (axes.get_ylabel(), axes.get_yscale()) == ("what", "linear")
    assert [text.get_text() for text in axes.texts] == ["2", "1"]
    first, second = sorted(axes.texts, key=lambda text: text.get_text())
    assert first.get_position()[1] > second.get_position()[1]
    assert "median of 3 seeds, band from lowest to highest" in picture.get_supxlabel().replace("\n", " ")


def test_layers_by_step_has_rows_for_a_value_and_a_panel_a_group():
    runs = [distributed([[START, END]] * 2, activation=name) for name in ("relu", "tanh")]
    of = ("distributions.zeros", "distributions.saturated")
    picture = draw("layers_by_step", *runs, of=of, log=of[1:], names={"activation=": ""})
    assert [axes.get_yscale() for axes in picture.axes] == ["linear"] * 2 + ["log"] * 2
    titles = [axes.get_title("left").partition("\n")[0] for axes in picture.axes]
    assert titles == ["relu", "tanh"] * 2
    assert [axes.get_ylabel() for axes in picture.axes] == ["zeros", "", "saturated", ""]
    for axes, expected in zip(picture.axes, [(3 / 9, 1 / 4)] * 2 + [(1 / 9, 1 / 4)] * 2, strict=True):
        assert [line.get_ydata() for line in axes.lines] == [pytest.approx([y, y]) for y in expected]


def test_layers_by_step_says_how_layers_differ_at_the_end():
    ends = {"layer 2 ends at 4 × layer 1": [0.5, 2], "layer 1 ends at 250 × layer 2": [0.5, 0.002]}
    ends |= {"layers end at 0 to 0.5": [0, 0.5], "all end at 0.5": [0.5, 0.5]}
    for says, end in ends.items():
        (axes,) = draw("layers_by_step", seen([[1, 1], end]), of=("p.x",)).axes
        assert axes.get_title("left").partition("\n")[2] == says


def test_layers_by_step_has_no_panel_where_there_is_nothing_but_0_or_no_number():
    runs = [
        seen([[x, x], [2 * x, x]], activation=name) for name, x in (("zero", 0), ("some", 1), ("none", np.nan))
    ]
    picture = draw("layers_by_step", *runs, of=("p.x",), names={"activation=": ""})
    assert [axes.get_title("left").partition("\n")[0] for axes in picture.axes] == ["some"]
    says = picture.get_supxlabel().split("\n")
    lost = draw(
        "layers_by_step", seen([[1, 1]]), seen([[1, 1]], activation="gone", status="diverged"), of=("p.x",)
    )
    assert lost.get_supxlabel().endswith("\nno completed run with these values: activation=gone")
    assert says[-2:] == ["x: 0 throughout with zero", "x: not defined with none"]


@pytest.mark.long
def test_layers_by_step_of_many_groups_and_values_can_be_read():
    values = {"evaluation.step": np.arange(2), **{f"probe.p.{name}": np.ones((2, 3)) for name in "xyz"}}
    runs = [run(activation=f"kind_{i}", arrays=values) for i in range(30)]
    assert max(draw("layers_by_step", *runs, of=("p.x", "p.y", "p.z")).get_size_inches()) < 40


@pytest.mark.parametrize("log", [(), ("p.x",)])
def test_panels_of_a_value_have_one_axis_with_room_for_all_of_them(log):
    runs = [seen([[low, low], [low, high]], activation=f"{high}") for low, high in ((2, 3), (1, 90), (0.1, 4))]
    panels = draw("layers_by_step", *runs, of=("p.x",), log=log).axes
    assert len({axes.get_ylim() for axes in panels}) == 1
    assert panels[0].get_ylim()[0] < 0.1 < 90 < panels[0].get_ylim()[1]


def test_layers_by_step_goes_from_dark_to_light():
    (axes,) = draw("layers_by_step", seen([[1, 2, 3, 4]] * 2), of=("p.x",)).axes
    greys = [float(np.dot(to_rgb(line.get_color()), [0.2126, 0.7152, 0.0722])) for line in axes.lines]
    assert greys == sorted(greys)
    assert np.diff(greys).min() > 0.05


def test_layers_by_step_writes_no_two_numbers_over_each_other():
    (axes,) = draw("layers_by_step", seen([[0.5] * 6, [1, 1.001, 1.002, 1, 0.2, 0.201]]), of=("p.x",)).axes
    boxes = sorted((text.get_window_extent() for text in axes.texts), key=lambda box: box.y0)
    assert len(boxes) == 6
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))
    panel = axes.get_window_extent()
    assert all(panel.y0 - 2 < box.y0 and box.y1 < panel.y1 + 2 and box.x1 < panel.x1 + 4 for box in boxes)


def test_accuracy_by_masks_has_averages_by_their_number_and_the_scaled_network_across():
    runs = [masked([0.5 + x, 0.6 + x, 0.7 + x], 0.8 - x, seed=seed) for seed, x in enumerate((0, 0.1, 0.04))]
    runs.append(masked([0.1, 0.1, 0.1], 0.1, seed=3, status="diverged"))
    picture = draw("accuracy_by_masks", *runs)
    (axes,) = picture.axes
    averages, scaled = axes.lines
    assert averages.get_xydata().ravel() == pytest.approx([1, 0.54, 2, 0.64, 8, 0.74])
    assert scaled.get_ydata() == pytest.approx([0.76, 0.76])
    assert scaled.get_linestyle() != averages.get_linestyle()
    corners = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == pytest.approx((0.5, 0.8))
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.y0, band.y1) == pytest.approx((0.7, 0.8))
    assert axes.get_xscale() == "log"
    assert axes.get_xticks().tolist() == [1, 2, 8]
    assert [text.get_text() for text in picture.legends[0].get_texts()] == [
        "masked, averaged",
        "scaled",
    ]
    shown = {text.get_text() for text in texts(picture)}
    assert "median of 3 seeds, band from lowest to highest" in shown


def test_accuracy_by_masks_tells_groups_apart():
    runs = [masked([0.5, 0.6, 0.7], 0.8, dropout=0.1), masked([0.3, 0.4], 0.2, numbers=(1, 16), dropout=0.5)]
    picture = draw("accuracy_by_masks", *runs, names={"dropout=": "ratio "})
    one, one_scaled, other, other_scaled = picture.axes[0].lines
    assert one.get_color() == one_scaled.get_color() != other.get_color() == other_scaled.get_color()
    assert one.get_marker() != other.get_marker()
    assert picture.axes[0].get_xticks().tolist() == [1, 2, 8, 16]
    names = [text.get_text() for text in picture.legends[0].get_texts()]
    assert names[:2] == ["ratio 0.1", "ratio 0.5"]


ODD = "a$b_c\\frac{^$" + "x" * 200
EVERY = {
    "activations_by_step": lambda name: [distributed([[START, END]] * 3, activation=name), distributed([[END] * 2])],
    "layers_by_step": lambda name: [distributed([[START, END]] * 3, activation=name), distributed([[END] * 2])],
    "accuracy_by_masks": lambda name: [masked([0.5, 0.6, 0.7], 0.8, activation=name), masked([0.5, 0.6, 0.7], 0.8)],
}  # fmt: skip
NOTHING = {
    "activations_by_step": "activations_by_step needs runs with the probe distributions; there is none",
    "layers_by_step": "layers_by_step needs completed runs with distributions.saturated, distributions.dead, a number for each layer; there is none",
    "accuracy_by_masks": "accuracy_by_masks needs completed runs with the probe masks; there is none",
}


@pytest.mark.parametrize("name", EVERY)
def test_axes_have_names_and_all_text_is_inside_the_picture(name):
    picture = draw(name, *EVERY[name]("tanh"))
    picture.draw_without_rendering()
    for axes in picture.axes:
        assert axes.get_xlabel() or picture.get_supxlabel()
        assert axes.get_ylabel() or picture.get_supylabel() or not axes.get_subplotspec().is_first_col()
    width, height = picture.get_size_inches()
    box = picture.get_tightbbox()
    assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.02
    for legend in picture.legends:
        panels = [axes.get_window_extent() for axes in picture.axes]
        assert not any(legend.get_window_extent().overlaps(panel) for panel in panels)


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
@pytest.mark.parametrize("name", EVERY)
def test_labels_are_drawn_as_they_are_written(name):
    picture = draw(name, *EVERY[name](ODD))
    picture.draw_without_rendering()
    # Long values are abbreviated.
    shown = [text for text in texts(picture) if ODD.rstrip("x") in text.get_text()]
    assert shown
    assert not any(text.get_parse_math() for text in shown)


@pytest.mark.parametrize("name", EVERY)
def test_a_study_that_holds_nothing_to_show_is_refused_and_a_failed_run_left_out(name):
    lost = run(status="failed", activation="lost")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        draw(name, run(), lost)
    assert str(caught.value) == NOTHING[name]
    assert not any("lost" in text.get_text() for text in texts(draw(name, *EVERY[name]("tanh"), lost)))


def test_layers_by_step_draws_what_is_0_here_or_everywhere():
    for values, scale in (([[0, 0], [0, 0]], "linear"), ([[0, 1e-9], [0, 1]], "log")):
        picture = draw("layers_by_step", seen(values), of=("p.x",), log=("p.x",))
        picture.draw_without_rendering()
        (axes,) = picture.axes
        assert axes.get_yscale() == scale
        assert axes.get_ylim()[0] < values[1][1] < axes.get_ylim()[1]


def test_layers_by_step_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match=r"^LayersByStep: log has y, of has x$"):
        made("figure", "layers_by_step", of=("x",), log=("y",))
    with pytest.raises(
        ValueError, match=r"needs completed runs with masks\.scaled, a number for each layer; there"
    ):
        draw("layers_by_step", masked([0.5, 0.6, 0.7], 0.8), of=("masks.scaled",))


# ---- norms of weights ------------------------------------------------------------------------------------------


def test_the_norm_of_weights_is_the_length_of_all_of_them_without_biases():
    problem = ravine.build(
        ravine.compose(["dataset.train=20", "dataset.test=10", "network.hidden=[1]"])
    ).problem()
    problem.parameters.theta[:] = 0
    named = problem.parameters.named(problem.parameters.theta)
    first, second = (view for view in named.values() if view.ndim == 2)
    first.flat[:2], second.flat[:1] = (3, 4), 12
    for bias in (view for view in named.values() if view.ndim == 1):
        bias[:] = 7
    seen = made("probe", "weight_norms").watch(problem, np.random.default_rng(0))()
    assert seen["layers"].tolist() == [5, 12]
    assert seen["all"] == 13


def test_distributions_of_weights_are_those_of_the_arrays_that_are_drawn():
    words = [
        "dataset=two_moons",
        "network.hidden=[6,5]",
        "training.steps=3",
        "training.evaluate_every=3",
        "figures=[]",
    ]
    run = ravine.run([*words, "probes=[{name:distributions,bins:4}]"])
    drawn = [array for name, array in run.weights().items() if name.endswith(".affine.W")]
    seen = {
        name: run.arrays[f"probe.distributions.weight.{name}"][-1] for name in ("counts", "low", "high", "std")
    }
    assert seen["counts"].sum(axis=1).tolist() == [2 * 6, 6 * 5, 5 * 2]
    assert np.allclose(seen["low"], [W.min() for W in drawn])
    assert np.allclose(seen["high"], [W.max() for W in drawn])
    assert np.allclose(seen["std"], [W.std() for W in drawn], rtol=1e-5)
