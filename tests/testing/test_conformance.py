"""The conformance kit: built-in components keep every promise, and planted bugs are caught."""

import importlib
import inspect
import os
import pkgutil
import random
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import mutants
import numpy as np
import pytest
from ravine import Layer, Optimizer, ParameterSpec, registry
from ravine.cli.check import checkup
from ravine.testing import by_reason, checks, conformance, examine, promises
from ravine.testing.numerics import meant, only_given_chance

TABLE = Path(__file__).with_name("table.csv")
SETTINGS = {
    "affine": {"units": 4},  # without which a small test would be slow
    "drop_connect": {"units": 4},
    "standardized_affine": {"units": 4},
    "layers": {"layers": ("flatten", {"name": "affine", "units": 10})},  # none by default
    "csv": {"file": str(TABLE), "target": "kind"},
}
IN_SHAPES = {"conv2d": (2, 6, 12), "standardized_conv2d": (2, 6, 12)}  # with channels, as they are used
EXEMPT = {
    ("layers", "ends_with_the_outputs_asked_for"),  # its last layer is what it is told
    *(
        (entry.name, "draws_a_study") for entry in registry.load() if entry.name.startswith("search_")
    ),  # of searches
}
KINDS = [*registry.KINDS, "component"]


def component(entry):
    return entry.cls(**SETTINGS.get(entry.name, {}))


BUILT_IN = [
    entry
    for entry in registry.load()
    # They read files that are the user's.
    if entry.distribution.startswith("ravine ") and entry.name not in ("idx", "npz")
]


@pytest.mark.parametrize("entry", BUILT_IN, ids=lambda entry: f"{entry.kind} {entry.name}")
@pytest.mark.usefixtures("shapes_kept")
def test_built_in_components_keep_every_promise(entry):
    broken = {
        promise.name: text
        for promise in promises(component(entry), in_shape=IN_SHAPES.get(entry.name))
        if (entry.name, promise.name) not in EXEMPT and (text := promise.broken())
    }
    assert not broken


@pytest.mark.parametrize("kind", registry.KINDS)
def test_the_kit_is_large_enough(kind):
    fewest = min(len(promises(component(entry))) for entry in BUILT_IN if entry.kind == kind)
    assert fewest >= (15 + len(checks("component")) if kind in ("optimizer", "layer") else 8)


@pytest.mark.parametrize("kind", [*KINDS, "rule"])
def test_every_check_is_listed_and_says_what_is_promised(kind):
    module = importlib.import_module(f"ravine.testing.{kind}")
    written = {name for name, _ in inspect.getmembers(module, lambda thing: inspect.getmodule(thing) is module)}
    listed = {check.__name__ for check in module.CHECKS if inspect.getmodule(check) is module}
    assert {name for name in written if name.startswith("check_")} == listed
    for check in module.CHECKS:
        assert inspect.getdoc(check).endswith("."), f"{check.__name__} has no sentence"


# ---- mutants -------------------------------------------------------------------------------------------------

MODULES = {
    module.name: importlib.import_module(f"mutants.{module.name}")
    for module in pkgutil.iter_modules(mutants.__path__)
}
OPTIMIZERS, LAYERS = MODULES["optimizer"], MODULES["layer"]
MUTANTS = {kind: module.MUTANTS for kind, module in MODULES.items()}
SOUND = [sound for module in MODULES.values() for sound in getattr(module, "SOUND", ())]


@pytest.mark.parametrize(
    ("mutant", "promise", "rest"),
    [
        pytest.param(mutant, promise, rest, id=f"{kind} {type(mutant).__name__} {promise}")
        for kind, planted in MUTANTS.items()
        for mutant, promise, *rest in planted
    ],
)
def test_a_planted_bug_is_caught_by_the_check_that_names_it(mutant, promise, rest, record_property):
    made = {made.name: made for made in promises(mutant, in_shape=rest[0] if rest else None)}
    assert promise in made, f"there are {sorted(made)}"
    with pytest.raises(AssertionError, match=r"\w") as caught:  # by the kit's words, not by an exception
        made[promise].check()
    record_property("mutant", (mutant.kind, type(mutant).__name__, promise, str(caught.value)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_has_a_planted_bug(kind):
    planted = {promise for _, promise, *_ in MUTANTS.get(kind, [])}
    assert not {check.__name__.removeprefix("check_") for check in checks(kind)} - planted


def test_who_draws_is_told_which_stream_there_is():
    (mutant,) = [mutant for mutant, promise in OPTIMIZERS.MUTANTS if promise == "draws_no_chance"][:1]
    text = {promise.name: text for promise, text in examine(mutant).items()}["draws_no_chance"]
    assert text.endswith(
        "let the signature name rng, the run's stream: def step(self, theta, g, state, *, t, lr, rng)"
    )
    (mutant,) = [mutant for mutant, promise in MUTANTS["initializer"] if promise == "draws_nothing_of_its_own"][
        :1
    ]
    text = {promise.name: text for promise, text in examine(mutant).items()}["draws_nothing_of_its_own"]
    assert text.endswith("use the rng that is given")


def test_a_figure_that_draws_nothing_promises_nothing_of_its_pictures():
    (blind,) = [mutant for mutant, promise in MUTANTS["figure"] if promise == "draws_a_study"][:1]
    examined = {promise.name: text for promise, text in examine(blind).items()}
    assert examined["draws_a_study"].startswith("none of the kit's studies is drawn")
    assert not {"names_its_axes", "can_be_saved", "draws_the_same_twice"} & examined.keys()


@pytest.mark.parametrize("sound", SOUND, ids=lambda sound: type(sound).__name__)
def test_what_mutants_are_copies_of_keeps_every_promise(sound):
    assert {promise.name: text for promise, text in examine(sound).items() if text} == {}


# ---- as a plugin's author meets it ---------------------------------------------------------------------------

PLUGIN = '''
from dataclasses import dataclass

from ravine import Layer, Optimizer
from ravine.testing import conformance


@dataclass(frozen=True)
class Mine(Optimizer):
    r"""A step against the gradient.

    .. math:: \\theta \\leftarrow \\theta - \\eta g

    Parameters
    ----------
    lr : float
        Learning rate.
    """

    lr: float = 0.1

    def __post_init__(self):
        self.require(lr="[0, inf)")

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Lost(Mine):
    r"""A step that goes nowhere.

    .. math:: \\theta \\leftarrow \\theta
    """

    def step(self, theta, g, state, *, t, lr):
        theta = theta - lr * g


@dataclass(frozen=True)
class Volumes(Layer):
    r"""Takes volumes.

    .. math:: y = 2 x
    """

    def out_shape(self, in_shape):
        if len(in_shape) != 4:
            raise ValueError(f"takes examples of four axes, got shape {in_shape}")
        return in_shape

    def forward(self, x, p, *, training, rng):
        return 2 * x, lambda dy, need_dx=True: 2 * dy
'''


@pytest.fixture
def run(tmp_path):
    """Run pytest on a plugin and one line of tests."""

    def run(line, *options):
        tmp_path.joinpath("test_plugin.py").write_text(f"{PLUGIN}\n\n{textwrap.dedent(line)}\n")
        command = [sys.executable, *options, "-m", "pytest", "-p", "no:cacheprovider", "-v", "test_plugin.py"]
        return subprocess.run(
            [*command, "-W", "error::RuntimeWarning"],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_one_line_tests_every_promise_by_name(run):
    result = run("test_mine = conformance(Mine())")
    assert result.returncode == 0, result.stdout
    for promise in ("says_what_it_is", "moves_parameters_in_place", "goes_downhill"):
        assert f"test_plugin.py::test_mine[{promise}] PASSED" in result.stdout
    assert f"{len(promises(OPTIMIZERS.Descent()))} passed" in result.stdout


def test_a_broken_promise_says_what_was_seen_and_what_to_change(run):
    result = run("test_lost = conformance(Lost())")
    assert result.returncode == 1
    assert "test_lost[moves_parameters_in_place] FAILED" in result.stdout
    assert "was theta rebound (theta = …) instead of changed (theta -= …)?" in result.stdout
    assert "test_lost[is_frozen] PASSED" in result.stdout


def test_a_rule_that_does_not_move_breaks_one_promise_of_moving():
    broken = {promise.name: text for promise, text in examine(OPTIMIZERS.Rebinds()).items() if text}
    assert "was theta rebound" in broken["moves_parameters_in_place"]
    assert not broken.keys() & {"moves_arrays_of_any_shape", "takes_the_rate_it_is_given", "goes_downhill"}
    texts = {promise.name: text for promise, text in examine(OPTIMIZERS.Uphill()).items() if text}
    assert texts["refuses_a_negative_rate"].startswith("lr = -1 is accepted, and a rate is 0 or more: write ")


def test_an_exempted_promise_is_skipped_with_its_reason(run):
    broken = [promise.name for promise, text in examine(OPTIMIZERS.Rebinds()).items() if text]
    exempt = {name: "it stands still on purpose" for name in broken if name != "names_its_source"}
    result = run(f"test_lost = conformance(Lost(), exempt={exempt})")
    assert result.returncode == 0, result.stdout
    assert "test_lost[moves_parameters_in_place] SKIPPED (it stands still on purpose)" in result.stdout
    assert f"{len(exempt)} skipped" in result.stdout


def test_layers_of_other_shapes_say_theirs(run):
    result = run("test_volumes = conformance(Volumes())")
    assert result.returncode == 2
    assert (
        "Volumes accepts no example of shape (7,) (ValueError: takes examples of four axes, got"
        in result.stdout
    )
    assert "give one that it accepts, in_shape=(…)" in result.stdout

    result = run("test_volumes = conformance(Volumes(), in_shape=(2, 3, 3, 3))")
    assert result.returncode == 0, result.stdout


def test_assertions_that_do_nothing_are_refused(run):
    result = run("test_mine = conformance(Mine())", "-O")
    assert result.returncode == 2
    assert "the checks are assertions, which python -O removes: run it without -O" in result.stdout


def test_a_name_that_is_no_promise_is_refused_with_the_nearest():
    with pytest.raises(
        ValueError,
        match="Descent makes no promise 'go_downhill'; did you mean goes_downhill",
    ):
        conformance(OPTIMIZERS.Descent(), exempt={"go_downhill": "it climbs"})


def test_a_promise_that_does_not_apply_cannot_be_exempted():
    with pytest.raises(ValueError, match="no promise 'writes_every_slot'"):
        conformance(OPTIMIZERS.Descent(), exempt={"writes_every_slot": "it has none"})


def test_a_shape_is_refused_by_the_layer_that_cannot_take_it_and_by_what_has_none():
    with pytest.raises(ValueError, match=r"takes vectors, got \(2, 2\)"):
        promises(LAYERS.Dense(), in_shape=(2, 2))
    with pytest.raises(ValueError, match="in_shape is for layers, Descent is of kind optimizer"):
        promises(OPTIMIZERS.Descent(), in_shape=(5,))


def test_an_examination_goes_on_after_an_exception_of_the_component():
    found = {promise.name: text for promise, text in examine(OPTIMIZERS.CountsFromZero()).items()}
    assert re.fullmatch(r"ZeroDivisionError: float division by zero \(optimizer\.py:\d+\)", found["resumes"])
    assert found["is_frozen"] is None


# ---- errors of the component ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Multiplies(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g * None


@dataclass(frozen=True)
class NoSlots(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        (m,) = state
        theta -= lr * m


@dataclass(frozen=True)
class Rows(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g / np.linalg.norm(g, axis=1, keepdims=True)


@dataclass(frozen=True)
class RowsOfArrays(Rows, sees="array"):
    """Forgets that biases have no rows."""


@dataclass(frozen=True)
class Refuses(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        raise ValueError(
            f"it needs arrays of shape {(3, 3)}, and got others",
        )


def test_one_bug_is_told_once_with_its_line_and_all_that_it_breaks():
    examined = examine(Multiplies())
    line = Multiplies.step.__code__.co_firstlineno + 1
    text = "TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'"
    ((found, reason),) = [
        (found, why) for found, why in by_reason(examined) if why and why.startswith("TypeErr")
    ]
    assert reason == f"{text} (test_conformance.py:{line})"
    assert len(found) > 10
    assert {"moves_parameters_in_place", "resumes", "goes_downhill"} <= {promise.name for promise in found}
    assert sum(len(found) for found, _ in by_reason(examined)) == len(examined)
    assert all(len(found) == 1 for found, why in by_reason(examined) if why is None)


def test_reasons_that_differ_in_shapes_only_are_one():
    first, second, third, *_ = promises(Multiplies())
    told = {first: "shapes (6,8) (3,3)", second: "shapes (56,) (3,3)", third: "another"}
    assert by_reason(told) == [([first, second], "shapes (6,8) (3,3)"), ([third], "another")]


def test_the_table_has_one_line_for_one_bug(monkeypatch):
    examined = examine(Multiplies())
    monkeypatch.setattr("ravine.cli.check.examine", lambda *_, **__: examined)
    found = checkup(["optimizer", next(e.name for e in BUILT_IN if e.kind == "optimizer")])
    assert not found.kept
    text = str(found)
    (line,) = [line for line in text.splitlines() if "TypeError" in line]
    assert re.match(r"BROKEN  moves_parameters_in_place +TypeError: unsupported operand", line)
    n, names = re.search(r"\(test_conformance\.py:\d+\); breaks (\d+) promises: (.*)$", line).groups()
    assert names.split(", ") == [promise.name for promise, why in examined.items() if why and "TypeErr" in why]
    assert int(n) == len(names.split(", "))
    broken = sum(why is not None for why in examined.values())
    assert text.splitlines()[-1] == f"{len(examined)} promises, {broken} broken"


@pytest.mark.parametrize(
    ("optimizer", "hint"),
    [
        (NoSlots(), 'state has an array for each slot, slots = (): declare them, for example slots=("m", "v")'),
        (Rows(), 'with sees="block" step gets flat arrays, with sees="array" each in its own shape'),
        (
            RowsOfArrays(),
            'with sees="array" step gets every array in its own shape, also biases, which have one axis',
        ),
    ],
)
def test_an_error_that_comes_from_what_step_gets_says_what_that_is(optimizer, hint):
    found = {promise.name: text for promise, text in examine(optimizer).items()}
    assert found["resumes"].endswith(f": {hint}")


@pytest.mark.parametrize("optimizer", [Multiplies(), Refuses()])
def test_other_errors_of_step_get_no_hint(optimizer):
    found = {promise.name: text for promise, text in examine(optimizer).items()}
    assert re.search(r"\(test_conformance\.py:\d+\)$", found["resumes"])


@dataclass(frozen=True)
class Misspells(Layer):
    def parameters(self, in_shape):
        return {"W": ParameterSpec(in_shape, fan_inn=3)}

    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: dy


def test_an_error_of_parameters_is_no_refusal_of_a_shape():
    line = Misspells.parameters.__code__.co_firstlineno + 1
    with pytest.raises(ValueError, match="Misspells accepts no example of shape") as caught:
        promises(Misspells())
    assert (
        "(7,), (5, 3), (2, 6, 12), (2, 6, 6) (parameters raises TypeError: ParameterSpec.__init__() got an unexpected keyword "
        f"argument 'fan_inn' (test_conformance.py:{line})): give one that it accepts, in_shape=(…)"
    ) in str(caught.value)


def _raised(act):
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_refusal_is_raised_on_purpose_by_the_component_or_by_ravine():
    mine = Refuses()
    assert meant(_raised(lambda: mine.step(None, None, (), t=1, lr=0)), mine)
    assert meant(_raised(lambda: OPTIMIZERS.Descent(lr=-1.0)), OPTIMIZERS.Descent())
    for accident in (
        lambda: int("three"),
        lambda: np.zeros(3).reshape(2, 2),
        lambda: np.zeros(3) + np.zeros(2),
        lambda: np.random.default_rng(0).choice([]),
        lambda: np.linalg.norm(np.zeros(3), axis=5),
        lambda: [].index(3),
        lambda: dict([(1, 2, 3)]),
        lambda: textwrap.shorten("a long text", width=1, placeholder="...."),  # raised, but by a library
        lambda: {}["key"],
    ):
        assert not meant(_raised(accident), mine)


# ---- chance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: np.random.default_rng(3), "np.random.default_rng(3) was made"),
        (lambda: np.random.default_rng(seed=3), "np.random.default_rng(3) was made"),
        (
            lambda: np.random.Generator(np.random.PCG64()),
            "np.random.PCG64() was made",
        ),
        (lambda: np.random.RandomState(), "a RandomState, or a generator without a seed, was made"),
        (lambda: np.random.RandomState(3), "a RandomState, or a generator without a seed, was made"),
        (lambda: random.Random(), "random.Random(None) was made"),
        (lambda: random.Random(3), "random.Random(3) was made"),
    ],
)
def test_generators_of_a_component_are_seen_and_those_of_libraries_are_not(make, text):
    with pytest.raises(AssertionError, match=re.escape(text)), only_given_chance(Refuses()):
        make()
    with only_given_chance(OPTIMIZERS.Descent()):  # of another package: what we make is a library's to it
        make()


def test_the_kit_needs_no_pytest():
    code = "import sys; from ravine.testing import examine; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
