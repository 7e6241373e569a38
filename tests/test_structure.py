"""Walls: who may import whom, and what the core does not know."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from ravine import registry
from ravine.registry import hookspecs

CORE = Path(ravine.__file__).parent
PLUGINS = Path(__import__("ravine_plugins").__file__).parent

# Who else than the rooms and plugins named here imports a package breaks a wall.
OWNERS = {
    "pluggy": {"registry"},
    "hydra": {"config"},
    "omegaconf": {"config"},
    "matplotlib": {
        "contracts/figure.py",
        "reports/drawing.py",
        "reports/frames.py",
        "reports/styling.py",
        "testing/figure.py",
    },
    "threadpoolctl": {"engine/arithmetic.py", "engine/experiment.py"},
    "filelock": {"records/locks.py"},
    "llvmlite": {"fusion/kernel.py"},
    "jinja2": {"reports"},
    "markupsafe": {"reports"},
}


def imports(path, runtime_only=True):
    """Top-level and nested imports of a file, without those for type checkers."""
    tree = ast.parse(path.read_text())
    if runtime_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                [f"ravine.{alias.name}" for alias in node.names] if node.module == "ravine" else [node.module]
            )


MODULES = sorted(path for path in CORE.rglob("*.py") if path.parent != CORE and "templates" not in path.parts)


def test_no_module_stands_beside_the_rooms():
    assert {path.name for path in CORE.iterdir() if path.is_file()} == {
        "__init__.py",
        "__init__.pyi",
        "__main__.py",
        "py.typed",
    }


def test_a_room_imports_rooms_below_it_only():
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", root / "pyproject.toml", "--no-cache"],
        capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CORE)))
def test_a_package_has_an_owner(path):
    name = path.relative_to(CORE).as_posix()
    for imported in imports(path, runtime_only=False):
        if owners := OWNERS.get(imported.partition(".")[0]):
            assert name in owners or name.partition("/")[0] in owners, f"{name} imports {imported}"


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_plugins_use_public_names(path):
    for name in imports(path, runtime_only=False):
        if name.startswith("ravine."):
            assert name.split(".")[1] in {*ravine.__all__, "registry"}
        if name.startswith("ravine_plugins."):
            # What begins with _ is shared in a folder, or by all folders.
            folder, *rest = name.split(".")[1:]
            shared = name.split(".")[-1].startswith("_")
            assert not shared or not rest or folder == path.parent.name
        if name.startswith("matplotlib"):
            assert path.parent.name == "figures"


def test_a_kind_has_the_same_place_in_every_room():
    for name, kind in registry.KINDS.items():
        assert kind.base.__module__ == f"ravine.contracts.{name}"
        assert hasattr(hookspecs, kind.hook)
        for file in (CORE / "testing" / f"{name}.py", CORE / "cli" / "templates" / f"{name}.py"):
            assert file.is_file()
        assert (PLUGINS / kind.plural).is_dir()


def test_the_core_knows_no_component_by_name():
    kinds = ("optimizer", "layer", "initializer", "regularizer")
    # Another test of this process may have registered more.
    names = {entry.name for entry in registry.load() if entry.built_in and entry.kind in kinds}
    names -= {"none", "uniform", "constant"}  # English words
    # NumPy's methods are not components, and arithmetic has normal numbers.
    pattern = re.compile(rf"(?<!\.)\b({'|'.join(names)})\b(?! numbers?\b)", re.IGNORECASE)
    found = {
        f"{path.name}:{number}: {line.strip()}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    }
    assert not found


def test_the_core_names_no_package_of_plugins():
    assert not [
        path for path in CORE.rglob("*.*") if path.suffix != ".pyc" and PLUGINS.name in path.read_text()
    ]


def test_nothing_can_run_what_it_reads():
    forbidden = re.compile(
        r"\b(pickle|dill|eval|exec|yaml\.load|allow_pickle=True|np\.random\.(seed|rand))\b\(?"
    )
    for path in [*CORE.rglob("*.py"), *PLUGINS.rglob("*.py")]:
        for line in path.read_text().splitlines():
            code = line.partition("#")[0]
            assert not forbidden.search(code), f"{path}: {line}"


def test_the_public_names_are_there_and_explained():
    for name in ravine.__all__:
        thing = getattr(ravine, name)
        if callable(thing):
            assert thing.__doc__, f"{name} has no docstring"
    assert ravine.__all__ == sorted(ravine.__all__)
    with pytest.raises(AttributeError, match="No ravine attribute nothing"):
        _ = ravine.nothing


def resolved(name):
    """What a dotted name such as ``ravine.records.study.STATUSES`` stands for."""
    module, *rest = name.split(".")
    found = importlib.import_module(module)
    for part in rest:
        found = getattr(found, part, None) or importlib.import_module(f"{found.__name__}.{part}")
    return found


def test_names_in_docstrings_are_those_of_the_code():
    named = re.compile(r"``(ravine(?:\.\w+)+)(?:\(\))?``")
    for path in MODULES:
        for name in named.findall(path.read_text()):
            assert resolved(name) is not None, f"{path.relative_to(CORE)}: {name}"


def test_another_app_of_hydras_that_is_installed_beside_ravine_pays_for_none_of_it():
    code = "import sys, hydra_plugins.ravine_study, hydra_plugins.ravine_search; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
