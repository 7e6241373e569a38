"""A plugin that a notebook or a script registers again, and the conflict of two that have one name."""

import pytest
import ravine
from ravine import registry
from ravine.base.errors import PluginError

CELL = """
from dataclasses import dataclass
import ravine

@dataclass(frozen=True)
class Mine(ravine.Optimizer):
    lr: float = {lr}

    def step(self, theta, g, state, *, t, lr):
        theta -= {times} * lr * g

class Plugin:
    @ravine.hookimpl
    def ravine_optimizers(self):
        return {{{name!r}: Mine}}

plugin = Plugin()
"""


@pytest.fixture
def loaded():
    """The registry, and what runs a cell of a module and registers its plugin."""
    registry.load.cache_clear()

    def register(module="__main__", plugin="nb", distribution="this notebook", *, lr=0.1, times=1, name="mine"):
        cell = {"__name__": module}
        exec(CELL.format(lr=lr, times=times, name=name), cell)
        registry.load().add(cell["plugin"], plugin, distribution)

    yield register
    registry.load.cache_clear()


def test_what_a_notebook_registers_again_replaces_what_it_had(loaded):
    made = []
    for lr, times in ((0.1, 1), (0.1, 2), (0.25, 2)):
        loaded(lr=lr, times=times)
        made.append(ravine.build(ravine.compose(["problem=sphere", "optimizer=mine"])).run())
    assert [run.config["optimizer"]["lr"] for run in made] == [0.1, 0.1, 0.25]
    # On the sphere of value x·x + y·y a step leaves 1 - 2 · times · lr of a point.
    after = [run.arrays["path"][1, 0] / run.arrays["path"][0, 0] for run in made]
    assert after == pytest.approx([0.8, 0.6, 0.0])


def test_a_name_that_it_no_longer_offers_is_gone(loaded):
    loaded(name="mine")
    loaded(name="yours")
    assert "mine" not in registry.load().entries["optimizer"]
    assert "yours" in registry.load().entries["optimizer"]


def test_what_is_broken_replaces_nothing(loaded):
    loaded(name="mine")
    with pytest.raises(PluginError, match="not a possible optimizer name"):
        loaded(name="../mine")
    assert registry.load().entries["optimizer"]["mine"].cls.__name__ == "Mine"
    assert registry.load().manager.has_plugin("nb")


@pytest.mark.parametrize(
    ("first", "second", "whose"),
    [
        (("__main__", "nb", "this notebook"), ("other", "nb", "this notebook"), "nb of this notebook, registered by __main__,"),
        (("__main__", "nb", "one 1.0"), ("__main__", "nb", "two 1.0"), "nb of one 1.0, registered by __main__,"),
        (("__main__", "nb", ""), ("other", "nb", ""), "nb, registered by __main__,"),
    ],
)  # fmt: skip
def test_two_that_are_not_the_same_are_told_apart(loaded, first, second, whose):
    loaded(*first)
    with pytest.raises(PluginError) as error:
        loaded(*second)
    assert str(error.value) == (
        f"there is already a plugin named nb: {whose} keeps the name: give this one another name"
    )


def test_a_plugin_that_is_installed_is_not_replaced(loaded):
    name = "ravine_plugins.optimizers.sgd"
    with pytest.raises(
        PluginError, match=f"there is already a plugin named {name}, that of ravine .*, which keeps"
    ):
        loaded(plugin=name, distribution=registry.load().owner(name))
