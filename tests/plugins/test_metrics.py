"""Metrics: what they measure of runs whose numbers are known."""

import numpy as np
import pytest
from factories import descends, learns
from ravine import registry
from ravine.records.run import Run
from ravine_plugins._rates import rates


def run(**arrays):
    config = {"seed": 0, "training": {"steps": None, "dtype": "float64"}}
    return Run(config, "completed", 4, 0.0, {"train_accuracy": 0.9, "test_accuracy": 0.7}, arrays=arrays)


def measure(name, of=None, /, **fields):
    return registry.load().get("metric", name)(**fields).measure(of)


def test_metrics_by_hand():
    path = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, -1.0], [2.5, 0.0], [2.5, 0.0]])
    descent = run(path=path, **{"state.m": path, "state.v": path})
    learning = run(loss=np.array([4.0, 2.0, 1.0, 0.5]), **{
        "evaluation.step": np.array([0, 2, 4]), "evaluation.train_accuracy": np.array([0.1, 0.95, 0.9]),
        "probe.spread.weights": np.array([[0.0, 1.0], [2.0, 3.0]]),
    })  # fmt: skip
    assert measure("coordinate", descent, axis="y", step=2) == -1.0
    assert measure("coordinate", descent) == 2.5
    assert measure("coordinate", descent, step=9) is None
    assert measure("step_length", descent, axis="y", step=2) == 3.0
    assert measure("step_length", descent, axis="x", step=3) == 0.5
    assert measure("step_length", descent, axis="x", step=-1) == 0
    assert measure("turns", descent, axis="y") == 2
    assert measure("turns", descent, axis="x") == 1
    assert measure("state_arrays", descent) == 2
    assert measure("loss_at", learning, step=3, window=2) == 1.5
    assert measure("loss_at", learning, window=4) == measure("loss_at", learning, step=-1, window=4) == 1.875
    assert measure("loss_at", learning, step=5) is None
    assert measure("learned_at", learning, level=0.9) == 2
    assert measure("learned_at", learning, level=0.99) is None
    assert measure("gap", learning) == pytest.approx(0.2)
    assert measure("final", learning, of="test_accuracy") == 0.7
    assert measure("probed", learning, of="spread.weights", layer=0, evaluation=1) == 2.0
    nowhere = run(**{"probe.spread.weights": np.array([[np.nan]])})
    assert measure("probed", nowhere, of="spread.weights") is None
    with pytest.raises(ValueError, match="runs have no final value; they have train_accuracy, test_accuracy"):
        measure("final", learning, of="value")
    with pytest.raises(ValueError, match=r"no probe saw x; there are: spread\.weights"):
        measure("probed", learning, of="x")


def test_metrics_of_descents_and_evaluations_by_hand():
    config = {"problem": {"name": "ravine", "start": [-7.0, 2.0]}, "seed": 0}
    path = np.array([[-7.0, 0.0], [-6.0, 0.0], [-6.0, 1.0], [-7.0, 1.0 + 1 / 6]])
    descent = Run(config, "completed", 3, 0.0, arrays={"path": path})
    assert measure("aim", descent, step=1) == pytest.approx(0)
    assert measure("aim", descent, step=2) == pytest.approx(90)
    assert measure("aim", descent, step=3) == pytest.approx(180)
    assert measure("aim", descent, step=4) is None
    endless = Run({"problem": {"name": "saddle"}, "seed": 0}, "completed", 3, 0.0, arrays={"path": path})
    with pytest.raises(ValueError, match="saddle has no minimum to aim at"):
        measure("aim", endless)
    still = Run(config, "completed", 0, 0.0, arrays={"path": path[:1]})
    assert measure("step_length", still, step=-1) is None
    judged = {"evaluation.step": np.array([0, 20, 40]), "evaluation.test_loss": np.array([3.0, 2.0, 1.0])}
    learning = run(**judged)
    assert measure("evaluated", learning, of="test_loss", step=20) == 2.0
    assert measure("evaluated", learning, of="test_loss", step=30) is None
    with pytest.raises(ValueError, match="runs have no evaluated value"):
        measure("evaluated", learning, of="value")
    assert measure("diverged", learning) == 0
    assert measure("diverged", Run(config, "diverged", 3, 0.0)) == 1


def test_the_share_of_a_surface_that_points_past_the_minimum_is_an_area():
    """At (x, y) of the ravine the angle is atan 20t - atan t, with t = y / x: above 45 degrees for t in (a, b)."""
    ravine, sphere = (descends([[-7.0, 2.0]], problem=name) for name in ("ravine", "sphere"))
    a, b = np.sort(np.roots([20, -19, 1]))
    assert measure("missed", ravine, angle=45.0) == pytest.approx(1 - a - 0.25 / b, abs=2e-3)
    square = {"x": (-10.0, 10.0), "y": (-10.0, 10.0)}
    assert measure("missed", ravine, angle=45.0, **square) == pytest.approx((b - a) / 2, abs=2e-3)
    # The largest angle is that of sin = 19/21, at t = 1/√20.
    widest = np.degrees(np.arcsin(19 / 21))
    assert measure("missed", ravine, angle=float(widest)) == 0
    assert 0 < measure("missed", ravine, angle=float(widest) - 0.1) < 0.05
    assert measure("missed", ravine, angle=0.0) == 1
    assert measure("missed", sphere, angle=1e-9) == 0
    # Of two minima the nearer one counts: on a line between them nothing points anywhere else.
    wells = descends([[0.5, 0.0]], problem="twin_wells")
    near = {"x": (-1e-9, 1e-9), "y": (0.5, 2.0)}
    assert measure("missed", wells, angle=1.0, **near) == 0
    with pytest.raises(ValueError, match="saddle has no minimum to miss"):
        measure("missed", descends([[1.0, 1.0]], problem="saddle"))
    with pytest.raises(ValueError, match=r"Missed: x = \[1, 1\]: write \[low, high\]"):
        registry.load().get("metric", "missed")(x=(1, 1))


def test_a_run_that_diverged_has_no_end():
    path = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, -1.0]])
    arrays = {"path": path, "probe.spread.weights": np.array([[1.0]]), "loss": np.array([3.0, 9.0])}
    config = {"problem": {"name": "ravine"}, "seed": 0}
    lost = Run(config, "diverged", 2, 0.0, arrays=arrays)
    for name, fields in {
        "coordinate": {"axis": "x"}, "step_length": {"step": -1}, "turns": {}, "loss_at": {"window": 1}, "swing": {"steps": 1},
        "probed": {"of": "spread.weights", "layer": 0}, "probed_ratio": {"of": "spread.weights"}, "effective_rate": {"step": -1},
    }.items():  # fmt: skip
        assert measure(name, lost, **fields) is None, name
    assert measure("step_length", lost, axis="x", step=2) == 2.0  # what it did on the way counts
    assert measure("swing", Run(config, "completed", 2, 0.0, arrays=arrays), axis="y", steps=2) == 2.0
    for name in ("step_length", "effective_rate", "loss_at"):
        with pytest.raises(ValueError, match=r"step = 0: steps are numbered from 1, and -1 is the last"):
            registry.load().get("metric", name)(step=0)


def test_gradients_to_a_level_are_counted_where_the_step_is_found():
    path = np.column_stack([np.linspace(3, 0, 7), np.zeros(7)])
    plain = descends(path, problem="sphere", step=6)
    asks = descends(path, problem="sphere", step=6)
    asks.arrays["gradients"] = np.array([0.0, 2, 4, 7, 9, 11, 13])
    # The value is 2.25 after the third step, and 4 before it.
    for run, of in ((plain, 3.0), (asks, 7.0)):
        assert measure("steps_to", run, level=2.5) == 3.0
        assert measure("gradients_to", run, level=2.5) == of
        assert measure("gradients_to", run, level=-1.0) is None
    net = learns([0.1, 0.5, 0.9, 0.95], step=30)
    net.arrays["gradients"] = 2.0 * np.arange(31)
    assert measure("learned_at", net, level=0.9) == 20.0
    assert measure("gradients_to", net, of="train_accuracy", level=0.9) == 40.0
    assert measure("gradients_to", net, of="test_accuracy", level=0.3) == 40.0
    assert measure("gradients_to", net, of="train_accuracy", level=0.4, direction="minimize") == 0.0
    with pytest.raises(ValueError, match=r"^runs have no evaluated value; they have "):
        measure("gradients_to", net)
    net.arrays["evaluation.train_top_k"] = net.arrays["evaluation.train_accuracy"]
    with pytest.raises(ValueError, match="is more of it better"):
        measure("gradients_to", net, of="train_top_k")


def at_rates(schedule=None, status="completed", **fields):
    """A run of 20 updates at rates around 0.1, evaluated after 0, 10 and 20."""
    made = learns([0.1, 0.8, 0.4], step=20, status=status, **fields)
    made.config["schedule"] = schedule or {"name": "constant"}
    return made


def test_rates_are_those_of_all_schedules():
    linear = {"name": "linear", "start": 0, "end": 1}
    assert rates(at_rates()).tolist() == [0.1] * 20
    assert rates(at_rates(linear)) == pytest.approx(0.1 * np.arange(20) / 20)
    both = at_rates(linear, schedules__lr={"name": "linear", "start": 2, "end": 2})
    assert rates(both)[10] == pytest.approx(0.1)
    # It would have gone on to 40 updates.
    early = at_rates(linear)
    early.provenance["stopped"] = {"by": "patience", "of": 40}
    assert rates(early) == pytest.approx(0.1 * np.arange(20) / 40)
    follows = {"name": "plateau", "metric": "train_accuracy", "ratio": 0.5, "patience": 0}
    falls = learns([0.1, 0.8, 0.4, 0.3], step=35)
    falls.config["schedule"] = follows
    assert rates(falls) == pytest.approx([0.1] * 20 + [0.05] * 10 + [0.025] * 5)
    del falls.config["optimizer"]["lr"]
    with pytest.raises(ValueError, match=r"^runs of sgd have no learning rate$"):
        rates(falls)


def test_the_rate_of_the_best_is_that_of_the_last_update_before_it():
    linear = {"name": "linear", "start": 0, "end": 1}
    best = {"of": "train_accuracy"}
    assert measure("rate_of_best", at_rates(linear), **best) == pytest.approx(0.1 * 9 / 20)
    assert measure("rate_of_best", at_rates(linear), **best, scale="log") == pytest.approx(np.log10(0.045))
    high_first = learns([0.9, 0.2, 0.3], step=20)
    high_first.config["schedule"] = linear
    assert measure("rate_of_best", high_first, **best) == pytest.approx(0.1 * 19 / 20)
    assert measure("rate_of_best", learns([0.9], step=0), **best) is None
    with pytest.raises(ValueError, match=r"^runs have no evaluated validation_accuracy$"):
        measure("rate_of_best", at_rates())
    with pytest.raises(ValueError, match=r"^metric = 'mine': is more of it better\?"):
        measure("rate_of_best", of="mine")
    lost = learns([0.1, np.nan, 0.3], step=20)
    lost.config["schedule"] = linear
    assert measure("rate_of_best", lost, **best) == pytest.approx(0.1 * 19 / 20)


def test_a_setting_is_told_in_powers_of_ten_or_as_it_is():
    of = learns([0.1], regularizer__strength=0.001)
    assert measure("setting", of, of="regularizer.strength") == 0.001
    assert measure("setting", of, of="regularizer.strength", scale="log") == pytest.approx(-3)
    none = learns([0.1], regularizer__strength=0)
    assert measure("setting", none, of="regularizer.strength", scale="log") is None
