"""Runs that were made up, their figures, and what is read from a figure."""

import io
import json
from pathlib import Path

import numpy as np
import ravine
from matplotlib.colors import same_color
from matplotlib.text import Text
from ravine import registry
from ravine.config.build import build_both
from ravine.execution.rounds import run_rounds
from ravine.plans.plan import GridPlan, Round
from ravine.records.files import sha256
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study

PATH = [[-7.0, 2.0], [-6.0, 1.0], [-5.0, -0.5], [-4.0, 0.25]]
LOSS = np.linspace(3.0, 1.0, 60)


def made(folder, *commands):
    """Make a study of several commands' runs in a folder; it is about what the last of them asks for."""
    both = [build_both(ravine.compose(typed)) for typed in commands]
    runs = Round([experiment for experiment, _ in both], [[f"run {i}"] for i in range(len(both))])
    return run_rounds(Path(folder), GridPlan(Path(folder).name, "ravine …", both[-1][1], runs)).study


def signed(content):
    """The text of a ledger with other content, and the digest that belongs to it."""
    content = {key: value for key, value in content.items() if key != "sha256"}
    digest = sha256(json.dumps(content, sort_keys=True).encode())
    return json.dumps({**content, "sha256": digest})


def study(*runs):
    return Study(Path(), Ledger("", [], [], []), {str(i): run for i, run in enumerate(runs)})


def run(optimizer="sgd", *, seed=0, status="completed", step=10, problem="supervised", final=None, arrays=None, **other):  # fmt: skip
    config = {
        "seed": seed, "training": {"epochs": None}, "problem": {"name": problem},
        "optimizer": {"name": optimizer, "lr": 0.1}, "regularizer": {"name": "none"},
    }  # fmt: skip
    for key, value in other.items():
        owner, _, last = key.partition("__")
        config[owner] = config.get(owner, {}) | {last: value}
    return Run(config, status, step, 0.0, final or {}, arrays={} if status == "failed" else arrays or {})


def loses(values, *args, **fields):
    return run(*args, arrays={"loss": np.array(values, float)}, **fields)


def learns(values, *args, **fields):
    train = np.array(values, float)
    arrays = {"step": 10 * np.arange(len(train)), "train_accuracy": train, "test_accuracy": train / 2}
    return run(*args, arrays={f"evaluation.{name}": array for name, array in arrays.items()}, **fields)


def ends(train, *args, **fields):
    if train is None:
        return learns([0.1], *args, status="diverged", **fields)
    return learns([0.1, train], *args, final={"train_accuracy": train, "test_accuracy": train / 2}, **fields)


def descends(path, *args, problem="ravine", **fields):
    return run(*args, problem=problem, final={"value": 1.0}, arrays={"path": np.array(path, float)}, **fields)


def spreads(values, *args, **fields):
    values = np.array(values, float)
    return run(*args, arrays={
        "evaluation.step": 10 * np.arange(len(values)), "probe.unit_spread.weights": values,
    }, **fields)  # fmt: skip


def distributed(low, high, *args, zeros=0.0, std=None, **fields):
    layers = len(low)
    seen = {"counts": np.ones((1, layers, 4)), "low": [low], "high": [high], "std": [std or [1.0] * layers]}
    return run(*args, arrays={"probe.distributions.zeros": np.full((1, layers), zeros)} | {
        f"probe.distributions.{kind}.{what}": np.array(value) for kind in ("activation", "gradient") for what, value in seen.items()
    }, **fields)  # fmt: skip


def sweep(make=ends, names=("sgd", "adam"), values=(0.1, 1.0)):
    return [make(0.5, name, initializer__std=value) for name in names for value in values]


def draw(name, *runs, **fields):
    return registry.load().get("figure", name)(**fields).draw(study(*runs))


def rendered(name, *runs, **fields):
    """Draw a figure to the end, which is when text is read and the layout made."""
    picture = draw(name, *runs, **fields)
    picture.savefig(io.BytesIO(), dpi=50)
    return picture


def seeds_by_rate(values):
    """Runs by learning rate, a seed for each end; None for one that diverged."""
    return [ends(y, seed=i, optimizer__lr=rate) for rate, ys in values.items() for i, y in enumerate(ys)]


def lines(axes, color, style="-"):
    return [
        line for line in axes.lines if same_color(line.get_color(), color) and line.get_linestyle() == style
    ]


def crosses(axes):
    return [line for line in axes.lines if line.get_marker() == "x"]


def band_of(axes, i=0):
    """Lowest and highest of the i-th band, by x."""
    points = axes.collections[i].get_paths()[0].vertices
    heights = {x: points[points[:, 0] == x, 1] for x in np.unique(points[:, 0])}
    return {x: (ys.min(), ys.max()) for x, ys in heights.items()}


def texts(picture):
    return [text.get_text() for text in picture.findobj(Text) if text.get_visible() and text.get_text()]
