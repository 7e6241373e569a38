"""Presets of components whose names have a family, in whatever folder the preset is."""

from pathlib import Path

import pytest
import ravine
from distributions import describe
from ravine import registry

PLUGIN = '''
from dataclasses import dataclass
from ravine import Optimizer, Surface, hookimpl

@dataclass(frozen=True)
class Lion(Optimizer):
    """A step against the gradient."""
    lr: float = 0.5
    beta1: float = 0.9

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g

@dataclass(frozen=True)
class Valley(Surface):
    """A parabola."""
    start: tuple[float, float] = (1.0, 1.0)

    def value(self, x, y):
        return x * x + y * y

    def gradient(self, x, y):
        return 2 * x, 2 * y

@hookimpl
def ravine_optimizers():
    return {"zoo/lion": Lion}

@hookimpl
def ravine_surfaces():
    return {"zoo/valley": Valley}
'''


@pytest.fixture(autouse=True)
def zoo(tmp_path, monkeypatch):
    """A plugin whose names have a family."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "zoo_of_tests.py").write_text(PLUGIN)
    describe(folder, "zoo", "1.0", "zoo = zoo_of_tests")
    monkeypatch.syspath_prepend(str(folder))
    registry.load.cache_clear()
    yield
    registry.load.cache_clear()


def write(files):
    for path, text in files.items():
        file = Path("mine", path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def section(key, name):
    words = [f"{key}={name}", "training.steps=1"] + ["problem=ravine"] * (key != "problem")
    return dict(ravine.build(ravine.compose(words, config_dir="mine")).config[key])


@pytest.mark.parametrize("file", ["mine", "zoo/mine", "own/mine"])
@pytest.mark.parametrize("named", ["zoo/lion", "/optimizer/zoo/lion"])
def test_a_preset_names_a_component_of_a_family(named, file):
    write({f"optimizer/{file}.yaml": f"defaults: [{named}, _self_]\nlr: 0.2\n"})
    assert section("optimizer", file) == {"name": "zoo/lion", "lr": 0.2, "beta1": 0.9}


@pytest.mark.parametrize("named", ["zoo/mine", "/optimizer/zoo/mine", "plain", "/optimizer/plain"])
@pytest.mark.parametrize("file", ["second", "zoo/second"])
def test_a_preset_names_a_preset(named, file):
    write(
        {
            "optimizer/zoo/mine.yaml": "defaults: [zoo/lion, _self_]\nlr: 0.2\n",
            "optimizer/plain.yaml": "defaults:\n  - /optimizer/zoo/lion\n  - _self_\nlr: 0.2\n",
            f"optimizer/{file}.yaml": f"defaults: [{named}, _self_]\nbeta1: 0.5\n",
        }
    )
    assert section("optimizer", file) == {"name": "zoo/lion", "lr": 0.2, "beta1": 0.5}


@pytest.mark.parametrize("named", ["adam", "/optimizer/adam"])
def test_a_preset_in_a_family_names_a_component_without_one(named):
    write({"optimizer/own/mine.yaml": f"defaults: [{named}, _self_]\nbeta1: 0.5\n"})
    assert section("optimizer", "own/mine")["name"] == "adam"
    assert section("optimizer", "own/mine")["beta1"] == 0.5


@pytest.mark.parametrize("file", ["mine", "zoo/mine"])
@pytest.mark.parametrize("named", ["zoo/valley", "/problem/zoo/valley"])
def test_a_preset_of_a_surface_of_a_family(named, file):
    write({f"problem/{file}.yaml": f"defaults: [{named}, _self_]\nstart: [2, 3]\n"})
    assert section("problem", file) == {"name": "zoo/valley", "start": [2.0, 3.0]}


def test_presets_of_a_family_are_swept_beside_others(ravine_here):
    write({"optimizer/mine.yaml": "defaults: [/optimizer/zoo/lion, _self_]\nlr: 0.2\n"})
    words = ["problem=ravine", "training.steps=1", "figures=[]", "study=s"]
    done = ravine_here("--config-dir", "mine", "-m", "optimizer=adam,mine,zoo/lion", *words)
    assert done.returncode == 0, done.stderr
    made = ravine.load_study("runs/s")
    assert sorted(
        (run.config["optimizer"]["name"], run.config["optimizer"]["lr"]) for run in made.runs.values()
    ) == [
        ("adam", 0.001),
        ("zoo/lion", 0.2),
        ("zoo/lion", 0.5),
    ]


def test_an_experiment_overrides_its_optimizer_and_does_not_add_a_second(ravine_here):
    write({"experiment/both.yaml": "# @package _global_\ndefaults: [/optimizer/zoo/lion]\n"})
    done = ravine_here("--config-dir", "mine", "experiment=both", "problem=ravine", "training.steps=1")
    assert done.returncode == 2
    assert "optimizer: sgd and zoo/lion are both chosen; a group takes one name" in done.stderr


@pytest.mark.parametrize("chosen", ["zoo/lion", "zoo/mine", "own/mine"])
@pytest.mark.parametrize("mode", [[], ["-m", "seed=0,1"]], ids=["one run", "a grid"])
def test_an_experiment_chooses_a_name_of_a_family(ravine_here, chosen, mode):
    write({
        "optimizer/zoo/mine.yaml": "defaults: [zoo/lion, _self_]\nlr: 0.2\n",
        "optimizer/own/mine.yaml": "defaults: [adam, _self_]\nlr: 0.2\n",
        "experiment/fam.yaml": f"# @package _global_\ndefaults: [override /problem: zoo/valley, override /optimizer: {chosen}]\n",
    })  # fmt: skip
    done = ravine_here(
        "--config-dir", "mine", *mode, "experiment=fam", "training.steps=1", "figures=[]", "study=s"
    )
    assert done.returncode == 0, done.stderr
    (name,) = {run.config["optimizer"]["name"] for run in ravine.load_study("runs/s").runs.values()}
    assert name == {"zoo/lion": "zoo/lion", "zoo/mine": "zoo/lion", "own/mine": "adam"}[chosen]


def test_a_main_file_chooses_names_of_families(ravine_here):
    text = "defaults: [root, _self_, problem: zoo/valley, optimizer: zoo/lion, schedule: constant, sampler: null]\n"
    write({"start.yaml": f"{text}seed: 0\nstudy: s\nfigures: []\n"})
    done = ravine_here("--config-path", "mine", "--config-name", "start", "figures=[]")
    assert done.returncode == 0, done.stderr
    (run,) = ravine.load_study("runs/s").runs.values()
    assert (run.config["problem"]["name"], run.config["optimizer"]["name"]) == ("zoo/valley", "zoo/lion")
