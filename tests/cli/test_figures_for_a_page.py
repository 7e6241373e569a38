"""ravine figures with figures, runs and options: pictures for a page, of one study or several."""

import re
import struct
from pathlib import Path

import pytest
from ravine.base import standard_error
from ravine.cli.figures import limits
from ravine.reports.styling import Styling

# They give many commands.
pytestmark = pytest.mark.long

WORDS = ["-m", "problem=ravine", "training.steps=20", "workers=1"]


def size_of(path):
    """Width and height of a PNG."""
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.fixture
def there(ravine_here):
    assert ravine_here(*WORDS, "optimizer=sgd,momentum,adam", "study=a", "figures=[]").returncode == 0

    def figures(*words):
        return ravine_here("figures", *words)

    return figures


def test_a_figure_that_the_study_did_not_ask_for_goes_into_a_folder_of_the_user(there):
    done = there("runs/a", "paths", "--format", "pdf,svg")
    assert done.stdout.splitlines() == ["figures/paths.pdf", "figures/paths.svg"]
    assert Path("figures/paths.pdf").read_bytes().startswith(b"%PDF")
    assert not list(Path("runs/a").rglob("*.svg"))


def test_the_same_command_writes_the_same_bytes(there):
    there("runs/a", "paths", "--format", "pdf,svg,png")
    before = {path.name: path.read_bytes() for path in Path("figures").iterdir()}
    there("runs/a", "paths", "--format", "pdf,svg,png")
    assert {path.name: path.read_bytes() for path in Path("figures").iterdir()} == before


def test_runs_are_chosen(there):
    there("runs/a", "loss_curves", "optimizer=sgd,adam", "--format", "svg", "--into", "some")
    there("runs/a", "loss_curves", "--format", "svg", "--into", "all")
    some, whole = Path("some/loss_curves.svg").read_text(), Path("all/loss_curves.svg").read_text()
    assert "<!-- momentum" in whole
    assert "<!-- momentum" not in some
    assert "<!-- adam" in some
    assert "no run" not in some


def test_one_figure_may_be_asked_twice_with_other_fields(there):
    done = there("runs/a", "loss_curves", "{name: loss_curves, scale: linear}", "--format", "svg")
    assert done.stdout.splitlines() == ["figures/loss_curves.svg", "figures/loss_curves-2.svg"]
    one, two = (Path(name).read_text() for name in done.stdout.splitlines())
    assert one != two


def test_size_title_style_and_name(there):
    there("runs/a", "loss_curves", "--format", "png", "--size", "3x2", "--as", "small")
    there("runs/a", "loss_curves", "--format", "png", "--size", "6x4", "--as", "large")
    small, large = (size_of(Path(f"figures/{name}.png")) for name in ("small", "large"))
    assert abs(large[0] - small[0] - 450) < 60
    there("runs/a", "loss_curves", "--format", "svg", "--title", "Descents", "--style", "paper")
    text = Path("figures/loss_curves.svg").read_text()
    assert "<!-- Descents -->" in text
    assert "ravine figures" not in text


def test_without_a_style_the_command_stands_below(there):
    there("runs/a", "loss_curves", "optimizer=adam,sgd", "--format", "svg")
    assert (
        "<!-- ravine figures runs/a loss_curves optimizer=adam,sgd"
        in Path("figures/loss_curves.svg").read_text()
    )


def test_limits_and_scales_are_those_of_the_axes():
    from matplotlib.figure import Figure as Picture

    picture = Picture()
    axes = picture.subplots()
    axes.plot([1, 2, 3], [1, 10, 100])
    label = axes.set_xlabel("step", size=9)
    Styling(xlim=(0, None), ylim=(1, 50), yscale="log", font=20, size=(5, 4)).apply(picture)
    assert (axes.get_xlim()[0], axes.get_ylim(), axes.get_yscale()) == (0, (1, 50), "log")
    assert label.get_fontsize() == 18
    assert tuple(picture.get_size_inches()) == (5, 4)
    assert {tick.label1.get_fontsize() for tick in axes.xaxis.get_major_ticks()} == {20}


def test_a_style_file_of_matplotlib(there, tmp_path):
    (tmp_path / "mine.mplstyle").write_text("figure.facecolor: ff0000\nsavefig.facecolor: ff0000\n")
    there("runs/a", "loss_curves", "--format", "svg", "--style", str(tmp_path / "mine.mplstyle"))
    assert "#ff0000" in Path("figures/loss_curves.svg").read_text()


def test_several_studies_are_one_picture_and_one_table_and_what_is_not_compared_is_said(there, ravine_here):
    words = [
        "problem=ravine",
        "training.steps=30",
        "workers=1",
        "optimizer=nesterov,adagrad",
        "study=b",
        "figures=[]",
    ]
    assert ravine_here("-m", *words).returncode == 0
    done = ravine_here("table", "runs/a", "runs/b", "--metric", "value")
    rows = done.stdout.splitlines()[1:]
    for row, name in zip(rows, ["sgd", "momentum", "adam", "nesterov", "adagrad"], strict=True):
        assert name in row
    assert "ravine: training.steps is 20 in runs/a and 30 in runs/b\n" in done.stderr
    assert "optimizer" not in done.stderr
    done = there("runs/a", "runs/b", "loss_curves", "--format", "svg")
    assert done.stdout == "figures/loss_curves.svg\n"
    assert "nesterov" in Path("figures/loss_curves.svg").read_text()


def test_a_search_is_shown_alone(there, ravine_here):
    words = [
        "-m",
        "hydra/sweeper=search",
        "problem=ravine",
        "optimizer.lr=0.1,0.2",
        "search.trials=2",
        "figures=[]",
    ]
    assert ravine_here(*words, "training.steps=5", "study=s").returncode == 0
    assert "runs/s: it is a search, which is shown alone" in ravine_here("table", "runs/a", "runs/s").stderr
    done = there("runs/s", "search_best", "--order", "optimizer.lr")
    assert "order: runs/s is a search, whose figures have an order of their own" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["pathss"], "figures: no figure is named 'pathss'; did you mean paths"),
        (["paths", "--format", "bmp"], "format bmp: there is no such format"),
        (["paths", "--style", "papr"], "style papr: neither paper nor slides, and no such file"),
        (["paths", "--size", "99x1"], "size 99x1: inches above 0, and 40 at most"),
        (["paths", "--size", "3"], "--size: it is WIDTHxHEIGHT in inches, 3.3x2.4"),
        (["paths", "--xlim", "3"], "--xlim: it is LOW..HIGH, of which either may be left out: 0..100, ..5"),
        (["paths", "--xlim", "nan..1"], "xlim: an end of an axis is finite, and nan is not"),
        (["paths", "--ylim", "1..1e400"], "ylim: an end of an axis is finite, and inf is not"),
        (
            ["paths", "--xscale", "log", "--xlim=-1..5"],
            "xlim: an end of a logarithmic axis is above 0, and -1 is not",
        ),
        (["paths", "--xlim", "2..2"], "xlim: both ends of the axis are 2"),
        (["paths", "loss_curves", "--as", "x"], "--as x: it names one figure, and 2 are drawn"),
        (["paths", "optimizer=adm"], "there is no value of optimizer 'adm'; did you mean adam?"),
        (["accuracy_curves"], "accuracy_curves needs a run with an accuracy; there is none"),
        (["optimizer=adam"], "runs/a: the study has no figures; which one?"),
        (["paths", "--dpi", "0"], "dpi 0: dots in an inch, from 1 to 1200"),
        (
            ["paths", "--dpi", "300", "--format", "pdf,svg"],
            "dpi 300: dots are of png, and not of pdf and svg",
        ),
        (["paths", "--dpi", "1200", "--size", "40x2"], "would have 48000 by 2400 dots, and 20000 is the most"),
        (
            ["rolling", "--dpi", "99"],
            "it is an animation, a GIF, which takes no format, style, size, dots, title",
        ),
        (["paths", "--format", ""], "format : there is no such format"),
        (["paths", "--as", "../x"], "--as ../x: a name of letters, digits and _"),
        (["paths", "--as", "a/x"], "--as a/x: a name of letters, digits and _, without a folder"),
        (
            ["rolling", "--title", "x"],
            "it is an animation, a GIF, which takes no format, style, size, dots, title or limits",
        ),
    ],
)
def test_what_cannot_be_drawn_is_one_line(there, words, says):
    done = there("runs/a", *words)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("figures").exists()


def test_limits_are_two_ends_of_which_either_may_be_free():
    assert limits("0..100") == (0, 100)
    assert limits("..1e-3") == (None, 1e-3)
    assert limits("-5..") == (-5, None)


def test_any_option_makes_it_a_picture_for_a_page(there, ravine_here):
    words = ["problem=ravine", "optimizer=sgd,adam", "training.steps=9", "workers=1", "study=c"]
    assert ravine_here("-m", *words).returncode == 0
    assert there("runs/c", "--into", "here").stdout.splitlines() == ["here/paths.png", "here/paths.svg"]
    assert there("runs/c", "--format", "png,svg").stdout.splitlines() == [
        "figures/paths.png",
        "figures/paths.svg",
    ]


def test_a_png_has_the_dots_that_were_asked_for_and_other_formats_are_as_they_were(there):
    for words in ([], ["--dpi", "300"], ["--size", "3x2"], ["--size", "3x2", "--dpi", "600"]):
        assert (
            there(
                "runs/a", "loss_curves", *words, "--style", "paper", "--into", "_".join(["at", *words])
            ).returncode
            == 0
        )
    plain, fine = (size_of(Path(f"{name}/loss_curves.png")) for name in ("at", "at_--dpi_300"))
    assert fine == pytest.approx([2 * dots for dots in plain], abs=2)
    assert Path("at/loss_curves.svg").read_bytes() == Path("at_--dpi_300/loss_curves.svg").read_bytes()
    assert size_of(Path("at_--size_3x2_--dpi_600/loss_curves.png")) == (1800, 1200)


def legend_of(path):
    """The labels of a legend in an SVG, by where they stand: rows of words."""
    found = re.findall(
        r"<!-- (sgd|momentum|adam)[^>]*-->\s*<g transform=\"translate\(([\d.]+) ([\d.]+)\)", path.read_text()
    )
    rows = {}
    for name, x, y in found:
        rows.setdefault(round(float(y)), []).append((float(x), name))
    return [[name for _, name in sorted(row)] for _, row in sorted(rows.items())]


def test_the_groups_stand_in_an_order_and_the_legend_above_in_columns(there):
    there("runs/a", "loss_curves", "--format", "svg", "--into", "plain")
    assert legend_of(Path("plain/loss_curves.svg")) == [["sgd"], ["momentum"], ["adam"]]
    there("runs/a", "loss_curves", "--format", "svg", "--order", "optimizer=adam,sgd", "--into", "one")
    assert legend_of(Path("one/loss_curves.svg")) == [["adam"], ["sgd"], ["momentum"]]
    there("runs/a", "loss_curves", "--format", "svg", "--order", "optimizer", "--legend-columns", "3")
    assert legend_of(Path("figures/loss_curves.svg")) == [["adam", "momentum", "sgd"]]


def test_a_legend_beside_panels_can_stand_above_them():
    from matplotlib.figure import Figure as Picture

    picture = Picture(layout="constrained")
    axes = picture.subplots()
    lines = [axes.plot([0, 1], [i, i], marker=mark, label=f"${i}")[0] for i, mark in enumerate("os^")]
    picture.legend(handles=lines, loc="outside right center", title="seeds", fontsize=9)
    Styling(legend_columns=2).apply(picture)
    picture.draw_without_rendering()
    (legend,) = picture.legends
    texts = legend.get_texts()
    assert [text.get_text() for text in texts] == ["$0", "$1", "$2"]
    assert [line.get_marker() for line in legend.legend_handles] == ["o", "s", "^"]
    assert not any(text.get_parse_math() for text in texts)
    assert legend.get_title().get_text() == "seeds"
    assert texts[0].get_window_extent().x0 == texts[1].get_window_extent().x0 < texts[2].get_window_extent().x0
    assert legend.get_window_extent().y0 > axes.get_window_extent().y1


def heights_of(path):
    """How far from the top of an SVG each text stands, the last line of several."""
    found = re.findall(
        r"<!-- (.*?) -->\s*<g[^>]*? transform=\"translate\([-\d.]+ ([-\d.]+)\)", path.read_text()
    )
    return {text: float(y) for text, y in found}


@pytest.mark.parametrize("size", [[], ["--size", "5x3.5"]])
@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("loss_curves", ["--legend-columns", "3"]),
        ("loss_curves", ["--legend-columns", "1"]),
        # Its legend stands above its panels without an option.
        ("path_overlay", []),
    ],
)
def test_a_title_stands_above_the_legend(there, figure, words, size):
    words = [*words, *size, "--title", "Three come down", "--style", "paper", "--format", "svg"]
    assert there("runs/a", figure, *words).returncode == 0
    at = heights_of(Path(f"figures/{figure}.svg"))
    # The baseline of a line of 8 points is 9 points above the next one.
    legend = [y for text, y in at.items() if text.partition(",")[0] in ("sgd", "momentum", "adam")]
    assert len(legend) == 3
    assert 0 < at["Three come down"] < min(legend) - 7
    assert max(legend) < min(y for text, y in at.items() if text.startswith(("one seed; ", "momentum ends")))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["paths", "--legend-columns", "2"], "legend columns 2: it has no legend"),
        (["loss_curves", "--legend-columns", "0"], "legend columns 0: 1 or more"),
        (
            ["loss_curves", "--order", "optimizr"],
            "order: there is no column 'optimizr'; did you mean optimizer?",
        ),
        (
            ["loss_curves", "--order", "optimizer=adm"],
            "there is no value of optimizer 'adm'; did you mean adam?",
        ),
        (["rolling", "--legend-columns", "2"], "it is an animation, a GIF, which takes no format, style, size"),
    ],
)
def test_an_order_or_a_legend_that_cannot_be_is_one_line(there, words, says):
    done = there("runs/a", *words)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert not Path("figures").exists()


def test_who_waits_for_figures_is_told_which_one_is_drawn(there, monkeypatch):
    monkeypatch.setattr(standard_error, "is_terminal", lambda: True)
    done = there("runs/a", "paths", "loss_curves", "--format", "svg")
    assert f"\r\x1b[K{10 * '█'}{10 * '░'} [1/2] drawing loss_curves" in done.stderr
    assert done.stderr.endswith("\r\x1b[K")
    assert "drawing" not in done.stdout


def test_the_figures_of_a_study_are_told_of_too(ravine_here, monkeypatch):
    monkeypatch.setattr(standard_error, "is_terminal", lambda: True)
    ravine_here(*WORDS, "optimizer=sgd,adam", "study=a", "figures=[paths,loss_curves]")
    done = ravine_here("figures", "runs/a")
    assert f"\r\x1b[K{20 * '░'} [0/2] drawing paths" in done.stderr


def test_what_was_drawn_is_told_if_the_next_cannot_be(there):
    done = there("runs/a", "paths", "accuracy_curves", "--format", "svg")
    assert (done.returncode, done.stdout) == (2, "figures/paths.svg\n")


@pytest.mark.parametrize("figure", ["value_curves", "paths"])
@pytest.mark.parametrize("size", [(3.3, 2.4), (6.0, 4.0)])
def test_a_picture_has_exactly_the_size_that_was_asked_for(there, figure, size):
    done = there("runs/a", figure, "--format", "pdf,png", "--style", "paper", "--size", "{}x{}".format(*size))
    assert done.returncode == 0
    assert "warning" not in done.stderr
    assert size_of(Path(f"figures/{figure}.png")) == tuple(round(150 * inches) for inches in size)
    box = re.search(rb"/MediaBox \[ *0 0 ([\d.]+) ([\d.]+)", Path(f"figures/{figure}.pdf").read_bytes())
    assert [float(box[1]), float(box[2])] == pytest.approx([72 * inches for inches in size])


def test_runs_are_left_out(there):
    for word, name in (("optimizer!=sgd,adam", "one"), ("optimizer=momentum", "same")):
        there("runs/a", "paths", word, "--format", "svg", "--style", "paper", "--as", name)
    assert Path("figures/one.svg").read_bytes() == Path("figures/same.svg").read_bytes()
    done = there("runs/a", "paths", "optimizer!=sgd,adam,momentum")
    assert (done.returncode, done.stderr) == (2, "ravine: optimizer!=sgd,adam,momentum: nothing is left\n")


def test_a_word_may_be_longer_than_a_name_of_a_file(there):
    run = next(path.parent.name for path in Path("runs/a").glob("*/run.json"))
    assert there("runs/a", "paths", f"run={','.join([run] * 30)}").returncode == 0
