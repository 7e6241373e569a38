"""The registry: one door for everyone, and a broken plugin is one warning."""

import importlib
import sys
import textwrap

import pluggy
import pytest
from ravine import hookimpl, hookspecs, registry
from ravine.registry import PluginError, PluginWarning, Registry


@pytest.fixture
def fresh(monkeypatch):
    """Load a registry of its own, with packages that are written for the test as third parties."""

    def load(tmp_path=None, **modules):
        if tmp_path is not None:
            monkeypatch.syspath_prepend(tmp_path)
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
            info = tmp_path / f"{name}-1.2.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
            (info / "entry_points.txt").write_text(f"[ravine]\n{name} = {name}\n")
        importlib.invalidate_caches()
        manager = pluggy.PluginManager("ravine")
        manager.add_hookspecs(hookspecs)
        loaded = Registry(manager)
        loaded.discover()
        for name in modules:
            sys.modules.pop(name, None)
        return loaded

    return load


LION = """
    from dataclasses import dataclass
    import numpy as np
    from ravine import Optimizer, hookimpl

    @dataclass(frozen=True)
    class Lion(Optimizer, slots=("m",)):
        '''Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, Algorithm 2.'''
        lr: float = 1e-4
        beta1: float = 0.9
        beta2: float = 0.99

        def step(self, theta, g, state, *, t, lr):
            (m,) = state
            theta -= lr * np.sign(self.beta1 * m + (1 - self.beta1) * g)
            m *= self.beta2
            m += (1 - self.beta2) * g

    @hookimpl
    def ravine_optimizers():
        return {"lion": Lion}
"""

BROKEN = {
    "import_error": ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "unknown_hook": ("from ravine import hookimpl\n@hookimpl\ndef ravine_optimisers(): return {}",
                     "no hook 'ravine_optimisers'; did you mean ravine_optimizers"),
    "extra_argument": ("from ravine import hookimpl\n@hookimpl\ndef ravine_optimizers(registry): return {}", "registry"),
    "raises": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return 1 / 0",
               "ravine_layers: ZeroDivisionError"),
    "no_dict": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return [1]", "not a dict"),
    "wrong_type": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'x': int}",
                   "layer 'x' is <class 'int'>, not a subclass of ravine.Layer"),
    "abstract": ("from ravine import hookimpl, Optimizer\nfrom dataclasses import dataclass\n"
                 "@dataclass(frozen=True)\nclass X(Optimizer): lr: float = 1.0\n"
                 "@hookimpl\ndef ravine_optimizers(): return {'x': X}", "X lacks step"),
    "undecorated": ("from ravine import hookimpl, Optimizer\n"
                    "class X(Optimizer):\n  def step(self, theta, g, state, *, t, lr): pass\n"
                    "@hookimpl\ndef ravine_optimizers(): return {'x': X}", "not decorated with @dataclass"),
    "bad_name": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'../x': 'a:b'}", "is no name"),
}  # fmt: skip


def test_a_third_party_comes_in_by_entry_point(fresh, tmp_path):
    entry = fresh(tmp_path, ravine_lion=LION).entries["optimizer"]["lion"]
    assert (entry.plugin, entry.distribution) == ("ravine_lion", "ravine_lion 1.2")
    assert entry.summary.startswith("Chen et al. 2023")
    assert entry.cls().beta2 == 0.99


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_one_warning_and_the_rest_works(fresh, tmp_path, kind):
    source, reason = BROKEN[kind]
    with pytest.warns(PluginWarning) as warned:
        loaded = fresh(tmp_path, broken=source, ravine_lion=LION)
    assert len(warned) == 1
    text = str(warned[0].message)
    assert "broken 1.2" in text
    assert reason in text
    assert "\n" not in text
    assert list(loaded.failures) == ["broken (broken 1.2)"]
    assert {"adam", "lion"} <= set(loaded.entries["optimizer"])


def test_a_name_offered_twice_stays_with_the_first(fresh, tmp_path):
    with pytest.warns(PluginWarning, match=r"second .*'lion' is offered twice: first keeps it"):
        loaded = fresh(tmp_path, first=LION, second=LION)
    assert loaded.entries["optimizer"]["lion"].plugin == "first"


def test_strict_makes_a_failure_fatal_and_disable_leaves_out(fresh, tmp_path, monkeypatch):
    monkeypatch.setenv("RAVINE_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match="broken"):
        fresh(tmp_path, broken="import nothing_of_that_name")
    monkeypatch.setenv("RAVINE_DISABLE_PLUGINS", "broken, ravine_plugins.optimizers.adam")
    assert "adam" not in fresh().entries["optimizer"]


def test_a_class_given_as_a_string_is_imported_when_it_is_chosen(fresh, tmp_path):
    lazy = "from ravine import hookimpl\n@hookimpl\ndef ravine_optimizers():\n  return {'heavy': 'heavy_part:Lion'}"
    (tmp_path / "heavy_part.py").write_text(textwrap.dedent(LION))
    loaded = fresh(tmp_path, light=lazy)
    assert "heavy_part" not in sys.modules
    assert loaded.get("optimizer", "heavy").__name__ == "Lion"
    assert "heavy_part" in sys.modules
    with pytest.raises(PluginError, match="No module named 'missing_part'"):
        fresh(tmp_path, wrong=lazy.replace("heavy", "missing")).get("optimizer", "missing")


def test_listeners_hear_a_run():
    import ravine

    heard = []

    class Listener:
        @hookimpl
        def ravine_run_start(self, experiment):
            heard.append(("start", experiment.seed))

        @hookimpl
        def ravine_epoch_end(self, step, metrics):
            heard.append((step, sorted(metrics)))

    registry.load().manager.register(Listener(), "listener")
    try:
        ravine.build(ravine.compose(["problem=sphere", "training.steps=4", "seed=5"])).run()
    finally:
        registry.load().manager.unregister(name="listener")
    assert heard == [("start", 5), (0, ["value"]), (4, ["value"])]


def test_a_listener_that_raises_is_a_warning_and_stops_nothing():
    import ravine

    class Listener:
        @hookimpl
        def ravine_run_start(self):
            raise ValueError("listener bug")

    registry.load().manager.register(Listener(), "grumpy")
    try:
        with pytest.warns(PluginWarning, match="plugin grumpy: ravine_run_start: ValueError: listener bug"):
            run = ravine.build(ravine.compose(["problem=sphere"])).run()
    finally:
        registry.load().manager.unregister(name="grumpy")
    assert run.status == "completed"


def test_every_file_in_a_plugin_folder_is_a_component_or_shared():
    import pkgutil

    import ravine_plugins

    modules = {
        module.name
        for module in pkgutil.walk_packages(ravine_plugins.__path__, "ravine_plugins.")
        if not module.ispkg and not module.name.rpartition(".")[2].startswith("_")
    }
    assert modules == {entry.plugin for entry in registry.load()}
    assert not registry.load().failures
