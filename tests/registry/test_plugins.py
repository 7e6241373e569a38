"""The registry: one door for everyone, and a broken plugin is one warning."""

import importlib
import itertools
import re
import sys
import textwrap
from importlib import metadata

import pytest
from distributions import describe
from ravine import hookimpl, registry
from ravine.base.errors import PluginError, PluginWarning
from ravine.contracts import fields
from ravine.registry import provenance


@pytest.fixture
def fresh(monkeypatch):
    """Load a registry of its own, with packages that are written for the test as third parties."""

    def load(tmp_path=None, **modules):
        if tmp_path is not None:
            monkeypatch.syspath_prepend(tmp_path)
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
            describe(tmp_path, name, "1.2", f"{name} = {name}")
        importlib.invalidate_caches()
        try:
            return registry.load.__wrapped__()  # not the one that this process has loaded
        finally:
            for name in modules:
                sys.modules.pop(name, None)

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
        return {"wolf": Lion}
"""

OFFER = """
from dataclasses import dataclass, field
import numpy as np
from ravine import Layer, Optimizer, hookimpl
{body}
@hookimpl
def ravine_optimizers(): return {{'x': X}}
"""
STEP = "  def step(self, theta, g, state, *, t, lr): pass"


def offering(head, *lines):
    return OFFER.format(body="\n".join([head, *(f"  {line}" for line in lines), STEP]))


FROZEN = "@dataclass(frozen=True)\nclass X(Optimizer):\n  lr: float = 1.0"
BROKEN = {
    "import_error": ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
    "syntax_error": ("def x(:", "SyntaxError: invalid syntax"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "unknown_hook": ("from ravine import hookimpl\n@hookimpl\ndef ravine_optimisers(): return {}",
                     "no hook 'ravine_optimisers'; did you mean ravine_optimizers"),
    "extra_argument": ("from ravine import hookimpl\n@hookimpl\ndef ravine_optimizers(registry): return {}",
                       "left out: ravine_optimizers asks for registry, and is given nothing"),
    "raises": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return 1 / 0",
               "ravine_layers: ZeroDivisionError"),
    "hook_exits": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): raise SystemExit", "ravine_layers: SystemExit"),
    "wrapper": ("from ravine import hookimpl\n@hookimpl(wrapper=True)\ndef ravine_layers(): return (yield)", "is a wrapper"),
    "no_dict": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return [1]", "not a dict"),
    "wrong_type": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'x': int}",
                   "layer 'x' is the class int, not a subclass of ravine.Layer"),
    "instance": (offering(FROZEN).replace("'x': X", "'x': X()"), "optimizer 'x' is an instance of X, not a subclass of ravine.Optimizer"),
    "abstract": (OFFER.format(body=FROZEN), "X lacks step"),
    "undecorated": (offering("class X(Optimizer):"), "not decorated with @dataclass"),
    "bad_name": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'../x': 'a:b'}", "is not a possible layer name"),
    "name_is_null": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'null': 'a:b'}", "is not a possible layer name"),
    "no_class_in_text": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'x': 'module'}",
                         "layer 'x': 'module' is not of the form \"module:Class\""),
    "unmarked": ("def ravine_layers(): return {}", "ravine_layers is not marked with @hookimpl"),
    "empty": ("", "no function in it is marked with @hookimpl"),
    "field_of_arrays": (offering(FROZEN, "w: np.ndarray = None"), "field w is of type ndarray, which no configuration can hold"),
    "field_of_functions": (offering(FROZEN, "f: 'collections.abc.Callable' = max"), "its types cannot be read: NameError"),
    "field_called_name": (offering(FROZEN, "name: str = 'x'"), "no field can be named name"),
    "field_not_given": (offering(FROZEN, "made: float = field(default=1.0, init=False)"), "made is not a plain field"),
    "default_of_another_type": (offering(FROZEN, "beta: float = '0.9'"), "beta = '0.9': it must be a number"),
    "default_too_long": (offering(FROZEN, "betas: tuple[float, float] = (1.0, 2.0, 3.0)"), "it must have 2 items, not 3"),
    "default_is_an_array": (offering(FROZEN, "w: 'typing.Any' = field(default_factory=lambda: np.eye(2))")
                            .replace("import numpy", "import typing\nimport numpy"), "by default: no configuration can hold this value"),
    "default_is_infinite": (offering(FROZEN, "beta: float = float('inf')"), "beta = inf by default"),
    "field_of_the_contract": (offering(FROZEN, "kind: str = 'x'"), "no field can be named kind: Optimizer.kind is something else"),
    "field_of_a_method": (offering(FROZEN, "require: float = 1.0"), "no field can be named require: Component.require is"),
    "number_or_text": (offering(FROZEN, "n: int | str = 1"), "field n is of type int | str, which no configuration can hold"),
    "literal_of_digits": (offering(FROZEN, "n: 'typing.Literal[\"1\"]' = '1'").replace("import numpy", "import typing\nimport numpy"),
                          "which no configuration can hold"),
    "literal_of_a_truth": (offering(FROZEN, "n: 'typing.Literal[\"True\"]' = 'True'").replace("import numpy", "import typing\nimport numpy"),
                           "which no configuration can hold"),
    "private_field": (offering(FROZEN, "_target_: str = 'os.system'"), "no field can be named _target_"),
    "literal_of_numbers": (offering(FROZEN, "n: 'typing.Literal[1, 2]' = 1").replace("import numpy", "import typing\nimport numpy"),
                           "field n is of type Literal[1, 2], which no configuration can hold"),
    "literal_of_an_odd_word": (offering(FROZEN, "n: 'typing.Literal[\"mro\"]' = 'mro'").replace("import numpy", "import typing\nimport numpy"),
                               "which no configuration can hold"),
    "mapping_from_numbers": (offering(FROZEN, "n: 'typing.Mapping[int, str]' = field(default_factory=dict)")
                             .replace("import numpy", "import typing\nimport numpy"), "which no configuration can hold"),
    "error_without_text": ("class E(Exception):\n  def __str__(self): raise ValueError\nraise E", "left out: E"),
    "any_exception": ("class E(BaseException): pass\nraise E('panic')", "E: panic"),
    "other_version": (f"RAVINE_HOOKS = 2\n{offering(FROZEN)}",
                      "it is written for version 2 of the hooks, and this ravine has version 1: upgrade ravine"),
    "odd_version": (f"import numpy\nRAVINE_HOOKS = numpy.array([1, 2])\n{offering(FROZEN)}", "RAVINE_HOOKS = array([1, 2]): it must be a whole number, and this ravine has 1"),
    "no_attributes": (f"def __getattr__(name): raise RuntimeError(name)\n{offering(FROZEN)}", "RuntimeError: RAVINE_HOOKS"),
    "version_in_quotes": (f"RAVINE_HOOKS = '1'\n{offering(FROZEN)}", "RAVINE_HOOKS = '1': it must be a whole number, and this ravine has 1"),
    "default_of_another_number": (offering(FROZEN, "n: int = 0.9"), "n = 0.9: it must be a whole number; write n: float, or a different default"),
    "default_of_none": (offering(FROZEN, "b: float = None"), "b = None: it must be a number; write b: float | None = None"),
    "bare_tuple": (offering(FROZEN, "b: tuple = (1.0,)"), "field b is of type tuple, which no configuration can hold; write the type of its items, for example tuple[float"),
    "empty_tuple": (offering(FROZEN, "b: tuple[()] = ()"), "field b is of type tuple, which no configuration can hold; write the type of its items"),
    "dict": (offering(FROZEN, "b: dict[str, float] = field(default_factory=dict)"), "can hold; write Mapping[str, float], with the type of its values"),
    "array": (offering(FROZEN, "w: np.ndarray = field(default_factory=lambda: np.eye(2))"), "write tuple[float, ...], and make the array where"),
    "untyped_default": (offering("from ravine_plugins.optimizers.adam import Adam\n@dataclass(frozen=True)\nclass X(Adam):", "beta1 = 0.5"),
                        "optimizer 'x': X: beta1 gets a value without a type: write beta1: float = …"),
    "value_without_a_type": (offering(FROZEN, "beta = 0.9"), "X: beta = 0.9 has no type, so it is not a field: "
                             "write beta: float = 0.9, or beta: ClassVar[float] = 0.9 if nobody should set it"),
    "refuses_its_defaults": (offering(FROZEN, "beta: float = 2.0", "def __post_init__(self): self.require(beta='[0, 1]')"),
                             "optimizer 'x': X: it refuses its own defaults: ValueError: X: beta = 2.0 is not in [0, 1]"),
    "requires_no_field": (offering(FROZEN, "def __post_init__(self): self.require(rl='[0, 1]')"),
                          "TypeError: require: there is no field 'rl'; did you mean lr?"),
    "no_interval": (offering(FROZEN, "def __post_init__(self): self.require(lr='0..1')"),
                    "TypeError: require: '0..1' is not an interval like '[0, 1)' or '(0, inf)'"),
    "pair_for_an_interval": (offering(FROZEN, "def __post_init__(self): self.require(lr=(0, 1))"), "require: (0, 1) is not an interval like"),
    "slot": (offering("@dataclass(frozen=True)\nclass X(Optimizer, slot=('m',)):", "lr: float = 1.0"),
             "TypeError: X: its class line has slot=; did you mean slots?"),
    "slots_of_text": (offering("@dataclass(frozen=True)\nclass X(Optimizer, slots='mv'):", "lr: float = 1.0"),
                      "TypeError: X: slots = 'mv': it must be a tuple of names, ('mv',)"),
    "dot_for_colon": ("from ravine import hookimpl\n@hookimpl\ndef ravine_layers(): return {'x': 'package.module.Class'}",
                      "is not of the form \"module:Class\": write \"package.module:Class\""),
    "argument_of_another_hook": ("from ravine import hookimpl\n@hookimpl\ndef ravine_run_start(experiment, run): pass",
                                 "left out: ravine_run_start asks for run, and is given experiment"),
    "older_version": (f"RAVINE_HOOKS = 0\n{offering(FROZEN)}", "upgrade the plugin"),
}  # fmt: skip


def test_a_third_party_comes_in_by_entry_point(fresh, tmp_path):
    entry = fresh(tmp_path, ravine_lion=LION).entries["optimizer"]["wolf"]
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
    assert text.startswith("plugin broken of broken 1.2 is left out: ")
    assert reason in text
    assert "\n" not in text
    assert [plugin.name for plugin in loaded.failures] == ["broken"]
    assert not loaded.manager.has_plugin("broken")
    assert {"adam", "wolf"} <= set(loaded.entries["optimizer"])


def test_a_name_offered_twice_stays_with_the_first(fresh, tmp_path):
    with pytest.warns(
        PluginWarning,
        match=r"second of second 1.2 is partly left out: optimizer 'wolf' is offered twice, first of first 1.2",
    ):
        loaded = fresh(tmp_path, first=LION, second=LION)
    assert loaded.entries["optimizer"]["wolf"].plugin == "first"


def test_strict_makes_a_failure_fatal_and_disable_leaves_out(fresh, tmp_path, monkeypatch):
    monkeypatch.setenv("RAVINE_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match=r"broken of broken 1.2 .*\n.*worse of worse 1.2"):
        fresh(tmp_path, broken="import nothing_of_that_name", worse="")
    monkeypatch.setenv("RAVINE_DISABLE_PLUGINS", "broken, worse, ravine_plugins.optimizers.adam")
    assert "adam" not in fresh().entries["optimizer"]


def test_to_disable_what_is_not_there_is_a_warning(fresh, tmp_path, monkeypatch):
    monkeypatch.setenv("RAVINE_DISABLE_PLUGINS", "ravine_lino")
    with pytest.warns(PluginWarning, match="no plugin is named ravine_lino; did you mean ravine_lion?"):
        assert "wolf" in fresh(tmp_path, ravine_lion=LION).entries["optimizer"]


def test_a_plugin_says_for_which_hooks_it_is_written(fresh, tmp_path):
    assert (
        "wolf" in fresh(tmp_path, ravine_lion="RAVINE_HOOKS = 1\n" + textwrap.dedent(LION)).entries["optimizer"]
    )


def test_a_whole_number_is_a_default_of_a_number(fresh, tmp_path):
    loaded = fresh(tmp_path, whole=offering("@dataclass(frozen=True)\nclass X(Optimizer):", "lr: float = 1"))
    assert not loaded.failures
    assert repr(loaded.entry("optimizer", "x").make({}).lr) == "1.0"


def test_a_field_that_is_given_nothing_is_missed_and_one_without_a_type_is_none(fresh, tmp_path):
    slope = """
        from dataclasses import dataclass
        from ravine import Surface, hookimpl

        @dataclass(frozen=True)
        class Slope(Surface):
            {line}
            def value(self, x, y): return x
            def gradient(self, x, y): return x, y

        @hookimpl
        def ravine_surfaces(): return {{"slope": Slope}}
    """
    entry = fresh(tmp_path, slope=slope.format(line="steep: float = 1.0")).entry("surface", "slope")
    with pytest.raises(fields.FieldError, match=r"^start is missing: Slope needs it$"):
        entry.make({})
    said = r"surface 'slope': Slope: start gets a value without a type: write start: tuple\[float, float\] = …"
    with pytest.warns(PluginWarning, match=said):
        fresh(
            tmp_path, slope=slope.format(line="start = (1.0, 1.0)  # of another length, or bytecode is taken")
        )


@pytest.mark.parametrize(
    "line",
    [
        "beta: 'typing.ClassVar[float]' = 0.9",
        "BETA = 0.9",
        "_beta = 0.9",
        "beta = property(abs)",
        "sees = 'all'",
    ],
)
def test_constants_and_what_the_contract_has_need_no_type(fresh, tmp_path, line):
    source = offering(FROZEN, line).replace("import numpy", "import typing\nimport numpy")
    assert not fresh(tmp_path, whole=source).failures


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ("ravin_lion", "ModuleNotFoundError: No module named 'ravin_lion'; did you mean ravine_lion?"),
        (
            "ravine_lion:plugn",
            "AttributeError: module 'ravine_lion' has no attribute 'plugn'; did you mean plugin?",
        ),
        (
            "ravine_lion.part",
            "ModuleNotFoundError: No module named 'ravine_lion.part'; 'ravine_lion' is not a package",
        ),
    ],
)
def test_an_entry_point_that_leads_nowhere_says_what_it_may_have_meant(fresh, tmp_path, point, reason):
    (tmp_path / "ravine_lion.py").write_text("plugin = 1")
    describe(tmp_path, "lion", "1", f"lion = {point}")
    with pytest.warns(PluginWarning) as warned:
        fresh(tmp_path)
    sys.modules.pop("ravine_lion", None)
    assert str(warned[0].message) == f"plugin lion of lion 1 is left out: {reason}"


def test_what_makes_a_failure_fatal_is_1_or_0(fresh, tmp_path, monkeypatch):
    monkeypatch.setenv("RAVINE_STRICT_PLUGINS", "yes")
    with pytest.raises(PluginError, match=r"^RAVINE_STRICT_PLUGINS=yes: it must be 1 or 0$"):
        fresh(tmp_path)
    for word in ("0", ""):
        monkeypatch.setenv("RAVINE_STRICT_PLUGINS", word)
        with pytest.warns(PluginWarning, match="left out"):
            fresh(tmp_path, broken="import nothing_of_that_name")


def test_a_failure_is_in_no_file_of_pythons_own(fresh, tmp_path):
    post_init = offering(FROZEN, "def __post_init__(self): self.require(lr='[2, 3]')")
    order = offering(FROZEN, "beta: float")
    deep = offering(FROZEN, "def __post_init__(self): np.linalg.inv(np.eye(2)[:1])")
    with pytest.warns(PluginWarning):
        loaded = fresh(tmp_path, a_post_init=post_init, b_order=order, c_deep=deep)
    lines = {plugin.name: plugin.where.removeprefix(f"{tmp_path}/") for plugin in loaded.failures}
    assert lines == {"a_post_init": "a_post_init.py:8", "b_order": "b_order.py:5", "c_deep": "c_deep.py:8"}


def test_a_failure_says_where_in_the_plugin(fresh, tmp_path):
    with pytest.warns(PluginWarning) as warned:
        loaded = fresh(tmp_path, broken="\n\nimport nothing_of_that_name", worse="\ndef x(:")
    places = [f"{tmp_path}/broken.py:3", f"{tmp_path}/worse.py:2"]
    assert [plugin.where for plugin in loaded.failures] == places
    assert all(str(w.message).endswith(f" ({place})") for w, place in zip(warned, places, strict=True))


def test_two_plugins_of_one_name_are_told_apart(fresh, tmp_path):
    describe(tmp_path, "other", "3", "ravine_lion = ravine_lion")
    with pytest.warns(
        PluginWarning,
        match=r"plugin ravine_lion of .* there is already a plugin named ravine_lion, that of other 3, which keeps",
    ):
        fresh(tmp_path, ravine_lion=LION)


@pytest.mark.parametrize(
    ("points", "nameless", "reason"),
    [
        (b"[ravine]\nno line of this form\n", False, "plugin broken 1.2 of broken 1.2 is left out: its entry points: "),
        (b"[ravine]\nx = not a module!\n", False, "its entry point 'not a module!' is not a module or module:object"),
        (b"[ravine]\nx = textwrap\n", True, "plugin x of a distribution without a name is left out: it offers nothing"),
        (b"[ravine]\nx = fractions:Fraction\n", False, "Fraction is a class: an entry point names a module, or an inst"),
    ],
    ids=["no form", "value", "nameless", "class"],
)  # fmt: skip
def test_a_damaged_distribution_costs_no_other(fresh, tmp_path, points, nameless, reason):
    info = describe(tmp_path, "broken", "1.2", points)
    if nameless:
        (info / "METADATA").write_text("")
    with pytest.warns(PluginWarning) as warned:
        loaded = fresh(tmp_path, ravine_lion=LION)
    (warning,) = warned
    assert reason in str(warning.message)
    assert "wolf" in loaded.entries["optimizer"]


@pytest.mark.parametrize(
    "points", [b"\x80\xff", b"[console_scripts]\nno line of this form\n"], ids=["bytes", "others"]
)
def test_damage_that_has_nothing_to_do_with_us_is_not_our_business(fresh, tmp_path, points):
    describe(tmp_path, "broken", "1.2", points)
    assert not fresh(tmp_path, ravine_lion=LION).failures


def test_of_two_versions_on_the_path_the_first_is_taken(fresh, tmp_path, monkeypatch):
    describe(tmp_path / "again", "Ravine-Lion", "1.0", "ravine_lion = ravine_lion")
    monkeypatch.syspath_prepend(tmp_path / "again")
    loaded = fresh(tmp_path, ravine_lion=LION)
    assert not loaded.failures
    assert loaded.entries["optimizer"]["wolf"].distribution == "ravine_lion 1.2"


def test_one_module_under_two_names_is_one_plugin(fresh, tmp_path):
    describe(tmp_path, "again", "1.2", "z_again = ravine_lion")
    with pytest.warns(
        PluginWarning,
        match=r"plugin z_again of again 1.2 is left out: it is already loaded as plugin ravine_lion$",
    ):
        fresh(tmp_path, ravine_lion=LION)


def test_a_hook_may_have_another_name_or_be_of_a_later_version(fresh, tmp_path):
    source = textwrap.dedent(LION).replace(
        "@hookimpl\ndef ravine_optimizers", '@hookimpl(specname="ravine_optimizers")\ndef mine'
    )
    source += "\n@hookimpl(optionalhook=True)\ndef ravine_of_a_later_version(): pass\n"
    loaded = fresh(tmp_path, ravine_lion=source)
    assert "wolf" in loaded.entries["optimizer"]
    assert not loaded.failures


def test_listeners_are_called_as_pluggy_calls_them():
    heard = []

    def listener(name, **options):
        class Listener:
            @hookimpl(**options)
            def ravine_run_start(self):
                heard.append(name)

        return Listener()

    manager = registry.load().manager
    plugins = {"last": {"trylast": True}, "first": {"tryfirst": True}, "plain": {}}
    for name, options in plugins.items():
        manager.register(listener(name, **options), name)
    try:
        registry.load().tell("ravine_run_start", experiment=None)
    finally:
        for name in plugins:
            manager.unregister(name=name)
    assert heard == ["first", "plain", "last"]


def test_a_distribution_that_is_on_the_path_twice_is_one(fresh, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path / "again")
    monkeypatch.syspath_prepend(tmp_path)
    describe(tmp_path / "again", "ravine_lion", "1.2", "ravine_lion = ravine_lion")
    assert not fresh(tmp_path, ravine_lion=LION).failures


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
        with pytest.warns(
            PluginWarning,
            match=r"grumpy: ravine_run_start: ValueError: listener bug \(.*test_plugins\.py:\d+\)$",
        ):
            run = ravine.build(ravine.compose(["problem=sphere"])).run()
    finally:
        registry.load().manager.unregister(name="grumpy")
    assert run.status == "completed"


SIGNS = {
    "__init__.py": "RAVINE_HOOKS = 1\n",
    "_averages.py": "raise RuntimeError('a module that the others share is imported by them alone')\n",
    "lion.py": textwrap.dedent(LION),
    "optimizers/__init__.py": "",
    "optimizers/lion2.py": textwrap.dedent(LION).replace('"wolf"', '"wolf2"'),
}


@pytest.fixture
def packaged(fresh, tmp_path):
    """Load a registry with a package of these files, that its distribution's entry point ``signs`` names."""
    names = itertools.count()

    def load(files):
        package = f"ravine_signs_{next(names)}"
        for path, text in files.items():
            (tmp_path / package / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / package / path).write_text(text)
        describe(tmp_path, "ravine-signs", "1.0", f"signs = {package}")
        loaded = fresh(tmp_path)
        plugins = [plugin for plugin in loaded.plugins if plugin.distribution == "ravine-signs 1.0"]
        return loaded, {plugin.name.replace(package, "P"): plugin for plugin in plugins}

    yield load
    for name in [name for name in sys.modules if name.startswith("ravine_signs_")]:
        del sys.modules[name]


def test_an_entry_point_that_names_a_package_brings_its_modules(packaged):
    loaded, plugins = packaged(SIGNS)
    assert {name: plugin.part_of for name, plugin in plugins.items()} == {
        "P.lion": "signs",
        "P.optimizers.lion2": "signs",
    }
    assert not loaded.failures
    lions = [loaded.entries["optimizer"][name] for name in ("wolf", "wolf2")]
    assert [entry.plugin.partition(".")[2] for entry in lions] == ["lion", "optimizers.lion2"]


@pytest.mark.parametrize(
    ("changed", "text", "told"),
    [
        ("lion.py", "\nimport nothing_of_that_name", "plugin P.lion of ravine-signs 1.0 is left out: ModuleNotFoundError: "
         "No module named 'nothing_of_that_name' (PATH/lion.py:2)"),
        ("lion.py", "", "plugin P.lion of ravine-signs 1.0 is left out: it offers nothing: no function in it is marked with "
         "@hookimpl; the name of a module that is not a plugin begins with _"),
        ("lion.py", textwrap.dedent(LION).replace("@hookimpl", ""), "plugin P.lion of ravine-signs 1.0 is left out: "
         "ravine_optimizers is not marked with @hookimpl"),
    ],
    ids=["import", "empty", "unmarked"],
)  # fmt: skip
def test_a_module_of_a_package_that_is_broken_costs_no_other(packaged, tmp_path, changed, text, told):
    with pytest.warns(PluginWarning) as warned:
        loaded, _ = packaged(SIGNS | {changed: text})
    (warning,) = warned
    assert (
        str(warning.message).replace(f"{tmp_path}/ravine_signs_0", "PATH").replace("ravine_signs_0", "P")
        == told
    )
    assert "wolf2" in loaded.entries["optimizer"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"__init__.py": "raise ImportError('no licence')"}, "ImportError: no licence (PATH/__init__.py:1)"),
        ({"__init__.py": "RAVINE_HOOKS = 2"}, "it is written for version 2 of the hooks, and this ravine has version 1: upgrade ravine"),
        ({"__init__.py": "def ravine_optimizers(): return {}"}, "ravine_optimizers is not marked with @hookimpl"),
        ({"lion.py": "", "optimizers/lion2.py": ""}, "it offers nothing: no function in it is marked with @hookimpl, nor in "
         "P.lion, P.optimizers"),
    ],
    ids=["import", "version", "unmarked", "nothing"],
)  # fmt: skip
def test_a_package_that_is_broken_is_told_once(packaged, tmp_path, files, told):
    with pytest.warns(PluginWarning) as warned:
        packaged({**SIGNS, **files})
    (warning,) = warned
    said = str(warning.message).replace(f"{tmp_path}/ravine_signs_0", "PATH").replace("ravine_signs_0", "P")
    assert said.startswith(f"plugin signs of ravine-signs 1.0 is left out: {told}")


def test_a_package_with_a_hook_of_its_own_is_one_plugin(packaged):
    own = textwrap.dedent(LION).replace('"wolf": Lion', '"own": Lion')
    loaded, plugins = packaged(
        {**SIGNS, "__init__.py": own, "lion.py": "raise RuntimeError('nobody asks for it')"}
    )
    assert [*plugins] == ["signs"]
    assert loaded.entries["optimizer"]["own"].plugin == "signs"
    assert not {"wolf", "wolf2"} & loaded.entries["optimizer"].keys()


@pytest.mark.parametrize(
    ("disabled", "left"),
    [("signs", []), ("ravine_signs_0.lion", ["wolf2"]), ("ravine_signs_0.optimizers", ["wolf"])],
)
def test_a_package_or_one_of_its_modules_can_be_disabled(packaged, monkeypatch, disabled, left):
    monkeypatch.setenv("RAVINE_DISABLE_PLUGINS", disabled)
    loaded, _ = packaged(SIGNS)
    assert [name for name in loaded.entries["optimizer"] if name.startswith("wolf")] == left
    assert not [name for name in sys.modules if name.startswith(disabled)]
    assert f"RAVINE_DISABLE_PLUGINS leaves out {disabled}" in loaded.missing("optimizer", "of_a_new_name")


def test_a_run_knows_which_module_of_a_package_is_gone(packaged, monkeypatch):
    loaded, _ = packaged(SIGNS)
    then = {name: provenance.origin(loaded.entries["optimizer"][name]) for name in ("wolf", "wolf2")}
    monkeypatch.setenv("RAVINE_DISABLE_PLUGINS", "ravine_signs_1.lion")
    loaded, _ = packaged(SIGNS)
    monkeypatch.setattr(registry, "load", lambda: loaded)
    said = {
        name: provenance._gone(was | {"class": was["class"].replace("signs_0", "signs_1")})
        for name, was in then.items()
    }
    assert said == {
        "wolf": "which is disabled (RAVINE_DISABLE_PLUGINS)",
        "wolf2": "which does not have it any more",
    }


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ("", r"the installed metadata of ravine \S+ name no built-in plugins"),
        ("ravine_plugins = ravine_pluguns", r"plugin ravine_plugins of ravine \S+ is left out: ModuleNotFoundError: "
         r"No module named 'ravine_pluguns'; did you mean ravine_plugins\?"),
    ],
    ids=["none", "elsewhere"],
)  # fmt: skip
def test_without_built_in_plugins_one_line_says_what_to_do(monkeypatch, tmp_path, ravine_here, points, why):
    describe(tmp_path, "ravine", metadata.version("ravine"), points)
    monkeypatch.setattr(
        metadata, "distributions", lambda **_: [metadata.Distribution.at(next(tmp_path.glob("*.dist-info")))]
    )
    said = rf"{why}; install ravine again, in a checkout by pip install -e \."
    with pytest.raises(PluginError, match=rf"^{said}$"):
        registry.survey()
    registry.load.cache_clear()
    try:
        done = ravine_here("doctor")
    finally:
        registry.load.cache_clear()
    assert done.returncode == 2
    assert re.fullmatch(rf"ravine: {said}\n", done.stderr)


def test_every_file_in_a_plugin_folder_is_a_component_or_shared():
    import pkgutil

    import ravine_plugins

    modules = {
        module.name
        for module in pkgutil.walk_packages(ravine_plugins.__path__, "ravine_plugins.")
        if not module.ispkg and not module.name.rpartition(".")[2].startswith("_")
    }
    assert modules == {entry.plugin for entry in registry.load() if entry.built_in}
    assert not registry.load().failures


def test_without_any_built_in_plugin_nothing_works_and_the_reason_is_told(ravine):
    done = ravine("problem=ravine", RAVINE_DISABLE_PLUGINS="ravine_plugins")
    assert done.returncode == 2
    assert "RAVINE_DISABLE_PLUGINS" in done.stderr
    assert "Traceback" not in done.stderr


def test_modules_that_one_cause_breaks_are_one_warning(packaged):
    broken = {f"part{i}.py": "import nothing_of_that_name\n" for i in range(22)}
    with pytest.warns(PluginWarning) as warned:
        packaged(SIGNS | broken)
    (text,) = (str(one.message) for one in warned)
    assert re.fullmatch(
        r"22 plugins of ravine-signs 1\.0 are left out: ModuleNotFoundError: No module named 'nothing_of_that_name' "
        r"\(\S*part0\.py:1\): \S+\.part0, \S+\.part1, \S+\.part10 and 19 more; ravine doctor names all",
        text,
    )


def test_a_listener_whose_errors_differ_is_told_of_once_with_their_number():
    import ravine

    class Listener:
        @hookimpl
        def ravine_epoch_end(self, step):
            raise ValueError(f"step {step}")

    registry.load().manager.register(Listener(), "counts")
    try:
        with pytest.warns(PluginWarning) as warned:
            ravine.run(["problem=sphere", "training.steps=21", "training.evaluate_every=1", "figures=[]"])
    finally:
        registry.load().manager.unregister(name="counts")
    first, last = (str(one.message) for one in warned)
    assert "plugin counts: ravine_epoch_end: ValueError: step 0 (" in first
    assert re.search(
        r"plugin counts: ravine_epoch_end: 21 more errors at .*test_plugins\.py:\d+, the last: ValueError: step 21$",
        last,
    )


HALVES = LION.replace("Lion", "Halves").replace('"wolf"', '"halves"')


def test_a_name_that_two_packages_offer_is_refused_where_it_is_used(fresh, tmp_path):
    assert HALVES != LION
    with pytest.warns(UserWarning, match="optimizer 'halves' is offered twice"):
        made = fresh(tmp_path, first=HALVES, second=HALVES)
    for ask in (made.entry, made.get):
        with pytest.raises(ValueError, match="optimizer 'halves' is offered by") as error:
            ask("optimizer", "halves")
        assert str(error.value) == (
            "optimizer 'halves' is offered by first of first 1.2 and second of second 1.2; uninstall one of them, or "
            "leave its plugin out, RAVINE_DISABLE_PLUGINS=second"
        )


def test_a_name_of_ravines_own_stays_what_it_is(fresh, tmp_path):
    with pytest.warns(UserWarning, match="optimizer 'sgd' is offered twice"):
        made = fresh(tmp_path, first=HALVES.replace('"halves"', '"sgd"'))
    assert made.get("optimizer", "sgd").__name__ == "SGD"


def test_a_plugin_that_is_left_out_is_named_where_a_name_is_missing(fresh, tmp_path):
    with pytest.warns(UserWarning, match="is left out"):
        made = fresh(tmp_path, broken=HALVES + "\n    raise TypeError('Blocks: step asks for gradient_at')\n")
    says = "did you mean sgd"
    with pytest.raises(ValueError, match=says) as error:
        made.entry("optimizer", "sgdd")
    assert " plugin broken of broken 1.2 is left out: TypeError: Blocks: step asks for gradient_at (" in str(
        error.value
    )
