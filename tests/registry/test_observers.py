"""Probes, metrics, figures and listeners look at a run, and change nothing of it."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Figure, Metric, Probe, registry

SMALL = ("dataset=gaussian", "dataset.train=60", "dataset.test=20", "network.hidden=[5]", "training.steps=2",
         "network.normalization=batch_norm", "training.evaluate_every=1", "training.batch_size=20", "study=s")  # fmt: skip


def moves(problem):
    problem.parameters.theta[...] += 0.5


def moves_one(problem):
    problem.parameters.named(problem.parameters.theta)["1.affine.W"][0, 0] += 1


def forgets(problem):
    problem.network.buffers.theta[...] += 1


def learns(problem):
    problem.loss_and_gradient()


def passes(problem):
    problem.network.forward(problem.inputs(problem.split.train), training=True, rng=np.random.default_rng(0))


def blanks(problem):
    problem.split.train.x[...] = 0


def relabels(problem):
    problem.split.test.target[...] = 0


# What a probe does at a look, and what is said of it.
CHANGES = {
    moves: "its function changed parameters: 1.affine.W, 4.affine.W, 1.affine.b and 3 more; a probe only looks",
    moves_one: "its function changed parameters: 1.affine.W; a probe only looks",
    forgets: "its function changed buffers: 2.batch_norm.mean, 2.batch_norm.var; a probe only looks",
    learns: "its function changed the batches to come: their order, their chance; a probe only looks",
    passes: "its function changed buffers: 2.batch_norm.",
    blanks: "assignment destination is read-only",
    relabels: "assignment destination is read-only",
}


def probe_of(change, *, first=1):
    @dataclass(frozen=True)
    class Changes(Probe):
        def watch(self, problem, rng):
            looks = []
            if not first:
                change(problem)

            def look():
                looks.append(1)
                if len(looks) >= first:
                    change(problem)
                return {"a": 1.0}

            return look

    return Changes


def test_a_probe_that_changes_the_training_is_told_by_name(ravine_here):
    for change in CHANGES:
        ravine.register(probe_of(change), name=change.__name__)
        done = ravine_here(f"probes=[{change.__name__}]", *SMALL, "figures=[]")
        assert done.returncode == 2
        assert f"ravine: probe '{change.__name__}', Changes of " in done.stderr
        assert CHANGES[change] in done.stderr
        assert "test_observers.py:" in done.stderr


def test_a_probe_that_changes_the_training_later_ends_its_run(ravine_here):
    ravine.register(probe_of(moves, first=3), name="later")
    done = ravine_here("probes=[later]", *SMALL, "figures=[]")
    assert done.returncode == 1
    assert "failed: probe 'later', Changes of " in done.stderr
    assert CHANGES[moves] in done.stderr


def test_a_probe_that_changes_the_start_is_told_before_the_run(ravine_here):
    ravine.register(probe_of(moves, first=0), name="at_once")
    done = ravine_here("probes=[at_once]", *SMALL, "figures=[]")
    assert done.returncode == 2
    assert "probe 'at_once', Changes of " in done.stderr
    assert "watch changed parameters: 1.affine.W, " in done.stderr


def test_probes_are_tried_once_for_runs_that_begin_alike(ravine_here):
    watched = []

    @dataclass(frozen=True)
    class Counts(Probe):
        def watch(self, problem, rng):
            watched.append(problem)
            return lambda: {"a": 1.0}

    ravine.register(Counts, name="counts")
    done = ravine_here("-m", "optimizer.lr=0.1,0.2,0.3", "probes=[counts]", *SMALL, "workers=1", "figures=[]")
    assert done.returncode == 0, done.stderr
    # Before the first run, and in each of three.
    assert len(watched) == 4


@dataclass(frozen=True)
class Empties(Metric):
    def measure(self, run):
        run.final.clear()
        run.config["optimizer"]["name"] = "mine"
        return 1.0


@dataclass(frozen=True)
class Zeroes(Metric):
    def measure(self, run):
        run.arrays["loss"][...] = 0


@dataclass(frozen=True)
class ZeroesAll(Figure):
    def draw(self, study):
        for run in study.runs.values():
            run.arrays["loss"][...] = 0


def claim(metric):
    return f"claims=[{{says: it falls,metric: {metric},is: lower,than: 2}}]"


def test_what_a_metric_or_a_figure_does_to_a_run_is_its_own(ravine_here):
    for cls in (Empties, Zeroes, ZeroesAll):
        ravine.register(cls)
    with pytest.warns(
        UserWarning, match="figure 'zeroes_all', ZeroesAll of .*: assignment destination is read-only"
    ):
        (before,) = ravine.sweep([*SMALL, claim("empties"), "figures=[zeroes_all]"]).runs.values()
    assert before.final["train_loss"] > 0
    assert before.config["optimizer"]["name"] == "sgd"
    done = ravine_here(*SMALL, claim("zeroes"), "figures=[]")
    assert "metric 'zeroes', Zeroes of " in done.stderr
    assert "assignment destination is read-only" in done.stderr


def test_what_a_listener_does_to_a_run_is_its_own():
    class Listens:
        @ravine.hookimpl
        def ravine_epoch_end(self, metrics):
            metrics["train_loss"] = 0.0

        @ravine.hookimpl
        def ravine_run_end(self, run):
            run.final.clear()
            run.config["optimizer"].clear()

    registry.load().manager.register(Listens(), name="listens")
    with pytest.warns(UserWarning, match="'mappingproxy' object does not support item assignment"):
        run = ravine.run([*SMALL, "figures=[]"])
    assert run.final["train_loss"] > 0
    assert run.config["optimizer"]["name"] == "sgd"
