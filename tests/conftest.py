"""What tests share: every test gets a folder, a cache and an environment of its own."""

import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from ravine import registry
from ravine.cli.main import main
from ravine.fusion import kernel, passes, proof
from shape_types import check_all

# Hundreds of commands would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tests are spread over the cores, a process each; read when NumPy is imported, here and by commands.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What a shell starts in the background ignores Ctrl-C, and so would the commands that tests stop.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache folder for all tests of a process: the digits are unpacked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_place(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("RAVINE_CACHE", str(cache))
    monkeypatch.delenv("RAVINE_DISABLE_PLUGINS", raising=False)
    monkeypatch.delenv("RAVINE_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _registrations_end_with_a_test(monkeypatch):
    """What a test registers is forgotten after it."""
    made = registry.load()
    monkeypatch.setattr(made, "entries", {kind: dict(found) for kind, found in made.entries.items()})
    before = {name for name, _ in made.manager.list_name_plugin()}
    yield
    for name, _ in made.manager.list_name_plugin():
        if name not in before:
            made.manager.unregister(name=name)
            made._added.pop(name, None)


@pytest.fixture(autouse=True)
def _nothing_is_known_of_other_tests(monkeypatch):
    """What is fused depends on what else a process has made, and no number does."""
    monkeypatch.setattr(proof, "_PROVEN", {})
    monkeypatch.setattr(passes, "_PASSES", {})
    monkeypatch.setattr(passes, "_FAULTS", {})
    monkeypatch.setattr(kernel, "_MADE", kernel._Made())


@pytest.fixture
def shapes_kept(monkeypatch):
    """Refuse arrays of other shapes than the types of contracts and engine say."""
    check_all(monkeypatch, [entry.cls for entry in registry.load()])


@pytest.fixture
def ravine():
    """Run the installed command in the test's folder and return the finished process."""
    command = Path(sys.executable).parent / "ravine"

    def run(*arguments, timeout=120, **environment):
        return subprocess.run(
            [command, *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | environment,
            check=False,
        )

    return run


@pytest.fixture
def ravine_here(capsys, monkeypatch):
    """Run the command in the test's own process, a second faster; what it warns of is an error."""

    def run(*arguments, **environment):
        capsys.readouterr()
        with monkeypatch.context() as own:
            own.setattr(sys, "argv", sys.argv)  # the command sets it, and the variable
            for name, value in ({"HYDRA_FULL_ERROR": "0"} | environment).items():
                own.setenv(name, value)
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run


def pytest_collection_modifyitems(config, items):
    """With ``RAVINE_EVERY=4`` run about every fourth test, always the same ones."""
    every = int(os.environ.get("RAVINE_EVERY", "1"))
    kept: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        kept[zlib.crc32(item.nodeid.encode()) % every == 0].append(item)
    if kept[False]:
        config.hook.pytest_deselected(items=kept[False])
        items[:] = kept[True]


def pytest_terminal_summary(terminalreporter):
    """Print which check caught which planted bug; reports carry it, from other processes too."""
    rows = sorted(
        tuple(value)
        for report in terminalreporter.stats.get("passed", ())
        for name, value in report.user_properties
        if name == "mutant"
    )
    if not rows:
        return
    terminalreporter.section(f"{len(rows)} planted bugs, each caught by the check that names it")
    if terminalreporter.verbosity >= 0:  # with -v, in which words
        columns = 4 if terminalreporter.verbosity else 3
        widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]] + [0]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            terminalreporter.write_line("  ".join(cells[:columns]))
