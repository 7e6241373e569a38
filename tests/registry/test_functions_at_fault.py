"""Functions of a plugin that break their contract, and names that two kinds have."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Function, Surface, hookimpl, registry
from ravine.base.errors import PluginError
from ravine.registry.registry import Registry


@dataclass(frozen=True)
class Bowl(Function):
    """Half a squared length."""

    def start(self, data, rng):
        return {"x": np.ones(3)}

    def value(self, p, data):
        return float(p.x @ p.x) / 2

    def sample(self, p, data, rng):
        return self.value(p, data), {"x": p.x.copy()}


def register(methods):
    """Register a bowl with other methods as problem=broken."""
    made = type("Broken", (Bowl,), {"__doc__": "Broken.", "__module__": __name__, **methods})
    ravine.register(dataclass(frozen=True)(made), name="broken")


def late(wrong):
    """Return a sample that is wrong after three good ones; preflight has the first."""
    seen = []

    def sample(self, p, data, rng):
        seen.append(0)
        return wrong(self, p, data, rng) if len(seen) > 3 else Bowl.sample(self, p, data, rng)

    return sample


WRONG = {
    "value is None": ({"value": lambda *_: None}, "value returned None, not a number"),
    "value is an array": (
        {"value": lambda self, p, data: p.x},
        "value returned array([1., 1., 1.]), not a number",
    ),
    "value is NaN": ({"value": lambda *_: float("nan")}, "problem: the value at the start is not finite"),
    "sample is None": ({"sample": lambda *_: None}, "sample returned None, not a loss and its gradient"),
    "loss is text": ({"sample": lambda *_: ("1", {})}, "sample returned '1' as the loss, not a number"),
    "loss is NaN": (
        {"sample": lambda self, p, *_: (np.nan, {"x": p.x})},
        "problem: the loss at the start is not finite",
    ),
    "gradient is None": (
        {"sample": lambda *_: (1.0, None)},
        "sample returned None as the gradient, not a dict of names and arrays",
    ),
    "gradient is an array": (
        {"sample": lambda self, p, *_: (1.0, p.x)},
        "sample returned array([1., 1., 1.]) as the gradient, not a dict of names and arrays",
    ),
    "gradient is NaN": (
        {"sample": lambda self, p, *_: (1.0, {"x": p.x * np.nan})},
        "problem: the gradient at the start is not finite",
    ),
    "gradient has another shape": (
        {"sample": lambda self, p, *_: (1.0, {"x": p.x[:2]})},
        "sample: the gradient: x has shape (2,), and the parameter has (3,)",
    ),
    "gradient has another name": (
        {"sample": lambda self, p, *_: (1.0, {"y": p.x})},
        "sample: the gradient has y; the parameters are x",
    ),
    "gradient is a list": (
        {"sample": lambda *_: (1.0, {"x": [1, 1, 1]})},
        "sample: the gradient of x is [1, 1, 1], not an array of numbers",
    ),
    "start is None": ({"start": lambda *_: None}, "start returned None, not a dict of names and arrays"),
    "start is empty": (
        {"start": lambda *_: {"x": np.ones(0)}},
        "start returned no numbers, and there is nothing to minimise",
    ),
    "start is NaN": (
        {"start": lambda *_: {"x": np.full(3, np.nan)}},
        "start: x has values that are not finite numbers",
    ),
    "start has a sentence for a name": (
        {"start": lambda *_: {"my x": np.ones(3)}},
        "start returned the name 'my x'",
    ),
    "start is complex": (
        {"start": lambda *_: {"x": np.ones(3) * 1j}},
        "start: x is an array of type complex128, not of numbers",
    ),
    "data are a list": ({"data": lambda *_: [1]}, "data returned [1], not a dict of names and arrays"),
    "data are infinite": (
        {"data": lambda *_: {"a": np.array([np.inf])}},
        "data: a has values that are not finite numbers",
    ),
    "minimum has another shape": (
        {"minimum": lambda *_: {"x": np.zeros(4)}},
        "minimum: x has shape (4,), and the parameter has (3,)",
    ),
    "parameters are written to": (
        {"value": lambda self, p, data: np.add(p.x, 1, out=p.x)},
        "output array is read-only",
    ),
    "start has a word of Python for a name": (
        {"start": lambda *_: {"class": np.ones(3)}},
        "start returned the name 'class'",
    ),
    "data are not a method": ({"data": "mine"}, "TypeError: 'str' object is not callable"),
    "start is not a method": ({"start": (0.0, 0.0)}, "TypeError: 'tuple' object is not callable"),
    "minimum is not a method": ({"minimum": 0.0}, "TypeError: 'float' object is not callable"),
    "it raises": ({"sample": lambda *_: 1 / 0}, "ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_function_at_fault_is_one_line_before_the_first_run(ravine_here, tmp_path, what):
    methods, says = WRONG[what]
    register(methods)
    done = ravine_here("problem=broken")
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("ravine: function 'broken', Broken of plugin function broken of this process: ")
    assert says in line
    assert "test_functions_at_fault" in line
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda *_: (1.0, {"x": np.ones((1, 3))}), "x has shape (1, 3), and the parameter has (3,)"),
        (lambda *_: None, "sample returned None, not a loss and its gradient"),
        (lambda self, p, *_: np.add(p.x, 1, out=p.x), "output array is read-only"),
    ],
)
def test_a_function_that_breaks_later_is_told_by_its_run_and_the_others_go_on(ravine_here, wrong, says):
    register({"sample": late(wrong)})
    words = ["problem=broken,quadratic", "training.steps=9", "figures=[]", "study=s"]
    done = ravine_here("-m", *words)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "problem=broken: " in line]
    assert "failed: function 'broken', Broken of plugin function broken of this process: " in line
    assert says in line
    assert "Traceback" not in done.stderr
    assert "problem=quadratic: value " in done.stderr


def test_a_function_that_is_not_finite_later_has_diverged():
    register({"sample": late(lambda *_: (np.nan, {"x": np.ones(3)}))})
    run = ravine.build(ravine.compose(["problem=broken", "training.steps=9"])).run()
    assert (run.status, run.step) == ("diverged", 3)


def test_a_single_number_is_an_array_without_axes():
    register(
        {
            "start": lambda *_: {"a": 2.0},
            "value": lambda self, p, data: float(p.a * p.a) / 2,
            "sample": lambda self, p, data, rng: (self.value(p, data), {"a": 1.0 * p.a}),
        }
    )
    words = ["problem=broken", "training.steps=1", "optimizer.lr=0.5"]
    assert ravine.build(ravine.compose(words)).run().final == {"value": 0.5}


# ---- names -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flat(Surface):
    """Flat: nothing is here."""

    domain = ((-1.0, 1.0), (-1.0, 1.0))
    start: tuple[float, float] = (0.5, 0.5)

    def value(self, x, y):
        return 0 * x

    def gradient(self, x, y):
        return 0 * x, 0 * y


def test_a_surface_and_a_function_of_one_name_are_refused_with_both_plugins():
    with pytest.raises(PluginError) as error:
        ravine.register(Bowl, name="rosenbrock")
    assert str(error.value).startswith(
        "function 'rosenbrock': problem=rosenbrock is the surface of ravine_plugins.surfaces.rosenbrock of ravine "
    )
    assert ", which keeps it; give this one another name: " in str(error.value)
    with pytest.raises(
        PluginError, match=r"^surface 'quadratic': problem=quadratic is the function of ravine_plu"
    ):
        ravine.register(Flat, name="quadratic")
    cfg = ravine.compose(["problem=rosenbrock", "training.steps=1"])
    assert ravine.build(cfg).components["problem"]["kind"] == "surface"


class Both:
    """A plugin that offers two of one name."""

    @hookimpl
    def ravine_surfaces(self):
        return {"twice": Flat}

    @hookimpl
    def ravine_functions(self):
        return {"twice": Bowl}


def test_one_plugin_cannot_have_both_either():
    loaded: Registry = registry.load()
    taken = loaded.admit(Both(), "both", "both 1.0")
    assert taken == "function 'twice': problem=twice is the surface of both of both 1.0, which keeps it"
    assert "twice" in loaded.entries["surface"]
    assert "twice" not in loaded.entries["function"]


def test_a_name_that_no_problem_has_is_looked_for_in_both_kinds():
    with pytest.raises(ravine.ConfigError) as error:
        ravine.build({**_plain(), "problem": {"name": "quadratik"}})
    says = "problem: no surface or function is named 'quadratik'; did you mean quadratic or noisy_quadratic?"
    assert str(error.value) == says


def _plain():
    return ravine.build(ravine.compose(["problem=quadratic"])).config


def test_a_new_function_cannot_have_the_name_of_a_surface(ravine_here, tmp_path):
    done = ravine_here("new-plugin", "ackley", "--kind", "function")
    assert (done.returncode, done.stderr.split(":")[1]) == (2, " surface 'ackley' is taken")
    assert not list(tmp_path.iterdir())
