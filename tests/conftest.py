"""What tests share: every test gets a folder, a cache and an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache folder for the whole session: the digits are unpacked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_place(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("RAVINE_CACHE", str(cache))
    monkeypatch.delenv("RAVINE_DISABLE_PLUGINS", raising=False)
    monkeypatch.delenv("RAVINE_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    monkeypatch.chdir(tmp_path)


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
