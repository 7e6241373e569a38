"""What is asked of a launcher, and what is refused, where no launcher's package is installed."""

import re
import tomllib
from pathlib import Path

import pytest
import ravine as package
from documentation import ROOT
from hydra.core.plugins import Plugins
from ravine.execution import launch

PAGE = (ROOT / "docs" / "machines.md").read_text()


@pytest.fixture
def for_many(monkeypatch):
    """Hydra's launcher for this process stands in for one for many."""
    monkeypatch.setattr(launch, "is_basic", lambda launcher: False)


@pytest.mark.usefixtures("for_many")
def test_jobs_of_a_script_lie_where_it_says(tmp_path):
    study = package.sweep(["problem=sphere", "seed=0,1", "study=s", "figures=[]"], root=tmp_path / "else'where")
    assert len(study.runs) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["else'where"]
    assert [path.name for path in (tmp_path / "else'where").iterdir()] == ["s"]


@pytest.mark.usefixtures("for_many")
def test_a_launcher_gets_only_what_is_left(tmp_path, capsys):
    package.sweep(["problem=sphere", "seed=0,1", "study=s", "figures=[]"])
    assert "2 runs go to BasicLauncher" in capsys.readouterr().err
    package.sweep(["problem=sphere", "seed=0,1", "study=s", "figures=[]"])
    assert "go to" not in capsys.readouterr().err
    package.sweep(["problem=sphere", "seed=0,1,2", "study=s", "figures=[]"])
    assert "1 run goes to BasicLauncher" in capsys.readouterr().err


@pytest.mark.usefixtures("for_many")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["on_error=stop", "seed=0,1"], "on_error=stop needs runs on this machine: a launcher gets several runs at once"),
        (["hydra/sweeper=search", "optimizer.lr=0.1,0.2", "search.prune=true", "training.evaluate_every=5"],
         "search.prune=true needs runs on this machine; a launcher cannot prune"),
    ],
)  # fmt: skip
def test_what_jobs_of_a_launcher_cannot_do_is_refused(ravine_here, words, says):
    done = ravine_here("-m", "problem=sphere", *words)
    assert (done.returncode, done.stderr) == (2, f"ravine: {says}\n")
    assert not Path("runs").exists()


def test_a_launcher_that_is_not_installed_is_named(ravine_here, monkeypatch):
    target = "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"
    monkeypatch.delitem(Plugins.instance().class_name_to_class, target, raising=False)
    done = ravine_here("-m", "problem=sphere", "seed=0,1", "hydra/launcher=slurm")
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: hydra/launcher: its package hydra-submitit-launcher is not installed: "
        "pip install hydra-submitit-launcher\n",
    )


@pytest.mark.parametrize("name", ["ray_cluster", "slurm"])
def test_presets_and_the_settings_of_the_page_can_be_seen_without_their_packages(name, ravine_here):
    """A code span is a command or a setting; those of Ray have it in their name."""
    assert f"`ravine --cfg hydra -m hydra/launcher={name}`" in PAGE.replace("\n", " ")
    spans = re.findall(r"`'?(hydra\.launcher\.[^`']*)'?`", PAGE)
    settings = [span for span in spans if span.startswith("hydra.launcher.ray.") == (name == "ray_cluster")]
    assert settings
    done = ravine_here("--cfg", "hydra", "-m", f"hydra/launcher={name}", *settings)
    assert done.returncode == 0, done.stderr
    assert "_target_: hydra_plugins." in done.stdout
    for setting in settings:
        key, _, value = setting.rpartition(".")[2].partition("=")
        assert re.search(rf"\b{key}:\s+(- )?{value.strip('[]')}$", done.stdout, re.MULTILINE), setting


def test_the_extras_of_the_page_are_the_packages():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = extras["project"]["optional-dependencies"]
    for name in re.findall(r"^pip install 'ravine\[(\w+)\]'", PAGE, re.MULTILINE):
        assert len(extras[name]) == 1
        assert "<1.5" in extras[name][0]
