"""A text that is one of a closed set is checked where it is given, whether this run uses it or not."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import ravine
from ravine import Metric, Optimizer, hookimpl, registry

LAYERS = {
    "network.dropout_form=nope": "network: dropout_form = 'nope': no layer is named 'nope'",
    "network.dropout_form=dropuot": "network: dropout_form = 'dropuot': no layer is named 'dropuot'; did you mean dropout",
    "network.activation=rleu network.hidden=[]": "network: activation = 'rleu': no layer is named 'rleu'; did you mean relu",
    "network.normalization=nope network.hidden=[]": "network: normalization = 'nope': no layer is named 'nope'",
    "network.normalization=''": "network: normalization = '': no layer is named ''",
    "network.placement=nope": "network.placement = 'nope': it is one of before, after",
    "probes=[{name:distributions,layers:[rleu]}]": "probes[0]: layers = 'rleu': no layer is named 'rleu'; did you mean relu",
    "training.sampling=nope": "training.sampling = 'nope': it is one of shuffled, replacement",
    "training.dtype=float16": "training.dtype = 'float16': it is one of float32, float64",
    "on_error=nope": "on_error = 'nope': it must be one of continue, stop",
    "figures=[{name:loss_curves,scale:nope}]": "figures[0]: scale = 'nope': it must be one of log, linear",
    "claims=[{says:x,metric:{name:coordinate,axis:z},is:lower,than:1}]": "claims[0]: axis = 'z': it must be one of x, y",
}  # fmt: skip


@pytest.mark.parametrize("words", LAYERS)
@pytest.mark.parametrize("mode", [[], ["-m", "seed=0,1"]], ids=["one run", "a grid"])
def test_a_word_of_a_closed_set_is_checked_though_nothing_uses_it(ravine_here, words, mode):
    done = ravine_here(*mode, *words.split(" "), "--dry-run")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: {LAYERS[words]}")
    assert not Path("runs").exists()


def test_a_layer_of_the_users_choice_is_no_mistake(ravine_here):
    words = ["network.dropout_form=inverted_dropout", "network.activation=tanh", "network.hidden=[]"]
    done = ravine_here(*words, "probes=[{name:distributions,layers:[tanh]}]", "--dry-run")
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Modes(Optimizer):
    """A third party's, with words from closed sets that its step does not look at."""

    lr: float = 0.1
    mode: Literal["fast", "exact"] = "fast"
    perhaps: Literal["fast", "exact"] | None = None
    several: tuple[Literal["fast", "exact"], ...] = ("fast",)
    by_name: Mapping[str, Literal["fast", "exact"]] | None = None

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Mood(Metric):
    """A third party's, with a word from a closed set."""

    mood: Literal["glad", "sad"] = "glad"

    def measure(self, run):
        return 0.0


@pytest.fixture
def _plugins():
    plugin = types.ModuleType("modes")
    plugin.ravine_optimizers = hookimpl(specname="ravine_optimizers")(lambda: {"modes": Modes})
    plugin.ravine_metrics = hookimpl(specname="ravine_metrics")(lambda: {"mood": Mood})
    registry.load().add(plugin, "modes", "a test")
    yield
    registry.load.cache_clear()


@pytest.mark.usefixtures("_plugins")
@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("optimizer.mode=slow", "optimizer.mode = 'slow': it is one of fast, exact"),
        ("optimizer.perhaps=slow", "optimizer.perhaps = 'slow': it is one of fast, exact"),
        ("optimizer.several=[fast,slow]", "optimizer: several = 'slow': it must be one of fast, exact"),
        ("optimizer.by_name={a:slow}", "optimizer: by_name.a = 'slow': it must be one of fast, exact"),
        (
            "claims=[{says:x,metric:{name:mood,mood:odd},is:lower,than:1}]",
            "claims[0]: mood = 'odd': it must be one of glad, sad",
        ),
    ],
)
def test_a_literal_of_a_third_party_is_checked_before_a_run(ravine_here, word, says):
    done = ravine_here("optimizer=modes", "problem=sphere", word)
    assert (done.returncode, done.stderr) == (2, f"ravine: {says}\n")
    assert not Path("runs").exists()
    with pytest.raises(ravine.ConfigError):
        ravine.run(["optimizer=modes", "problem=sphere", word])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("override /hydra/sweeper: basic", "hydra/sweeper=basic: there is no such hydra/sweeper; there are: search, study, tune"),
        ("override hydra/sweeper: search", "there is no experiment/hydra/sweeper: its defaults need override /hydra/sweeper: search"),
        ("override optimizer: adam", "there is no experiment/optimizer: its defaults need override /optimizer: adam"),
        ("override /hydra/launcher: basic", "hydra/launcher=basic: a launcher is chosen by a word of the command, and not in a file"),
        ("override /hydra/launcher: slurm", "hydra/launcher=slurm: a launcher is chosen by a word of the command, and not in a file"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", [[], ["-m", "seed=0,1"]], ids=["one run", "a grid"])
def test_what_a_file_says_of_sweepers_and_launchers_is_not_ignored(ravine_here, text, says, mode):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\ndefaults: [{text}]\n")
    done = ravine_here("--config-dir", "mine", *mode, "experiment=odd", "problem=sphere", "training.steps=2")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == f"ravine: experiment/odd.yaml: {says}"
    assert not Path("runs").exists()


@pytest.mark.parametrize("sweeper", ["search", "study"])
def test_an_experiment_chooses_a_search_or_a_grid(ravine_here, sweeper):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\ndefaults: [override /hydra/sweeper: {sweeper}]\n")
    words = ["experiment=odd", "problem=sphere", "training.steps=2", "optimizer.lr=0.1,0.2", "--dry-run"]
    done = ravine_here("--config-dir", "mine", "-m", *words)
    assert done.returncode == 0, done.stderr
