"""The plane while a network learns: what the probe sees of a known network, and what the figure draws of it."""

from pathlib import Path

import numpy as np
import pytest
import ravine
from matplotlib.text import Text
from ravine import registry
from ravine.records.ledger import Ledger
from ravine.records.study import Study

pytestmark = pytest.mark.usefixtures("shapes_kept")

SMALL = ["dataset=xor", "network.hidden=[]", "training.batch_size=50", "figures=[]"]


def seen(*overrides, W, b, **fields):
    """What the probe sees of a network of one layer with given weights."""
    problem = ravine.build(ravine.compose([*SMALL, *overrides])).problem()
    weights = problem.parameters.named(problem.parameters.theta)
    weights["1.affine.W"][...], weights["1.affine.b"][...] = W, b
    probe = registry.load().get("probe", "decision_surface")(**fields)
    return problem, probe.watch(problem, np.random.default_rng(0))()


def test_the_probe_sees_where_a_known_line_is_and_how_far_one_is_from_it():
    # z = 3 (x - y): class 1 leads where x > y, and softmax of (0, z) leads by tanh(z / 2).
    problem, look = seen(W=[[0, 3], [0, -3]], b=[0, 0], resolution=21, margin=0.5, samples=40)
    x, y = np.meshgrid(look["x"], look["y"])
    assert (look["predicted"] == (x > y)).all()
    assert look["lead"] == pytest.approx(np.abs(np.tanh(1.5 * (x - y))), abs=1e-6)
    low, high = problem.split.train.x.min(axis=0), problem.split.train.x.max(axis=0)
    assert look["x"][[0, -1]] == pytest.approx(
        [low[0] - 0.5 * (high - low)[0], high[0] + 0.5 * (high - low)[0]]
    )
    assert look["y"][[0, -1]] == pytest.approx(
        [low[1] - 0.5 * (high - low)[1], high[1] + 0.5 * (high - low)[1]]
    )
    assert (look["points"] == problem.split.train.x[:40]).all()
    assert look["classes"].tolist() == [0, 1] * 20


def test_among_three_classes_the_lead_is_over_the_second():
    words = ["dataset=spiral", "dataset.classes=3"]
    _, look = seen(*words, W=np.zeros((2, 3)), b=np.log([0.5, 0.2, 0.3]), resolution=2)
    assert look["predicted"].tolist() == [[0, 0], [0, 0]]
    assert look["lead"] == pytest.approx(0.2)


REFUSED = {
    "dataset=gaussian": "decision_surface needs examples of two numbers, such as those of dataset=two_moons; "
    "these have the shape (100,)",
    "dataset=sine loss=mean_squared_error": "decision_surface needs examples of two numbers, such as those of "
    "dataset=two_moons; these have the shape (1,)",
    "dataset=mnist": "decision_surface needs examples of two numbers, such as those of dataset=two_moons; "
    "these have the shape (28, 28)",
    "dataset=rows loss=mean_squared_error": "decision_surface shows which class is predicted; these targets are "
    "not classes",
    "dataset=words network=layers network.layers=[{name:embedding,words:3,units:2},flatten,{name:affine,units:2}]":
    "decision_surface looks between examples, and this network takes whole numbers",
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_not_in_the_plane_is_refused_in_one_line(words, ravine_here):
    x = np.arange(20).reshape(10, 2) % 3
    ravine.dataset_of(x.astype(float), x.astype(float), name="rows")
    ravine.dataset_of(x, x[:, 0] % 2, name="words")
    ended = ravine_here(*words.split(), "probes=[decision_surface]", "training.steps=2", "figures=[]")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("ravine: ")
    assert line.endswith(REFUSED[words])


def test_a_figure_without_the_probe_is_refused_before_the_first_run(ravine_here):
    ended = ravine_here(*SMALL[:-1], "figures=[decision_boundary]")
    assert ended.returncode == 2
    assert "no run has that probe: probes=[decision_surface]" in ended.stderr
    assert not Path("runs").exists()


# ---- the figure ----------------------------------------------------------------------------------------------


def learned(*overrides):
    words = [*SMALL, "training.steps=40", "training.evaluate_every=10", "probes=[decision_surface]"]
    return ravine.build(ravine.compose([*words, *overrides])).run()


def draw(*runs, **fields):
    study = Study(Path(), Ledger("", [], [], []), {str(i): run for i, run in enumerate(runs)})
    return registry.load().get("figure", "decision_boundary")(**fields).draw(study)


def test_there_is_a_row_a_group_and_a_panel_a_step():
    runs = [learned(f"optimizer={name}", f"seed={seed}") for name in ("sgd", "adam") for seed in (1, 0)]
    picture = draw(*runs, most=3, names={"adam": "Adam"})
    titles = [axes.get_title() for axes in picture.axes]
    assert titles == ["step 0", "step 20", "step 40"] * 2
    assert [axes.get_ylabel() for axes in picture.axes] == ["sgd", "", "", "Adam", "", ""]
    shown = {text.get_text().partition("\n")[0] for text in picture.findobj(Text)}
    assert "one run each, seed 0" in shown
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["class 0", "class 1", "boundary"]


def test_a_panel_has_the_ground_the_boundary_and_the_examples():
    run = learned("dataset.samples=60")
    axes = draw(run).axes[-1]
    (ground,) = axes.images
    colours, predicted = ground.get_array(), run.arrays["probe.decision_surface.predicted"][-1]
    # Class 0 is blue and class 1 orange, wherever; and where the lead is largest the colour is strongest.
    assert ((colours[..., 2] > colours[..., 0]) == (predicted == 0)).all()
    lead = run.arrays["probe.decision_surface.lead"][-1]
    assert colours.min(axis=2).ravel()[lead.argmax()] < colours.min(axis=2).ravel()[lead.argmin()]
    line, zeros, ones = axes.collections
    corners = line.get_paths()[0].vertices
    x, y = (run.arrays[f"probe.decision_surface.{name}"][-1] for name in "xy")
    near = [lead[np.abs(y - v).argmin(), np.abs(x - u).argmin()] for u, v in corners]
    assert max(near) < lead.max() / 3
    points, classes = (run.arrays[f"probe.decision_surface.{name}"][-1] for name in ("points", "classes"))
    assert (zeros.get_offsets() == points[classes == 0]).all()
    assert (ones.get_offsets() == points[classes == 1]).all()
    extent = ground.get_extent()
    assert extent[0] < x[0] < x[-1] < extent[1]


def test_a_network_that_predicts_one_class_everywhere_has_no_boundary():
    run = learned("initializer=zeros", "training.steps=1", "dataset.noise=0")
    axes = draw(run).axes[0]
    # At its start nothing leads, and the first class is predicted.
    assert not any(type(one).__name__ == "QuadContourSet" for one in axes.collections)


def test_runs_without_the_probe_are_refused_by_name():
    run = ravine.build(ravine.compose([*SMALL, "training.steps=1"])).run()
    with pytest.raises(
        ValueError, match=r"^decision_boundary needs runs with the probe decision_surface; there is none$"
    ):
        draw(run)
