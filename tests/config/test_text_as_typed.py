"""A field of text has the text that is typed, whatever Hydra would read instead; ``~`` is the home."""

import os
import types
from dataclasses import dataclass
from pathlib import Path

import pytest
import ravine
from ravine import Optimizer, hookimpl, registry

SMALL = ["problem=sphere", "training.steps=1", "figures=[]"]
TYPED = [
    "1e3",
    "1_000",
    "01",
    "1.50",
    ".5",
    "+7",
    "true",
    "TRUE",
    "null",
    "nan",
    "-inf",
    "0x10",
    "a.b",
    "'1e3'",
]


@dataclass(frozen=True)
class Said(Optimizer):
    """Fields of text."""

    lr: float = 0.1
    text: str = "nothing"
    other: str | None = None
    many: tuple[str, ...] = ()

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Other(Said):
    """The same fields."""


@pytest.fixture(autouse=True)
def _plugin():
    plugin = types.ModuleType("said")
    plugin.ravine_optimizers = hookimpl(specname="ravine_optimizers")(lambda: {"said": Said, "other": Other})
    registry.load().add(plugin, "said", "a test")
    yield
    registry.load.cache_clear()


def of_optimizer(name):
    """Return a field of the optimizer of all runs of the only study."""
    (folder,) = Path("runs").iterdir()
    return [run.config["optimizer"].get(name) for run in ravine.load_study(folder).runs.values()]


@pytest.mark.parametrize("typed", TYPED)
def test_a_field_has_the_text_that_is_typed(ravine_here, typed):
    done = ravine_here(*SMALL, "optimizer=said", f"optimizer.text={typed}")
    assert done.returncode == 0, done.stderr
    assert of_optimizer("text") == [typed.strip("'")]


@pytest.mark.parametrize("typed", TYPED)
def test_a_script_gives_the_same_text(typed):
    words = ["problem=sphere", "optimizer=said", f"optimizer.text={typed}", f"optimizer.many=[a,{typed}]"]
    config = ravine.build(ravine.compose(words)).config["optimizer"]
    assert (config["text"], config["many"]) == (typed.strip("'"), ["a", typed.strip("'")])


@pytest.mark.parametrize("typed", TYPED)
def test_so_do_the_runs_of_a_sweep(ravine_here, typed):
    words = ["optimizer=said,other", f"optimizer.text={typed},b", f"optimizer.many=[x,{typed}]"]
    done = ravine_here("-m", *SMALL, *words)
    assert done.returncode == 0, done.stderr
    assert sorted(of_optimizer("text")) == sorted([typed.strip("'"), "b"] * 2)
    assert of_optimizer("many") == [["x", typed.strip("'")]] * 4


def test_values_of_a_search_are_text(ravine_here):
    words = ["optimizer=said", "optimizer.text=1e3,null,~/a", "search.trials=3", "sampler=grid", "seed=0,1"]
    done = ravine_here("-m", "hydra/sweeper=search", *SMALL, *words)
    assert done.returncode == 0, done.stderr
    assert set(of_optimizer("text")) == {"1e3", "null", "~/a"}


def test_where_nothing_is_possible_null_is_nothing(ravine_here):
    done = ravine_here(*SMALL, "optimizer=said", "optimizer.other=null", "study=null")
    assert done.returncode == 0, done.stderr
    assert of_optimizer("other") == [None]


def test_what_hydra_computes_stays_a_number():
    words = ["problem=sphere", "optimizer=said", "optimizer.lr=1e-3", "optimizer.text=a\\,1e3", "seed=1_000"]
    cfg = ravine.compose([*words, "optimizer.other=${optimizer.lr}"])
    assert (cfg.optimizer.lr, cfg.optimizer.text, cfg.seed, cfg.optimizer.other) == (
        0.001,
        "a,1e3",
        1000,
        "0.001",
    )


def test_a_component_is_checked_with_the_text_that_is_typed(ravine_here):
    done = ravine_here("check", "optimizer", "said", "text=1e3", "many=[1_000]")
    assert "text='1e3', other=None, many=('1_000',)" in done.stdout, done.stderr


def test_where_no_type_says_so_the_error_says_how(ravine_here):
    done = ravine_here(*SMALL, "claims=[{says: It is low, metric: {name: final, of: 1e3}, is: lower, than: 1}]")
    assert done.returncode == 2
    assert "of = 1000.0: it must be text; quoted it is text, '1000.0'" in done.stderr


# ---- the home ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["~/nowhere", "'~/nowhere'", "~root/nowhere-of-root"])
def test_a_folder_of_data_may_begin_with_the_home(ravine_here, monkeypatch, tmp_path, value):
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = os.path.expanduser(value.strip("'"))
    for words in ([], ["-m", "seed=0,1"]):
        done = ravine_here("dataset=idx", f"dataset.folder={value}", *words)
        assert (done.returncode, done.stderr) == (2, f"ravine: {folder}: no such folder\n")


def test_a_user_that_is_not_there_is_named(ravine_here):
    done = ravine_here("dataset=idx", "dataset.folder=~nobody-of-that-name/x")
    assert (done.returncode, done.stderr) == (2, "ravine: ~nobody-of-that-name/x: no such folder\n")


@pytest.mark.parametrize("option", ["--config-dir=~/mine", "hydra.searchpath=[~/mine]"])
def test_a_folder_of_configurations_may_begin_with_the_home(ravine_here, monkeypatch, tmp_path, option):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    file = tmp_path / "home/mine/experiment/e.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("# @package _global_\ndefaults: [override /problem: ravine]\ntraining: {steps: 3}\n")
    done = ravine_here(option, "experiment=e", "--cfg", "job", "-p", "training")
    assert "steps: 3" in done.stdout, done.stderr
    (tmp_path / "home/mine/main.yaml").write_text("defaults: [config, _self_]\n")
    if option.startswith("--"):
        done = ravine_here("--config-path=~/mine", "--config-name=main", "--cfg", "job", "-p", "seed")
        assert "0" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "option", ["--config-dir=~nobody-of-that-name/x", "hydra.searchpath=[~nobody-of-that-name/x]"]
)
def test_configurations_of_a_user_that_is_not_there(ravine_here, option):
    done = ravine_here(option, "problem=ravine")
    assert done.returncode == 2
    assert "~nobody-of-that-name/x: no such folder" in done.stderr
    assert "Traceback" not in done.stderr
