"""Identity: what a component computes is in its runs' names, wherever it is written; what it does not, is not."""

import copy
import importlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import ravine
from distributions import describe
from ravine import registry
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject
from ravine.registry import provenance, sources

RULE = """
from dataclasses import dataclass
from ravine import Optimizer, hookimpl
import rule_parts.inner
from rule_parts import halved, TABLE as table

SCALE = 1.0

class Inner:
    def __init__(self, k):
        self.k = k

    def of(self, g):
        return self.k * g

INNER = Inner(1.0)

def times(factor):
    def scaled(g):
        return factor * g
    return scaled

scaled = times(1.0)

class Base(Optimizer):
    def turned(self, g):
        return -g

@dataclass(frozen=True)
class Rule(Base, slots=()):
    "A rule."
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        from rule_parts.deep import shifted
        g = SCALE * scaled(halved(g)) + INNER.of(g) + shifted(g) + table["sign"](g) + rule_parts.whole(g)
        g = g + rule_parts.inner.tripled(g)
        theta += lr * self.turned(g)

@hookimpl
def ravine_optimizers():
    return {"rule": Rule}
"""

PARTS = """
def halved(g):
    return g / 2

def sign(g):
    return g

def whole(g):
    return g * ONE

ONE = 1.0
TABLE = {"sign": sign}
"""

FILES = {
    "rule.py": RULE,
    "rule_parts/__init__.py": PARTS,
    "rule_parts/deep.py": "from .deeper import LIMIT\ndef shifted(g):\n    return g + LIMIT\n",
    "rule_parts/deeper.py": "LIMIT = 0.5\n",
    "rule_parts/inner.py": "def tripled(g):\n    return g * 3\n",
}

COMPUTES = {
    "its own step": ("rule.py", "theta += lr", "theta += 2 * lr"),
    "a base": ("rule.py", "return -g", "return -2 * g"),
    "a number of its module": ("rule.py", "SCALE = 1.0", "SCALE = 2.0"),
    "a class that an object of its module has": ("rule.py", "self.k * g", "self.k + g"),
    "what an object of its module holds": ("rule.py", "Inner(1.0)", "Inner(2.0)"),
    "what a function closes over": ("rule.py", "times(1.0)", "times(2.0)"),
    "a function that makes its function": ("rule.py", "factor * g", "factor + g"),
    "a function of another module": ("rule_parts/__init__.py", "g / 2", "g / 4"),
    "a function in a table": ("rule_parts/__init__.py", "return g\n", "return abs(g)\n"),
    "a number that a function of another module uses": ("rule_parts/__init__.py", "ONE = 1.0", "ONE = 2.0"),
    "a module that is imported where it is used": ("rule_parts/deep.py", "g + LIMIT", "g - LIMIT"),
    "a number from a module that this imports": ("rule_parts/deeper.py", "0.5", "0.25"),
    "a default": ("rule.py", "lr: float = 0.1", "lr: float = 0.2"),
    "a module of a module": ("rule_parts/inner.py", "g * 3", "g * 4"),
}

COMPUTES_NOTHING = {
    "a comment": ("rule.py", "SCALE = 1.0", "SCALE = 1.0  # how much\n# and why"),
    "a comment in a step": ("rule.py", "        theta += lr", "        # uphill\n\n        theta += lr"),
    "a docstring": ("rule.py", '"A rule."', '"A better word for the rule."'),
    "a docstring of a function": ("rule_parts/__init__.py", "return g / 2", '"Half."\n    return g / 2'),
    "line breaks": ("rule.py", "theta += lr * self", "theta += lr * \\\n            self"),
    "a function that nothing uses": (
        "rule_parts/__init__.py",
        "ONE = 1.0",
        "ONE = 1.0\ndef unused():\n    pass",
    ),
    "another component": (
        "rule.py",
        "@hookimpl",
        "@dataclass(frozen=True)\nclass Other(Rule):\n    def turned(self, g):\n        return g\n\n@hookimpl",
    ),
    "a module that nothing uses": ("rule_parts/unused.py", "", "x = 1\n"),
}


@pytest.fixture
def identity(tmp_path, monkeypatch):
    """Return the hash of a component of files, as a new process would have it."""
    # A file that is written twice in a second would have the bytecode of its first text.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def read(files, folder=tmp_path):
        monkeypatch.syspath_prepend(folder)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        forget()
        importlib.invalidate_caches()
        cls = importlib.import_module("rule").Rule
        return provenance.origin(registry.Entry("optimizer", "rule", "rule", "rule 1.0", cls))["sha256"]

    def forget():
        for name in [
            name for name in sys.modules if name.partition(".")[0] in ("rule", "rule_parts", "elsewhere")
        ]:
            del sys.modules[name]
        provenance._installed.cache_clear()

    yield read
    forget()


def changed(path, old, new):
    text = FILES.get(path, "")
    assert text.count(old) == 1 or not text
    return FILES | {path: text.replace(old, new) if text else new}


@pytest.mark.parametrize("what", COMPUTES)
def test_what_computes_is_part_of_the_identity(identity, what):
    assert identity(FILES) != identity(changed(*COMPUTES[what]))


@pytest.mark.parametrize("what", COMPUTES_NOTHING)
def test_what_computes_nothing_is_not(identity, what):
    assert identity(FILES) == identity(changed(*COMPUTES_NOTHING[what]))


@pytest.mark.parametrize(
    ("what", "counts"), [("a function of another module", True), ("a module of another distribution", False)]
)
def test_of_installed_packages_those_of_its_own_distribution_count(identity, tmp_path, what, counts):
    """The versions of the others are recorded."""
    files = FILES | {
        "rule_parts/deeper.py": "from elsewhere import LIMIT, limited\n",
        "rule_parts/deep.py": "from .deeper import limited\ndef shifted(g):\n    return limited(g)\n",
        "elsewhere.py": "LIMIT = 0.5\ndef limited(g):\n    return g + LIMIT\n",
    }
    folder = tmp_path / "site-packages"
    record = describe(folder, "rule", "1.0", "rule = rule") / "RECORD"
    record.write_text("".join(f"{path},,\n" for path in files if path.startswith("rule")))
    change = {
        "a function of another module": {"rule_parts/__init__.py": PARTS.replace("g / 2", "g / 4")},
        "a module of another distribution": {"elsewhere.py": files["elsewhere.py"].replace("0.5", "0.25")},
    }[what]
    assert (identity(files, folder) != identity(files | change, folder)) is counts


def test_a_class_that_is_written_in_no_file_has_an_identity():
    def of(k, more=""):
        space = {"__name__": "__main__"}
        exec(textwrap.dedent(RULE_OF_NO_FILE) % (k, more), space)
        return provenance.origin(registry.Entry("optimizer", "r", "r", "", space["Rule"]))["sha256"]

    assert of(1) == of(1)
    assert of(1) != of(3)
    assert of(1) == of(1, "# a comment")
    assert of(1) != of(1, "g = g + 1")
    assert len(of(1)) == 64


RULE_OF_NO_FILE = """
from dataclasses import dataclass
from ravine import Optimizer
k = %s
@dataclass(frozen=True)
class Rule(Optimizer):
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        %s
        theta -= k * lr * g
"""

NOTEBOOK = """
import sys, types
from dataclasses import dataclass
import ravine
from ravine import Optimizer, hookimpl, registry

@dataclass(frozen=True)
class Rule(Optimizer):
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        theta -= %s * lr * g

class Plugin:
    @hookimpl
    def ravine_optimizers(self):
        return {"mine": Rule}

registry.load().add(Plugin(), "nb", "a notebook")
run = ravine.run(["problem=ravine", "optimizer=mine", "training.steps=3", "study=m", "figures=[]"])
print(run.final["value"])
"""


def test_an_edited_rule_of_a_script_without_a_file_is_run_anew():
    """Its numbers are those of a run that nothing was kept for."""

    def value(k, study):
        done = subprocess.run(
            [sys.executable, "-"],
            input=NOTEBOOK.replace("study=m", f"study={study}") % k,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)

    first, second = value(1, "m"), value(3, "m")
    assert first == value(1, "m")
    assert first != second
    assert second == value(3, "fresh")


OF_NO_FILE = """
import functools
from dataclasses import dataclass, field
from ravine import Optimizer
def scale(g): return 2 * g
%s
@dataclass(frozen=True)
class Rule(Optimizer%s):
    lr: float = 0.1
    %s
    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g
"""

HELPER = "@dataclass\nclass Pair:\n    %s\npair = lambda: Pair(1.0, 2.0)\n"
META = "class Meta(type(Optimizer)):\n    def factor(cls):\n        return %s\n"
SCALED = (
    "class Scaled:\n    def __init__(self, f, k):\n        functools.update_wrapper(self, f)\n        self.k = k\n"
    "    def __call__(self, *a):\n        return self.k * self.__wrapped__(*a)\nscaled = Scaled(scale, %s)\n"
)
ATTRIBUTE = "def times(g): return times.k * g\ntimes.k = %s\n"
IN_TRY = (
    "def of(self, g):\n        try:\n            x = scale(g)%s\n        except ValueError:\n            pass%s"
)
OF_A_KIND = (
    "import typing\nimport numpy as np\nclass Made(%s):\n    def of(self, g): return %%s * g\nmade = Made()\n"
)
WORD = (
    "import enum\nclass Word(str, enum.Enum):\n    a = 'a'\n    def of(self, g): return %s * g\nword = Word.a\n"
)
NAMED = (
    "class Made:\n    __name__ = 'made'\n    def __init__(self, k): self.k = k\n"
    "    def __call__(self, g): return self.k * g\nmade = Made(%s)\n"
)
KEPT = ("2", "2"), ("2", "3")
MASKS = ("0",), ("1",)
USES = "def of(self, g): return %s"

# Lines of the module, what follows the base, and a method, each with two ways to write something in it.
COMPUTES_WITHOUT_A_FILE = {
    "what is inside of try": (
        "", "", IN_TRY, ("\n            y = scale(x)", ""), ("", "\n        else:\n            y = scale(x)"),
    ),
    "arguments by name only": ("", "", "def of(self, a, %sb): return a + b%s", ("", ""), ("*, ", "")),
    "the order of a dataclass's fields": (
        HELPER, "", USES % "pair().a", ("a: float\n    b: float",), ("b: float\n    a: float",),
    ),
    "a field that is not compared": (
        HELPER, "", USES % "pair()", ("a: float\n    b: float",), ("a: float\n    b: float = field(compare=False)",),
    ),
    "a metaclass": (META, ", metaclass=Meta", "", ("2",), ("3",)),
    "what an object that wraps a function has": (SCALED, "", USES % "scaled(g)", ("2",), ("3",)),
    "what a function has": (ATTRIBUTE, "", USES % "times(g)", ("2",), ("3",)),
    "a constructor of its own": (
        "", "", "def __init__(self, lr=0.1): object.__setattr__(self, 'lr', %s * lr)", ("1",), ("2",),
    ),
    "a call that is not a function": (SCALED, "", "__call__ = scaled", ("2",), ("3",)),
    "a method of a named tuple": (OF_A_KIND % "typing.NamedTuple", "", USES % "made.of(g)", ("2",), ("3",)),
    "a method of a dict": (OF_A_KIND % "dict", "", USES % "made.of(g)", ("2",), ("3",)),
    "a method of a list": (OF_A_KIND % "list", "", USES % "made.of(g)", ("2",), ("3",)),
    "a method of a set": (OF_A_KIND % "set", "", USES % "made.of(g)", ("2",), ("3",)),
    "a method of a number": (OF_A_KIND % "float", "", USES % "made.of(g)", ("2",), ("3",)),
    "a method of a word of some": (WORD, "", USES % "word.of(g)", ("2",), ("3",)),
    "a method of an array": (
        OF_A_KIND.replace("Made()", "np.zeros(2).view(Made)") % "np.ndarray", "", USES % "made.of(g)", ("2",), ("3",),
    ),
    "what a dict has beside its items": (OF_A_KIND % "dict" + "made.k = %s\n", "", USES % "made.k", *KEPT),
    "what an array hides": ("import numpy as np\nmade = np.ma.array([1, 2], mask=[0, %s])\n", "", USES % "made", *MASKS),
    "a function of single numbers": (
        "import numpy as np\n@np.vectorize\ndef each(x):\n    return x * %s\n", "", USES % "each(g)", ("2",), ("3",),
    ),
    "an object with a name that is called": (NAMED, "", USES % "made(g)", ("2",), ("3",)),
    "a table that is asked": ("found = {'a': %s}.get\n", "", USES % "found('a')", ("2",), ("3",)),
}  # fmt: skip


@pytest.mark.parametrize("what", COMPUTES_WITHOUT_A_FILE)
def test_what_computes_is_part_of_the_identity_without_a_file(what):
    """Found: a call inside of ``try`` and the same call in ``else`` were one rule."""
    module, base, method, *versions = COMPUTES_WITHOUT_A_FILE[what]

    def of(words):
        words, space = list(words), {"__name__": "__main__"}
        lines = [text % tuple(words[: text.count("%s")]) if "%s" in text else text for text in (module, method)]
        exec(OF_NO_FILE % (lines[0], base, lines[1]), space)
        return provenance.origin(registry.Entry("optimizer", "r", "r", "", space["Rule"]))["sha256"]

    one, other = versions
    assert of(one) == of(one)
    assert of(one) != of(other)


def test_a_function_that_was_replaced_while_the_process_runs_is_another(monkeypatch):
    from ravine_plugins.optimizers.sgd import SGD

    def identity():
        return provenance.origin(registry.load().entry("optimizer", "sgd"))["sha256"]

    before = identity()
    monkeypatch.setattr(SGD, "step", lambda self, theta, g, state, *, t, lr: None)
    assert identity() != before
    monkeypatch.undo()
    assert identity() == before


def test_a_class_that_has_run_often_and_was_copied_is_the_same(identity):
    before = identity(FILES)
    cls = sys.modules["rule"].Rule
    copy.deepcopy(cls())
    theta = np.zeros(2)
    for t in range(1, 1000):
        cls().step(theta, theta, [], t=t, lr=0.1)
    sources._KNOWN.clear()
    assert provenance.origin(registry.Entry("optimizer", "rule", "rule", "rule 1.0", cls))["sha256"] == before


def test_a_file_that_changed_after_it_was_imported_is_not_what_computes(identity, tmp_path):
    identity(FILES)
    cls = sys.modules["rule"].Rule
    (tmp_path / "rule.py").write_text(RULE.replace("theta += lr", "theta += 2 * lr"))
    entry = registry.Entry("optimizer", "rule", "rule", "rule 1.0", cls)
    loaded = provenance.origin(entry)["sha256"]
    assert loaded != identity(changed("rule.py", "theta += lr", "theta += 2 * lr"))


@pytest.mark.parametrize("value", ["np.arange(3.0)", "{'a': (1, 2.0)}", "frozenset('xy')", "re.compile('x')"])
def test_values_that_a_rule_uses_are_part_of_it(value):
    def of(text):
        space = {"__name__": "__main__", "np": np, "re": __import__("re")}
        exec(RULE_OF_NO_FILE % (text, "len(str(k))"), space)
        return provenance.origin(registry.Entry("optimizer", "r", "r", "", space["Rule"]))["sha256"]

    other = {"np.arange(3.0)": "np.arange(4.0)", "{'a': (1, 2.0)}": "{'a': (1, 3.0)}",
             "frozenset('xy')": "frozenset('xz')", "re.compile('x')": "re.compile('y')"}[value]  # fmt: skip
    assert of(value) == of(value) != of(other)


# ---- components that a component looks up ----------------------------------------------------------------------

OUTER = """
from dataclasses import dataclass
from ravine import Optimizer, hookimpl, registry

@dataclass(frozen=True)
class Outer(Optimizer):
    lr: float = 0.1
    inner: str = "inner"
    %s

    def step(self, theta, g, state, *, t, lr):
        rule = registry.load().get("optimizer", self.inner)(lr=lr)
        rule.step(theta, g, state, t=t, lr=lr)

@hookimpl
def ravine_optimizers():
    return {"outer": Outer}
"""

EARLY = """
    def __post_init__(self):
        registry.load().get("optimizer", self.inner)
"""

INNER = """
from dataclasses import dataclass
from ravine import Optimizer, hookimpl

@dataclass(frozen=True)
class Inner(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= %s * lr * g

@hookimpl
def ravine_optimizers():
    return {"inner": Inner}
"""


@pytest.mark.parametrize("early", [EARLY, ""], ids=["when it is made", "in a step"])
def test_a_run_is_made_anew_when_a_component_that_it_looks_up_has_changed(
    ravine_here, tmp_path, monkeypatch, early
):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path / "parts")
    (tmp_path / "parts").mkdir()

    def value(k):
        for name, text in {"outer_part": OUTER % early, "inner_part": INNER % k}.items():
            (tmp_path / "parts" / f"{name}.py").write_text(text)
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        registry.load.cache_clear()
        for name in ("inner_part", "outer_part"):
            registry.load().add(importlib.import_module(name), name, f"{name} 1.0")
        done = ravine_here("problem=ravine", "optimizer=outer", "training.steps=3", "study=m", "figures=[]")
        registry.load.cache_clear()
        assert done.returncode == 0, done.stderr
        return done

    from ravine import load_study

    first = value(1)
    assert "made again" not in first.stderr
    (before,) = load_study("runs/m").runs.values()
    assert "1 done before" in value(1).stderr
    again = value(3)
    assert (
        "1 run is made again: it was made with optimizer 'inner' of inner_part 1.0, whose source has changed since"
        in again.stderr
    )
    (after,) = load_study("runs/m").runs.values()
    assert before.final["value"] != after.final["value"]
    # Neither is installed now.
    assert (
        "1 run was made with optimizer 'inner' of inner_part 1.0, which is not installed"
        in provenance.changes([after])
    )


def test_a_library_that_a_step_imports_is_not_imported_before(tmp_path, monkeypatch):
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "large_library.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    space = {"__name__": "__main__"}
    exec(RULE_OF_NO_FILE % (1, "import large_library"), space)
    provenance.origin(registry.Entry("optimizer", "r", "r", "", space["Rule"]))
    assert "large_library" not in sys.modules


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """Write an optimizer that looks up another one in its steps, with a factor of the other one."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry.load(), "entries", {k: dict(v) for k, v in registry.load().entries.items()})

    def write(k):
        for name, text in {"outer_of_steps": OUTER % "", "inner_of_steps": INNER % k}.items():
            (tmp_path / f"{name}.py").write_text(text)
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        registry.load.cache_clear()
        for name in ("inner_of_steps", "outer_of_steps"):
            registry.load().add(importlib.import_module(name), name, f"{name} 1.0")

    yield write
    registry.load.cache_clear()


def test_a_checkpoint_is_not_gone_on_from_when_a_component_that_was_looked_up_has_changed(parts, tmp_path):
    """Found: a stopped run went on with the edited component, and nobody was told."""

    def begun(place, stop_at=None):
        def on_step(step, steps, loss):
            if step == stop_at:
                raise KeyboardInterrupt

        words = ["problem=ravine", "optimizer=outer", "optimizer.inner=inner", "training.steps=9"]
        often = Subject(execution=Execution(checkpoint_seconds=0))
        return run_once.make(tmp_path / place, ravine.build(ravine.compose(words)), often, on_step)

    parts(3)
    whole = begun("whole")
    parts(1)
    with pytest.raises(KeyboardInterrupt):
        begun("cut", stop_at=5)
    with pytest.raises(KeyboardInterrupt):
        begun("same", stop_at=5)
    before = begun("same")
    assert [*before.provenance["looked_up"]] == ["optimizer inner"]
    parts(3)
    said = "optimizer 'inner' of inner_of_steps 1.0, whose source has changed since; starting again from the beginning"
    with pytest.warns(UserWarning, match=said):
        after = begun("cut")
    assert after.final == whole.final != before.final


FOLDERS = """
import os
from dataclasses import dataclass
from pathlib import Path
from ravine import Optimizer, hookimpl

HERE = Path(__file__).parent / "data"
THERE = os.path.join(os.path.dirname(__file__), "other")

@dataclass(frozen=True)
class Rule(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g * len(HERE.name) / len(THERE[-5:])
"""


def test_where_a_package_is_installed_is_not_part_of_what_it_computes(tmp_path, monkeypatch):
    found = []
    for place, text in [("one", FOLDERS), ("two", FOLDERS), ("three", FOLDERS.replace('"data"', '"more"'))]:
        (tmp_path / place).mkdir()
        (tmp_path / place / "rule_in_folders.py").write_text(text)
        with monkeypatch.context() as here:
            here.syspath_prepend(tmp_path / place)
            here.delitem(sys.modules, "rule_in_folders", raising=False)
            rule = importlib.import_module("rule_in_folders").Rule
            found.append(sources.source_hash(rule, lambda name: name == "rule_in_folders"))
            here.delitem(sys.modules, "rule_in_folders")
    assert found[0] == found[1] != found[2]
