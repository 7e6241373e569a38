"""What a study, its figures and its verdicts show of themselves in a notebook."""

import re
import struct
from pathlib import Path

import numpy as np
import pytest
import ravine
from factories import run, study
from matplotlib.animation import Animation
from matplotlib.figure import Figure
from PIL import Image
from ravine.base.errors import ConfigError
from ravine.records.study import Study

PAIR = ["problem=ravine", "training.steps=9", "study=pair", "figures=[]"]
# Two rows, one of which has lost runs: means by hand.
ENDS = [(0.90, "adam"), (0.92, "adam"), (0.94, "adam"), (0.50, "sgd"), (0.60, "sgd")]


@pytest.fixture
def rows():
    runs = [run(name, seed=i, final={"test_accuracy": value}) for i, (value, name) in enumerate(ENDS)]
    return study(*runs, run("sgd", seed=9, status="diverged"))


def test_a_study_shows_the_table_of_its_groups(rows):
    shown = rows._repr_html_()
    heads = (
        "<th>test accuracy</th><th>n</th><th>lost</th><th>median</th><th>mean</th><th>its 95 % interval</th>"
    )
    assert heads in shown
    assert "<tr><th>adam</th><td>3</td><td>-</td><td>0.92</td><td>0.92</td><td>0." in shown
    assert (
        "<tr><th>sgd</th><td>2</td><td>1 diverged</td><td>0.55</td><td>0.55</td><td>-0.08531 to 1.185</td>"
        in shown
    )


def test_a_study_has_the_rows_that_the_command_prints(ravine_here):
    ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5"])
    printed = ravine_here("table", "runs/pair").stdout.splitlines()[1].split()
    shown = ravine.load_study("runs/pair")._repr_html_()
    assert f"<th>{printed[0]}</th><td>" + "</td><td>".join(printed[1:]) + "</td>" in shown


def test_names_are_text_in_a_notebook():
    shown = study(run("<b>x</b>", final={"<i>": 1.0}), run("sgd", final={"<i>": 2.0}))._repr_html_()
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;b&gt;x&lt;/b&gt;" in shown


def test_a_study_without_ends_shows_what_has_become_of_its_runs():
    shown = study(run("sgd", status="diverged"), run("adam", status="diverged"))._repr_html_()
    assert "<tr><th>sgd</th><td>0</td><td>1 diverged</td></tr>" in shown
    assert study()._repr_html_().startswith("<p>Study(")


def test_a_figure_of_a_study_shows_itself_as_it_is_changed():
    pair = ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5"])
    drawing = pair.figure("paths")
    first = drawing._repr_png_()
    assert first.startswith(b"\x89PNG")
    assert drawing._repr_html_() is None
    assert isinstance(drawing.matplotlib, Figure)
    drawing.matplotlib.axes[0].set_title("mine")
    assert drawing._repr_png_() != first
    assert pair.figure("paths")._repr_png_() == first
    assert repr(drawing) == "Drawing(Figure)"


def test_a_figure_has_fields_and_nothing_is_written():
    pair = ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5"])
    places = [pair.figure("paths", columns=n).matplotlib.axes[1].get_position().x0 for n in (1, 2)]
    assert places[0] < 0.3 < places[1]
    assert not list(pair.folder.glob("figures/*"))


@pytest.fixture
def pair():
    return ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5"])


STYLED = {"size": (3.3, 2.4), "style": "paper", "title": "Two rates", "ylim": (0.1, None), "legend_columns": 2}
OPTIONS = [
    "--size",
    "3.3x2.4",
    "--style",
    "paper",
    "--title",
    "Two rates",
    "--ylim",
    "0.1..",
    "--legend-columns",
    "2",
]


def test_a_drawing_is_saved_as_the_command_draws_it(pair, ravine_here):
    words = ["optimizer.lr=0.1,0.5", "--order", "optimizer.lr=0.5", *OPTIONS]
    done = ravine_here(
        "figures",
        "runs/pair",
        "{name: loss_curves, window: 1}",
        *words,
        "--format",
        "png,svg,pdf",
        "--dpi",
        "200",
    )
    assert done.returncode == 0, done.stderr
    plain = pair.figure("loss_curves", window=1)
    for suffix, dots in (("svg", {}), ("pdf", {}), ("png", {"dpi": 200})):
        drawing = plain.styled("optimizer.lr=0.1,0.5", order="optimizer.lr=0.5", **STYLED)
        path = drawing.save(f"mine/curves.{suffix}", **dots)
        assert path == Path(f"mine/curves.{suffix}")
        assert path.read_bytes() == Path(f"figures/loss_curves.{suffix}").read_bytes(), suffix


def test_a_drawing_is_shown_as_it_is_saved(pair):
    drawing = pair.figure("loss_curves")
    small = drawing.styled(size=(3, 2))
    assert struct.unpack(">II", small._repr_png_()[16:24]) == (270, 180)
    assert small.matplotlib is not drawing.matplotlib
    before = drawing.save("before.svg").read_text()
    drawing.matplotlib.axes[0].set_title("what I saw")
    assert "<!-- what I saw -->" in drawing.save("after.svg").read_text()
    assert "what I saw" not in before


def test_a_drawing_that_was_saved_can_be_saved_again(pair):
    drawing = pair.figure("loss_curves").styled(
        size=(3, 2), title="A title that needs two lines of such a picture"
    )
    drawing.save("first.png")
    drawing.save("between.pdf")
    first, again = (np.asarray(Image.open(path)) for path in (Path("first.png"), drawing.save("again.png")))
    assert first.shape == again.shape == (300, 450, 4)
    # The layout goes on from the one before, which moves edges by a fraction of a dot.
    assert (abs(first.astype(int) - again) > 40).mean() < 0.01
    assert drawing.matplotlib.get_size_inches().tolist() == [3, 2]


def test_runs_are_chosen_for_a_drawing(pair):
    one, two = (
        len(each.matplotlib.axes)
        for each in (pair.figure("paths").styled("optimizer.lr=0.5"), pair.figure("paths"))
    )
    assert two == one + 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": 3}, "size 3: the width and the height, in inches"),
        ({"size": "3x2"}, "size '3x2': the width and the height, in inches"),
        ({"size": (3, 99)}, "size 3x99: inches above 0, and 40 at most"),
        ({"xlim": 3}, "xlim 3: the low end and the high one, of which either may be None"),
        ({"yscale": "lgo"}, "yscale 'lgo': linear or log"),
        ({"font": "9"}, "font '9': points above 0, and 100 at most"),
        ({"style": "papr"}, "style papr: neither paper nor slides, and no such file"),
        ({"legend_columns": 1.5}, "legend columns 1.5: 1 or more"),
        ({"order": "optimizr"}, "order: there is no column 'optimizr'"),
    ],
)
def test_a_drawing_that_cannot_be_styled_so_says_why(pair, options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        pair.figure("loss_curves").styled(**options)


def test_words_that_are_no_text_are_refused(pair):
    said = re.escape("['optimizer.lr=0.5'] is not COLUMN=VALUE")
    with pytest.raises(ValueError, match=said):
        pair.figure("loss_curves").styled(["optimizer.lr=0.5"])


def test_what_a_drawing_is_styled_with_is_beside_what_it_has(pair):
    one = pair.figure("paths").styled("optimizer.lr=0.5", title="One rate", style="paper")
    both = one.styled(size=(3, 2))
    assert len(both.matplotlib.axes) == len(one.matplotlib.axes)
    assert both.matplotlib.get_suptitle() == "One rate"
    assert tuple(both.matplotlib.get_size_inches()) == (3, 2)
    assert both.styled(title="Another").matplotlib.get_suptitle() == "Another"


def test_a_study_none_of_whose_runs_has_ended_says_what_draws_it(pair):
    begun = Study(pair.folder, pair.ledger, {})
    with pytest.raises(ValueError, match=r"no run has ended; .* ravine figures .* --unfinished draws those"):
        begun.figure("paths")


def test_what_cannot_be_saved_says_what_can(pair, monkeypatch):
    from ravine_plugins.figures import _moving

    monkeypatch.setattr(_moving, "_MOST", 3)
    still, moving = pair.figure("loss_curves"), pair.figure("race")
    for drawing, name, dots, said in (
        (still, "x.bmp", {}, "x.bmp: a picture ends with .png, .svg, .pdf"),
        (still, "x", {}, "x: a picture ends with .png, .svg, .pdf"),
        (moving, "x.png", {}, "x.png: a picture ends with .gif"),
        (still, "x.pdf", {"dpi": 300}, "dpi 300: dots are of png, and not of pdf"),
        (moving, "x.gif", {"dpi": 300}, "dpi 300: dots are of png, and not of gif"),
    ):
        with pytest.raises(ValueError, match=re.escape(said)):
            drawing.save(name, **dots)
    assert not list(Path().glob("x*"))
    assert moving.save("x.gif").read_bytes().startswith(b"GIF89a")
    with pytest.raises(ValueError, match="it is an animation, a GIF, which takes no format"):
        moving.styled(title="x")


def test_a_moving_figure_shows_itself(monkeypatch):
    from ravine_plugins.figures import _moving

    monkeypatch.setattr(_moving, "_MOST", 3)
    drawing = ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5"]).figure("race")
    assert isinstance(drawing.matplotlib, Animation)
    assert drawing._repr_png_() is None
    assert drawing._repr_html_().startswith('<img src="data:image/gif;base64,R0lGOD')


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("pahts", {}, "figure: no figure is named 'pahts'; did you mean paths?"),
        ("paths", {"nmaes": {}}, "figure: Paths has no field 'nmaes'; did you mean names?"),
    ],
)
def test_a_figure_that_is_not_there_is_told(name, fields, said, rows):
    with pytest.raises(ConfigError) as error:
        rows.figure(name, **fields)
    assert str(error.value)[: len(said)] == said


def test_a_study_that_has_nothing_to_draw_says_what_the_figure_needs(rows):
    with pytest.raises(ValueError, match="loss_curves needs a run with at least one step; there is none"):
        rows.figure("loss_curves")


CLAIM = (
    "claims=[{says: 'A higher rate <comes> lower.', metric: {name: final, of: value}, exact: true, "
    "where: {optimizer.lr: 0.5}, than: {optimizer.lr: 0.1}, is: lower}]"
)


def test_a_study_has_the_verdicts_that_the_command_prints(ravine_here):
    found = ravine.sweep([*PAIR, "optimizer.lr=0.1,0.5", CLAIM]).findings()
    (verdict,) = found.verdicts
    assert (verdict.says, verdict.outcome, verdict.n) == ("A higher rate <comes> lower.", "supported", 1)
    assert f"{found}\n" == ravine_here("claims", "runs/pair").stdout
    assert repr(found) == "Findings('runs/pair': 1 supported)"
    shown = found._repr_html_()
    assert "<th>A higher rate &lt;comes&gt; lower.</th><td>supported</td><td>-" in shown


def test_a_study_without_claims_says_so(rows):
    assert str(rows.findings()) == "no claims"
    assert rows.findings()._repr_html_() == "<p>no claims</p>"
