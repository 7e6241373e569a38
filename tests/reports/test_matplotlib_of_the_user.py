"""A figure is the same whatever the user's matplotlib is set to."""

import shutil
from pathlib import Path

import matplotlib as mpl
import pytest
import ravine as package

FIGURES = Path("runs/b/figures")
SETTINGS = """
text.usetex: True
font.size: 20
axes.facecolor: black
axes.unicode_minus: False
savefig.transparent: True
savefig.pad_inches: 2
figure.autolayout: True
path.sketch: 1, 100, 2
svg.hashsalt: mine
"""


def pictures():
    return {path.name: path.read_bytes() for path in FIGURES.iterdir()}


@pytest.fixture(scope="module")
def _drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    package.sweep(["problem=ravine", "optimizer=sgd,adam", "study=b"], root=folder / "runs")
    return folder / "runs"


@pytest.fixture
def drawn(_drawn):
    """A study in the test's folder, and its pictures."""
    shutil.copytree(_drawn, "runs")
    package.registry.load()
    with pytest.MonkeyPatch.context() as own:
        own.delenv("MATPLOTLIBRC", raising=False)
        from ravine.execution.finish import finish

        finish(Path("runs/b"))
    return pictures()


@pytest.mark.parametrize(
    "backend", ["foo", "module://matplotlib_inline.backend_inline", "module://nowhere", "tkagg"]
)
def test_a_backend_that_is_not_there_loses_no_figure(drawn, ravine, backend):
    done = ravine("figures", "runs/b", MPLBACKEND=backend)
    assert (done.returncode, done.stderr) == (0, "")
    assert pictures() == drawn


def test_settings_of_the_user_are_not_in_the_picture(drawn, ravine):
    Path("matplotlibrc").write_text(SETTINGS)
    shutil.rmtree(FIGURES)
    done = ravine("figures", "runs/b")
    assert (done.returncode, done.stderr) == (0, "")
    assert pictures() == drawn


def test_settings_of_a_notebook_are_as_they_were(drawn):
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "black"}):
        from ravine.execution.finish import finish

        finish(Path("runs/b"))
        assert (mpl.rcParams["font.size"], mpl.rcParams["axes.facecolor"]) == (20, "black")
    assert pictures() == drawn


def test_a_folder_is_named_alike_however_it_was_typed(drawn, ravine_here, tmp_path):
    for typed in (tmp_path / "runs" / "b", "./runs/b", "runs/../runs/b"):
        assert ravine_here("figures", str(typed)).returncode == 0
        assert pictures() == drawn


def test_check_needs_no_backend(ravine):
    done = ravine("check", "figure", "paths", MPLBACKEND="foo")
    assert "BROKEN" not in done.stdout, done.stdout
    assert done.returncode == 0


@pytest.mark.filterwarnings("always::UserWarning")
def test_letters_that_no_font_has_are_one_line_for_a_figure(drawn, ravine_here):
    Path("runs").rename("実験")
    done = ravine_here("figures", "実験/b")
    assert done.returncode == 0
    assert done.stderr == "ravine: warning: figure paths: the font has none of 実 験\n"


def test_a_cache_that_is_not_absolute_is_ignored(ravine, tmp_path):
    """As the standard says; matplotlib would make it in the current folder."""
    nowhere = {"XDG_CACHE_HOME": "rel/ative", "XDG_CONFIG_HOME": "~/con/fig", "MPLCONFIGDIR": ""}
    done = ravine("problem=sphere", "training.steps=2", "study=s", **nowhere)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs/s/figures/paths.png").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
