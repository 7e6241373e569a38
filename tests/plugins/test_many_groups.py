"""Figures of many groups: of any number a picture that can be read, or one line that says why there is none."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from factories import PATH, descends, distributed, draw, ends, learns, loses, rendered, run, spreads, study
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D
from matplotlib.text import Text
from ravine import Figure
from ravine.reports.drawing import draw as draw_files
from ravine_plugins.figures._style import looks

# They draw many pictures.
pytestmark = pytest.mark.long

RATES = (0.1, 0.2)


def with_state(name, **fields):
    """A descent whose optimizer keeps two arrays, one of a name of its own."""
    made = descends(PATH, name, **fields)
    states = {"state.m": np.array(PATH), f"state.of_{name[:7]}": np.array(PATH) ** 2}
    return type(made)(made.config, made.status, made.step, 0.0, made.final, arrays=made.arrays | states)


def layered(name, layers=3, **fields):
    return run(name, arrays={
        "evaluation.step": np.arange(4), "probe.distributions.saturated": np.full((4, layers), 0.1),
        "probe.distributions.dead": np.full((4, layers), 0.2),
    }, **fields)  # fmt: skip


def activates(name, layers=2, **fields):
    made = distributed([-1] * layers, [1] * layers, name, **fields)
    return type(made)(
        made.config, made.status, made.step, 0.0, arrays=made.arrays | {"evaluation.step": np.arange(1)}
    )


def sharpens(name, **fields):
    return run(name, arrays={
        "loss": np.linspace(3, 1, 10), "evaluation.step": np.array([0, 10]),
        "probe.sharpness.largest": np.array([1.0, 20.0]),
    }, **fields)  # fmt: skip


MANY = {
    "accuracy_curves": lambda name, **more: learns([0.1, 0.5], name, **more),
    "activations_by_step": activates,
    "layers_by_step": layered,
    "loss_curves": lambda name, **more: loses(np.linspace(3, 1, 60), name, **more),
    "path_overlay": lambda name, **more: descends(PATH, name, **more),
    "path_zoom": lambda name, **more: descends(PATH, name, **more),
    "paths": lambda name, **more: descends(PATH, name, **more),
    "race": lambda name, **more: descends(PATH, name, **more),
    "sharpness_curves": sharpens,
    "side_view": lambda name, **more: descends(PATH, name, **more),
    "signals": lambda name, **more: distributed([0, -1], [1, 2], name, **more),
    "state": with_state,
    "step_sizes": lambda name, **more: descends(PATH, name, **more),
    "unit_spread": lambda name, **more: spreads([[0.1, 0.2]] * 3, name, **more),
}  # fmt: skip
LONG = "network_with_a_long_name and=more than=fits into_one_line"


def picture_of(name, *runs):
    made = draw(name, *runs)
    picture = getattr(made, "_fig", made)
    picture.draw_without_rendering()
    made._draw_was_started = True  # an animation that is not saved warns
    return picture


@pytest.mark.parametrize("n", [6, 22])
@pytest.mark.parametrize("name", MANY)
def test_of_many_groups_there_is_a_picture_that_can_be_read(name, n):
    picture = picture_of(name, *(MANY[name](f"rule_{i}") for i in range(n)))
    width, height = picture.get_size_inches()
    assert width <= 17
    assert height <= 40
    text = " ".join(text.get_text().replace("\n", " ") for text in picture.findobj(Text))
    assert all(f"rule_{i}" in text for i in range(n))
    for panel in picture.axes:
        if panel.axison:
            box = panel.get_window_extent()
            assert min(box.width, box.height) > 25, "a panel of nothing"
    box = picture.get_tightbbox()
    assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.05
    for made in picture.legends:
        assert not any(made.get_window_extent().overlaps(panel.get_window_extent()) for panel in picture.axes)


@pytest.mark.parametrize("name", MANY)
def test_long_names_cover_nothing(name):
    picture = picture_of(name, *(MANY[name](f"rule_{i}_{LONG}") for i in range(6)))
    titles = [
        title
        for panel in picture.axes
        for title in (panel.title, panel._left_title)
        if title.get_text() and panel.axison
    ]
    boxes = [title.get_window_extent() for title in titles]
    rows = {}
    for box in boxes:
        rows.setdefault(round(box.y0), []).append(box)
    for row in rows.values():
        assert not any(one.overlaps(other) for one, other in pairwise(sorted(row, key=lambda box: box.x0)))
    width, height = picture.get_size_inches()
    box = picture.get_tightbbox()
    assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.05
    for panel in picture.axes:
        if panel.axison:
            assert panel.get_window_extent().width > 25


@pytest.mark.parametrize("name", ["signals", "activations_by_step", "layers_by_step", "unit_spread"])
def test_a_network_of_many_layers_is_drawn(name):
    n = 29
    deep = {
        "layers_by_step": lambda one: layered(one, n),
        "unit_spread": lambda one: spreads([[0.1] * n] * 3, one),
    }.get(name, lambda one: activates(one, n))
    picture = picture_of(name, deep("sgd"), deep("adam"))
    width, height = picture.get_size_inches()
    assert max(width, height) <= 40
    shown = {text.get_text().rpartition("layer ")[2] for text in picture.findobj(Text)}
    assert {"1", "29"} <= shown
    for panel in picture.axes:
        if panel.axison:
            assert panel.get_window_extent().width > 25


@pytest.mark.parametrize("n", [1, 2, 6, 30])
@pytest.mark.parametrize("name", ["path_overlay", "race", "rolling", "side_view"])
def test_what_is_said_of_runs_that_diverged_is_inside_the_picture(name, n):
    runs = [descends(PATH, f"rule_{i}_{LONG}", status="diverged", step=7) for i in range(n)]
    made = draw(name, *runs)
    picture = getattr(made, "_fig", made)
    # The first time an animation begins.
    picture.draw_without_rendering()
    if picture is not made:
        made._draw_frame(len(PATH))
        picture.draw_without_rendering()
    (width, height) = picture.get_size_inches() * picture.dpi
    says = [text for text in picture.findobj(Text) if "diverged" in text.get_text() and text.get_visible()]
    assert says
    for box in (text.get_window_extent() for text in says):
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -1


# ---- looks ----------------------------------------------------------------------------------------------------


def greys(look):
    red, green, blue = to_rgb(look.color)
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 2)


@pytest.mark.parametrize("n", [2, 6, 12, 22, 30, 45])
@pytest.mark.parametrize("dashes", [True, False])
def test_no_two_of_many_optimizers_look_alike(n, dashes):
    names = ["sgd", "adam", "momentum", *(f"rule_{i}" for i in range(n - 3))][:n]
    made = looks(study(*map(run, names)).groups(), dashes=dashes)
    assert len({(look.color, look.dashes, look.marker) for look in made.values()}) == n
    assert len({(greys(look), look.dashes, look.marker) for look in made.values()}) == n
    assert len({(look.dashes, look.marker) for look in made.values()}) == n
    assert len({look.color for look in made.values()}) == min(n, 11)


def color_of(label, picture):
    """The colour of the line that a legend calls by a label, or of the lines of the panel with that title."""
    for line in picture.findobj(Line2D):
        if str(line.get_label()).partition(",")[0] == label:
            return to_hex(line.get_color())
    for panel in picture.axes:
        title = panel.get_title() or panel.get_title("left")
        if title.partition(",")[0].partition("\n")[0] == label:
            return to_hex(next(line.get_color() for line in panel.lines if len(line.get_xdata()) > 1))
    raise AssertionError(f"{label} is not in the picture")


def test_a_group_has_one_colour_in_all_figures_of_its_study():
    learned = []
    for name in ("sgd", "adam", "rule"):
        for rate in RATES:
            one = learns([0.1, 0.5], name, optimizer__lr=rate)
            loss = {"loss": np.linspace(3, 1, 60)} if name != "sgd" else {}
            accuracy = one.arrays if (name, rate) != ("adam", 0.1) else {}
            learned.append(run(name, optimizer__lr=rate, arrays=accuracy | loss))
    both = [label for label in study(*learned).groups() if "adam lr=0.2" in label or "rule" in label]
    curves, accuracy = draw("loss_curves", *learned), draw("accuracy_curves", *learned)
    assert [color_of(label, curves) for label in both] == [color_of(label, accuracy) for label in both]
    assert len({color_of(label, curves) for label in both}) == len(both)

    fall = [
        (descends if name == "sgd" else lambda _, name, **more: with_state(name, **more))(PATH, name, optimizer__lr=rate)
        for name in ("sgd", "adam", "rule")
        for rate in RATES
    ]  # fmt: skip
    labels = [label for label in study(*fall).groups() if "sgd" not in label]
    drawn = [
        picture_of(name, *fall)
        for name in ("state", "paths", "path_overlay", "path_zoom", "step_sizes", "race")
    ]
    for label in labels:
        assert len({color_of(label, picture) for picture in drawn}) == 1


def test_an_optimizer_that_keeps_no_state_takes_no_colour_from_the_others():
    fall = [descends(PATH, "mine_0"), *(with_state(f"mine_{i}") for i in range(1, 9))]
    state, paths = picture_of("state", *fall), picture_of("path_overlay", *fall)
    for i in range(1, 9):
        assert color_of(f"mine_{i}", state) == color_of(f"mine_{i}", paths)


# ---- what no picture can show ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wide(Figure):
    """A figure of a stranger that grows with its study."""

    def draw(self, study):
        picture = Picture(figsize=(4.0 * len(study.groups()), 3), layout="constrained")
        picture.add_subplot(xlabel="x", ylabel="y")
        return picture


def test_a_picture_that_nobody_could_read_is_refused_in_one_line(tmp_path):
    few, many = (study(*(ends(0.5, f"rule_{i}") for i in range(n))) for n in (3, 22))
    for one in (few, many):
        object.__setattr__(one, "folder", tmp_path)
    draw_files(few, "wide", Wide())
    assert (tmp_path / "figures" / "wide.png").exists()
    says = r"22 groups would need a picture of 88 by 3 inches, and 40 is the most; ravine table .* shows all of them"
    with pytest.raises(ValueError, match=says):
        draw_files(many, "wide", Wide())


def test_two_figures_of_one_study_agree_where_numbers_are_swept():
    runs = [ends(0.5, name, initializer__std=value) for name in ("sgd", "mine") for value in (0.1, 1.0)]
    grid, against = draw("accuracy_grid", *runs), draw("against_value", *runs)
    for label in ("sgd", "mine"):
        assert color_of(label, grid) == color_of(label, against)


def test_every_figure_of_many_groups_can_be_saved():
    rendered(
        "against_value", *[ends(0.5, f"rule_{i}", initializer__std=v) for i in range(22) for v in (1.0, 2.0)]
    )
    rendered(
        "accuracy_grid", *[ends(0.5, f"rule_{i}", initializer__std=v) for i in range(22) for v in (1.0, 2.0)]
    )
