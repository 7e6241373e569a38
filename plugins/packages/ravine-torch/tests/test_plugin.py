"""As a plugin: found by name, configured as any other, and quick until a run needs PyTorch."""

import subprocess
import sys

import pytest
import ravine
from ravine import registry

import ravine_torch


def in_a_process_of_its_own(code):
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_optimizer_is_found_under_its_name():
    offered = registry.load().entries["optimizer"]
    found = {name: entry.cls for name, entry in offered.items() if name.startswith("torch/")}
    assert {name: cls.__name__ for name, cls in found.items()} == {
        f"torch/{name.lower()}": name for name in ravine_torch.NAMES
    }
    assert {cls.rule for cls in found.values()} == set(ravine_torch.NAMES)
    assert not [str(plugin) for plugin in registry.load().failures if "torch" in plugin.name]


def test_nothing_imports_pytorch_before_a_run():
    in_a_process_of_its_own("""
import importlib, sys
import ravine, ravine_torch, ravine_torch.parity
for name in ravine_torch.NAMES:
    getattr(importlib.import_module(f"ravine_torch.{name.lower()}"), name)()
experiment = ravine.build(ravine.compose(["problem=ravine", "optimizer=torch/adamw"]))
assert "torch" not in sys.modules
""")


@pytest.mark.parametrize(("optimizer", "loaded"), [("torch/sgd", True), ("sgd", False)])
def test_pytorch_is_imported_when_a_run_with_it_begins(optimizer, loaded):
    in_a_process_of_its_own(f"""
import sys
import ravine, ravine_torch
experiment = ravine.build(ravine.compose(["problem=ravine", "optimizer={optimizer}"]))
ravine_torch.ravine_run_start(experiment)
assert ("torch" in sys.modules) is {loaded}
""")


@pytest.mark.parametrize("name", [name.lower() for name in ravine_torch.NAMES])
def test_a_network_learns_with_it(name):
    small = ["dataset.train=300", "dataset.test=200", "network.hidden=[20]", "training.batch_size=30"]
    run = ravine.build(ravine.compose([*small, f"optimizer=torch/{name}", "training.steps=30"])).run()
    assert run.status == "completed"
    loss = run.arrays["loss"]
    assert loss[-5:].mean() < loss[:5].mean()


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["optimizer=torch/adamw", "optimizer.betas=[0.8,0.95]"], "betas", (0.8, 0.95)),
        (["optimizer=torch/adafactor", "optimizer.eps=[null,0.01]"], "eps", (None, 0.01)),
        (["optimizer=torch/muon", "optimizer.adjust_lr_fn=match_rms_adamw"], "adjust_lr_fn", "match_rms_adamw"),
        (["optimizer=torch/muon"], "adjust_lr_fn", None),
        (["optimizer=torch/rprop", "optimizer.step_sizes=[0,1]"], "step_sizes", (0.0, 1.0)),
    ],
)
def test_fields_are_set_on_the_command_line(words, field, value):
    optimizer = ravine.build(ravine.compose(["problem=ravine", *words])).optimizer
    assert getattr(optimizer, field) == value


def test_a_field_of_a_wrong_kind_is_named():
    with pytest.raises(ravine.ConfigError, match="amsgrad"):
        ravine.build(ravine.compose(["problem=ravine", "optimizer=torch/adam", "optimizer.amsgrad=much"]))


def test_the_table_without_pytorch_is_refused_in_one_line():
    code = """
import runpy, sys
sys.modules["torch"] = None
runpy.run_module("ravine_torch.parity", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "ravine_torch.parity: it needs PyTorch, which is not installed: pip install torch\n"
