"""The network of a run whose components or data are not what they were."""

import shutil
import struct
from dataclasses import dataclass, replace

import numpy as np
import pytest
import ravine
from ravine.base.errors import PluginWarning

SMALL = ["network.hidden=[4]", "training.steps=2", "figures=[]", "study=s"]


def test_a_component_that_is_missing_is_told_and_the_arrays_are_there_without_it():
    run = ravine.run(["dataset.train=60", "dataset.test=20", *SMALL])
    gone = replace(run, config=run.config | {"network": {"name": "gone"}})
    with pytest.raises(
        ValueError, match=r"^the network of .*gone.*its weights\(\) are there without it$"
    ) as told:
        gone.network()
    assert "\n" not in str(told.value)
    assert gone.weights()["1.affine.W"].shape == (784, 4)


def test_a_configuration_of_a_stranger_calls_nothing(tmp_path):
    run = ravine.run(["dataset=gaussian", *SMALL])
    call = {"_target_": "pathlib.Path.touch", "_args_": [str(tmp_path / "canary")]}
    for network in ({"name": "mlp", "hidden": call}, {"name": "layers", "layers": [call]}, call):
        with pytest.raises(ValueError, match=r"^the network of [^\n]* cannot be made here: [^\n]*_target_"):
            replace(run, config=run.config | {"network": network}).network()
    assert not (tmp_path / "canary").exists()


def test_data_that_are_gone_are_told(tmp_path):
    folder = tmp_path / "digits"
    folder.mkdir()
    for part in ("train", "t10k"):
        images = struct.pack(">4i", 0x803, 20, 2, 2) + bytes(range(80))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, 20) + bytes([0, 1] * 10))
    run = ravine.run(["dataset=idx", f"dataset.folder={folder}", *SMALL])
    assert run.network().evaluate() == run.final
    shutil.rmtree(folder)
    with pytest.raises(
        ValueError, match=rf"^the network of {run.id} cannot be made here: .*digits[^\n]*; its weights\(\)"
    ):
        run.network()


def test_a_layer_that_has_changed_is_warned_of():
    x = np.random.default_rng(0).normal(size=(60, 3))
    ravine.dataset_of(x, (x.sum(axis=1) > 0).astype(int), name="halves")

    def layer(factor):
        @ravine.register
        @dataclass(frozen=True)
        class Scaled(ravine.Layer):
            f: float = factor

            def out_shape(self, in_shape):
                return in_shape

            def forward(self, x, p, *, training, rng):
                return x * self.f, lambda dy, need_dx=True: dy * self.f

    layer(2.0)
    words = [
        "dataset=halves",
        "network=layers",
        "network.layers=[scaled,{name:affine,units:2}]",
        "training.steps=2",
    ]
    run = ravine.build(ravine.compose(words)).run()
    assert run.network().evaluate() == run.final
    layer(3.0)
    with pytest.warns(
        PluginWarning, match=rf"^the network of {run.id} may predict otherwise: it was made with layer 'scaled'"
    ):
        run.network()
