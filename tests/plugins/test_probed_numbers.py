"""Single numbers that a probe measures: metrics of tables, claims, stops, searches and figures."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.records.study import load_study

SMALL = ["dataset.train=200", "dataset.test=50", "network.hidden=[8]", "training.batch_size=50", "figures=[]"]


@dataclass(frozen=True)
class Lengths(ravine.Probe):
    """Lengths: of all parameters, and of each layer's weights; and what is not a number after the start."""

    def watch(self, problem, rng):
        theta = problem.parameters.theta
        weights = [view for view in problem.parameters.named(theta).values() if view.ndim > 1]
        start = theta.copy()

        def look():
            with np.errstate(all="ignore"):
                moved = np.linalg.norm(theta - start)
                return {
                    "all": np.linalg.norm(theta),
                    "each": [np.linalg.norm(w) for w in weights],
                    "odd": 1 / (1 - np.sign(moved)),
                }

        return look


@pytest.fixture(autouse=True)
def _lengths():
    ravine.register(Lengths, name="lengths")
    yield
    registry.load.cache_clear()


def built(*words):
    return ravine.build(ravine.compose([*SMALL, "probes=[lengths]", *words]))


def test_a_single_number_is_a_metric_and_an_array_is_none():
    run = built("training.steps=4", "training.evaluate_every=2", "dataset.validation=0.2").run()
    lengths = run.arrays["probe.lengths.all"]
    assert run.arrays["evaluation.probe.lengths.all"].tolist() == lengths.tolist()
    assert run.final["probe.lengths.all"] == lengths[-1]
    assert run.best["probe.lengths.all"] in lengths
    assert not [name for name in {**run.final, **run.arrays} if name.endswith("n.probe.lengths.each")]
    plain = ravine.build(ravine.compose([*SMALL, "training.steps=4", "dataset.validation=0.2"])).run()
    assert {**run.final, **plain.final} == run.final


def test_what_is_no_number_ends_no_run():
    run = built("training.steps=2", "training.evaluate_every=1").run()
    assert run.status == "completed"
    assert run.arrays["probe.lengths.odd"].tolist() == [1.0, np.inf, np.inf]
    assert "probe.lengths.odd" not in run.final
    assert "probe.lengths.all" in run.final


def test_tables_claims_and_figures_have_it(ravine_here):
    claim = "{says: It grows, metric: {name: final, of: probe.lengths.all}, where: {optimizer: adam}, "
    claims = f"claims=[{claim}than: {{optimizer: sgd}}, is: higher}}]"
    words = [
        "-m",
        *SMALL[:-1],
        "probes=[lengths]",
        "training.steps=6",
        "seed=0,1",
        "optimizer.lr=0.01",
        "study=s",
    ]
    figure = "figures=[{name:against_value,axis:seed,metrics:[probe.lengths.all]}]"
    done = ravine_here(*words, "optimizer=sgd,adam", claims, figure)
    assert done.returncode == 0, done.stderr
    assert "against_value.png" in done.stdout
    shown = ravine_here("table", "runs/s", "--metric", "probe.lengths.all").stdout
    means = [
        np.mean([run.final["probe.lengths.all"] for run in runs])
        for runs in load_study("runs/s").groups().values()
    ]
    assert all(f"{mean:.4g}" in shown for mean in means)


def test_a_stop_and_a_schedule_follow_it():
    stop = "stop=[{name:target,metric:probe.lengths.all,value:0,direction:maximize}]"
    words = ["training.steps=20", "training.evaluate_every=2", "optimizer=adam"]
    run = built(*words, stop).run()
    assert (run.step, run.provenance["stopped"]["by"]) == (2, "target")
    rates = ["schedule=plateau", "schedule.metric=probe.lengths.all", "schedule.patience=0"]
    followed, plain = built(*words, *rates, "schedule.direction=minimize").run(), built(*words).run()
    assert followed.final["probe.lengths.all"] < plain.final["probe.lengths.all"]


def test_a_search_aims_at_it(ravine_here):
    words = ["hydra/sweeper=search", "sampler=random", "search.trials=3", "training.steps=4", "study=s"]
    space = ["optimizer.lr=tag(log,interval(0.01,1))", "probes=[lengths]"]
    aim = "search.objective=probe.lengths.all"
    done = ravine_here("-m", *words, *space, *SMALL, aim)
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: search.objective = probe.lengths.all: is more of it better? search.direction=maximize\n",
    )
    done = ravine_here("-m", *words, *space, *SMALL, aim, "search.direction=minimize")
    assert done.returncode == 0, done.stderr
    study = load_study("runs/s")
    best = min(run.final["probe.lengths.all"] for run in study.runs.values())
    assert f"{best:.4g}" in done.stdout
    done = ravine_here("-m", *words[:-1], *space, *SMALL, "search.objective=probe.lengths.odd",
                       "search.direction=minimize", "study=odd")  # fmt: skip
    assert "3 lost" in done.stdout


def test_a_figure_of_a_probe_that_no_run_has_is_refused(ravine_here):
    figure = "figures=[{name:against_value,metrics:[probe.lengths.all]}]"
    done = ravine_here("-m", *SMALL[:-1], figure, "optimizer.lr=0.1,0.2", "training.steps=2")
    assert done.returncode == 2
    assert "no run has that probe: probes=[lengths]" in done.stderr


def measure(run, **fields):
    return registry.load().get("metric", "probed")(**fields).measure(run)


def test_a_claim_on_a_probe_says_what_the_probe_has():
    run = built("training.steps=2").run()
    assert measure(run, of="lengths.all") == run.final["probe.lengths.all"]
    assert measure(run, of="lengths.all", evaluation=0) == run.arrays["probe.lengths.all"][0]
    assert measure(run, of="lengths.each", layer=1) == run.arrays["probe.lengths.each"][-1, 1]
    assert measure(run, of="lengths.odd") is None
    assert measure(run, of="lengths.all", evaluation=7) is None
    with pytest.raises(ValueError, match=r"^layer = 2: lengths\.each has 2 layers, from 0$"):
        measure(run, of="lengths.each", layer=2)
