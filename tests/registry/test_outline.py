"""What built-in modules offer is read from their text; it is what they say when they are imported."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from ravine import registry
from ravine.contracts.component import summary

BUILT_IN = [entry for entry in registry.load() if entry.built_in]


@pytest.mark.parametrize("entry", BUILT_IN, ids=lambda entry: f"{entry.kind}-{entry.name}")
def test_what_is_read_is_what_the_module_says(entry):
    assert isinstance(entry.target, str)
    module, _, name = entry.target.partition(":")
    found = importlib.import_module(module)
    (hook,) = [hook for hook in vars(found) if hook.startswith("ravine_")]
    assert getattr(found, hook)()[entry.name] is getattr(found, name) is entry.cls
    assert hook == registry.KINDS[entry.kind].hook
    assert entry.summary == summary(entry.cls)


def test_every_file_of_the_built_in_folders_offers_something():
    packages = {entry.target.rpartition(".")[0] for entry in BUILT_IN}
    there = {entry.target.partition(":")[0] for entry in BUILT_IN}
    for package in packages:
        folder = importlib.import_module(package).__path__[0]
        files = {f"{package}.{file.stem}" for file in Path(folder).glob("[!_]*.py")}
        assert files <= there


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["list"], set()),
        (["list", "optimizer"], set()),
        (["list", "adam"], {"ravine_plugins.optimizers.adam"}),
        (["optimizer=adam", "problem=ravine", "--cfg", "job"], {"ravine_plugins.optimizers.adam"}),
    ],
)
def test_a_command_imports_few_components_that_it_does_not_need(words, needed):
    code = (
        "import json, sys; from ravine.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('ravine_plugins.')]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    imported = {name for name in json.loads(done.stderr.splitlines()[-1]) if name.count(".") == 2}
    assert needed <= imported
    assert len(imported) < 12, imported
