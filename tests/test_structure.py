"""Walls: who may import whom, and what the core does not know."""

import ast
import re
from pathlib import Path

import pytest
import ravine
from ravine import registry

CORE = Path(ravine.__file__).parent
PLUGINS = Path(__import__("ravine_plugins").__file__).parent

# Lowest first; a module imports only from the rows above its own.
LAYERS = [
    ["files", "names", "randomness", "stopping", "tables"],
    ["component"],
    ["optimizer", "initializer", "layer", "regularizer", "loss", "schedule", "surface", "dataset", "architecture",
     "figure", "metric", "probe", "fields", "checkpoint", "execution", "intervals", "space", "joining"],
    ["parameters", "hookspecs", "sampler"],
    ["importance", "network", "vetting"],
    ["registry"],
    ["presets"],
    ["listing", "problem", "schema"],
    ["recording", "shapes"],
    ["training", "provenance", "pruning", "statistics"],
    ["groups"],
    ["explain"],
    ["experiment", "progress"],
    ["ledger"],
    ["study"],
    ["claims"],
    ["testing"],  # a package, whose modules import each other
    ["config"],
    ["making", "drawing", "checking", "planning", "chapter", "doctor"],
    ["workers", "search"],
    ["running", "searching"],
    ["estimating", "pages"],
    ["overview", "results", "sending"],
    ["launching"],
    ["reproduction", "scaffold", "checkup"],
    ["words"],
    ["cli"],
]  # fmt: skip
OWNERS = {
    "pluggy": {"hookspecs", "vetting", "registry"},
    "hydra": {"groups", "config", "planning", "searching", "sending", "launching", "cli"},
    "omegaconf": {
        "checkup",
        "groups",
        "config",
        "schema",
        "planning",
        "searching",
        "chapter",
        "sending",
        "launching",
    },
    "matplotlib": {"drawing", "testing"},
    "threadpoolctl": {"experiment"},
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


def place(path):
    """The module or package of the core that a file belongs to."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


MODULES = sorted(
    path for path in [*CORE.glob("*.py"), *CORE.glob("testing/*.py")] if not place(path).startswith("__")
)


def test_every_module_has_its_place():
    assert sorted(name for row in LAYERS for name in row) == sorted({place(path) for path in MODULES})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_imports_downwards(path):
    rows = {name: row for row, names in enumerate(LAYERS) for name in names}
    for name in imports(path):
        package, _, module = name.partition(".")
        if package == "ravine":
            below = rows[module.split(".")[0]] < rows[place(path)]
            inside = path.parent != CORE and module.split(".")[0] == place(path)
            assert below or inside, f"{place(path)} imports {module}"
        if package in OWNERS:
            assert place(path) in OWNERS[package], f"{place(path)} imports {package}"


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_plugins_use_public_names(path):
    for name in imports(path, runtime_only=False):
        if name.startswith("ravine."):
            assert name.split(".")[1] in {*ravine.__all__, "registry"}
        if name.startswith("ravine_plugins."):
            shared = name.split(".")[-1].startswith("_")
            assert not shared or name.split(".")[1] == path.parent.name
        if name.startswith("matplotlib"):
            assert path.parent.name == "figures"


def test_the_core_knows_no_component_by_name():
    names = {e.name for e in registry.load() if e.kind in ("optimizer", "layer", "initializer", "regularizer")}
    names -= {"none", "uniform"}  # English words
    pattern = re.compile(rf"(?<!\.)\b({'|'.join(names)})\b", re.IGNORECASE)  # NumPy's methods are no components
    found = {
        f"{path.name}:{number}: {line.strip()}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    }
    assert not found


def test_nothing_can_run_what_it_reads():
    forbidden = re.compile(
        r"\b(pickle|dill|eval|exec|yaml\.load|allow_pickle=True|np\.random\.(seed|rand))\b\(?"
    )
    for path in [*CORE.rglob("*.py"), *PLUGINS.rglob("*.py")]:
        for line in path.read_text().splitlines():
            code = line.partition("#")[0]
            assert not forbidden.search(code) or "reads a pickle" in code, f"{path}: {line}"


def test_the_public_names_are_there_and_explained():
    for name in ravine.__all__:
        thing = getattr(ravine, name)
        if callable(thing):
            assert thing.__doc__, f"{name} has no docstring"
    assert ravine.__all__ == sorted(ravine.__all__) == list(ravine._HOME)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ravine.nothing
