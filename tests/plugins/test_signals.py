"""What probes see of weights and signals: how units spread, and how activations are distributed."""

import numpy as np
import pytest
import ravine


def probed(*overrides):
    cfg = ravine.compose(
        ["dataset.train=300", "dataset.test=50", "training.steps=6", "network.hidden=[20,20]", *overrides]
    )
    return ravine.build(cfg).run()


def test_probes_change_nothing_that_is_measured():
    noisy = ["network.dropout=0.2", "network.normalization=batch_norm"]
    plain, watched = (probed(*noisy, f"probes={probes}") for probes in ("[]", "[unit_spread,distributions]"))
    for name, array in plain.arrays.items():
        assert array.tobytes() == watched.arrays[name].tobytes()
    assert watched.arrays["probe.unit_spread.weights"].shape == (3, 3)
    assert watched.arrays["probe.distributions.activation.counts"].shape == (3, 2, 50)


def test_units_that_start_alike_stay_alike():
    same = probed("initializer=constant", "probes=[unit_spread]").arrays["probe.unit_spread.weights"]
    assert (same[:, :-1] < 1e-6).all()  # the products of equal columns differ in their last bits
    other = probed("initializer=he", "probes=[unit_spread]").arrays["probe.unit_spread.weights"]
    assert (other > 0.01).all()


# Standard deviations of activations by layer and shares of saturated values, means of ten seeds of an
# independent program: 1000 samples of N(0, 1), five layers of 100 units without bias.
SIGNALS = {
    ("sigmoid", "normal", 1): (
        [0.459, 0.437, 0.439, 0.437, 0.436],
        "saturated",
        [0.77, 0.66, 0.66, 0.66, 0.66],
    ),
    ("sigmoid", "xavier", None): ([0.208, 0.123, 0.123, 0.122, 0.120], "zeros", [0, 0, 0, 0, 0]),
    ("relu", "xavier", None): ([0.585, 0.417, 0.306, 0.220, 0.159], "zeros", [0.49] * 5),
    ("relu", "he", None): ([0.827, 0.834, 0.865, 0.880, 0.899], "zeros", [0.49] * 5),
    ("tanh", "normal", 1): ([0.96] * 5, "saturated", [0.85] * 5),
    ("tanh", "he", None): ([0.720, 0.633, 0.594, 0.574, 0.563], "dead", [0] * 5),
}


@pytest.mark.parametrize("case", SIGNALS, ids=lambda case: " ".join(map(str, case[:2])))
def test_signals_have_the_widths_that_others_found(case):
    activation, initializer, std = case
    widths, share, expected = SIGNALS[case]
    width = [] if std is None else [f"initializer.std={std}"]
    cfg = ravine.compose([
        "dataset=gaussian", "network.hidden=[100,100,100,100,100]", f"network.activation={activation}",
        f"initializer={initializer}", *width, "probes=[distributions]", "training.steps=0",
    ])  # fmt: skip
    runs = []
    for seed in range(10):
        cfg.seed = cfg.dataset.data_seed = seed
        runs.append(ravine.build(cfg).run().arrays)
    measured = np.mean([arrays["probe.distributions.activation.std"][0] for arrays in runs], axis=0)
    # A layer of 100 units scales its output by chance, some 5 % a layer in a mean of ten networks.
    for layer, (ours, theirs) in enumerate(zip(measured, widths, strict=True), start=1):
        assert ours == pytest.approx(theirs, rel=0.05 * layer)
    shares = np.mean([arrays[f"probe.distributions.{share}"][0] for arrays in runs], axis=0)
    assert shares == pytest.approx(expected, abs=0.03)
