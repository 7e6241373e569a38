"""Tables of runs that have taken more gradients than steps."""

from dataclasses import dataclass

import pytest
import ravine
from ravine import registry
from ravine.records.study import load_study


@dataclass(frozen=True)
class Ahead(ravine.Transform, sees="all"):
    """Ahead: the gradient is that of a point ahead."""

    def before(self, theta, g, state, *, t, lr, gradient_at):
        g[...] = gradient_at(theta - lr * g)[1]


@pytest.fixture(autouse=True)
def _ahead():
    ravine.register(Ahead, name="ahead")
    yield
    registry.load.cache_clear()


WORDS = ["-m", "problem=sphere", "optimizer.lr=0.1", "figures=[]", "study=s"]


def test_tables_have_gradients_where_they_are_more_than_steps(ravine_here):
    done = ravine_here(*WORDS, "transform=[],[ahead]", "training.steps=5", "seed=0,1")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()[:3]]
    assert lines[0] == ["runs", "value", "gradients", "seconds"]
    assert [line[-2] for line in lines[1:]] == ["5", "10"]
    block = ravine_here("table", "runs/s").stdout.splitlines()
    assert [line.split()[:2] for line in block[:3]] == [
        ["value", "gradients"],
        ["transform=[]", "5"],
        ["transform=[ahead]", "10"],
    ]
    rows = load_study("runs/s").rows()
    assert [(row["step"], row["gradients"]) for row in rows] == [(5, 5), (5, 5), (5, 10), (5, 10)]
    kept = ravine_here("table", "runs/s", "--runs", "gradients=10").stdout
    assert kept.count("completed") == 2


def test_other_tables_have_no_such_column(ravine_here):
    done = ravine_here(*WORDS, "optimizer=sgd,momentum", "training.steps=5")
    assert "gradients" not in done.stdout
    assert "gradients" not in ravine_here("table", "runs/s", "--runs").stdout
    assert "gradients" not in ravine_here("table", "runs/s").stdout


def test_a_claim_counts_gradients(ravine_here):
    metric = "metric: {name: gradients_to, level: 10}"
    claim = f"{{says: It needs more, {metric}, where: {{transform: [{{name: ahead}}]}}, than: {{transform: []}}, is: higher, exact: true}}"
    done = ravine_here(*WORDS, "transform=[],[ahead]", "training.steps=15", f"claims=[{claim}]")
    assert done.returncode == 0, done.stderr
    assert "It needs more" in done.stdout
    runs = [*load_study("runs/s").runs.values()]
    of = [registry.load().get("metric", "gradients_to")(level=10).measure(run) for run in runs]
    steps = [registry.load().get("metric", "steps_to")(level=10).measure(run) for run in runs]
    assert of == [steps[0], 2 * steps[1]]
