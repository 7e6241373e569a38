"""What tests share: every test gets a folder and an environment of its own."""

import subprocess
import sys

import pytest
from ravine.cli.main import main


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    for name in ("RAVINE_DISABLE_PLUGINS", "RAVINE_STRICT_PLUGINS", "HYDRA_FULL_ERROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ravine_here(capsys, monkeypatch):
    """Run the command in the test's own process, a second faster; what it warns of is an error."""

    def run(*arguments):
        capsys.readouterr()
        with monkeypatch.context() as own:
            own.setattr(sys, "argv", sys.argv)  # the command sets it, and the variable
            own.setenv("HYDRA_FULL_ERROR", "0")
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run
